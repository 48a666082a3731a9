"""What programs that paint with a brush have in common: `render`, `paint`, `alpha`, `alphas`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ..canvas import MAX_SIDE, Canvas
from ..errors import InputError
from ..strokes import Strokes
from ._plan import Batch, plan
from .brush import Brush
from .events import BASE_HEIGHT, CHUNK, check_seed, check_size, check_strokes, events, stroke_seed

__all__ = ["BrushProgram"]


class BrushProgram(ABC):
    """A paint program with one brush and a seed.

    The same strokes, size and seed give the same bits. An instance may be used from several
    threads and sent to other processes.
    """

    name: ClassVar[str]
    version: str

    def __init__(self, brush: Brush | str | bytes, seed: int = 0) -> None:
        self.style = Brush.load(brush)
        self.seed = check_seed(seed)

    @property
    def brush(self) -> str:
        """The brush's name."""
        return self.style.name

    @property
    def brush_hash(self) -> str:
        """SHA-256 of the brush file, in hexadecimal."""
        return self.style.hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.brush!r}, seed={self.seed})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.style, self.seed)

    def render(
        self, strokes: Strokes, canvas: Canvas, *, height: int, generator: torch.Generator | None = None
    ) -> Tensor:
        """The picture [4, H, W], float32 premultiplied RGBA. `generator` draws the seed of this rendering.

        Strokes keep to themselves: each has random numbers of its own, from the seed and its
        place in the batch, so that leaving one out (`lifted`) changes none of the others.

        Raises:
            InputError: strokes out of range, a side above 16,384 pixels, or too little memory.
        """
        seed = self.seed
        if generator is not None:
            seed = int(torch.randint(1 << 62, (), generator=generator, device=generator.device))
        return next(self.paint(strokes, canvas, height=height, seed=seed, every=0))

    def paint(
        self, strokes: Strokes, canvas: Canvas, *, height: int, seed: int | None = None, every: int = 1
    ) -> Iterator[Tensor]:
        """The picture [4, H, W] after each `every` strokes and after the last; 0: only after the last.

        Raises:
            InputError: as `render`; raised by the call, before the first picture.
        """
        seed = self.seed if seed is None else check_seed(seed)
        if isinstance(every, bool) or not isinstance(every, int) or every < 0:
            raise InputError(f"expected a picture every 0 strokes or more, got {every}")
        h, w = canvas.pixels(height)
        n = len(strokes.check())
        batch = plan(
            self.style,
            strokes.points.detach().double().cpu().numpy() * h,
            strokes.radius.detach().double().cpu().numpy() * h,
            strokes.pressure.detach().double().cpu().numpy(),
            np.full(n, h / BASE_HEIGHT),
            h,
            w,
        )
        return self._frames(strokes, batch, self._sheet(h, w, canvas.background), seed, every)

    def _frames(self, strokes: Strokes, batch: Batch, sheet: Any, seed: int, every: int) -> Iterator[Tensor]:
        n = len(strokes)
        colors = strokes.color.detach().double().cpu().tolist()
        lifted = [False] * n if strokes.lifted is None else strokes.lifted.cpu().tolist()
        for first in range(0, n, CHUNK):
            part = slice(first, first + CHUNK)
            for k, stroke in enumerate(events(batch.points[part], batch.pressure[part]), first):
                if batch.touching[k] and not lifted[k]:
                    self._paint(sheet, batch, k, stroke, stroke_seed(seed, k), colors[k])
                if every and (k + 1) % every == 0 and k + 1 < n:
                    yield self._picture(sheet)
        yield self._picture(sheet)

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
        that seed, at a pace of `height / 512`, it comes out the same.

        Raises:
            InputError: a number out of range.
        """
        height, width = check_size(height, width, MAX_SIDE)
        seeds = [stroke_seed(check_seed(seed))]
        checked = check_strokes([points], [radius], [pressure], [pace], max(height, width))
        out = np.zeros((1, height, width), np.float32)
        self._alphas(plan(self.style, *checked, height, width), seeds, out, 1 / 32768)
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
        mixed = [stroke_seed(check_seed(seed)) for seed in seeds]
        if np.ndim(pace) == 0:
            pace = [pace] * (np.shape(radius)[0] if np.ndim(radius) else 0)
        checked = check_strokes(points, radius, pressure, pace, max(height, width))
        if len(checked[0]) != len(mixed):
            raise InputError(f"expected {len(checked[0])} seeds, got {len(mixed)}")
        try:
            out = np.zeros((len(mixed), height, width), np.uint16)
        except MemoryError:
            raise InputError(f"expected memory for {len(mixed)} alphas of {width} x {height}, got too little") from None
        self._alphas(plan(self.style, *checked, height, width), mixed, out, 1)
        return out

    @abstractmethod
    def _sheet(self, height: int, width: int, background: tuple[float, float, float] | None) -> Any:
        """Something of this size to paint on."""

    @abstractmethod
    def _paint(self, sheet: Any, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]) -> None:
        """Paint stroke k, whose events [51, 3] are `stroke`."""

    @abstractmethod
    def _picture(self, sheet: Any) -> Tensor:
        """[4, H, W] of what is painted; a tensor of its own."""

    @abstractmethod
    def _alphas(self, batch: Batch, seeds: list[int], out: np.ndarray, scale: float) -> None:
        """Fill `out` [N, h, w], which holds zeros, with the strokes' alpha (0..32768) times `scale`."""
