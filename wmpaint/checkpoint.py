"""A state in a file, to go on from: tensors in .safetensors, all else as JSON in its metadata. Of paintings, films and
trainings alike.

    save(path, "painting", known, tensors)        known, tensors = load(path, "painting")
"""

from __future__ import annotations

import json
import math
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from . import tensors as tensor_files
from .files import atomic_path
from .foreign import LIMITS

__all__ = ["FORMAT", "check_tensor", "expecting", "load", "save"]

FORMAT = "wmpaint-checkpoint-3"
_LIMITS = {"painting": LIMITS["checkpoint"], "training": LIMITS["training"]}


def save(path: str | Path, kind: str, known: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Write a state, whole or not at all.

    Args:
        kind: "painting" or "training".
        known: what JSON can hold; NaN and infinities, too.

    Raises:
        FileError: the file cannot be written.
    """
    from safetensors.torch import save_file

    own = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    meta = {"format": FORMAT, "kind": kind, "state": json.dumps(known)}
    with atomic_path(Path(path)) as temporary:
        save_file(own, str(temporary), metadata=meta)


def load(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read a state: what is known, and its tensors; to be made sense of within `expecting`.

    Raises:
        FileError: no such file, or not a checkpoint of that kind.
    """
    meta, tensors = tensor_files.read(path, _LIMITS[kind], FORMAT)
    with expecting(path, kind):
        if meta.get("kind") != kind:
            raise ValueError(f"one of a {str(meta.get('kind'))[:40]}")
        known = tensor_files.metadata_value(meta, "state", finite=False)
        if not isinstance(known, dict):
            raise ValueError("no object in its metadata")
    return known, tensors


def expecting(path: str | Path, kind: str) -> AbstractContextManager[None]:
    """A context in which whatever goes wrong is a FileError that says what was expected of the file."""
    return tensor_files.reading(path, _LIMITS[kind].what, FORMAT)


def check_tensor(
    name: str, tensors: dict[str, Tensor], shape: tuple[int, ...], low: float = -math.inf, high: float = math.inf
) -> Tensor:
    """A float32 tensor of that shape, finite and in that range.

    Raises:
        KeyError, ValueError: there is none.
    """
    value = tensors[name]
    if tuple(value.shape) != shape or value.dtype != torch.float32 or not bool(value.isfinite().all()):
        raise ValueError(f"{name} that is not finite numbers {list(shape)}")
    if value.numel() and not (low <= float(value.min()) and float(value.max()) <= high):
        raise ValueError(f"{name} outside {low:g} to {high:g}")
    return value
