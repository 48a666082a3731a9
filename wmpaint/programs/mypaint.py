"""`MyPaint(brush).render(strokes, canvas, height=) -> [4, H, W]`: the real thing, painted by libmypaint."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..canvas import MAX_SIDE, Canvas
from ..errors import InputError
from ..strokes import Strokes
from ._engine import CHUNK, Engine, new_sheet
from ._libmypaint import ONE, TILE, Sheet, library
from .brush import Brush
from .events import BASE_HEIGHT, check_seed, check_size, check_strokes, events, stroke_seed

__all__ = ["MyPaint"]


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
        return next(self.paint(strokes, canvas, height=height, seed=seed, every=0))

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
        sheet = new_sheet(self._lib, h, w)
        if canvas.background is not None:
            sheet.fill(canvas.background)
        return self._frames(strokes.detach(), sheet, seed, every)

    def _frames(self, strokes: Strokes, sheet: Sheet, seed: int, every: int) -> Iterator[Tensor]:
        h, w, n = sheet.height, sheet.width, len(strokes)
        batch = self._engine.batch(
            strokes.points.double().cpu().numpy() * h,
            strokes.radius.double().cpu().numpy() * h,
            strokes.pressure.double().cpu().numpy(),
            np.full(n, h / BASE_HEIGHT),
            h,
            w,
        )
        colors = strokes.color.double().cpu().tolist()
        lifted = [False] * n if strokes.lifted is None else strokes.lifted.cpu().tolist()
        for first in range(0, n, CHUNK):
            part = slice(first, first + CHUNK)
            for k, stroke in enumerate(events(batch.points[part], batch.pressure[part]), first):
                if not lifted[k]:
                    # Another thread may have asked for this picture than for the last one.
                    self._engine.paint(sheet, batch, k, stroke, stroke_seed(seed, k), colors[k])
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
        engine = self._engine
        engine.alphas(engine.batch(*checked, height, width), seeds, out, 1 / ONE)
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
        n = len(seeds)
        mixed = [stroke_seed(check_seed(seed)) for seed in seeds]
        if np.ndim(pace) == 0:
            pace = [pace] * n
        checked = check_strokes(points, radius, pressure, pace, max(height, width))
        if len(checked[0]) != n:
            raise InputError(f"expected {len(checked[0])} seeds, got {n}")
        out = np.zeros((n, height, width), np.uint16)
        engine = self._engine
        engine.alphas(engine.batch(*checked, height, width), mixed, out, 1)
        return out

    @property
    def _engine(self) -> Engine:
        engine: Engine | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._local.engine = Engine(self._lib, self.style)
        return engine


def _picture(sheet: Sheet) -> Tensor:
    """[4, H, W] float32 of a sheet, a row of tiles at a time."""
    h, w = sheet.height, sheet.width
    out = np.empty((4, h, w), np.float32)
    for row, tiles in enumerate(sheet.tiles):  # [columns, 64, 64, 4]
        target = out[:, row * TILE : (row + 1) * TILE]
        block = tiles.transpose(3, 1, 0, 2).reshape(4, TILE, -1)
        np.multiply(block[:, : target.shape[1], :w], np.float32(1 / ONE), out=target)
    return torch.from_numpy(out)
