"""Closed polygons as cubic Bezier curves: `fit(polygons, tolerances) -> list of [S, 4, 2]`.

After P. J. Schneider, "An algorithm for automatically fitting digitized curves" (Graphics Gems, 1990): tangents are
given, the two handles' lengths are least squares, and what is too far off is cut in two. Here all pieces of all
polygons are fitted at once, and cut in the middle rather than at the worst point.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

__all__ = ["fit"]

_SPREAD = 2  # points to each side that a tangent is taken from
_FIRST = 4  # pieces to begin with
_TURNS = 2  # how often the points' parameters are moved to the curve's nearest


def fit(
    polygons: Sequence[np.ndarray],  # each [K, 2], K of 3 or more, closed
    tolerances: Sequence[float],
) -> list[np.ndarray]:  # each [S, 4, 2]
    """Smooth closed curves through the polygons' corners.

    Args:
        tolerances: how far a corner may lie from its curve, for each polygon. Sharp turns within two corners of
            each other are rounded all the same.
    """
    if not polygons:
        return []
    counts = np.array([len(polygon) for polygon in polygons])
    # Each polygon twice and its first corner again, so that every piece is a run of corners.
    corners = np.concatenate([np.concatenate([p, p, p[:1]]) for p in polygons]).astype(float)
    tangents = np.concatenate([np.concatenate([t, t, t[:1]]) for t in map(_tangents, polygons)])
    offsets = np.concatenate([[0], np.cumsum(2 * counts + 1)[:-1]])
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])  # jumps between polygons lie within no piece

    owner = np.repeat(np.arange(len(counts)), _FIRST)
    cut = np.tile(np.arange(_FIRST + 1), (len(counts), 1)) * counts[:, None] // _FIRST + offsets[:, None]
    first, last = cut[:, :-1].ravel(), cut[:, 1:].ravel()
    keep = last > first
    owner, first, last = owner[keep], first[keep], last[keep]
    limits = np.asarray(tolerances, dtype=float)

    done: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    while len(owner):
        curves, error = _pieces(corners, tangents, along, first, last)
        good = (error <= limits[owner]) | (last - first <= 2)
        done.append((owner[good], first[good], curves[good]))
        owner, first, last = owner[~good], first[~good], last[~good]
        middle = (first + last) // 2
        owner, first, last = np.tile(owner, 2), np.concatenate([first, middle]), np.concatenate([middle, last])

    owner, first, curves = (np.concatenate(part) for part in zip(*done, strict=True))
    order = np.argsort(first)
    curves, ends = curves[order], np.searchsorted(owner[order], np.arange(len(counts) + 1))
    return [curves[a:b] for a, b in pairwise(ends.tolist())]


def _tangents(polygon: np.ndarray) -> np.ndarray:  # [K, 2]
    spread = min(_SPREAD, (len(polygon) - 1) // 2)
    ahead = np.roll(polygon, -spread, axis=0) - np.roll(polygon, spread, axis=0)
    length = np.linalg.norm(ahead, axis=1, keepdims=True)
    return ahead / np.maximum(length, 1e-12)


def _pieces(
    corners: np.ndarray, tangents: np.ndarray, along: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Curves [S, 4, 2] of the runs of corners from `first` to `last`, and how far off each is [S]."""
    lengths = last - first + 1
    begin = np.cumsum(lengths) - lengths
    piece = np.repeat(np.arange(len(first)), lengths)
    index = np.arange(lengths.sum()) - begin[piece] + first[piece]
    points = corners[index]
    whole = along[last] - along[first]
    t = (along[index] - along[first][piece]) / np.maximum(whole, 1e-12)[piece]
    start, end = corners[first], corners[last]
    out, back = tangents[first], -tangents[last]
    for turn in range(_TURNS + 1):
        handles = _handles(points, t, piece, begin, start, end, out, back, whole)
        curves = np.stack([start, start + handles[:, :1] * out, end + handles[:, 1:] * back, end], 1)
        if turn < _TURNS:
            t = _nearer(curves[piece], points, t)
    off = ((_at(curves[piece], t) - points) ** 2).sum(1)
    return curves, np.sqrt(np.maximum.reduceat(off, begin))


def _handles(
    points: np.ndarray,
    t: np.ndarray,
    piece: np.ndarray,
    begin: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    out: np.ndarray,
    back: np.ndarray,
    whole: np.ndarray,
) -> np.ndarray:  # [S, 2]
    """Lengths of both handles that bring each curve nearest to its points."""
    s = 1 - t
    b0, b1, b2, b3 = s**3, 3 * s * s * t, 3 * s * t * t, t**3
    one, two = b1[:, None] * out[piece], b2[:, None] * back[piece]
    rest = points - (b0 + b1)[:, None] * start[piece] - (b2 + b3)[:, None] * end[piece]
    c11, c12, c22, x1, x2 = (
        np.add.reduceat((a * b).sum(1), begin)
        for a, b in ((one, one), (one, two), (two, two), (one, rest), (two, rest))
    )
    det = c11 * c22 - c12 * c12
    safe = np.where(det > 1e-9 * c11 * c22, det, 1)
    found = np.stack([(x1 * c22 - x2 * c12) / safe, (x2 * c11 - x1 * c12) / safe], 1)
    # Handles that run backward, or past each other, make loops: a third of the way is what a straight piece has.
    bad = (safe != det)[:, None] | (found < 0.05 * whole[:, None]) | (found > whole[:, None])
    return np.where(bad.any(1, keepdims=True), (whole / 3)[:, None], found)


def _at(curves: np.ndarray, t: np.ndarray) -> np.ndarray:
    s, t = (1 - t)[:, None], t[:, None]
    p0, p1, p2, p3 = curves.swapaxes(0, 1)
    return s**3 * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t**3 * p3


def _nearer(curves: np.ndarray, points: np.ndarray, t: np.ndarray) -> np.ndarray:
    """One step of Newton's method towards each point's nearest place on its curve."""
    p0, p1, p2, p3 = curves.swapaxes(0, 1)
    s, u = (1 - t)[:, None], t[:, None]
    off = _at(curves, t) - points
    slope = 3 * (s * s * (p1 - p0) + 2 * s * u * (p2 - p1) + u * u * (p3 - p2))
    bend = 6 * (s * (p2 - 2 * p1 + p0) + u * (p3 - 2 * p2 + p1))
    steep = (slope * slope).sum(1) + (off * bend).sum(1)
    step = (off * slope).sum(1) / np.where(steep > 1e-12, steep, 1)
    return np.clip(np.where(steep > 1e-12, t - step, t), 0, 1)
