"""A training's whole state in one .safetensors file: tensors by name, and numbers as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import FileError
from ..files import atomic_path

__all__ = ["load", "plain", "read", "save"]

FORMAT = "wmpaint-training-1"


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
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise FileError(f"expected a checkpoint of a training, and there is none at {path}")
    try:
        with safe_open(str(path), "pt") as file:
            meta = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if meta.get("format") != FORMAT:
            raise ValueError(f"format {meta.get('format')!r}")
        known = json.loads(meta["known"])
        if not isinstance(known, dict):
            raise ValueError("no object in its metadata")
        if not all(bool(value.isfinite().all()) for value in tensors.values() if value.is_floating_point()):
            raise ValueError("numbers that are not finite")
        return known, tensors
    except (SafetensorError, ValueError, KeyError) as error:
        raise _no_checkpoint(path, error) from error


def load(
    path: str | Path, tensors: dict[str, Tensor], like: dict[str, Any]
) -> tuple[dict[str, Any], Tensor, dict[str, Tensor]]:
    """(state, the generator's state, extra) of a checkpoint's tensors, for a training whose state is `like` it.

    Raises:
        FileError: tensors of other networks.
    """
    try:
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
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_checkpoint(path, error) from error


def _no_checkpoint(path: str | Path, error: Exception) -> FileError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FileError(f"expected a training's checkpoint in the format {FORMAT}, got {path} ({reason})")
