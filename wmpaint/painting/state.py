"""A run's state in a file: tensors in safetensors, everything else as JSON in its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from ..errors import FileError
from ..files import atomic_path
from ..raster.tiles import Plan

__all__ = ["load", "save"]

FORMAT = "wmpaint-checkpoint-1"
BINNING = ("tiles", "starts", "strokes")


def save(path: str | Path, known: dict[str, Any], tensors: dict[str, Tensor], layout: Plan | None) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        FileError: the file cannot be written.
    """
    from safetensors.torch import save_file

    tensors = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
    shape = None
    if layout is not None:
        shape = [layout.height, layout.width, layout.tile]
        tensors |= {f"layout.{name}": getattr(layout, name).contiguous().clone() for name in BINNING}
    meta = {"format": FORMAT, "state": json.dumps(known), "layout": json.dumps(shape)}
    with atomic_path(Path(path)) as temporary:
        save_file(tensors, str(temporary), metadata=meta)


def load(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor], Plan | None]:
    """Read a checkpoint: what is known, its tensors, and the binning in use.

    Raises:
        FileError: no such file, or not a checkpoint.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise FileError(f"expected a checkpoint, and there is none at {path}")
    try:
        with safe_open(str(path), "pt") as file:
            meta = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if meta.get("format") != FORMAT:
            raise ValueError(f"format {meta.get('format')!r}")
        known, shape = json.loads(meta["state"]), json.loads(meta["layout"])
        layout = None
        if shape is not None:
            height, width, tile = (int(number) for number in shape)
            layout = Plan(height, width, tile, *(tensors.pop(f"layout.{name}") for name in BINNING))
        _check(known, tensors)
    except (SafetensorError, ValueError, KeyError, TypeError, IndexError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(f"expected a checkpoint in the format {FORMAT}, got {path} ({reason})") from error
    return known, tensors, layout


def _check(known: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    for name in ("parameters", "seed", "index", "rounds", "seconds", "loss", "terms", "painter", "canvas", "target"):
        if name not in known:
            raise ValueError(f"no {name}")
    if known["rounds"] and any(not bool(tensors[name].isfinite().all()) for name in ("points", "radius", "pressure")):
        raise ValueError("strokes that are not finite")
