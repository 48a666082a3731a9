"""Heights of woven threads, gesso and paper, compiled by Numba; see `surface`."""

from __future__ import annotations

import math

from numba import njit, prange

from .noise import FLAGS, across, along

__all__ = ["fill"]


@njit(parallel=True, **FLAGS)
def fill(out, kind, threads, wander, left, top, pixel, fine):
    rows, columns = out.shape
    for i in prange(rows):
        for j in range(columns):
            total = 0.0
            for k in range(fine * fine):
                x = (left + j + (k % fine + 0.5) / fine) * pixel
                y = (top + i + (k // fine + 0.5) / fine) * pixel
                if kind <= 2:
                    total += _weave(x * threads, y * threads, wander)
                elif kind == 3:
                    total += _gesso(x, y)
                else:
                    total += _paper(x, y)
            out[i, j] = total / (fine * fine)


@njit(**FLAGS)
def _thread(n, u, v, wander):
    """Place across thread n of those along v, -1..1 within; threads wander and differ in width."""
    low = n + wander * (0.5 * (along(n, 0.23 * v) - 0.5) + 0.16 * (along(n + 31, 1.3 * v) - 0.5))
    high = n + 1 + wander * (0.5 * (along(n + 1, 0.23 * v) - 0.5) + 0.16 * (along(n + 32, 1.3 * v) - 0.5))
    return 2 * (u - low) / (high - low) - 1


@njit(**FLAGS)
def _weave(x, y, wander):
    """A plain weave at (x, y) in threads: the higher of warp and weft, each over and under by turns."""
    top = 0.0
    for turn in range(2):
        u, v = (x, y) if turn == 0 else (y, x)
        salt = 1000 + 5000 * turn
        u += salt
        n = math.floor(u)
        f = _thread(n, u, v, wander)
        if f < -1:
            n -= 1
            f = _thread(n, u, v, wander)
        elif f > 1:
            n += 1
            f = _thread(n, u, v, wander)
        if -1 < f < 1:
            over = 0.5 + 0.5 * math.cos(math.pi * (v + n + turn))
            uneven = 1 - 0.25 * wander * (1 - along(n + 63, 0.4 * v))
            top = max(top, (1 - f * f) ** 0.7 * (0.35 + 0.65 * over) * uneven)
    return max(0.0, top - 0.23 * (1 - wander))  # even threads lie high everywhere


@njit(**FLAGS)
def _gesso(x, y):
    """A panel primed with a broad brush: furrows that run along it, a little uneven."""
    bend = 0.02 * across(71, 1.7 * x, 2.3 * y)
    furrows = 0.6 * across(72, 9 * x, 230 * (y + bend)) + 0.4 * across(73, 21 * x, 610 * (y + bend))
    return min(1.0, 0.15 + 0.55 * furrows + 0.15 * across(74, 40 * x, 40 * y))


@njit(**FLAGS)
def _paper(x, y):
    """Cold-pressed paper: pits of the felt, and fibres."""
    turned, other = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
    pits = 0.55 * across(81, 150 * x, 150 * y) + 0.45 * across(82, 260 * turned, 260 * other)
    return min(1.0, 0.1 + 0.75 * pits + 0.1 * across(83, 600 * turned, 140 * other))
