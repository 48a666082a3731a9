"""Strokes as an SVG's shapes: lines, outlines, or stacked outlines that look like the brush."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor

from ... import checks
from ...canvas import Canvas
from ...color import to_hex
from ...errors import InputError
from ...light import USUAL, Light
from ...medium import Medium, Trail
from ...strokes import Strokes
from ..curves import svg_number
from ..ribbons import ribbons
from .areas import Outlines, stroke_areas
from .hairs import decimals, trail_paths
from .page import UNITS, Shape

__all__ = ["STYLES", "Drawn", "stroke_shapes"]

STYLES = ("lines", "outline", "brush")
_MOST_LEVELS = 64
_DIGITS = 1  # of outlines' path data: a tenth of a unit is 0.05 pixels of a picture 512 pixels high
_OFF = 0.1  # pixels of the planned height that an outline may be off


class Drawn(TypedDict, total=False):
    """What `stroke_shapes` is told beside the style."""

    width: float | Tensor
    opacity: float | Tensor
    medium: Medium | None
    levels: int
    trails: Mapping[int, Trail] | None
    light: Light | None


def stroke_shapes(
    strokes: Strokes,
    canvas: Canvas,
    style: str,
    *,
    width: float | Tensor = 1.0,  # scalar or [N]
    opacity: float | Tensor = 1.0,  # scalar or [N]
    medium: Medium | None = None,
    height: int = 512,
    levels: int = 16,
    trails: Mapping[int, Trail] | None = None,
    light: Light | None = None,
) -> list[Shape]:
    """The shapes of strokes that are not lifted, in paint order.

    - "lines": a path a stroke, with its exact Bezier curve and color. Its stroke-width is 2 · radius · `width`;
      what a brush does along and across a stroke is for the other styles.
    - "outline": a filled path a stroke, as wide as the medium paints it from place to place, of one opacity.
    - "brush": a group of such paths a stroke, above each other, that together have the brush's soft edges; or, of
      strokes with `trails`, a path for each tuft of hairs, to where it runs dry, in its own tint and in a `light`.

    Args:
        width: of lines: painted width as a share of the brush's diameter, one for all or one a stroke.
        opacity: of lines: 0..1, one for all or one a stroke.
        medium: what paints the strokes; "outline" and "brush" look at it.
        height: pixels of the canvas that the strokes are meant for, for the medium.
        levels: of "brush": outlines a stroke at most, 2 to 64; large soft strokes need the most.
        trails: of "brush": what hairs leave, by the strokes' numbers.
        light: on those; None is the usual one.

    Raises:
        InputError: strokes out of range, `width` or `opacity` of another length, negative or not finite, another
            style, a style that needs a medium without one, or levels out of range.
    """
    checks.one_of("style …", style, STYLES)
    levels = checks.whole("… levels", levels, 2, _MOST_LEVELS)
    strokes.check()  # before rounding: the least radius in float32 is a little less in float64
    canvas.pixels(height)
    if style == "lines":
        return _lines(strokes, width, opacity)
    if medium is None:
        raise InputError(f"expected a medium for the style {style}, which shows what it paints, got none")
    if style == "outline":
        return _areas(strokes, canvas, medium, height, 1)
    found = [_hairs(strokes, k, trail, light or USUAL) for k, trail in (trails or {}).items() if strokes.present[k]]
    rest = strokes.present.clone()
    rest[list(trails or {})] = False
    if bool(rest.any()):
        found += _areas(strokes.where(rest), canvas, medium, height, levels)
    return sorted((shape for shape in found if shape is not None), key=lambda shape: shape.stroke)


def _hairs(strokes: Strokes, number: int, trail: Trail, light: Light) -> Shape | None:
    """A stroke as the paths of its hairs; None where there is nothing to see."""
    found = trail_paths(trail, light)
    if not found:
        return None
    paths, tints = zip(*found, strict=True)
    corners = np.concatenate([trail.places - trail.sides, trail.places + trail.sides]) * UNITS
    (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
    x, y = (strokes.points[number, 0] * UNITS).tolist()
    return Shape(
        number, to_hex(strokes.color[number].tolist()), tuple((d, 1.0) for d in paths), (x, y),
        box=(left, top, right, bottom), tints=tints,
    )  # fmt: skip


def _lines(strokes: Strokes, width: float | Tensor, opacity: float | Tensor) -> list[Shape]:
    """Each stroke as one quadratic path with round caps, of one width and one opacity."""
    strokes = strokes.detach().to("cpu", torch.float64)
    widths = _column("width", width, len(strokes)) * 2 * strokes.radius
    opacities = _column("opacity", opacity, len(strokes)).clamp(0, 1)
    rows = zip(
        strokes.present.tolist(),
        (strokes.points * UNITS).reshape(-1, 6).tolist(),
        (widths * UNITS).tolist(),
        opacities.tolist(),
        strokes.color.tolist(),
        strict=True,
    )
    shapes = []
    for k, (present, curve, wide, clear, color) in enumerate(rows):
        if present:
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


def _areas(strokes: Strokes, canvas: Canvas, medium: Medium, height: int, levels: int) -> list[Shape]:
    """Each stroke as outlines of rising opacity, as the medium paints it."""
    numbers = strokes.present.nonzero()[:, 0].tolist()
    strokes = strokes.shown()
    bent = ribbons(medium, strokes, height=height)
    found = stroke_areas(bent, strokes, canvas, levels=levels, tolerance=_OFF / height)
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
        text.append(f"M{decimals(tenths[0, 0].tolist())}c{decimals(steps.ravel().tolist())}z")
    return "".join(text)


def _box(layers: tuple[Outlines, ...]) -> tuple[float, float, float, float]:
    corners = np.concatenate([curves.reshape(-1, 2) for curves in layers[0].outlines]) * UNITS
    left, top = corners.min(0).tolist()
    right, bottom = corners.max(0).tolist()
    return left, top, right, bottom
