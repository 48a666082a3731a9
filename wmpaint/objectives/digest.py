"""What an objective consists of, as bytes, so that another goal is noticed: `atoms(goal, {})`."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np
from torch import Tensor, nn

__all__ = ["atoms"]


def atoms(value: Any, seen: dict[int, Any]) -> Iterator[bytes]:
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
            parts = [value.__qualname__, value.__code__, cells, value.__defaults__, value.__kwdefaults__]
        elif isinstance(value, CodeType):
            parts = [value.co_code, value.co_consts, value.co_names]
        elif isinstance(value, MethodType):
            parts = [value.__func__, value.__self__]
        elif isinstance(value, functools.partial):
            parts = [value.func, value.args, value.keywords]
        elif getattr(value, "is_objective", False):
            parts = [{k: v for k, v in vars(value).items() if not k.startswith("_cache")}]
        elif hasattr(value, "__dict__") and not isinstance(value, type):
            parts = [vars(value)]
        parts = list(parts)
        yield _atom(type(value).__name__, str(len(parts)).encode())
        for part in parts:
            yield from atoms(part, seen)


def _atom(kind: str, data: bytes) -> bytes:
    return f"{kind} {len(data)} ".encode() + data
