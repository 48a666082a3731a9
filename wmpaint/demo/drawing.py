"""What a visitor draws by hand, as strokes: `strokes_of('[{"points": [[0.1, 0.2, 0.5], …], …}]')`."""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from torch import Tensor

from ..data.curves import quadratics
from ..errors import FileError, InputError
from ..foreign import LIMITS, json_value
from ..strokes import Strokes

__all__ = ["MOST_LINES", "numbers_of", "strokes_of"]

MOST_LINES, MOST_POINTS, MOST_IN_ALL = 400, 4000, 40_000
LONGEST = 250.0  # canvas units of all lines together
NEAR, FINEST = 0.15, 0.002  # how far curves may be off, in radii; and at least, in canvas units
SMALLEST, LARGEST = 0.002, 0.3  # radius, canvas units
PIECE = 0.5  # canvas units of a line that are fitted at once
REACH = 2.0  # canvas units from the middle


def strokes_of(text: Any) -> Strokes:
    """The curves that lines drawn by hand are made of.

    Args:
        text: JSON, a list of lines {"points": [[x, y, pressure], …], "color": "#rrggbb", "radius": r}, canvas units.

    Raises:
        InputError: anything else, too much of it, or numbers out of range.
    """
    lines = [_line(number, line) for number, line in enumerate(_given(text))]
    way = sum(float((points[1:, :2] - points[:-1, :2]).norm(dim=1).sum()) for points, _, _ in lines)
    if sum(len(points) for points, _, _ in lines) > MOST_IN_ALL or way > LONGEST:
        raise InputError("expected a drawing that is not quite so long: clear some of it")
    return Strokes.cat([_stroke(*line) for line in lines])


def numbers_of(text: Any) -> list[int]:
    """The numbers that the page gave the lines of a drawing; none of what is not a drawing."""
    try:
        given = _given(text)
    except InputError:
        return []
    numbers = [line.get("n") for line in given if isinstance(line, dict)]
    return [number for number in numbers if isinstance(number, int)]


def _given(text: Any) -> list[Any]:
    limit = LIMITS["hand"]
    if not isinstance(text, str) or len(text) > limit.bytes:
        raise InputError("expected a drawing of some lines, got none or too much of it")
    try:
        given = json_value(text or "[]", limit, "your drawing")
    except FileError as error:
        raise InputError(str(error)) from error
    if not isinstance(given, list) or len(given) > MOST_LINES:
        raise InputError(f"expected a drawing of at most {MOST_LINES} lines")
    return given


def _line(number: int, line: Any) -> tuple[Tensor, tuple[float, float, float], float]:
    try:
        points = [[float(value) for value in point] for point in line["points"]]
        color, radius = str(line["color"]), float(line["radius"])
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise InputError(f"expected line {number} as points (x, y, pressure), a color and a radius") from error
    fine = all(len(point) == 3 and all(map(math.isfinite, point)) for point in points)
    inside = fine and all(max(abs(x - 0.5), abs(y - 0.5)) <= REACH and 0 <= p <= 1 for x, y, p in points)
    if not 1 <= len(points) <= MOST_POINTS or not inside or not re.fullmatch("#[0-9a-fA-F]{6}", color):
        raise InputError(
            f"expected line {number} of 1 to {MOST_POINTS} points near the canvas, in a color like #1d4ed8"
        )
    if not SMALLEST <= radius <= LARGEST:
        raise InputError(f"expected a radius of {SMALLEST:g} to {LARGEST:g} of line {number}, got {radius:g}")
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return torch.tensor(points), (red, green, blue), radius


def _stroke(points: Tensor, rgb: tuple[float, float, float], radius: float) -> Strokes:
    """A line of K points (x, y, pressure), as quadratic curves that meet."""
    path, pressure = points[:, :2], points[:, 2]
    steps = (path[1:] - path[:-1]).norm(dim=1)
    length = float(steps.sum())
    if length < 1e-4:  # a touch
        spot = path[:1] + torch.tensor([[-0.5, 0.0], [0.0, 0.0], [0.5, 0.0]]) * 0.1 * radius
        return Strokes(
            spot[None], torch.tensor([radius]), pressure[:1].clamp(0.05, 1).expand(1, 2).clone(), torch.tensor([rgb])
        )
    moved = torch.cat([torch.tensor([True]), steps > 1e-6])
    path, pressure = path[moved], pressure[moved]
    curves = torch.cat(quadratics(_pieces(path), tolerance=max(NEAR * radius, FINEST)))
    # How firmly the pen was pressed where curves begin and end: by their share of the way.
    along = torch.cat([torch.zeros(1), (path[1:] - path[:-1]).norm(dim=1).cumsum(0)]) / length
    sizes = (curves[:, 1:] - curves[:, :-1]).norm(dim=2).sum(1)
    places = torch.cat([torch.zeros(1), sizes.cumsum(0)]) / sizes.sum()
    at = torch.searchsorted(along, places.clamp(0, 1)).clamp(1, len(along) - 1)
    span = (along[at] - along[at - 1]).clamp(min=1e-9)
    share = ((places - along[at - 1]) / span).clamp(0, 1)
    firm = torch.lerp(pressure[at - 1], pressure[at], share).clamp(0.05, 1)
    n = len(curves)
    return Strokes(
        curves,
        torch.full((n,), radius),
        torch.stack([firm[:-1], firm[1:]], 1),
        torch.tensor([rgb]).expand(n, 3).clone(),
    )


def _pieces(path: Tensor) -> list[Tensor]:  # [K, 2] -> [C, 4, 2] each
    """A line in parts that are short enough to be fitted closely; straight from point to point, as cubic curves."""
    a, b = path[:-1], path[1:]
    cubics = torch.stack([a, torch.lerp(a, b, 1 / 3), torch.lerp(a, b, 2 / 3), b], 1)
    along = (b - a).norm(dim=1).cumsum(0)
    parts = max(1, math.ceil(float(along[-1]) / PIECE))
    index = ((along - 1e-6) / along[-1] * parts).clamp(0, parts - 1).long()
    return [cubics[index == k] for k in range(parts) if bool((index == k).any())]
