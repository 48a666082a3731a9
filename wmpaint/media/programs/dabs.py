"""`Dabs(brush)`: MyPaint's brushes without MyPaint, in NumPy."""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor

from ...explain import explained
from ._dab_engine import PacedSettings, stroke
from ._dab_raster import alpha
from ._plan import Batch, enlarge, painted
from .base import BrushProgram
from .brush import Brush
from .events import STEP

__all__ = ["Dabs"]

Box = tuple[int, int, np.ndarray]  # top, left, alpha [h, w]


@explained
class Dabs(BrushProgram[np.ndarray]):
    """An embedded brush engine for machines without libmypaint; it reads the same brushes.

    It follows libmypaint 1.6 dab by dab, random numbers included, and lays the dabs in floating
    point where libmypaint has 15 bits, so the same seed gives the same stroke to a tenth of an
    8-bit level. It paints plain brushes only: one color a stroke.

    Args:
        brush: a bundled name ("charcoal"), one of MyPaint's ("classic/charcoal"), a .myb path,
            the bytes of one, or a `Brush`.
        seed: of the brush's randomness, where `begin` is given no generator.

    Raises:
        BrushError: an unknown or broken brush, or one that smudges, erases or changes its color.
    """

    name = "dabs"
    version = "dabs 1"
    dear = 10_000.0

    def __init__(self, brush: Brush | str | bytes, seed: int = 0) -> None:
        super().__init__(brush, seed)
        self.style.require_plain()

    def _sheet(self, height: int, width: int, background: tuple[float, float, float] | None) -> np.ndarray:
        sheet = np.zeros((4, height, width), np.float32)
        if background is not None:
            sheet[:] = np.array([*background, 1.0], np.float32)[:, None, None]
        return sheet

    def _put(self, sheet: np.ndarray, picture: np.ndarray) -> None:
        sheet[:] = picture

    def _paint(
        self, sheet: np.ndarray, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]
    ) -> None:
        top, left, box = self._box(batch, k, stroke, seed)
        target = sheet[:, top : top + box.shape[0], left : left + box.shape[1]]
        for channel, value in zip(target, (*color, 1.0), strict=True):
            channel += (np.float32(value) - channel) * box

    def _picture(self, sheet: np.ndarray) -> Tensor:
        return torch.from_numpy(sheet.copy())

    def _alphas(self, batch: Batch, seeds: list[int], out: np.ndarray) -> None:
        for k, moves in batch.moves():
            top, left, box = self._box(batch, k, moves, seeds[k])
            target = out[k, top : top + box.shape[0], left : left + box.shape[1]]
            target[...] = np.rint(box * np.float32(32768)) if out.dtype == np.uint16 else box

    def _box(self, batch: Batch, k: int, moves: np.ndarray, seed: int) -> Box:
        """The alpha of one stroke, and where it lies in the picture."""
        if (shrink := batch.shrink[k]) > 1:
            small = self._small(batch, k, seed)
            top, bottom, left, right = painted(small, shrink, batch.height, batch.width)
            return top, left, enlarge(small, shrink, (top, bottom), (left, right))
        pace, radius = float(batch.pace[k]), float(batch.radius[k])
        curves = _curves(self.style, pace)
        if batch.easy[k]:
            return alpha(stroke(curves, moves.tolist(), radius, STEP * pace, seed), batch.height, batch.width)
        whole = np.zeros((batch.height, batch.width), np.float32)
        for piece, part in batch.pieces(k, moves):
            dabs = stroke(curves, piece.tolist(), radius, STEP * pace * part, seed)
            top, left, box = alpha(dabs, batch.height, batch.width)
            target = whole[top : top + box.shape[0], left : left + box.shape[1]]
            target += (1 - target) * box
        return 0, 0, whole


@functools.lru_cache(maxsize=64)
def _curves(brush: Brush, pace: float) -> PacedSettings:
    return PacedSettings.of(brush, pace)
