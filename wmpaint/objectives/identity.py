"""What says that a goal is the same as another: `identity(spec)`, a hash of plain values, tensors and weights.

Code counts by its name and source text, not by what a Python makes of it, so that a newer one goes on with a painting;
our own by its name and what it has caught.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType
from typing import Any

import numpy as np
from torch import Tensor, nn

__all__ = ["identity"]


def identity(spec: Any) -> str:
    """SHA-256 of nested values, in hexadecimal: tensors and networks by their numbers, functions by name, source text
    and what they have caught, other objects by what they are made of.
    """
    state = hashlib.sha256()
    for part in _atoms(spec, {}):
        state.update(part)
    return state.hexdigest()


def _atoms(value: Any, seen: dict[int, Any]) -> Iterator[bytes]:
    """The bytes of nested values, each with its kind and length before it.

    `seen` keeps what was visited, since the id of what is gone may come again.
    """
    if isinstance(value, Tensor | np.ndarray):
        array = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
        yield _atom("array", f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    elif isinstance(value, str | bytes | int | float | complex | None):
        yield _atom(type(value).__name__, repr(value).encode())
    elif id(value) in seen:
        yield _atom("again", b"")
    else:
        seen[id(value)] = value
        parts: Any = ()
        if isinstance(value, Mapping):
            parts = [part for pair in sorted(value.items(), key=lambda pair: repr(pair[0])) for part in pair]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        elif isinstance(value, nn.Module):
            parts = [getattr(value, "name", ""), dict(value.state_dict())]
        elif isinstance(value, FunctionType):
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
            name = f"{value.__module__}.{value.__qualname__}"
            parts = [name, "" if _ours(value) else _source(value), cells, value.__defaults__, value.__kwdefaults__]
        elif isinstance(value, MethodType):
            parts = [value.__func__, value.__self__]
        elif isinstance(value, functools.partial):
            parts = [value.func, value.args, value.keywords]
        elif callable(getattr(value, "spec", None)):
            parts = [value.spec()]
        elif hasattr(value, "__dict__") and not isinstance(value, type):
            parts = [vars(value)]
        parts = list(parts)
        yield _atom(type(value).__name__, str(len(parts)).encode())
        for part in parts:
            yield from _atoms(part, seen)


def _ours(function: FunctionType) -> bool:
    """Whether it is of this package, where a name stands for what is meant, however it is written next year."""
    return str(function.__module__).partition(".")[0] == __name__.partition(".")[0]


def _source(function: FunctionType) -> str:
    """The text that a function was written as, where there is one."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):  # typed into an interpreter, or made by a program
        return ""


def _atom(kind: str, data: bytes) -> bytes:
    return f"{kind} {len(data)} ".encode() + data
