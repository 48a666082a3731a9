"""Lines of many points as few cubic Bezier curves: `fit([line, ...], tolerance) -> [curves [S, 4, 2], ...]`.

P. J. Schneider, "An algorithm for automatically fitting digitized curves", Graphics Gems, 1990; here for all pieces of
all lines at once, with sums over runs of one long array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...errors import InputError
from .shapes import strings_of

__all__ = ["fit", "path_data"]

CORNER = np.deg2rad(35.0)  # a sharper turn than this is meant
CHORD = 0.5  # mm; longer ones get points in between, or a curve could swing out there unseen
ROUNDS = 5  # of least squares, with the points' places on the curve improved in between


def fit(lines: Sequence[np.ndarray], tolerance: float) -> list[np.ndarray]:
    """Curves that pass each line's points [K, 2] within `tolerance`, through its ends and corners.

    Raises:
        InputError: a line of fewer than two points.

    Returns:
        for each line [S, 4, 2]: curves end to end. Those of straight pieces have their control points on the chord.
    """
    if not lines:
        return []
    import shapely

    short = next((k for k, line in enumerate(lines) if len(line) < 2), None)
    if short is not None:
        raise InputError(f"expected lines of two points or more, got {len(lines[short])} in line {short}")

    strings = strings_of(lines)
    bent = (shapely.get_num_points(strings) > 2) & (shapely.length(strings) > 0)
    strings[bent] = shapely.segmentize(strings[bent], CHORD)
    points, owner = shapely.get_coordinates(strings, return_index=True)
    stops = np.cumsum(np.bincount(owner, minlength=len(lines)))
    breaks = _breaks(points, stops)
    starts, ends = breaks[:-1], breaks[1:]
    inside = ~np.isin(ends, stops)  # from the last point of a line to the first of the next there is nothing
    starts, ends = starts[inside], ends[inside]
    smooth = np.zeros(len(points), bool)  # where a piece was cut, it goes on in the same direction
    found: list[tuple[np.ndarray, np.ndarray]] = []
    while len(starts):
        piece = _Pieces.of(points, starts, ends)
        first, last = _tangents(points, starts, ends, smooth)
        curves, error, worst = _fitted(piece, first, last)
        done = (error <= tolerance) | (ends - starts <= 1)
        found.append((starts[done], curves[done]))
        middle = np.clip(worst, starts + 1, ends - 1)[~done]
        smooth[middle] = True
        starts, ends = np.concatenate([starts[~done], middle]), np.concatenate([middle, ends[~done]])
    order = np.argsort(np.concatenate([where for where, _ in found]), kind="stable")
    where = np.concatenate([where for where, _ in found])[order]
    curves = np.concatenate([some for _, some in found])[order]
    return np.split(curves, np.searchsorted(where, stops[:-1]))


def path_data(curves: np.ndarray, digits: int = 3) -> str:
    """Curves [S, 4, 2] as the text of an SVG path; straight ones as lines, closed ones closed."""

    def number(value: float) -> str:
        text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    def pair(point: np.ndarray) -> str:
        return f"{number(point[0])} {number(point[1])}"

    parts = [f"M{pair(curves[0, 0])}"]
    chords, handles = curves[:, 3:] - curves[:, :1], curves[:, 1:3] - curves[:, :1]
    along = (handles * chords).sum(2) / np.maximum((chords * chords).sum(2), 1e-12)
    off = np.linalg.norm(handles - np.clip(along, 0, 1)[..., None] * chords, axis=2)
    straight = off.max(1) < 10.0**-digits
    for curve, line in zip(curves, straight, strict=True):
        parts.append(f"L{pair(curve[3])}" if line else "C" + " ".join(map(pair, curve[1:])))
    closed = len(curves) > 1 and np.abs(curves[0, 0] - curves[-1, 3]).max() < 10.0**-digits
    return "".join(parts) + ("Z" if closed else "")


def _breaks(points: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Indices of the lines' first and last points, and of corners between, rising."""
    steps = np.diff(points, axis=0)
    turns = np.zeros(len(points))
    cross = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    turns[1:-1] = np.abs(np.arctan2(cross, (steps[:-1] * steps[1:]).sum(1)))
    edge = turns > CORNER
    edge[stops - 1] = True
    edge[0] = True
    edge[stops[:-1]] = True
    found: np.ndarray = np.flatnonzero(edge)
    return found


class _Pieces(NamedTuple):
    """The points of all pieces, one piece after the other."""

    points: np.ndarray  # [M, 2]
    which: np.ndarray  # [M] which point of all
    owner: np.ndarray  # [M] which piece
    heads: np.ndarray  # [P] where each begins
    place: np.ndarray  # [M] 0..1 along the piece's length

    @classmethod
    def of(cls, points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> _Pieces:
        counts = ends - starts + 1
        heads = np.concatenate([[0], np.cumsum(counts)[:-1]])
        owner = np.repeat(np.arange(len(starts)), counts)
        index = np.arange(counts.sum()) - heads[owner] + starts[owner]
        mine = points[index]
        steps = np.linalg.norm(np.diff(mine, axis=0, prepend=mine[:1]), axis=1)
        steps[heads] = 0
        far = np.cumsum(steps)
        far = far - far[heads][owner]
        whole = np.maximum.reduceat(far, heads)
        return cls(mine, index, owner, heads, far / np.maximum(whole, 1e-12)[owner])


def _tangents(
    points: np.ndarray, starts: np.ndarray, ends: np.ndarray, smooth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors into each piece at its start, and at its end."""
    first, last = (
        _slope(points, near, np.where(np.abs(far - near) >= 2, near + 2 * way, near + way), way)
        for near, far, way in ((starts, ends, 1), (ends, starts, -1))
    )
    # At cuts both sides share a direction.
    before, after = np.maximum(starts - 1, 0), np.minimum(ends + 1, len(points) - 1)
    first = np.where(smooth[starts][:, None], points[starts + 1] - points[before], first)
    last = np.where(smooth[ends][:, None], points[ends - 1] - points[after], last)
    return _unit(first), _unit(last)


def _slope(points: np.ndarray, at: np.ndarray, beyond: np.ndarray, way: int) -> np.ndarray:
    """The direction at a point into its piece, from the next point and the one `beyond`: exact for parabolas."""
    one, two = points[at + way] - points[at], points[beyond] - points[at]
    h1 = np.linalg.norm(one, axis=1, keepdims=True)
    h2 = h1 + np.linalg.norm(points[beyond] - points[at + way], axis=1, keepdims=True)
    curved = h2 * h2 * one - h1 * h1 * two
    return np.where(np.linalg.norm(curved, axis=1, keepdims=True) > 1e-12, curved, one)


def _unit(vectors: np.ndarray) -> np.ndarray:
    size: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(size, 1e-12)


def _fitted(p: _Pieces, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(curves [P, 4, 2], their greatest distance [P] from the points, and which of all points that is [P])."""
    u = p.place.copy()
    head = p.points[p.heads]
    tail = p.points[np.concatenate([p.heads[1:], [len(p.points)]]) - 1]
    for k in range(ROUNDS):
        curves = _least_squares(p, u, head, tail, first, last)
        off = _at(curves[p.owner], u) - p.points
        if k < ROUNDS - 1:
            u = _nearer(curves[p.owner], u, off)
    squared = (off**2).sum(1)
    error = np.sqrt(np.maximum.reduceat(squared, p.heads))
    # The first of the points that are as far off as any of their piece.
    hits = np.flatnonzero(squared >= (error**2)[p.owner] * (1 - 1e-12))
    which = hits[np.searchsorted(p.owner[hits], np.arange(len(p.heads)))]
    return curves, error, p.which[which]


def _least_squares(
    p: _Pieces, u: np.ndarray, head: np.ndarray, tail: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Curves whose handles lie along the given directions, and are as long as suits the points best."""
    v = 1 - u
    b1, b2 = 3 * u * v * v, 3 * u * u * v
    one, two = b1[:, None] * first[p.owner], b2[:, None] * last[p.owner]
    fixed = (v**3 + b1)[:, None] * head[p.owner] + (u**3 + b2)[:, None] * tail[p.owner]
    rest = p.points - fixed

    def total(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values.sum(1), p.heads)

    c11, c12, c22 = total(one * one), total(one * two), total(two * two)
    x1, x2 = total(one * rest), total(two * rest)
    det = c11 * c22 - c12 * c12
    safe = np.where(np.abs(det) > 1e-12, det, 1)
    a, b = (x1 * c22 - x2 * c12) / safe, (c11 * x2 - c12 * x1) / safe
    chord = np.linalg.norm(tail - head, axis=1)
    fair = (np.abs(det) > 1e-12) & (np.minimum(a, b) > 1e-3 * chord) & (np.maximum(a, b) < 10 * chord + 1e-9)
    a, b = np.where(fair, a, chord / 3), np.where(fair, b, chord / 3)
    return np.stack([head, head + a[:, None] * first, tail + b[:, None] * last, tail], 1)


def _at(curves: np.ndarray, u: np.ndarray) -> np.ndarray:
    u, v = u[:, None], 1 - u[:, None]
    return v**3 * curves[:, 0] + 3 * u * v * v * curves[:, 1] + 3 * u * u * v * curves[:, 2] + u**3 * curves[:, 3]


def _nearer(curves: np.ndarray, u: np.ndarray, off: np.ndarray) -> np.ndarray:
    """One step of Newton's method towards the nearest places on the curves."""
    d = 3 * np.diff(curves, axis=1)
    s, v = u[:, None], 1 - u[:, None]
    slope = v * v * d[:, 0] + 2 * s * v * d[:, 1] + s * s * d[:, 2]
    bend = 2 * (v * (d[:, 1] - d[:, 0]) + s * (d[:, 2] - d[:, 1]))
    down = (slope * slope).sum(1) + (off * bend).sum(1)
    step = np.where(np.abs(down) > 1e-12, (off * slope).sum(1) / np.where(np.abs(down) > 1e-12, down, 1), 0)
    return np.clip(u - np.clip(step, -0.1, 0.1), 0, 1)
