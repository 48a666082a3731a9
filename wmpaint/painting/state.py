"""A run's state in a file: tensors in safetensors, everything else as JSON in its metadata."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import tensors as tensor_files
from ..canvas import Canvas
from ..files import atomic_path
from ..foreign import LIMITS
from ..raster.tiles import Layout
from ..strokes import Strokes

__all__ = ["canvas_of", "load", "save"]

FORMAT = "wmpaint-checkpoint-2"
BINNING = ("tiles", "starts", "strokes")
COLUMNS = {"points": (3, 2), "radius": (), "pressure": (2,), "color": (3,)}
# A little more than a run can reach; the radius is a logarithm.
RANGES = {"points": (-64.0, 64.0), "radius": (-20.0, 2.7), "pressure": (-1.0, 2.0), "color": (-1.0, 2.0)}
MOMENTS = ("step", "exp_avg", "exp_avg_sq")
PARAMETERS: dict[str, Any] = {"brush": str, "strokes": int, "height": int, "steps": int | None}
KNOWN: dict[str, Any] = {
    "parameters": dict, "seed": int, "index": int, "rounds": int, "seconds": float, "loss": float, "terms": dict,
    "painter": str, "canvas": list, "goal": str,
}  # fmt: skip


def save(path: str | Path, known: dict[str, Any], tensors: dict[str, Tensor], layout: Layout | None) -> None:
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


def load(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor], Layout | None]:
    """Read a checkpoint: what is known, its tensors, and the binning in use.

    Raises:
        FileError: no such file, or not a checkpoint.
    """
    meta, tensors = tensor_files.read(path, LIMITS["checkpoint"], FORMAT)
    with tensor_files.reading(path, "a checkpoint", FORMAT):
        known, shape = tensor_files.told(meta, "state", finite=False), tensor_files.told(meta, "layout")
        layout = None
        if shape is not None:
            height, width, tile = (int(number) for number in shape)
            layout = Layout(height, width, tile, *(tensors.pop(f"layout.{name}") for name in BINNING))
        _check(known, tensors, layout)
    return known, tensors, layout


def canvas_of(known: dict[str, Any]) -> Canvas:
    """The canvas of a state: [aspect, background], or with the paper's size after them.

    Raises:
        InputError, TypeError: none that there can be.
    """
    aspect, background, paper = (*known["canvas"], None)[:3]
    return Canvas(aspect, _tuple(background), _tuple(paper))


def _tuple(value: Any) -> Any:
    if value is not None and not isinstance(value, list):
        raise TypeError(f"{value!r} on the canvas")
    return None if value is None else tuple(value)


def _check(known: dict[str, Any], tensors: dict[str, Tensor], layout: Layout | None) -> None:
    """Raise ValueError, KeyError, TypeError or RuntimeError for anything that `Run.resume` could stumble over."""
    for fields, values in ((KNOWN, known), (PARAMETERS, known["parameters"])):
        for name, kind in fields.items():
            if not isinstance(values[name], kind):
                raise ValueError(f"{name} {values[name]!r}")
    torch.Generator().set_state(tensors["generator"])  # which looks at it
    canvas = canvas_of(known)
    if len(known["canvas"]) not in (2, 3) or not isinstance(known["canvas"][0], float):
        raise ValueError(f"a canvas of {known['canvas']!r}")
    numbers = (known["index"], known["rounds"], known["seconds"], *map(float, known["terms"].values()))
    p, seed = known["parameters"], known["seed"]
    whole = 0 <= seed < 1 << 63 and p["strokes"] >= 1 and p["height"] >= 1
    if not whole or not all(map(math.isfinite, numbers)) or min(numbers[:3]) < 0:
        raise ValueError("a state out of range")
    count = len(tensors["points"]) if known["rounds"] else 0
    sizes = tensors.get("sizes")
    fits = sizes is None or (sizes.dtype == torch.int64 and sizes.ndim == 1 and not bool((sizes < 0).any()))
    if not fits or (sizes is not None and int(sizes.sum()) != count):
        raise ValueError(f"rounds that are not of {count} strokes")
    for name in COLUMNS if known["rounds"] else ():
        _check_column(name, tensors, count)
    held = 0
    if p.get("hold"):
        columns = {name: tensors[f"held.{name}"].float() for name in COLUMNS}
        held = len(Strokes(**columns).check())
    if layout is not None:
        layout.check(count + held)
        if canvas.pixels(layout.height) != (layout.height, layout.width):
            raise ValueError("a binning of another canvas")


def _check_column(name: str, tensors: dict[str, Tensor], count: int) -> None:
    """One column of strokes, and Adam's moments of it, if it has taken a step."""
    parts = [f"{name}.{moment}" for moment in MOMENTS if f"{name}.{moment}" in tensors]
    if len(parts) not in (0, len(MOMENTS)):
        raise ValueError(f"{' and '.join(parts)} alone")
    for part in (name, *parts):
        value, shape = tensors[part], () if part.endswith(".step") else (count, *COLUMNS[name])
        if value.shape != shape or value.dtype != torch.float32 or not bool(value.isfinite().all()):
            raise ValueError(f"{part} that are not {count} finite strokes")
        low, high = RANGES[name] if part == name else (-math.inf if part.endswith("exp_avg") else 0.0, math.inf)
        if not bool(((value >= low) & (value <= high)).all()):
            raise ValueError(f"{part} outside {low:g} to {high:g}")
