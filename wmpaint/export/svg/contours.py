"""Where a field crosses a level: `contours(field, level) -> list of closed polygons [K, 2]`, with contourpy.

The field is taken to be below the level outside its grid, so that every contour closes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["area", "contours"]


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
    from contourpy import contour_generator

    x, y = (np.arange(-1.0, size + 1) for size in field.shape[::-1])
    found: Any = contour_generator(x, y, np.pad(field, 1, constant_values=outside), name="serial").lines(level)
    return [line[:0:-1] for line in found if len(line) > 3]  # the last corner is the first; y points down


def area(polygon: np.ndarray) -> float:
    """Of a closed polygon [K, 2]; negative where it runs around a hole of `contours`."""
    x, y = polygon.T
    return float(np.dot(x - np.roll(x, 1), np.roll(y, 1) + y)) / 2
