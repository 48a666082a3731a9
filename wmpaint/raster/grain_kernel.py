"""The inner loop of `grain.py`, compiled for the CPU by Numba."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from .kernel import FLAGS, PX, PY, _evaluate

__all__ = ["grained"]

LEAST = 1e-6
NONE = 1e-8
ROOT2 = math.sqrt(2.0)


@njit(**FLAGS)
def _seen(field, u, v):
    """The periodic field at column u and row v, bilinear."""
    i, j = math.floor(u), math.floor(v)
    f, g = u - i, v - j
    mask = len(field) - 1
    i0, j0 = int(i) & mask, int(j) & mask
    i1, j1 = (i0 + 1) & mask, (j0 + 1) & mask
    top = field[j0, i0] * (1 - f) + field[j0, i1] * f
    return top * (1 - g) + (field[j1, i0] * (1 - f) + field[j1, i1] * f) * g


@njit(**FLAGS)
def _stray(alpha, spread, g, normal, angles, z_max):
    """An alpha of this mean and variance, for a normal number g; see `grain.py`."""
    bound = alpha * (1 - alpha)
    if spread <= NONE * bound or bound <= 0:
        return alpha
    logit = math.log(alpha / (1 - alpha))
    place = min(abs(logit), 16.0) * ((len(normal) - 1) / 16.0)
    i = min(int(place), len(normal) - 2)
    z = normal[i] + (normal[i + 1] - normal[i]) * (place - i)
    row = min(z, z_max) * ((angles.shape[0] - 1) / z_max)
    column = math.sqrt(min(spread / bound, 1.0)) * (angles.shape[1] - 1)
    i, j = min(int(row), angles.shape[0] - 2), min(int(column), angles.shape[1] - 2)
    f = column - j
    near = angles[i, j] * (1 - f) + angles[i, j + 1] * f
    far = angles[i + 1, j] * (1 - f) + angles[i + 1, j + 1] * f
    rho = math.sin(near + (far - near) * (row - i))
    x = (math.copysign(z, logit) + math.sqrt(rho) * g) / math.sqrt(max(1 - rho, LEAST))
    return 0.5 * math.erfc(-x / ROOT2)


@njit(parallel=True, **FLAGS)
def grained(
    table, ribbons, caps, color, tiles, starts, strokes, side, across, field, window, normal, angles, z_max, picture,
):  # fmt: skip
    """Draw on picture [C, H, W], which holds the ground, each alpha strayed by what its stroke sees of the field."""
    channels, height, width = picture.shape
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        m = np.empty(channels)
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= width or row >= height:
                continue
            for c in range(channels):
                m[c] = picture[c, row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                alpha, spread, t, _, _ = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if t < 0:
                    continue
                if spread > 0:
                    x, y = column + 0.5 - table[i, PX], row + 0.5 - table[i, PY]
                    u = window[i, 0] * x - window[i, 1] * y + window[i, 2]
                    v = window[i, 1] * x + window[i, 0] * y + window[i, 3]
                    alpha = _stray(alpha, spread, _seen(field, u, v), normal, angles, z_max)
                for c in range(channels):
                    m[c] += alpha * (color[i, c] - m[c])
            for c in range(channels):
                picture[c, row, column] = m[c]
