"""`MyPaint(brush)`: the real thing, painted by libmypaint."""

from __future__ import annotations

import threading

import numpy as np
import torch
from torch import Tensor

from ...errors import BrushError
from ...explain import explained
from ._engine import Engine, new_sheet
from ._libmypaint import ONE, TILE, NativeSurface
from ._library import library
from ._plan import Batch
from .base import BrushProgram
from .brush import Brush

__all__ = ["MyPaint"]


@explained
class MyPaint(BrushProgram[NativeSurface]):
    """MyPaint's brush engine with one brush.

    The same strokes, size and seed give the same bits, in every process. Each thread that uses
    an instance gets an engine of its own.

    Args:
        brush: a bundled name ("charcoal"), one of MyPaint's ("classic/charcoal"), a .myb path,
            the bytes of one, or a `Brush`.
        seed: of the brush's randomness, where `begin` is given no generator.

    Raises:
        BrushError: an unknown or broken brush, or one that would crash libmypaint.
        MissingProgram: libmypaint 1.5 or 1.6 is not installed.
    """

    name = "mypaint"

    def __init__(self, brush: Brush | str | bytes, seed: int = 0) -> None:
        super().__init__(brush, seed)
        if self.style.bounds("colorize")[1] > 0:  # of pure greys, it divides by zero
            raise BrushError(f"expected a brush without colorize, which can crash libmypaint, got {self.brush}")
        self._lib = library()
        self._local = threading.local()
        self.version = f"libmypaint {self._lib.version}"

    @property
    def _engine(self) -> Engine:
        engine: Engine | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._local.engine = Engine(self._lib, self.style)
        return engine

    def _sheet(self, height: int, width: int, background: tuple[float, float, float] | None) -> NativeSurface:
        sheet = new_sheet(self._lib, height, width)
        if background is not None:
            sheet.fill(background)
        return sheet

    def _put(self, sheet: NativeSurface, picture: np.ndarray) -> None:
        sheet.put(picture)

    def _paint(
        self, sheet: NativeSurface, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]
    ) -> None:
        self._engine.paint(sheet, batch, k, stroke, seed, color)

    def _picture(self, sheet: NativeSurface) -> Tensor:
        h, w = sheet.height, sheet.width
        out = np.empty((4, h, w), np.float32)
        for row, tiles in enumerate(sheet.tiles):  # [columns, 64, 64, 4]
            target = out[:, row * TILE : (row + 1) * TILE]
            block = tiles.transpose(3, 1, 0, 2).reshape(4, TILE, -1)
            np.multiply(block[:, : target.shape[1], :w], np.float32(1 / ONE), out=target)
        self._lib.flush()
        return torch.from_numpy(out)

    def _alphas(self, batch: Batch, seeds: list[int], out: np.ndarray, scale: float) -> None:
        self._engine.alphas(batch, seeds, out, scale)
        self._lib.flush()
