"""Strokes as plain lines: one quadratic path a stroke, round caps, one width and one opacity each."""

from __future__ import annotations

import torch
from torch import Tensor

from ...color import to_hex
from ...errors import InputError
from ...strokes import Strokes
from ..curves import svg_number
from .page import UNITS, Shape

__all__ = ["line_shapes"]


def line_shapes(
    strokes: Strokes,
    width: float | Tensor = 1.0,  # scalar or [N]
    opacity: float | Tensor = 1.0,  # scalar or [N]
) -> list[Shape]:
    """Each stroke that is not lifted as a line of its exact Bezier curve, 2 · radius · `width` wide.

    Raises:
        InputError: `width` or `opacity` of another length, negative or not finite.
    """
    strokes = strokes.detach().to("cpu", torch.float64)
    widths = _column("width", width, len(strokes)) * 2 * strokes.radius
    opacities = _column("opacity", opacity, len(strokes)).clamp(0, 1)
    lifted = [False] * len(strokes) if strokes.lifted is None else strokes.lifted.tolist()
    rows = zip(
        (strokes.points * UNITS).reshape(-1, 6).tolist(),
        (widths * UNITS).tolist(),
        opacities.tolist(),
        strokes.color.tolist(),
        strict=True,
    )
    shapes = []
    for k, (curve, wide, clear, color) in enumerate(rows):
        if lifted[k]:
            continue
        x0, y0, x1, y1, x2, y2 = map(svg_number, curve)
        d = f"M{x0} {y0}Q{x1} {y1} {x2} {y2}"
        shapes.append(Shape(k, to_hex(color), ((d, clear),), (curve[0], curve[1]), width=wide))
    return shapes


def _column(name: str, value: float | Tensor, count: int) -> Tensor:  # [count]
    column = torch.as_tensor(value, dtype=torch.float64).detach().cpu()
    if column.ndim == 0:
        column = column.expand(count)
    if tuple(column.shape) != (count,):
        raise InputError(f"expected {name} to be one number or {count} of them, got shape {tuple(column.shape)}")
    if not (torch.isfinite(column).all() and (column >= 0).all()):
        raise InputError(f"expected {name} of finite numbers, 0 or more, got {column.tolist()[:8]}")
    return column
