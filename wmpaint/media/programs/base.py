"""What programs that paint with a brush have in common: `render`, `paint`, `grow`, `alpha`, `alphas`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ...canvas import MAX_SIDE, Canvas
from ...errors import InputError
from ...strokes import Strokes
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
    dear: ClassVar[float] = 1000.0  # what a dab costs however small it is, in pixels

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
        return next(self.grow(strokes, canvas, height=height, counts=[len(strokes)], generator=generator))

    def paint(
        self, strokes: Strokes, canvas: Canvas, *, height: int, seed: int | None = None, every: int = 1
    ) -> Iterator[Tensor]:
        """The picture [4, H, W] after each `every` strokes and after the last; 0: only after the last.

        Raises:
            InputError: as `render`; raised by the call, before the first picture.
        """
        if isinstance(every, bool) or not isinstance(every, int) or every < 0:
            raise InputError(f"expected a picture every 0 strokes or more, got {every}")
        n = len(strokes)
        counts = [*range(every, n, every), n] if every else [n]
        return self._frames(strokes, canvas, height, counts, self._seed(seed))

    def grow(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        counts: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """The picture [4, H, W] after each of these rising numbers of strokes: bit for bit, `render` of so many."""
        return self._frames(strokes, canvas, height, counts, self._seed(None, generator))

    def begin(self, canvas: Canvas, *, height: int) -> Any:
        """A bare sheet to `lay` strokes on; programs of one kind with other brushes may go on with it."""
        return self._sheet(*canvas.pixels(height), canvas.background)

    def lay(
        self, sheet: Any, strokes: Strokes, canvas: Canvas, *, height: int, seed: int | None = None, first: int = 0
    ) -> None:
        """Paint strokes on a sheet of this canvas and height.

        Args:
            seed: as of the whole painting; the program's own if None.
            first: the place in the painting of the first of these strokes, which their random numbers depend on.

        Raises:
            InputError: as `render`.
        """
        batch = self._batch(strokes, canvas, height)
        self._lay(sheet, strokes, batch, self._seed(seed), range(len(strokes)), first)

    def picture(self, sheet: Any) -> Tensor:
        """What is painted on a sheet, [4, H, W]; a tensor of its own."""
        return self._picture(sheet)

    def _seed(self, seed: int | None, generator: torch.Generator | None = None) -> int:
        if generator is not None:
            return int(torch.randint(1 << 62, (), generator=generator, device=generator.device))
        return self.seed if seed is None else check_seed(seed)

    def _batch(self, strokes: Strokes, canvas: Canvas, height: int) -> Batch:
        h, w = canvas.pixels(height)
        n = len(strokes.check())
        return plan(
            self.style,
            strokes.points.detach().double().cpu().numpy() * h,
            strokes.radius.detach().double().cpu().numpy() * h,
            strokes.pressure.detach().double().cpu().numpy(),
            np.full(n, h / BASE_HEIGHT),
            h,
            w,
            self.dear,
        )

    def _frames(
        self, strokes: Strokes, canvas: Canvas, height: int, counts: Sequence[int], seed: int
    ) -> Iterator[Tensor]:
        batch, sheet = self._batch(strokes, canvas, height), self.begin(canvas, height=height)

        def frames() -> Iterator[Tensor]:
            for start, stop in zip([0, *counts], counts, strict=False):
                self._lay(sheet, strokes, batch, seed, range(start, stop))
                yield self._picture(sheet)

        return frames()

    def _lay(self, sheet: Any, strokes: Strokes, batch: Batch, seed: int, which: range, first: int = 0) -> None:
        """Paint some of the strokes; they are numbered from `first` on."""
        for begin in range(which.start, which.stop, CHUNK):
            part = slice(begin, min(begin + CHUNK, which.stop))
            colors = strokes.color[part].detach().double().cpu().tolist()
            lifted = [False] * len(colors) if strokes.lifted is None else strokes.lifted[part].tolist()
            moves = events(batch.points[part], batch.pressure[part])
            for k, (stroke, color, left_out) in enumerate(zip(moves, colors, lifted, strict=True), begin):
                if batch.touching[k] and not left_out:
                    self._paint(sheet, batch, k, stroke, stroke_seed(seed, first + k), color)

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
        self._alphas(plan(self.style, *checked, height, width, self.dear), seeds, out, 1 / 32768)
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
        self._alphas(plan(self.style, *checked, height, width, self.dear), mixed, out, 1)
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
