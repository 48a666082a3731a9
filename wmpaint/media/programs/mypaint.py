"""`MyPaint(brush)`: the real thing, painted by libmypaint."""

from __future__ import annotations

import colorsys
import math
import threading
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from ...errors import BrushError, InputError
from ...explain import explained
from ._libmypaint import ONE, TILE, NativeBrush, NativeSurface, around
from ._library import Library, library
from ._plan import Batch, enlarge, painted
from .base import BrushProgram
from .brush import Brush
from .events import STEP

__all__ = ["MyPaint"]

KEPT_SHEETS = 4
KEPT_PIXELS = 1 << 22  # larger sheets are not kept


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
        """Stroke k, whose events are `stroke`, in an sRGB color."""
        if batch.shrink[k] == 1:
            self._engine.pen.set_color(*colorsys.rgb_to_hsv(*color))
            self._engine.draw(sheet, batch, k, stroke, seed)
            return
        small, shrink = self._small(batch, k, seed), batch.shrink[k]
        top, bottom, left, right = painted(small, shrink, batch.height, batch.width)
        if top == bottom:
            return
        first, last = left // TILE, -(-right // TILE)
        paint = np.array([*color, 1.0], np.float32) * ONE
        for row in range(top // TILE, -(-bottom // TILE)):
            tiles = sheet.tiles[row, first:last]  # [columns, 64, 64, 4]
            alpha = enlarge(small, shrink, (row * TILE, (row + 1) * TILE), (first * TILE, last * TILE))
            alpha = alpha.reshape(TILE, last - first, TILE).swapaxes(0, 1)[..., None]
            tiles[...] = np.rint(tiles * (1 - alpha) + paint * alpha)

    def _picture(self, sheet: NativeSurface) -> Tensor:
        h, w = sheet.height, sheet.width
        out = np.empty((4, h, w), np.float32)
        for row, tiles in enumerate(sheet.tiles):  # [columns, 64, 64, 4]
            target = out[:, row * TILE : (row + 1) * TILE]
            block = tiles.transpose(3, 1, 0, 2).reshape(4, TILE, -1)
            np.multiply(block[:, : target.shape[1], :w], np.float32(1 / ONE), out=target)
        self._lib.flush()
        return torch.from_numpy(out)

    def _alphas(self, batch: Batch, seeds: list[int], out: np.ndarray) -> None:
        engine = self._engine
        sheet = engine.sheet(batch.height, batch.width)
        rows, columns = sheet.tiles.shape[:2]
        whole = 1 if out.dtype == np.float32 else ONE
        factor = out.dtype.type(whole / ONE)
        engine.pen.set_color(0.0, 0.0, 0.0)
        for k, stroke in batch.moves():
            if batch.shrink[k] > 1:
                small = self._small(batch, k, seeds[k])
                out[k] = enlarge(small, batch.shrink[k], (0, batch.height), (0, batch.width)) * whole
                continue
            x, y, width, height = engine.draw(sheet, batch, k, stroke, seeds[k])
            x0, x1 = max(x // TILE, 0), min((x + width - 1) // TILE + 1, columns)
            y0, y1 = max(y // TILE, 0), min((y + height - 1) // TILE + 1, rows)
            if width <= 0 or x0 >= x1 or y0 >= y1:
                continue
            used = sheet.tiles[y0:y1, x0:x1]
            target = out[k, y0 * TILE : y1 * TILE, x0 * TILE : x1 * TILE]
            block = used[..., 3].swapaxes(1, 2).reshape((y1 - y0) * TILE, (x1 - x0) * TILE)
            np.multiply(block[: target.shape[0], : target.shape[1]], factor, out=target)
            used[...] = 0
            if not batch.easy[k]:  # it may have left a large table of tiles behind
                engine.sheets.clear()
        self._lib.flush()


def new_sheet(lib: Library, height: int, width: int) -> NativeSurface:
    """A sheet, or an InputError where memory does not suffice."""
    try:
        return NativeSurface(lib, height, width)
    except MemoryError as error:
        raise InputError(f"expected enough memory for {error}, got too little") from None


class Engine:
    """One thread's libmypaint: a pen, the sheets it draws on, and planned strokes on them."""

    def __init__(self, lib: Library, brush: Brush) -> None:
        self.lib = lib
        self.pen = NativeBrush(lib, brush)
        self.sheets: OrderedDict[tuple[int, int], NativeSurface] = OrderedDict()

    def sheet(self, height: int, width: int) -> NativeSurface:
        """A transparent sheet, at least as large; to be left transparent."""
        key = -(-height // TILE), -(-width // TILE)
        sheet = self.sheets.pop(key, None) or new_sheet(self.lib, key[0] * TILE, key[1] * TILE)
        if key[0] * key[1] * TILE * TILE <= KEPT_PIXELS:
            self.sheets[key] = sheet
            if len(self.sheets) > KEPT_SHEETS:
                self.sheets.popitem(last=False)
        return sheet

    def draw(
        self, sheet: NativeSurface, batch: Batch, k: int, stroke: np.ndarray, seed: int
    ) -> tuple[int, int, int, int]:
        """Stroke k in the pen's color; the rectangle (x, y, width, height) that may have changed."""
        pen, pace = self.pen, float(batch.pace[k])
        log_radius = math.log(batch.radius[k])
        pen.set_pace(pace)
        pen.seed(seed)
        if batch.easy[k]:
            return pen.draw(sheet, stroke.tolist(), log_radius, STEP * pace)
        pieces = batch.pieces(k, stroke)
        return around(pen.draw(sheet, p.tolist(), log_radius, STEP * pace * part, flush=True) for p, part in pieces)
