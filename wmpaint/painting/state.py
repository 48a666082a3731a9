"""A run's state in a file: tensors in safetensors, everything else as JSON in its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import FileError
from ..files import atomic_path
from ..raster.tiles import Plan

__all__ = ["load", "save"]

FORMAT = "wmpaint-checkpoint-2"
BINNING = ("tiles", "starts", "strokes")
COLUMNS = {"points": (3, 2), "radius": (), "pressure": (2,), "color": (3,)}
PARAMETERS: dict[str, Any] = {"brush": str, "strokes": int, "height": int, "steps": int | None}
KNOWN: dict[str, Any] = {
    "parameters": dict, "seed": int, "index": int, "rounds": int, "seconds": float, "loss": float, "terms": dict,
    "painter": str, "canvas": list, "goal": str,
}  # fmt: skip


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
        _check(known, tensors, layout)
    except (SafetensorError, ValueError, KeyError, TypeError, IndexError, ArithmeticError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(f"expected a checkpoint in the format {FORMAT}, got {path} ({reason})") from error
    return known, tensors, layout


def _check(known: dict[str, Any], tensors: dict[str, Tensor], layout: Plan | None) -> None:
    """Raise ValueError, KeyError or TypeError for anything that `Run.resume` could stumble over."""
    for fields, values in ((KNOWN, known), (PARAMETERS, known["parameters"])):
        for name, kind in fields.items():
            if not isinstance(values[name], kind):
                raise ValueError(f"{name} {values[name]!r}")
    aspect, _ = known["canvas"]
    chance = torch.Generator().get_state()
    same = tensors["generator"].dtype == chance.dtype and tensors["generator"].shape == chance.shape
    if not same or not isinstance(aspect, float) or known["index"] < 0:
        raise ValueError("a state out of range")
    count = len(tensors["points"]) if known["rounds"] else 0
    for name, shape in COLUMNS.items() if known["rounds"] else ():
        for part in (name, f"{name}.exp_avg", f"{name}.exp_avg_sq"):
            value = tensors.get(part, tensors[name])
            if value.shape != (count, *shape) or value.dtype != torch.float32 or not bool(value.isfinite().all()):
                raise ValueError(f"{part} that are not {count} finite strokes")
    if layout is not None:  # the compiled loops trust it
        tiles, starts, strokes = layout.tiles, layout.starts, layout.strokes
        total = -(-layout.height // layout.tile) * layout.across
        whole = all(value.dtype == torch.int64 and value.ndim == 1 for value in (tiles, starts, strokes))
        if not whole or len(starts) != len(tiles) + 1 or starts[0] != 0 or starts[-1] != len(strokes):
            raise ValueError("a broken binning")
        inside = ((value < limit) & (value >= 0) for value, limit in ((strokes, count), (tiles, total)))
        if bool((starts.diff() < 0).any()) or not all(bool(good.all()) for good in inside):
            raise ValueError("a binning out of range")
