"""What paint lies on: linen, cotton, a panel, paper; as heights, at any size.

heights("linen", frame) -> [H, W] 0..1        DEPTHS["linen"]: canvas heights between the lowest and the highest
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from . import loops
from .canvas import SURFACES
from .frame import Frame

__all__ = ["DEPTHS", "MIDDLE", "USUAL", "bare_relief", "heights", "roughness"]

DEPTHS = {"smooth": 0.0, "linen": 1.1e-3, "cotton": 7e-4, "panel": 4e-4, "paper": 6e-4}
USUAL = "linen"
MIDDLE = 0.45  # height around which a surface lies, on average
KEPT = 4_000_000  # pixels of a surface that is kept at most
FINEST = 12  # samples a side of a pixel, beyond which its mean hardly changes
_THREADS = {"linen": 190.0, "cotton": 260.0}  # a canvas height
_WANDER = {"linen": 1.0, "cotton": 0.35}  # how uneven threads are


def heights(surface: str, frame: Frame) -> np.ndarray:
    """[H, W] float32, 0..1: what lies high catches paint first. The same place has the same height at every size.

    Not to be written to: a surface that is asked for again and again is made once.
    """
    made = _made if math.prod(frame.size) <= KEPT else _made.__wrapped__
    found: np.ndarray = made(surface, frame.size, frame.origin, frame.height)
    return found


@lru_cache(maxsize=4)
def _made(surface: str, size: tuple[int, int], origin: tuple[int, int], height: int) -> np.ndarray:
    if surface == "smooth":
        return np.full(size, MIDDLE, np.float32)
    kind, threads = SURFACES.index(surface), _THREADS.get(surface, 1.0)
    fine = min(FINEST, 1 + int(4 * _THREADS.get(surface, 150.0) / height))
    out = np.empty(size, np.float32)
    with loops.in_turn("wmpaint.surface_loops") as compiled:
        compiled.fill(out, kind, threads, _WANDER.get(surface, 0.0), *origin, 1 / height, fine)
    return out


@lru_cache(maxsize=64)
def roughness(surface: str, height: int) -> float:
    """Standard deviation of a surface's heights within a pixel, on average, where a canvas has so many in its height.

    What a pixel's mean has lost: measured on a patch of 48 pixels a side, of 8 by 8 samples each.
    """
    if surface == "smooth":
        return 0.0
    side, each = 48, 8
    fine = np.empty((side * each, side * each), np.float32)
    with loops.in_turn("wmpaint.surface_loops") as compiled:
        compiled.fill(fine, SURFACES.index(surface), _THREADS.get(surface, 1.0), _WANDER.get(surface, 0.0), 0, 0,
                      1 / (height * each), 1)  # fmt: skip
    return float(fine.reshape(side, each, side, each).var((1, 3)).mean() ** 0.5)


def bare_relief(frame: Frame) -> Tensor:
    """[H, W] heights of the bare canvas, in canvas units; linen where the canvas does not say."""
    surface = frame.canvas.surface or USUAL
    return torch.from_numpy(heights(surface, frame) * np.float32(DEPTHS[surface])).to(frame.device)
