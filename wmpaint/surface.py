"""What paint lies on: linen, cotton, a panel, paper; as heights, at any size.

heights("linen", frame) -> [H, W] 0..1        DEPTHS["linen"]: canvas heights between the lowest and the highest
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from .canvas import SURFACES
from .frame import Frame
from .noise import FLAGS, across, along

__all__ = ["DEPTHS", "MIDDLE", "USUAL", "bare_relief", "heights"]

DEPTHS = {"smooth": 0.0, "linen": 1.1e-3, "cotton": 7e-4, "panel": 4e-4, "paper": 6e-4}
USUAL = "linen"
MIDDLE = 0.45  # height around which a surface lies, on average
_THREADS = {"linen": 190.0, "cotton": 260.0}  # a canvas height
_WANDER = {"linen": 1.0, "cotton": 0.35}  # how uneven threads are


def heights(surface: str, frame: Frame) -> np.ndarray:
    """[H, W] float32, 0..1: what lies high catches paint first. The same place has the same height at every size."""
    rows, columns = frame.size
    left, top = frame.origin
    if surface == "smooth":
        return np.full((rows, columns), MIDDLE, np.float32)
    kind, threads = SURFACES.index(surface), _THREADS.get(surface, 1.0)
    fine = 1 + int(4 * _THREADS.get(surface, 150.0) / frame.height)
    out = np.empty((rows, columns), np.float32)
    _fill(out, kind, threads, _WANDER.get(surface, 0.0), left, top, 1 / frame.height, fine)
    return out


def bare_relief(frame: Frame) -> Tensor:
    """[H, W] heights of the bare canvas, in canvas units; linen where the canvas does not say."""
    surface = frame.canvas.surface or USUAL
    return torch.from_numpy(heights(surface, frame) * np.float32(DEPTHS[surface])).to(frame.device)


@njit(parallel=True, **FLAGS)
def _fill(out, kind, threads, wander, left, top, pixel, fine):
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
