"""How a stroke reaches a paint program: as a pen's events, `events(points, pressure) -> [N, 51, 3]`.

A stroke is 51 events, STEP seconds apart: the landing, then 50 moves along the Bezier curve at
equal steps of its parameter. That is 5 seconds on a canvas 512 pixels high; at another height
all of the program's times are stretched by `height / 512`, so that the stroke is the same one,
larger (SPIRAL's environment and the Neural Painters' use the same 0.1 s).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ... import checks
from ...errors import InputError

__all__ = ["BASE_HEIGHT", "CHUNK", "MOVES", "STEP", "check_strokes", "events", "pen_speed", "stroke_seed"]

MOVES = 50
CHUNK = 512  # strokes whose events are computed at once
STEP = 0.1  # seconds
BASE_HEIGHT = 512  # pixels at which pace is 1
MAX_PACE = 49.0  # libmypaint forgets a stroke after 5 seconds without an event
LEAST_PRESSURE = 1e-30  # see TOUCH in _libmypaint.py

_T = (np.arange(MOVES + 1) / MOVES)[:, None]
_WEIGHTS = np.concatenate([(1 - _T) ** 2, 2 * (1 - _T) * _T, _T**2], 1)  # [51, 3]


def events(
    points: np.ndarray,  # [N, 3, 2] pixels
    pressure: np.ndarray,  # [N, 2]
) -> np.ndarray:
    """[N, 51, 3] float64: x, y and pressure of every event."""
    out = np.empty((len(points), MOVES + 1, 3))
    np.matmul(_WEIGHTS, points, out=out[..., :2])
    t = _T[:, 0]
    out[..., 2] = np.maximum(pressure[:, :1] * (1 - t) + pressure[:, 1:] * t, LEAST_PRESSURE)
    return out


def stroke_seed(seed: int, index: int = 0) -> int:
    """The seed, 0..2**30, of one stroke of a painting: well mixed, and the same whatever else is painted."""
    x = (seed * 0x9E3779B97F4A7C15 + (index + 1) * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (x ^ (x >> 31)) & 0x3FFFFFFF


def check_strokes(
    points: object,  # [N, 3, 2] pixels
    radius: object,  # [N] pixels
    pressure: object,  # [N, 2]
    pace: object,  # [N]
    side: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Strokes in pixels as float64 arrays, or an InputError that names the first one out of range.

    Points may lie 64 picture sides outside; radius is above 0 and below 16 sides.
    """
    ranges: Sequence[tuple[str, object, tuple[int, ...], float, float]] = (
        ("points", points, (3, 2), -64.0 * side, 64.0 * side),
        ("radius", radius, (), 1e-9, 16.0 * side),
        ("pressure", pressure, (2,), 0.0, 1.0),
        ("pace", pace, (), 1e-4, MAX_PACE),
    )
    out: list[np.ndarray] = []
    for name, value, shape, low, high in ranges:
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"expected {name} of numbers, got {checks.quoted(value)}") from None
        n = len(out[0]) if out else (array.shape[0] if array.ndim else 0)
        checks.shape(name, array, (n, *shape))
        good = ((array >= low) & (array <= high)).reshape(n, -1).all(1) if n else np.ones(0, bool)
        if not good.all():
            k = int(np.argmin(good))
            numbers = [float(f"{x:.6g}") for x in array[k].ravel()]
            raise InputError(f"expected {name} of stroke {k} in {low:g}..{high:g}, got {numbers}")
        out.append(array)
    return out[0], out[1], out[2], out[3]


def pen_speed(
    points: np.ndarray,  # [N, 3, 2] pixels
    pace: np.ndarray,  # [N]
) -> np.ndarray:
    """[N] an upper bound of the pen's speed, in pixels per second at pace 1."""
    legs = np.abs(np.diff(points, axis=1)).sum(2).max(1)  # a Bezier curve's derivative is between twice its legs
    return 2 * legs / (MOVES * STEP * pace)
