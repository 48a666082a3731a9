"""Tensors in .safetensors files that name their format: `meta, tensors = read(path, "a painter", FORMAT)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import FileError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["read", "reading"]


def read(
    path: str | Path, what: str, form: str, *, limit: int | None = None
) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What a file says of itself, and its tensors by name.

    Args:
        what: that it should be, for the errors: "a painter".
        form: that its "format" must name.
        limit: bytes.

    Raises:
        FileError: no such file, a larger one, another format, or nothing that can be read.
    """
    from safetensors import safe_open

    path = Path(path)
    if not path.is_file():
        raise FileError(f"expected {what}, and there is none at {path}")
    if limit is not None and path.stat().st_size > limit:
        raise FileError(f"expected {what} of at most {limit >> 20} MiB, got {path} of {path.stat().st_size} bytes")
    with reading(path, what, form):
        with safe_open(str(path), "pt") as file:
            meta = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if meta.get("format") != form:
            raise ValueError(f"format {meta.get('format')!r}")
    return meta, tensors


@contextlib.contextmanager
def reading(path: str | Path, what: str, form: str) -> Iterator[None]:
    """Whatever goes wrong while a file is made sense of is a FileError that says what was expected."""
    from safetensors import SafetensorError

    try:
        yield
    except (
        SafetensorError, ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RuntimeError,
    ) as error:  # fmt: skip
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(f"expected {what} in the format {form}, got {path} ({reason})") from error
