"""Tensors in .safetensors files that name their format: `meta, tensors = read(path, "a painter", FORMAT)`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import FileError, WmpaintError, clipped
from .foreign import LIMITS, Limit, foreign, json_value, open_limited

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["metadata_value", "read", "reading"]

_NOTES = LIMITS["notes"]
_MOST_TENSORS = 10_000


def read(path: str | Path, limit: Limit, form: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What a file says of itself, and its tensors by name.

    Args:
        limit: of what it should be.
        form: that its "format" must name.

    Raises:
        FileError: no such file, a larger one, another format, or nothing that can be read.
    """
    from safetensors import safe_open

    with open_limited(path, limit) as file:  # the header is read whole by the library, which lets it have 100 MB
        size = int.from_bytes(file.read(8), "little")
        header = file.read(min(size, _NOTES.bytes))
    shown = clipped(repr(str(path)), 160)
    if len(header) == size and header.count(b"{") > _MOST_TENSORS:
        raise FileError(f"expected {limit.what} of at most {_MOST_TENSORS:,} tensors, got more in {shown}")
    if size > _NOTES.bytes:
        raise FileError(
            f"expected {limit.what} in the format {form}, of a header of at most {_NOTES.bytes:,} bytes, got {shown}"
        )
    with reading(path, limit.what, form), safe_open(str(path), "pt") as opening:
        meta = opening.metadata() or {}
        if meta.get("format") != form:
            raise ValueError(f"format {clipped(repr(meta.get('format')), 60)}")
        tensors = {name: opening.get_tensor(name) for name in opening.keys()}  # noqa: SIM118
    return meta, tensors


def metadata_value(meta: dict[str, str], key: str, *, finite: bool = True) -> Any:
    """What a file's metadata says of this, as JSON; if not `finite`, NaN and infinities are numbers, too.

    Raises:
        KeyError: nothing. FileError: no JSON, or too much of it.
    """
    return json_value(meta[key], _NOTES, key, finite=finite)


@contextlib.contextmanager
def reading(path: str | Path, what: str, form: str) -> Iterator[None]:
    """Whatever goes wrong while a file is made sense of is a FileError that says what was expected."""
    shown = clipped(repr(str(path)), 160)
    with foreign(f"{what} in the format {form}", path):
        try:
            yield
        except WmpaintError as error:  # of values, which names no file
            raise FileError(f"expected {what} in the format {form}, got {shown}: {error}") from error
