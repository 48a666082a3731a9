"""Strokes as filled areas, in levels of alpha: `stroke_areas(ribbons, strokes, canvas, levels=1) -> of each stroke`.

With one level an area is the stroke's outline, filled with one opacity. With more it is a stack of outlines, each
within the one beneath it, whose opacities add up to the brush's own alpha in steps. Levels and outlines are those
that come nearest to the mean alpha in squares (Lloyd, "Least squares quantization in PCM", 1982). Outlines are the
`contours` of a field, by contourpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...canvas import Canvas
from ...strokes import Strokes
from ..curves import fit_loops
from ..ribbons import Patch, StraightRibbon, bend_ribbon

__all__ = ["Outlines", "area", "contours", "levels_of", "stroke_areas"]

_BINS = 128
_ROUNDS = 30
_TOGETHER = 64  # strokes whose outlines are fitted at once: enough for NumPy, and not too much for memory
_ERROR, _FINEST, _COARSEST = 0.0008, 0.008, 0.05  # of alpha, root mean square: canvas units over the radius, and bounds
_SINGLE = 0.35  # of a single level: the share of its alpha where its outline runs
_LOOSE = 0.02  # radii that an outline may be off, at least
_RIM = -6.0  # logit of what lies beyond a ribbon
_OUTSIDE = -8.0  # logit around the patch of a ribbon
_LEAST = 2 / 255  # alpha that is left out
_SPECK = 0.02  # square radii; what is smaller is left out
_LARGEST_SPECK = 1e-4  # square canvas units; what is larger is not


@dataclass(frozen=True)
class Outlines:
    """Closed outlines, filled by the nonzero rule: curves [S, 4, 2] in canvas units, and an opacity in 0..1."""

    outlines: tuple[np.ndarray, ...]
    opacity: float


def stroke_areas(
    ribbons: Sequence[StraightRibbon], strokes: Strokes, canvas: Canvas, *, levels: int = 1, tolerance: float = 0.0002
) -> list[tuple[Outlines, ...]]:
    """The layers of each stroke, the widest undermost; none where there is nothing to see.

    Args:
        levels: at most so many layers a stroke; where steps are too small to be seen, there are fewer.
        tolerance: canvas units that an outline may be off.
    """
    points, radii = strokes.points.detach().cpu(), strokes.radius.detach().cpu().tolist()
    found: list[tuple[Outlines, ...]] = []
    for first in range(0, len(ribbons), _TOGETHER):
        stacks = []
        for k in range(first, min(first + _TOGETHER, len(ribbons))):
            patch = bend_ribbon(ribbons[k], points[k], radii[k], canvas)
            stacks.append([] if patch is None else _layers(patch, radii[k], levels))
        flat = [(k, loop) for k, stack in enumerate(stacks, first) for _, loops in stack for loop in loops]
        limits = [max(tolerance, _LOOSE * radii[k]) for k, _ in flat]
        curves = iter(fit_loops([loop for _, loop in flat], limits))
        for stack in stacks:
            beneath, layers = 0.0, []
            for level, loops in stack:
                layers.append(Outlines(tuple(next(curves) for _ in loops), (level - beneath) / (1 - beneath)))
                beneath = level
            found.append(tuple(layers))
    return found


def _layers(patch: Patch, radius: float, most: int) -> list[tuple[float, list[np.ndarray]]]:
    """(alpha, polygons in canvas units) of each level, the lowest first."""
    logit = _logit(patch.alpha)
    found, beneath = [], 0.0
    if most == 1:
        return _single(patch, logit, radius)
    # A step of alpha is seen where it is wide, so large soft strokes get more of them than small ones.
    error = min(max(_ERROR / radius, _FINEST), _COARSEST)
    for level in levels_of(patch.alpha, most, error):
        loops = _loops(patch, logit, (level + beneath) / 2, radius)
        beneath = level
        if loops:
            found.append((level, loops))
    return found


def _single(patch: Patch, logit: np.ndarray, radius: float) -> list[tuple[float, list[np.ndarray]]]:
    """One level, of as much paint as the stroke has, so that many thin strokes above each other cover as they do.

    Its outline runs a little outside of where it would be nearest in squares, to hold the paint of soft edges.
    """
    for level in levels_of(patch.alpha, 1):
        loops = _loops(patch, logit, _SINGLE * level, radius)
        size = sum(area(loop) for loop in loops)
        if size > 0:
            return [(min(float(patch.alpha.sum()) * patch.step**2 / size, 1.0), loops)]
    return []


def _loops(patch: Patch, logit: np.ndarray, alpha: float, radius: float) -> list[np.ndarray]:
    """Polygons in canvas units around where there is more than this alpha."""
    loops = (loop * patch.step + (patch.x, patch.y) for loop in contours(logit, math.log(alpha / (1 - alpha))))
    return [loop for loop in loops if abs(area(loop)) > min(_SPECK * radius**2, _LARGEST_SPECK)]


def levels_of(alpha: np.ndarray, most: int, error: float = 0.0) -> list[float]:
    """Rising levels of alpha, nearest in squares to a picture of it; 0 is always a level, and is not among them.

    Args:
        most: how many at most.
        error: the root mean square error, over what is seen of the stroke, for which fewer do.
    """
    # What is left out anyway need not be counted: none of it moves a level.
    counts, edges = np.histogram(alpha[alpha > _LEAST], bins=_BINS, range=(0, 1))
    centers = (edges[1:] + edges[:-1]) / 2
    seen = np.where(centers > _LEAST, counts, 0)
    top = float(alpha.max())
    if top <= _LEAST or not seen.any():
        return []
    # For many levels the least error is (sum of p^(1/3))^3 / 12 n^2 for a density p, and levels lie as p^(1/3) does
    # (Panter and Dite, "Quantization distortion in pulse-count modulation", 1951).
    dense = np.cbrt(seen / seen.sum() * _BINS)
    many = math.ceil(math.sqrt((dense.sum() / _BINS) ** 3 / 12) / error) if error > 0 else most
    many = min(max(many, 1), most)
    share = (np.cumsum(dense) - dense / 2) / dense.sum()
    levels = np.concatenate([[0.0], np.interp((np.arange(many) + 0.75) / many, share, centers)])
    for _ in range(_ROUNDS):
        nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, centers)
        mass = np.bincount(nearest, counts, many + 1)
        mean = np.bincount(nearest, counts * centers, many + 1) / np.maximum(mass, 1e-9)
        moved = np.where(mass > 0, mean, levels)
        moved[0] = 0.0
        done = float(np.abs(moved - levels).max()) < 1e-3
        levels = moved
        if done:
            break
    kept: list[float] = []
    for level in np.minimum(levels[1:], top).tolist():
        if level > (kept[-1] if kept else 0.0) + _LEAST:
            kept.append(level)
    return kept


def _logit(alpha: np.ndarray) -> np.ndarray:
    """Logits run straight across an edge, where alphas do not; no paint at all is the ribbon's rim, not an edge."""
    found = np.full(alpha.shape, _RIM, np.float32)
    some = alpha > 0
    a = np.clip(alpha[some], 1e-12, 1 - 1e-6, dtype=np.float32)
    found[some] = np.log(a / (1 - a))
    return found


def contours(
    field: np.ndarray,  # [rows, columns]
    level: float = 0.0,
) -> list[np.ndarray]:  # each [K, 2] (x, y) in samples
    """The closed polygons around what is above a level, and, the other way round, around holes in it.

    Corners lie where the field, linear between two neighbors, is at the level. Around its grid it is taken to be
    below the level, so that every contour closes.
    """
    from contourpy import contour_generator

    x, y = (np.arange(-1.0, size + 1) for size in field.shape[::-1])
    found: Any = contour_generator(x, y, np.pad(field, 1, constant_values=_OUTSIDE), name="serial").lines(level)
    return [line[:0:-1] for line in found if len(line) > 3]  # the last corner is the first; y points down


def area(polygon: np.ndarray) -> float:
    """Of a closed polygon [K, 2]; negative where it runs around a hole of `contours`."""
    x, y = polygon.T
    return float(np.dot(x - np.roll(x, 1), np.roll(y, 1) + y)) / 2
