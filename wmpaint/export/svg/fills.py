"""Strokes as filled paths: their outline, or stacked outlines that look like the brush."""

from __future__ import annotations

import numpy as np

from ...canvas import Canvas
from ...color import to_hex
from ...medium import Medium
from ...strokes import Strokes
from ..ribbons import ribbons
from .areas import Outlines, stroke_areas
from .page import UNITS, Shape

__all__ = ["brush_shapes", "outline_shapes"]

_DIGITS = 1  # of path data: a tenth of a unit is 0.05 pixels of a picture 512 pixels high
_OFF = 0.1  # pixels of the planned height that an outline may be off


def outline_shapes(strokes: Strokes, canvas: Canvas, medium: Medium, *, height: int) -> list[Shape]:
    """One outline a stroke, of its width and opacity as the medium paints it.

    Args:
        height: pixels of the canvas that the strokes are meant for.
    """
    return _shapes(strokes, canvas, medium, height, levels=1)


def brush_shapes(strokes: Strokes, canvas: Canvas, medium: Medium, *, height: int, levels: int = 16) -> list[Shape]:
    """Outlines of rising opacity for each stroke, at most `levels`, which together have the brush's soft edges."""
    return _shapes(strokes, canvas, medium, height, levels=max(levels, 2))


def _shapes(strokes: Strokes, canvas: Canvas, medium: Medium, height: int, *, levels: int) -> list[Shape]:
    numbers = list(range(len(strokes)))
    if strokes.lifted is not None:
        numbers = (~strokes.lifted).nonzero()[:, 0].tolist()
        strokes = strokes[numbers].replace(lifted=None)
    found = stroke_areas(
        ribbons(medium, strokes, height=height), strokes, canvas, levels=levels, tolerance=_OFF / height
    )
    starts, colors = strokes.points[:, 0].tolist(), strokes.color.tolist()
    shapes = []
    for k, layers, start, color in zip(numbers, found, starts, colors, strict=True):
        if layers:  # else there is nothing to see
            paths = tuple((_data(layer), layer.opacity) for layer in layers)
            x, y = start[0] * UNITS, start[1] * UNITS
            shapes.append(Shape(k, to_hex(color), paths, (x, y), box=_box(layers)))
    return shapes


def _data(layer: Outlines) -> str:
    """Path data: each outline from its first point on, relative to the point before, which is a rounded one."""
    text = []
    for curves in layer.outlines:
        tenths = np.round(curves * (UNITS * 10**_DIGITS)).astype(int)
        steps = tenths[:, 1:] - tenths[:, :1]
        text.append(f"M{_join(tenths[0, 0].tolist())}c{_join(steps.ravel().tolist())}z")
    return "".join(text)


def _join(tenths: list[int]) -> str:
    """Whole tenths as decimals in the fewest characters: a minus or a second point also separates."""
    out: list[str] = []
    point = False
    for value in tenths:
        whole, part = divmod(abs(value), 10)
        text = ("-" if value < 0 else "") + (str(whole) if whole or not part else "") + (f".{part}" if part else "")
        if out and not (text[0] == "-" or (text[0] == "." and point)):
            out.append(" ")
        out.append(text)
        point = bool(part)
    return "".join(out)


def _box(layers: tuple[Outlines, ...]) -> tuple[float, float, float, float]:
    corners = np.concatenate([curves.reshape(-1, 2) for curves in layers[0].outlines]) * UNITS
    left, top = corners.min(0).tolist()
    right, bottom = corners.max(0).tolist()
    return left, top, right, bottom
