"""A training's whole state in one .safetensors file: tensors by name, and numbers as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import tensors as tensor_files
from ..files import atomic_path
from ..foreign import LIMITS

__all__ = ["load", "plain", "read", "save"]

FORMAT, WHAT = "wmpaint-training-1", LIMITS["training"].what


def plain(value: Any) -> Any:
    """A value as JSON gives it back."""
    return json.loads(json.dumps(value))


def save(
    path: str | Path, known: dict[str, Any], state: dict[str, Any], generator: torch.Generator, extra: dict[str, Tensor]
) -> None:
    """Write it.

    Args:
        known: what JSON can hold.
        state: state_dicts of networks and of Adam optimizers, whose names end in "optimizer".
        extra: tensors of lessons under way.
    """
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {"generator": generator.get_state()}
    for name, part in state.items():
        if name.endswith("optimizer"):
            for number, moments in part["state"].items():
                tensors |= {f"{name}/{number}/{key}": torch.as_tensor(value) for key, value in moments.items()}
        else:
            tensors |= {f"{name}/{key}": value for key, value in part.items()}
    tensors |= {f"extra/{key}": value for key, value in extra.items()}
    own = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with atomic_path(Path(path)) as temporary:
        save_file(own, str(temporary), metadata={"format": FORMAT, "known": json.dumps(known, allow_nan=False)})


def read(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """What JSON held, and all tensors by name.

    Raises:
        FileError: no checkpoint, or one of another version.
    """
    meta, tensors = tensor_files.read(path, LIMITS["training"], FORMAT)
    with tensor_files.reading(path, WHAT, FORMAT):
        known = tensor_files.told(meta, "known")
        if not isinstance(known, dict):
            raise ValueError("no object in its metadata")
        if not all(bool(value.isfinite().all()) for value in tensors.values() if value.is_floating_point()):
            raise ValueError("numbers that are not finite")
    return known, tensors


def load(
    path: str | Path, tensors: dict[str, Tensor], like: dict[str, Any]
) -> tuple[dict[str, Any], Tensor, dict[str, Tensor]]:
    """(state, the generator's state, extra) of a checkpoint's tensors, for a training whose state is `like` it.

    Raises:
        FileError: tensors of other networks.
    """
    with tensor_files.reading(path, WHAT, FORMAT):
        state: dict[str, Any] = {}
        for name, part in like.items():
            mine = {key[len(name) + 1 :]: value for key, value in tensors.items() if key.startswith(f"{name}/")}
            if not name.endswith("optimizer"):
                if mine.keys() != part.keys() or any(mine[k].shape != part[k].shape for k in mine):
                    raise ValueError(f"another {name}")
                state[name] = mine
                continue
            moments: dict[int, dict[str, Tensor]] = {}
            for key, value in mine.items():
                number, _, moment = key.partition("/")
                moments.setdefault(int(number), {})[moment] = value
            state[name] = {"state": moments, "param_groups": part["param_groups"]}
        extra = {key[6:]: value for key, value in tensors.items() if key.startswith("extra/")}
        return state, tensors["generator"], extra
