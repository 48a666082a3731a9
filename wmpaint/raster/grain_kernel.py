"""The inner loop of `grain.py`, compiled for the CPU by Numba."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from .kernel import AX, AY, BX, BY, CX, CY, FLAGS, PX, PY, RADIUS, _evaluate

__all__ = ["PIECES", "grained", "heaped"]

LEAST = 1e-6
NONE = 1e-8
ROOT2 = math.sqrt(2.0)
PIECES = 16  # of a stroke's table of lengths
WIDE, ARC = 4, 6  # columns of a window
TOOTH, SIDE, PICK, DRAG = range(4)  # of a shape


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
def _step(x):
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)


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


@njit(**FLAGS)
def _look(s, ribbons, caps, n, alpha, spread, t, x, y, fields, lies, window, looks, shape, normal, angles, z_max):
    """An alpha strayed; what share of wet paint it takes up; and where the stroke looks at its fields; see `Grain`."""
    if window[n, WIDE] == 0:
        x, y = x - s[n, PX], y - s[n, PY]
        u, v = window[n, 0] * x - window[n, 1] * y + window[n, 2], window[n, 1] * x + window[n, 0] * y + window[n, 3]
        return _stray(alpha, spread, _seen(fields[looks[n, 0]], u, v), normal, angles, z_max), 0.0, u, v
    ex = x - ((s[n, AX] * t + s[n, BX]) * t + s[n, PX])
    ey = y - ((s[n, AY] * t + s[n, BY]) * t + s[n, PY])
    dx, dy = 2 * s[n, AX] * t + s[n, BX], 2 * s[n, AY] * t + s[n, BY]
    if dx * dx + dy * dy < 1e-12:  # at a cusp
        dx, dy = s[n, CX] + 1e-6, s[n, CY]  # a dot has a direction too
    speed = math.sqrt(dx * dx + dy * dy)
    dx, dy = dx / speed, dy / speed
    at = t * PIECES
    k = min(int(at), PIECES - 1)
    far = window[n, ARC + k] + (window[n, ARC + k + 1] - window[n, ARC + k]) * (at - k)
    across = ex * dy - ey * dx
    row = (window[n, WIDE] + (window[n, WIDE + 1] - window[n, WIDE]) * t) * across
    u, v = window[n, 0] * far + window[n, 2], row + window[n, 3]
    beyond = abs(ex * dx + ey * dy) / s[n, RADIUS]
    picked = shape[n, PICK] * (1 - math.exp(-(far + beyond) / shape[n, DRAG])) if shape[n, PICK] > 0 else 0.0
    side, off = 1.0, abs(row) / shape[n, SIDE]
    if off > 1:
        back = across * (1 - 1 / off)
        a, r, _, _, _ = _evaluate(s, ribbons, n, caps, x - dy * back, y + dx * back)
        if a > alpha:  # how far it reaches here, and how much of it covers, are independent
            side = alpha / a
            left = max(spread - side * side * r, 0.0) / (a * a + r)
            g = _seen(fields[looks[n, 3]], u, window[n, 3] + math.copysign(0.25 * fields.shape[1], row))
            side = _stray(side, left, g, normal, angles, z_max)
            alpha, spread = a, r
    g = _seen(fields[looks[n, 0]], u, v)
    tooth = shape[n, TOOTH] * (1 - _step(beyond * 4))
    g = math.sqrt(1 - tooth * tooth) * g + tooth * lies
    whole = 1 - picked
    if picked > 0:
        alpha = min(alpha / whole, 1 - 1e-7)
    return side * _stray(alpha, spread / (whole * whole), g, normal, angles, z_max), picked, u, v


@njit(parallel=True, **FLAGS)
def grained(
    table, ribbons, caps, color, tiles, starts, strokes, side, across, fields, surface, window, looks, strays, shape,
    normal, angles, z_max, picture, wet,
):  # fmt: skip
    """Draw on picture [C, H, W], which holds the ground, each alpha strayed by what its stroke sees of its fields.

    wet: [H, W] how much of what there is can be picked up.
    """
    channels, height, width = picture.shape
    colors = 6 if channels >= 6 else 3  # bands of pigment, or red, green and blue
    half = fields.shape[1] // 2
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        m = np.empty(channels)
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= width or row >= height:
                continue
            for c in range(channels):
                m[c] = picture[c, row, column]
            damp = wet[row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                alpha, spread, t, _, _ = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if t < 0:
                    continue
                light = warm = 0.0
                if spread > 0:
                    alpha, picked, u, v = _look(
                        table, ribbons, caps, i, alpha, spread, t, column + 0.5, row + 0.5, fields,
                        surface[row, column], window, looks, shape, normal, angles, z_max,
                    )  # fmt: skip
                    if strays[i, 0] > 0:
                        light = strays[i, 0] * _seen(fields[looks[i, 1]], u, v)
                        warm = strays[i, 1] * _seen(fields[looks[i, 1]], u + half, v)
                    if picked > 0:
                        full = alpha
                        alpha *= 1 - picked * damp
                        damp += full * (1 - damp)
                for c in range(channels):
                    paint = color[i, c]
                    if c < colors and strays[i, 0] > 0:
                        paint = min(max(paint + light * (0.25 + paint) + warm * (1 - 2 * c / (colors - 1)), 0.0), 1.0)
                    m[c] += alpha * (paint - m[c])
            for c in range(channels):
                picture[c, row, column] = m[c]
            wet[row, column] = damp


@njit(parallel=True, **FLAGS)
def heaped(
    table, ribbons, heights, unit, level, caps, tiles, starts, strokes, side, across, fields, surface, window, looks,
    strays, shape, normal, angles, z_max, out,
):  # fmt: skip
    """As `relief_kernel.pile`, with heights that stray."""
    rows, columns = out.shape
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= columns or row >= rows:
                continue
            h = out[row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                alpha, spread, t, _, _ = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if t < 0:
                    continue
                high, _, _, _, _ = _evaluate(table, heights, i, caps, column + 0.5, row + 0.5)
                if spread > 0:
                    mean = alpha
                    alpha, picked, u, v = _look(
                        table, ribbons, caps, i, alpha, spread, t, column + 0.5, row + 0.5, fields,
                        surface[row, column], window, looks, shape, normal, angles, z_max,
                    )  # fmt: skip
                    high *= alpha * (1 - picked) / max(mean, 1e-9)
                    high *= max(1 + strays[i, 2] * _seen(fields[looks[i, 2]], u, v), 0.0)
                h += unit[i] * high - level[i] * alpha * h
            out[row, column] = h
