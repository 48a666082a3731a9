"""One thread's libmypaint: a pen, the sheets it draws on, and planned strokes on them."""

from __future__ import annotations

import colorsys
import math
from collections import OrderedDict

import numpy as np

from ...errors import InputError
from ._libmypaint import ONE, TILE, NativeBrush, NativeSurface
from ._library import Library
from ._plan import Batch, enlarge, painted, pieces, shrunk
from .brush import Brush
from .events import CHUNK, STEP, events

__all__ = ["Engine", "new_sheet"]

KEPT_SHEETS = 4
KEPT_PIXELS = 1 << 22  # larger sheets are not kept


def new_sheet(lib: Library, height: int, width: int) -> NativeSurface:
    """A sheet, or an InputError where memory does not suffice."""
    try:
        return NativeSurface(lib, height, width)
    except MemoryError as error:
        raise InputError(f"expected enough memory for {error}, got too little") from None


class Engine:
    """Draws planned strokes. Not for two threads at once."""

    def __init__(self, lib: Library, brush: Brush) -> None:
        self.lib, self.brush = lib, brush
        self.pen = NativeBrush(lib, brush)
        self._sheets: OrderedDict[tuple[int, int], NativeSurface] = OrderedDict()

    def _sheet(self, height: int, width: int) -> NativeSurface:
        """A transparent sheet, at least as large; to be left transparent."""
        key = -(-height // TILE), -(-width // TILE)
        sheet = self._sheets.pop(key, None) or new_sheet(self.lib, key[0] * TILE, key[1] * TILE)
        if key[0] * key[1] * TILE * TILE <= KEPT_PIXELS:
            self._sheets[key] = sheet
            if len(self._sheets) > KEPT_SHEETS:
                self._sheets.popitem(last=False)
        return sheet

    def alphas(self, batch: Batch, seeds: list[int], out: np.ndarray, scale: float) -> None:
        """Fill `out` [N, h, w], which holds zeros, with the strokes' alpha (0..32768) times `scale`."""
        h, w = out.shape[1:]
        sheet = self._sheet(h, w)
        tiles = sheet.tiles
        rows, columns = tiles.shape[:2]
        factor = out.dtype.type(scale)
        self.pen.set_color(0.0, 0.0, 0.0)
        for first in range(0, len(out), CHUNK):
            part = slice(first, first + CHUNK)
            for k, stroke in enumerate(events(batch.points[part], batch.pressure[part]), first):
                if not batch.touching[k]:
                    continue
                if batch.shrink[k] > 1:
                    small = self._small(batch, k, seeds[k], h, w)
                    out[k] = enlarge(small, batch.shrink[k], (0, h), (0, w)) * (ONE * scale)
                    continue
                x, y, width, height = self._draw(sheet, batch, k, stroke, seeds[k])
                x0, x1 = max(x // TILE, 0), min((x + width - 1) // TILE + 1, columns)
                y0, y1 = max(y // TILE, 0), min((y + height - 1) // TILE + 1, rows)
                if width <= 0 or x0 >= x1 or y0 >= y1:
                    continue
                used = tiles[y0:y1, x0:x1]
                target = out[k, y0 * TILE : y1 * TILE, x0 * TILE : x1 * TILE]
                block = used[..., 3].swapaxes(1, 2).reshape((y1 - y0) * TILE, (x1 - x0) * TILE)
                np.multiply(block[: target.shape[0], : target.shape[1]], factor, out=target)
                used[...] = 0
                if not batch.easy[k]:  # it may have left a large table of tiles behind
                    self._sheets.clear()

    def paint(
        self, sheet: NativeSurface, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]
    ) -> None:
        """Stroke k, whose events are `stroke`, in an sRGB color."""
        if batch.shrink[k] == 1:
            self.pen.set_color(*colorsys.rgb_to_hsv(*color))
            self._draw(sheet, batch, k, stroke, seed)
            return
        small, shrink = self._small(batch, k, seed, sheet.height, sheet.width), batch.shrink[k]
        top, bottom, left, right = painted(small, shrink, sheet.height, sheet.width)
        if top == bottom:
            return
        first, last = left // TILE, -(-right // TILE)
        paint = np.array([*color, 1.0], np.float32) * ONE
        for row in range(top // TILE, -(-bottom // TILE)):
            tiles = sheet.tiles[row, first:last]  # [columns, 64, 64, 4]
            alpha = enlarge(small, shrink, (row * TILE, (row + 1) * TILE), (first * TILE, last * TILE))
            alpha = alpha.reshape(TILE, last - first, TILE).swapaxes(0, 1)[..., None]
            tiles[...] = np.rint(tiles * (1 - alpha) + paint * alpha)

    def _draw(
        self, sheet: NativeSurface, batch: Batch, k: int, stroke: np.ndarray, seed: int
    ) -> tuple[int, int, int, int]:
        """Stroke k in the pen's color; the rectangle (x, y, width, height) that may have changed."""
        pen, pace = self.pen, float(batch.pace[k])
        log_radius = math.log(batch.radius[k])
        pen.set_pace(pace)
        pen.seed(seed)
        if batch.easy[k]:
            return pen.draw(sheet, stroke.tolist(), log_radius, STEP * pace)
        boxes = []
        for piece, part in pieces(self.brush, batch, k, stroke, sheet.height, sheet.width):
            boxes.append(pen.draw(sheet, piece.tolist(), log_radius, STEP * pace * part, flush=True))
        boxes = [box for box in boxes if box[2] > 0 and box[3] > 0]
        if not boxes:
            return 0, 0, 0, 0
        x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
        return x, y, max(b[0] + b[2] for b in boxes) - x, max(b[1] + b[3] for b in boxes) - y

    def _small(self, batch: Batch, k: int, seed: int, height: int, width: int) -> np.ndarray:
        """The alpha [h, w] float32 of a stroke of huge dabs, on a picture `batch.shrink[k]` times smaller."""
        shrink = batch.shrink[k]
        out = np.zeros((1, -(-height // shrink), -(-width // shrink)), np.float32)
        self.alphas(shrunk(self.brush, batch, k, height, width), [seed], out, 1 / ONE)
        small: np.ndarray = out[0]
        return small
