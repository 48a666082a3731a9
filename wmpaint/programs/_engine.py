"""What stands between checked strokes and libmypaint: which strokes to skip, cut or shrink before they reach it.

libmypaint queues every dab, and keeps a table of all tiles out to the farthest; its dabs end at
a radius of 1000 pixels. So strokes that cannot touch the picture are left out, strokes that go
far out are painted piece by piece, and strokes of larger dabs are painted smaller and enlarged.
"""

from __future__ import annotations

import colorsys
import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ._libmypaint import ONE, TILE, Library, Pen, Sheet
from .brush import MAX_DAB, Brush
from .events import STEP, events, pen_speed

__all__ = ["Batch", "Engine"]

NEAR = 40_960.0  # pixels from the origin: 26 MB for libmypaint's table of tiles
MAX_REACH = 30_000.0  # pixels between the pen and a dab
STRIDE = 4096.0  # pixels of a far stroke between two events
MANY = 200_000  # dabs x tiles of one stroke: paint after each event, so that the queue stays short
CHUNK = 512  # strokes whose events are computed at once
KEPT_SHEETS = 4
KEPT_PIXELS = 1 << 22  # larger sheets are not kept


@dataclass(frozen=True)
class Batch:
    """Checked strokes in pixels, and how to paint each on a picture of a given size."""

    points: np.ndarray  # [N, 3, 2]
    radius: np.ndarray  # [N]
    pressure: np.ndarray  # [N, 2]
    pace: np.ndarray  # [N]
    touching: list[bool]  # can it leave any color on the picture?
    easy: list[bool]  # can it go to libmypaint as it is?


class Engine:
    """One thread's pen and sheets."""

    def __init__(self, lib: Library, brush: Brush) -> None:
        self.lib, self.brush = lib, brush
        self.pen = Pen(lib, brush)
        self._sheets: OrderedDict[tuple[int, int], Sheet] = OrderedDict()
        setting = brush.settings["radius_logarithmic"]
        self._thinnest = math.exp(max(brush.bounds("radius_logarithmic")[0] - setting.base, -30.0))
        self._away = brush.reach(1.0)[0]
        growth = brush.bounds("radius_logarithmic")[1] - setting.base
        noise = 3.47 * max(abs(v) for v in brush.bounds("radius_by_random"))
        self._grow = math.exp(min(growth + noise, 30.0))
        self._by_speed = brush.uses("offset_by_speed")

    def batch(
        self,
        points: np.ndarray,  # [N, 3, 2] pixels
        radius: np.ndarray,
        pressure: np.ndarray,
        pace: np.ndarray,
        height: int,
        width: int,
    ) -> Batch:
        """Plan strokes that were checked. The plan errs to the safe side."""
        speed = pen_speed(points, pace) if self._by_speed else None
        if speed is None:
            away = radius * self._away
        else:
            away = np.array([self.brush.reach(*x)[0] for x in zip(radius, speed, pace, strict=True)])
        dab = np.maximum(radius * self._grow, 0.2)
        margin = (away + dab + 3.0)[:, None]
        low, high = points.min(1) - margin, points.max(1) + margin
        touching = ((high >= 0) & (low <= (width, height))).all(1)
        legs = np.abs(np.diff(points, axis=1)).sum((1, 2))  # the curve is no longer than its legs
        settings = self.brush.settings
        dabs = legs / np.maximum(radius * self._thinnest, 0.2) * settings["dabs_per_actual_radius"].base
        dabs += legs / np.maximum(radius, 0.2) * settings["dabs_per_basic_radius"].base
        dabs += 50 * STEP * settings["dabs_per_second"].base
        work = dabs * (np.minimum(dab, MAX_DAB) / 32 + 1) ** 2
        easy = (np.maximum(-low.min(1), high.max(1)) <= NEAR) & (work <= MANY) & (dab <= MAX_DAB)
        return Batch(points, radius, pressure, pace, touching.tolist(), easy.tolist())

    def sheet(self, height: int, width: int) -> Sheet:
        """A transparent sheet, at least as large; to be left transparent."""
        key = -(-height // TILE), -(-width // TILE)
        sheet = self._sheets.pop(key, None) or new_sheet(self.lib, key[0] * TILE, key[1] * TILE)
        if key[0] * key[1] * TILE * TILE <= KEPT_PIXELS:
            self._sheets[key] = sheet
            if len(self._sheets) > KEPT_SHEETS:
                self._sheets.popitem(last=False)
        return sheet

    def alphas(self, batch: Batch, seeds: list[int], out: np.ndarray, scale: float) -> None:
        """Fill `out` [N, h, w], which holds zeros, with the strokes' alpha times `scale`."""
        h, w = out.shape[1:]
        sheet = self.sheet(h, w)
        tiles = sheet.tiles
        rows, columns = tiles.shape[:2]
        factor = out.dtype.type(scale)
        self.pen.set_color(0.0, 0.0, 0.0)
        for first in range(0, len(out), CHUNK):
            part = slice(first, first + CHUNK)
            for k, stroke in enumerate(events(batch.points[part], batch.pressure[part]), first):
                if not batch.touching[k]:
                    continue
                if not batch.easy[k] and batch.radius[k] * self._grow > MAX_DAB:
                    small, shrink = self._small(batch, k, seeds[k], h, w)
                    out[k] = enlarge(small, shrink, 0, h, w) * (ONE * scale)
                    continue
                x, y, width, height = self.draw(sheet, batch, k, stroke, seeds[k])
                x0, x1 = max(x // TILE, 0), min((x + width - 1) // TILE + 1, columns)
                y0, y1 = max(y // TILE, 0), min((y + height - 1) // TILE + 1, rows)
                if width <= 0 or x0 >= x1 or y0 >= y1:
                    continue
                used = tiles[y0:y1, x0:x1]
                target = out[k, y0 * TILE : y1 * TILE, x0 * TILE : x1 * TILE]
                block = used[..., 3].swapaxes(1, 2).reshape((y1 - y0) * TILE, (x1 - x0) * TILE)
                np.multiply(block[: target.shape[0], : target.shape[1]], factor, out=target)
                used[...] = 0
                if not batch.easy[k]:  # its queue may hold a large table now
                    self._sheets.clear()

    def paint(self, sheet: Sheet, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]) -> None:
        """Stroke k, whose events are `stroke`, in an sRGB color."""
        if not batch.touching[k]:
            return
        if not batch.easy[k] and batch.radius[k] * self._grow > MAX_DAB:
            small, shrink = self._small(batch, k, seed, sheet.height, sheet.width)
            paint = np.array([*color, 1.0], np.float32) * ONE
            for row, tiles in enumerate(sheet.tiles):  # [columns, 64, 64, 4]
                alpha = enlarge(small, shrink, row * TILE, TILE, len(tiles) * TILE)
                alpha = alpha.reshape(TILE, len(tiles), TILE).swapaxes(0, 1)[..., None]
                tiles[...] = np.rint(tiles * (1 - alpha) + paint * alpha)
            return
        self.pen.set_color(*colorsys.rgb_to_hsv(*color))
        self.draw(sheet, batch, k, stroke, seed)

    def draw(self, sheet: Sheet, batch: Batch, k: int, stroke: np.ndarray, seed: int) -> tuple[int, int, int, int]:
        """Stroke k in the pen's color; the rectangle (x, y, width, height) that may have changed."""
        pen = self.pen
        pace = float(batch.pace[k])
        log_radius = math.log(batch.radius[k])
        pen.set_pace(pace)
        pen.seed(seed)
        if batch.easy[k]:
            return pen.draw(sheet, stroke.tolist(), log_radius, STEP * pace)
        speed = float(pen_speed(batch.points[k : k + 1], batch.pace[k : k + 1])[0])
        away, dab = self.brush.reach(float(batch.radius[k]), speed, pace)
        if away + dab > MAX_REACH:
            raise InputError(
                f"expected dabs at most {MAX_REACH:g} pixels from the pen, got up to {away + dab:.0f} "
                f"from stroke {k} with brush {self.brush.name}; paint it smaller"
            )
        boxes = []
        for piece, part in pieces(stroke, away + dab + STRIDE, sheet.height, sheet.width):
            boxes.append(pen.draw(sheet, piece.tolist(), log_radius, STEP * pace * part, flush=True))
        boxes = [box for box in boxes if box[2] > 0 and box[3] > 0]
        if not boxes:
            return 0, 0, 0, 0
        x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
        return x, y, max(b[0] + b[2] for b in boxes) - x, max(b[1] + b[3] for b in boxes) - y

    def _small(self, batch: Batch, k: int, seed: int, height: int, width: int) -> tuple[np.ndarray, int]:
        """The alpha [h, w] float32 of a stroke of huge dabs on a picture `shrink` times smaller, and `shrink`."""
        if not self.brush.plain:
            raise InputError(
                f"expected a radius of at most {MAX_DAB / self._grow:.0f} pixels for brush {self.brush.name}, "
                f"got {batch.radius[k]:.0f} in stroke {k}"
            )
        shrink = 1 << math.ceil(math.log2(batch.radius[k] * self._grow / MAX_DAB))
        h, w = -(-height // shrink), -(-width // shrink)
        part = slice(k, k + 1)
        shrunk = self.batch(
            batch.points[part] / shrink,
            batch.radius[part] / shrink,
            batch.pressure[part],
            batch.pace[part] / shrink,
            h,
            w,
        )
        out = np.zeros((1, h, w), np.float32)
        self.alphas(shrunk, [seed], out, 1 / ONE)
        return out[0], shrink


def new_sheet(lib: Library, height: int, width: int) -> Sheet:
    """A sheet, or an InputError where memory does not suffice."""
    try:
        return Sheet(lib, height, width)
    except MemoryError as error:
        raise InputError(f"expected enough memory for {error}, got too little") from None


def pieces(
    stroke: np.ndarray,  # [51, 3] x, y, pressure
    margin: float,
    height: int,
    width: int,
) -> list[tuple[np.ndarray, float]]:
    """The parts of a stroke that come within `margin` of a picture, and how long an event lasts in them.

    Moves are cut into equal parts of at most STRIDE pixels. Between events libmypaint moves in
    straight lines, so that this changes nothing but where the pen is picked up and put down
    again, out of sight.
    """
    longest = np.hypot(*np.diff(stroke[:, :2], axis=0).T).max()
    cut = max(math.ceil(longest / STRIDE), 1)
    at = np.arange(cut * (len(stroke) - 1) + 1) / cut
    fine = np.stack([np.interp(at, np.arange(len(stroke)), column) for column in stroke.T], 1)
    inside = ((fine[:, :2] >= -margin) & (fine[:, :2] <= (width + margin, height + margin))).all(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
    return [(fine[a:b], 1 / cut) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def enlarge(
    small: np.ndarray,  # [h, w]
    factor: int,
    top: int,
    height: int,
    width: int,
) -> np.ndarray:
    """[height, width]: rows from `top` on of a picture `factor` times as large, bilinear between pixel centers."""

    def ends(first: int, count: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        at = np.clip((np.arange(first, first + count) + 0.5) / factor - 0.5, 0, size - 1)
        low = at.astype(np.intp)
        return low, np.minimum(low + 1, size - 1), (at - low).astype(np.float32)

    y0, y1, fy = ends(top, height, small.shape[0])
    x0, x1, fx = ends(0, width, small.shape[1])
    rows = small[y0] * (1 - fy)[:, None] + small[y1] * fy[:, None]
    return rows[:, x0] * (1 - fx) + rows[:, x1] * fx
