"""What the hairs of oil strokes leave, for whoever draws with lines: `trails(canvas, strokes, …) -> [Trail]`.

The same functions of place, brush and seed as in a picture (`hairs.py`), looked at along lines rather than at pixels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import loops
from ...canvas import Canvas
from ...frame import Frame
from ...medium import Trail
from ...surface import MIDDLE, heights, roughness
from ...surface import USUAL as USUAL_SURFACE
from .brush import STATIONS, Hairs

__all__ = ["trails"]

HAIRS = "wmpaint.media.oil.hairs"
BEYOND = 1.2  # radii that paint reaches beyond a curve's ends
SEEN = 0.45  # of a line's width: what is finer has its mean
POINTS = 65  # of a curve
GROUND = 1024  # pixels of the surface that hairs catch
STEPS, MOST = 16, 600  # places along a stroke, at least and at most


def trails(
    canvas: Canvas, told: tuple[Any, ...], carry: np.ndarray, which: np.ndarray, finest: float, even: bool
) -> list[Trail]:
    """The trails of some strokes; see `wmpaint.medium.HasTrails`.

    Args:
        told: all strokes, as `program.told` tells the loops of them.
        carry: what each drags along, as of `hairs.pick_up`.
        which: places among them.
    """
    (cells, b, seeds), points, radius, (press, charge, stiff, color), unit = told
    hairs = loops.module(HAIRS)
    found, size = [], Frame(canvas, GROUND if canvas.aspect <= 4 else max(1, int(4 * GROUND / canvas.aspect)))
    kind = canvas.surface or USUAL_SURFACE
    surface, rough = heights(kind, size), roughness(kind, size.height)
    for k in which:
        edges = _edges(cells[k], b, finest / radius[k], even)
        pixel = SEEN * 2 / len(edges)
        t, at, places, along = _walk(points[k], radius[k], pixel)
        force = press[k, 0] + (press[k, 1] - press[k, 0]) * t
        wide = radius[k] * (b.thinnest + (1 - b.thinnest) * force)
        sides, across = np.stack([along[:, 1], -along[:, 0]], 1) * wide[:, None], edges.mean(1)
        places -= hairs.wander(seeds[k], at)[:, None] * sides
        x, y = ((places + across[:, None, None] * sides) * size.height).astype(int).transpose(2, 0, 1)
        tooth = surface[y.clip(0, size.size[0] - 1), x.clip(0, size.size[1] - 1)]
        if even:
            tooth = np.full_like(tooth, MIDDLE)
        row = np.zeros((len(edges), len(at), 6))
        length = at[-1] - BEYOND
        hairs.follow(cells[k], b, seeds[k], at, across, force, length, charge[k], stiff[k], pixel, tooth, rough, row)
        alpha = row[..., 0]
        tall = np.where(alpha > 0, row[..., 1] * unit[k], 0.0)
        found.append(Trail(places, sides, edges, alpha, tall, _colors(row, color[k], carry[k], t, b)))
    return found


def _edges(cells: np.ndarray, b: Hairs, finest: float, even: bool) -> np.ndarray:  # [K, 2], -1..1
    """Where lines lie across: evenly, or as strands, or as locks or some of them together."""
    if even:
        cuts = np.linspace(-1, 1, max(round(2 / finest), 1) + 1)
    else:
        fine = 2 / b.strands >= finest
        first, count = (b.locks + 1, b.strands) if fine else (0, b.locks)
        together = 1 if fine else math.ceil(count * min(finest, 2) / 2)
        kept = [*range(0, count, together), count]
        cuts = cells[first : first + count + 1, 0][kept] / count * 2.0 - 1
    return np.stack([cuts[:-1], cuts[1:]], 1).astype(float)


def _walk(curve: np.ndarray, radius: float, pixel: float) -> tuple[np.ndarray, ...]:
    """(parameter, radii along, place, direction) at even steps along a curve and beyond both its ends."""
    t = np.linspace(0, 1, POINTS)[:, None]
    a, b = curve[0] - 2 * curve[1] + curve[2], 2 * (curve[1] - curve[0])
    points, ways = (a * t + b) * t + curve[0], 2 * a * t + b
    if np.abs(ways).max() < 1e-6:
        ways = ways + np.array([1.0, 0.0])  # a dot has a direction too
    ways = ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-12)
    far = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]) / radius
    count = int(np.clip((far[-1] + 2 * BEYOND) / pixel, STEPS, MOST))
    at = np.linspace(-BEYOND, far[-1] + BEYOND, count)
    inside = np.clip(at, 0, far[-1])

    def there(values: np.ndarray) -> np.ndarray:
        return np.interp(inside, far, values)

    along = np.stack([there(ways[:, 0]), there(ways[:, 1])], 1)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    places = np.stack([there(points[:, 0]), there(points[:, 1])], 1) + along * ((at - inside) * radius)[:, None]
    return there(t[:, 0]), at, places, along


def _colors(row: np.ndarray, color: np.ndarray, carry: np.ndarray, t: np.ndarray, b: Hairs) -> np.ndarray:
    """[K, S, 3]: a stroke's own color, what it drags along, and the tint of its hairs."""
    lock = np.clip(row[..., 4], 0, b.locks - 1.001)
    i, place = lock.astype(int), t * STATIONS
    k = np.minimum(place.astype(int), STATIONS - 1)
    lf, kf = (lock - i)[..., None], (place - k)[:, None]
    below, above = (carry[k, j] * (1 - kf) + carry[k + 1, j] * kf for j in (i, i + 1))
    paint = color + b.wet * (below * (1 - lf) + above * lf - color)
    paint = paint + row[..., 2:3] * (0.25 + paint) + row[..., 3:4] * (1 - np.arange(3))
    found: np.ndarray = np.clip(paint, 0, 1)
    return found
