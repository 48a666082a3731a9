"""`MyPaint(brush).render(strokes, canvas, height=) -> [4, H, W]`: the real thing, painted by libmypaint."""

from __future__ import annotations

import colorsys
import math
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..canvas import MAX_SIDE, Canvas
from ..errors import InputError
from ..strokes import Strokes
from ._libmypaint import FAR, ONE, TILE, Pen, Sheet, library
from .brush import MAX_DAB, Brush
from .events import (
    BASE_HEIGHT,
    MOVES,
    STEP,
    check_seed,
    check_size,
    check_strokes,
    events,
    pen_speed,
    stroke_seed,
)
from .settings import TOP_SPEED

__all__ = ["MyPaint"]

CHUNK = 512  # strokes whose events are computed at once
MANY_DABS = 20_000  # in one stroke: paint after each event, so that the queue of dabs stays short
KEPT_SHEETS = 4  # per thread, for `alpha`
KEPT_PIXELS = 1 << 22  # larger ones are not kept


class MyPaint:
    """MyPaint's brush engine with one brush.

    The same strokes, size and seed give the same bits, in every process. An instance may be
    used from several threads (each has an engine of its own) and sent to other processes.

    Args:
        brush: a bundled name ("charcoal"), one of MyPaint's ("classic/charcoal"), a .myb path,
            the bytes of one, or a `Brush`.
        seed: of the brush's randomness, where `render` is given no generator.

    Raises:
        BrushError: an unknown or broken brush.
        MissingProgram: libmypaint 1.5 or 1.6 is not installed.
    """

    name = "mypaint"

    def __init__(self, brush: Brush | str | bytes, seed: int = 0) -> None:
        self.style = Brush.load(brush)
        self.seed = check_seed(seed)
        self._lib = library()
        self._local = threading.local()
        self.version = f"libmypaint {self._lib.version}"

    @property
    def brush(self) -> str:
        """The brush's name."""
        return self.style.name

    @property
    def brush_hash(self) -> str:
        """SHA-256 of the brush file, in hexadecimal."""
        return self.style.hash

    def __repr__(self) -> str:
        return f"MyPaint({self.brush!r}, seed={self.seed})"

    def __reduce__(self) -> tuple[Any, ...]:
        return MyPaint, (self.style, self.seed)

    def render(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The picture [4, H, W], float32 premultiplied RGBA. `generator` draws the seed of this rendering.

        Raises:
            InputError: strokes out of range, a side above 16,384 pixels, or too little memory.
        """
        seed = self.seed
        if generator is not None:
            seed = int(torch.randint(1 << 62, (), generator=generator, device=generator.device))
        picture = None
        for picture in self.paint(strokes, canvas, height=height, seed=seed, every=0):
            pass
        assert picture is not None
        return picture

    def paint(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        seed: int | None = None,
        every: int = 1,
    ) -> Iterator[Tensor]:
        """The picture [4, H, W] after each `every` strokes and after the last; 0: only after the last.

        Raises:
            InputError: as `render`; raised on the call, before the first picture.
        """
        seed = self.seed if seed is None else check_seed(seed)
        if isinstance(every, bool) or not isinstance(every, int) or every < 0:
            raise InputError(f"expected a picture every 0 strokes or more, got {every}")
        strokes.check()
        h, w = canvas.pixels(height)
        try:
            sheet = Sheet(self._lib, h, w)
        except MemoryError as error:
            raise InputError(f"expected enough memory for {error}, got too little") from None
        if canvas.background is not None:
            sheet.fill(canvas.background)
        return self._frames(strokes.detach(), sheet, seed, every)

    def _frames(self, strokes: Strokes, sheet: Sheet, seed: int, every: int) -> Iterator[Tensor]:
        h, w = sheet.height, sheet.width
        points = strokes.points.double().cpu().numpy() * h
        radius = strokes.radius.double().cpu().numpy() * h
        pressure = strokes.pressure.double().cpu().numpy()
        colors = strokes.color.double().cpu().tolist()
        lifted = [False] * len(strokes) if strokes.lifted is None else strokes.lifted.cpu().tolist()
        pace = np.full(len(strokes), h / BASE_HEIGHT)
        speeds = pen_speed(points, pace)
        n = len(strokes)
        for first in range(0, n, CHUNK):
            part = slice(first, first + CHUNK)
            batch = events(points[part], pressure[part])
            touching = self._touching(points[part], radius[part], speeds[part], pace[part], h, w).tolist()
            for k, stroke in enumerate(batch, first):
                if touching[k - first] and not lifted[k]:
                    self._stroke(sheet, stroke, radius[k], speeds[k], h / BASE_HEIGHT, stroke_seed(seed, k), colors[k])
                if every and (k + 1) % every == 0 and k + 1 < n:
                    yield _picture(sheet)
        yield _picture(sheet)

    def alpha(
        self,
        points: Any,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
    ) -> np.ndarray:
        """[height, width] float32: the alpha of one stroke on transparent ground.

        Points may lie up to 64 picture sides outside. As the first stroke of a painting with
        that seed, at a pace of `height / 512`, it would come out the same.

        Raises:
            InputError: a number out of range.
        """
        height, width = check_size(height, width, MAX_SIDE)
        seeds = [stroke_seed(check_seed(seed))]
        checked = check_strokes([points], [radius], [pressure], [pace], max(height, width))
        out = np.zeros((1, height, width), np.float32)
        self._alphas(*checked, seeds, out, 1 / ONE)
        return out[0]

    def alphas(
        self,
        points: Any,  # [N, 3, 2] pixels
        radius: Any,  # [N] pixels
        pressure: Any,  # [N, 2]
        *,
        height: int,
        width: int,
        seeds: Sequence[int] | np.ndarray,  # [N]
        pace: Any = 1.0,  # [N] or one for all
    ) -> np.ndarray:
        """[N, height, width] uint16: as `alpha` for many strokes, where 32768 is 1.

        Raises:
            InputError: a number out of range, with the index of the stroke.
        """
        height, width = check_size(height, width, MAX_SIDE)
        n = len(radius)
        if len(seeds) != n:
            raise InputError(f"expected {n} seeds, got {len(seeds)}")
        mixed = [stroke_seed(check_seed(seed)) for seed in seeds]
        pace = np.broadcast_to(np.asarray(pace, np.float64), (n,)) if np.ndim(pace) == 0 else pace
        checked = check_strokes(points, radius, pressure, pace, max(height, width))
        out = np.zeros((n, height, width), np.uint16)
        self._alphas(*checked, mixed, out, 1)
        return out

    def _alphas(
        self,
        points: np.ndarray,
        radius: np.ndarray,
        pressure: np.ndarray,
        pace: np.ndarray,
        seeds: list[int],
        out: np.ndarray,  # [N, h, w] zeros
        scale: float,
    ) -> None:
        h, w = out.shape[1:]
        sheet = self._sheet(h, w)
        tiles = sheet.tiles
        rows, columns = tiles.shape[:2]
        speeds = pen_speed(points, pace)
        touching = self._touching(points, radius, speeds, pace, h, w).tolist()
        for first in range(0, len(out), CHUNK):
            for k, stroke in enumerate(events(points[first : first + CHUNK], pressure[first : first + CHUNK]), first):
                if not touching[k]:
                    continue
                x, y, width, height = self._stroke(sheet, stroke, radius[k], speeds[k], pace[k], seeds[k], None)
                x0, x1 = max(x // TILE, 0), min((x + width - 1) // TILE + 1, columns)
                y0, y1 = max(y // TILE, 0), min((y + height - 1) // TILE + 1, rows)
                if x0 >= x1 or y0 >= y1 or width <= 0:
                    continue
                used = tiles[y0:y1, x0:x1]
                target = out[k, y0 * TILE : y1 * TILE, x0 * TILE : x1 * TILE]
                block = used[..., 3].swapaxes(1, 2).reshape((y1 - y0) * TILE, (x1 - x0) * TILE)
                np.multiply(block[: target.shape[0], : target.shape[1]], target.dtype.type(scale), out=target)
                used[...] = 0

    def _sheet(self, height: int, width: int) -> Sheet:
        """A transparent sheet of this thread, which must be left transparent."""
        rows, columns = -(-height // TILE), -(-width // TILE)
        kept: OrderedDict[tuple[int, int], Sheet] | None = getattr(self._local, "sheets", None)
        if kept is None:
            kept = self._local.sheets = OrderedDict()
        sheet = kept.pop((rows, columns), None)
        if sheet is None:
            try:
                sheet = Sheet(self._lib, rows * TILE, columns * TILE)
            except MemoryError as error:
                raise InputError(f"expected enough memory for {error}, got too little") from None
        if rows * columns * TILE * TILE <= KEPT_PIXELS:
            kept[rows, columns] = sheet
            if len(kept) > KEPT_SHEETS:
                kept.popitem(last=False)
        return sheet

    @property
    def _pen(self) -> Pen:
        pen: Pen | None = getattr(self._local, "pen", None)
        if pen is None:
            pen = self._local.pen = Pen(self._lib, self.style)
        return pen

    def _touching(
        self,
        points: np.ndarray,  # [N, 3, 2] pixels
        radius: np.ndarray,
        speeds: np.ndarray,
        pace: np.ndarray,
        height: int,
        width: int,
    ) -> np.ndarray:
        """[N] bool: can the stroke leave any color on the picture? Wrong only to the safe side."""
        away, dab = self.style.reach(1.0)
        if self.style.uses("offset_by_speed") or self.style.plain is None:
            reach = np.array([sum(self.style.reach(r, s, p)) for r, s, p in zip(radius, speeds, pace, strict=True)])
        else:
            reach = np.maximum(radius * (away + dab), 0.2)
        reach = (reach + 3.0)[:, None]
        low, high = points.min(1) - reach, points.max(1) + reach
        return ((high >= 0) & (low <= np.array([width, height]))).all(1)

    def _stroke(
        self,
        sheet: Sheet,
        stroke: np.ndarray,  # [51, 3] x, y, pressure
        radius: float,
        speed: float,
        pace: float,
        seed: int,
        color: list[float] | None,
    ) -> tuple[int, int, int, int]:
        """Paint one stroke; the rectangle (x, y, width, height) that may have changed."""
        pen = self._pen
        pen.set_pace(float(pace))
        pen.set_color(*((0.0, 0.0, 0.0) if color is None else colorsys.rgb_to_hsv(*color)))
        pen.seed(seed)
        return pen.draw(sheet, stroke.tolist(), math.log(radius), STEP * float(pace))


def _picture(sheet: Sheet) -> Tensor:
    """[4, H, W] float32 of a sheet, a row of tiles at a time."""
    h, w = sheet.height, sheet.width
    out = np.empty((4, h, w), np.float32)
    for row, tiles in enumerate(sheet.tiles):  # [columns, 64, 64, 4]
        target = out[:, row * TILE : (row + 1) * TILE]
        block = tiles.transpose(3, 1, 0, 2).reshape(4, TILE, -1)
        np.multiply(block[:, : target.shape[1], :w], np.float32(1 / ONE), out=target)
    return torch.from_numpy(out)
