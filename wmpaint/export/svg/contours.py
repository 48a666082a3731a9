"""Where a field crosses a level: `contours(field, level) -> list of closed polygons [K, 2]`, by marching squares.

The field is taken to be below the level outside its grid, so that every contour closes.
"""

from __future__ import annotations

import numpy as np

__all__ = ["area", "contours"]

_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
# From which edge of a cell to which the contour runs, by the corners that are inside (top left 1, top right 2,
# bottom right 4, bottom left 8); what is inside lies to the left of the way, as one sees it. In the two cases with
# opposite corners inside, these are kept apart.
_WAYS: tuple[tuple[int, int, int], ...] = (
    (1, _LEFT, _TOP),
    (2, _TOP, _RIGHT),
    (3, _LEFT, _RIGHT),
    (4, _RIGHT, _BOTTOM),
    (5, _LEFT, _TOP),
    (5, _RIGHT, _BOTTOM),
    (6, _TOP, _BOTTOM),
    (7, _LEFT, _BOTTOM),
    (8, _BOTTOM, _LEFT),
    (9, _BOTTOM, _TOP),
    (10, _TOP, _RIGHT),
    (10, _BOTTOM, _LEFT),
    (11, _BOTTOM, _RIGHT),
    (12, _RIGHT, _LEFT),
    (13, _RIGHT, _TOP),
    (14, _TOP, _LEFT),
)


def contours(
    field: np.ndarray,  # [rows, columns]
    level: float = 0.0,
    outside: float = -8.0,
) -> list[np.ndarray]:  # each [K, 2] (x, y) in samples
    """The closed polygons around what is above a level, and, the other way round, around holes in it.

    Corners lie where the field, linear between two neighbors, is at the level.

    Args:
        outside: what the field is taken to be around its grid, below the level.
    """
    f = np.full((field.shape[0] + 2, field.shape[1] + 2), outside, field.dtype)
    f[1:-1, 1:-1] = field
    columns = f.shape[1]
    inside = (f > level).view(np.uint8)
    code = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    # An edge to the right of grid point k has the number 2 k, an edge below it 2 k + 1.
    starts, ends = [], []
    rows, across = np.divmod(np.flatnonzero((code > 0) & (code < 15)), code.shape[1])
    kinds = code[rows, across]
    point = rows * columns + across
    edges = np.stack([2 * point, 2 * point + 3, 2 * (point + columns), 2 * point + 1])
    for kind, first, last in _WAYS:
        which = kinds == kind
        starts.append(edges[first, which])
        ends.append(edges[last, which])
    edge = np.concatenate(starts)
    where = _crossings(f, level, edge)
    places = {number: k for k, number in enumerate(edge.tolist())}
    after = [places[number] for number in np.concatenate(ends).tolist()]

    found, seen = [], bytearray(len(after))
    for k in range(len(after)):
        way = []
        while not seen[k]:
            seen[k] = 1
            way.append(k)
            k = after[k]
        if len(way) > 2:
            found.append(where[way])
    return found


def _crossings(f: np.ndarray, level: float, edge: np.ndarray) -> np.ndarray:  # [K, 2]
    columns = f.shape[1]
    point, down = edge // 2, edge % 2
    flat = f.ravel()
    here, there = (flat[k].astype(np.float64) - level for k in (point, point + np.where(down, columns, 1)))
    part = here / (here - there)
    y, x = point // columns - 1.0, point % columns - 1.0
    return np.stack([np.where(down, x, x + part), np.where(down, y + part, y)], 1)


def area(polygon: np.ndarray) -> float:
    """Of a closed polygon [K, 2]; negative where it runs around a hole of `contours`."""
    x, y = polygon.T
    return float(np.dot(x - np.roll(x, 1), np.roll(y, 1) + y)) / 2
