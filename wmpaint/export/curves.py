"""Lines and outlines of many points as few cubic Bezier curves: `fit_lines([line, ...], 0.02) -> [[S, 4, 2], ...]`.

After P. J. Schneider, "An algorithm for automatically fitting digitized curves" (Graphics Gems, 1990): tangents are
given, the two handles' lengths are least squares, and what is too far off is cut in two. Here all pieces of all lines
are fitted at once, with sums over runs of one long array; the points' places on their curves are improved by
Gauss-Newton steps, which unlike Newton's never lead away; and cuts keep off the pieces' ends, where they leave slivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .. import checks
from ..errors import InputError

__all__ = ["fit_lines", "fit_loops", "path_data", "svg_number"]

_CORNER = np.deg2rad(35.0)  # a sharper turn of a line is meant
_CHORD = 25.0  # tolerances; longer chords get points in between, or a curve could swing out there unseen
_SPREAD = 2  # points to each side that a loop's tangent is taken from
_FIRST = 4  # pieces of a loop to begin with
_LINE_ROUNDS, _LOOP_ROUNDS = 5, 3  # of least squares; a loop's first pieces are short, and need fewer
_APART = 6  # cuts are at least one part in so many of a piece away from its ends
_LEAST = 1e-3  # the last digit that is written
_SHORTEST, _LONGEST = 0.05, 1.0  # of a piece's length, that a handle is long


def fit_lines(
    lines: Sequence[np.ndarray],  # each [K, 2], K of 2 or more
    tolerance: float,
) -> list[np.ndarray]:  # each [S, 4, 2]
    """Curves end to end along open lines, through their ends and corners.

    Straight pieces are curves with their control points on the chord.

    Args:
        tolerance: how far a line's points may lie from its curves, more than 0.

    Raises:
        InputError: a line of fewer than two points, or a tolerance of 0 or less.
    """
    tolerance = checks.number("a tolerance", tolerance, 0, above=True)
    if not lines:
        return []
    short = next((k for k, line in enumerate(lines) if len(line) < 2), None)
    if short is not None:
        raise InputError(f"expected lines of two points or more, got {len(lines[short])} in line {short}")
    points, stops = _filled(lines, _CHORD * tolerance)
    steps = np.diff(points, axis=0)
    cross = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    edge = np.ones(len(points), bool)
    edge[1:-1] = np.abs(np.arctan2(cross, _dot(steps[:-1], steps[1:]))) > _CORNER
    edge[stops[:-1]] = edge[stops - 1] = True
    breaks = np.flatnonzero(edge)
    inside = ~np.isin(breaks[1:], stops)  # from the last point of a line to the first of the next there is nothing
    first, last = breaks[:-1][inside], breaks[1:][inside]
    # Where pieces are cut later they go on in the same direction; at corners they need not.
    out = np.zeros_like(points)
    out[1:-1] = points[2:] - points[:-2]
    back = -out
    out[first] = _end_slope(points, first, first + 1, np.minimum(first + 2, last))
    back[last] = _end_slope(points, last, last - 1, np.maximum(last - 2, first))
    limit = np.full(len(first), float(tolerance))
    curves, where = _fitted(points, _unit(out), _unit(back), first, last, limit, 1, _LINE_ROUNDS)
    return np.split(curves, np.searchsorted(where, stops[:-1]))


def fit_loops(
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
    # Each polygon's first corner again at its end, so that every piece is a run of corners.
    points = np.concatenate([part for p in polygons for part in (p, p[:1])]).astype(float)
    ahead = _unit(np.concatenate([part for t in map(_ahead, polygons) for part in (t, t[:1])]))
    heads = np.cumsum(counts + 1) - counts - 1
    cuts = np.arange(_FIRST + 1) * counts[:, None] // _FIRST + heads[:, None]
    first, last = cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    limit = np.repeat(np.asarray(tolerances, dtype=float), _FIRST)
    some = last > first
    curves, where = _fitted(points, ahead, -ahead, first[some], last[some], limit[some], 2, _LOOP_ROUNDS)
    return np.split(curves, np.searchsorted(where, heads[1:]))


def path_data(curves: np.ndarray) -> str:  # [S, 4, 2]
    """Curves end to end as the text of an SVG path; straight ones as lines, closed ones closed."""

    def pair(point: np.ndarray) -> str:
        return f"{svg_number(point[0])} {svg_number(point[1])}"

    parts = [f"M{pair(curves[0, 0])}"]
    chords, handles = curves[:, 3:] - curves[:, :1], curves[:, 1:3] - curves[:, :1]
    along = (handles * chords).sum(2) / np.maximum((chords * chords).sum(2), 1e-12)
    off = np.linalg.norm(handles - np.clip(along, 0, 1)[..., None] * chords, axis=2)
    straight = off.max(1) < _LEAST
    for curve, line in zip(curves, straight, strict=True):
        parts.append(f"L{pair(curve[3])}" if line else "C" + " ".join(map(pair, curve[1:])))
    closed = len(curves) > 1 and np.abs(curves[0, 0] - curves[-1, 3]).max() < _LEAST
    return "".join(parts) + ("Z" if closed else "")


def svg_number(value: float) -> str:
    """A decimal of at most three digits after the point, in the fewest characters."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _filled(lines: Sequence[np.ndarray], longest: float) -> tuple[np.ndarray, np.ndarray]:
    """The lines' points [M, 2], with more on long chords of all but single chords, and where each line ends [L]."""
    points = np.concatenate(lines).astype(float)
    counts = np.array([len(line) for line in lines])
    tails = np.cumsum(counts) - 1
    steps = np.diff(points, axis=0, append=points[-1:])
    parts = np.maximum(np.ceil(np.linalg.norm(steps, axis=1) / longest), 1).astype(int)
    parts[np.repeat(counts == 2, counts)] = 1
    parts[tails] = 1  # from there to the next line there is nothing
    stops = np.cumsum(parts)
    source = np.repeat(np.arange(len(points)), parts)
    share = (np.arange(len(source)) - (stops - parts)[source]) / parts[source]
    return points[source] + share[:, None] * steps[source], stops[tails]


def _end_slope(points: np.ndarray, at: np.ndarray, near: np.ndarray, far: np.ndarray) -> np.ndarray:
    """The direction at a point from the next point and the one after: exact for parabolas."""
    one, two = points[near] - points[at], points[far] - points[at]
    h1 = np.linalg.norm(one, axis=1, keepdims=True)
    h2 = h1 + np.linalg.norm(two - one, axis=1, keepdims=True)
    curved = h2 * h2 * one - h1 * h1 * two
    return np.where(np.linalg.norm(curved, axis=1, keepdims=True) > 1e-12, curved, one)


def _ahead(polygon: np.ndarray) -> np.ndarray:  # [K, 2]
    """The way from before each corner to beyond it."""
    spread = min(_SPREAD, (len(polygon) - 1) // 2)
    return np.roll(polygon, -spread, axis=0) - np.roll(polygon, spread, axis=0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    size: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(size, 1e-12)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:  # [M, 2] each -> [M]
    found: np.ndarray = np.einsum("mk,mk->m", a, b)  # several times faster than to sum over so short an axis
    return found


def _fitted(
    points: np.ndarray,  # [M, 2]
    out: np.ndarray,  # [M, 2], unit vectors into a piece that begins at a point
    back: np.ndarray,  # [M, 2], and into one that ends there
    first: np.ndarray,  # [P] where pieces begin
    last: np.ndarray,  # [P] where they end
    limit: np.ndarray,  # [P] how far off their points may be
    least: int,
    rounds: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Curves [S, 4, 2], and the points [S] where each begins, rising; pieces of `least` steps are not cut again."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    done: list[tuple[np.ndarray, np.ndarray]] = []
    while len(first):
        runs = _Runs.of(points, out, back, first, last)
        curves, squared = _curves(runs, along, rounds)
        error = np.maximum.reduceat(squared, runs.heads)
        good = (error <= limit**2) | (last - first <= least)
        done.append((curves[good], first[good]))
        farthest = np.flatnonzero(squared == error[runs.owner])
        worst = runs.which[farthest[np.searchsorted(runs.owner[farthest], np.arange(len(first)))]]
        first, last, limit, worst = first[~good], last[~good], limit[~good], worst[~good]
        margin = np.maximum((last - first) // _APART, 1)
        cut = np.clip(worst, first + margin, last - margin)
        first, last, limit = np.concatenate([first, cut]), np.concatenate([cut, last]), np.tile(limit, 2)
    curves, where = (np.concatenate(part) for part in zip(*done, strict=True))
    order = np.argsort(where)
    return curves[order], where[order]


class _Runs(NamedTuple):
    """The points of all pieces, one piece after the other; those where pieces meet are there twice."""

    which: np.ndarray  # [R] which point of all
    points: np.ndarray  # [R, 2]
    owner: np.ndarray  # [R] which piece
    heads: np.ndarray  # [P] where each begins
    start: np.ndarray  # [P, 2]
    end: np.ndarray  # [P, 2]
    out: np.ndarray  # [P, 2] the directions of the handles
    back: np.ndarray  # [P, 2]

    @classmethod
    def of(cls, points: np.ndarray, out: np.ndarray, back: np.ndarray, first: np.ndarray, last: np.ndarray) -> _Runs:
        counts = last - first + 1
        heads = np.cumsum(counts) - counts
        owner = np.repeat(np.arange(len(first)), counts)
        index = np.arange(len(owner)) + (first - heads)[owner]
        return cls(index, points[index], owner, heads, points[first], points[last], out[first], back[last])


def _curves(runs: _Runs, along: np.ndarray, rounds: int) -> tuple[np.ndarray, np.ndarray]:
    """A curve a piece [P, 4, 2], and how far off each point is [R], squared."""
    far = along[runs.which] - along[runs.which[runs.heads]][runs.owner]
    whole = np.maximum.reduceat(far, runs.heads)
    t = far / np.maximum(whole, 1e-12)[runs.owner]
    for k in range(rounds):
        one, two = _handles(runs, t, whole)
        curves = np.stack([runs.start, runs.start + one * runs.out, runs.end + two * runs.back, runs.end], 1)
        spread = curves[runs.owner]
        off = _at(spread, t) - runs.points
        if k < rounds - 1:
            slope = _slope_at(spread, t)
            t = np.clip(t - _dot(off, slope) / np.maximum(_dot(slope, slope), 1e-12), 0, 1)
    return curves, _dot(off, off)


def _handles(
    runs: _Runs,
    t: np.ndarray,  # [R]
    whole: np.ndarray,  # [P]
) -> tuple[np.ndarray, np.ndarray]:  # [P, 1] each
    """Lengths of both handles that bring each curve nearest to its points."""
    s = 1 - t
    b1, b2 = 3 * s * s * t, 3 * s * t * t
    one, two = b1[:, None] * runs.out[runs.owner], b2[:, None] * runs.back[runs.owner]
    ends = (s**3 + b1)[:, None] * runs.start[runs.owner] + (b2 + t**3)[:, None] * runs.end[runs.owner]
    rest = runs.points - ends
    c11, c12, c22, x1, x2 = (
        np.add.reduceat(_dot(a, b), runs.heads)
        for a, b in ((one, one), (one, two), (two, two), (one, rest), (two, rest))
    )
    det = c11 * c22 - c12 * c12
    safe = np.where(det > 1e-9 * c11 * c22, det, 1)
    found = np.stack([(x1 * c22 - x2 * c12) / safe, (x2 * c11 - x1 * c12) / safe])[..., None]
    # Handles that run backward, or past each other, make loops: a third of the way is what a straight piece has.
    length = whole[:, None]
    fair = (safe == det)[:, None] & ((found >= _SHORTEST * length) & (found <= _LONGEST * length)).all(0)
    first, second = np.where(fair, found, length / 3)
    return first, second


def _at(curves: np.ndarray, t: np.ndarray) -> np.ndarray:  # [R, 4, 2], [R] -> [R, 2]
    s, t = (1 - t)[:, None], t[:, None]
    p0, p1, p2, p3 = curves.swapaxes(0, 1)
    return s**3 * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t**3 * p3


def _slope_at(curves: np.ndarray, t: np.ndarray) -> np.ndarray:  # [R, 4, 2], [R] -> [R, 2]
    s, t = (1 - t)[:, None], t[:, None]
    d0, d1, d2 = 3 * np.diff(curves, axis=1).swapaxes(0, 1)
    return s * s * d0 + 2 * s * t * d1 + t * t * d2
