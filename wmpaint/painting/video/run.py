"""Painting a film: `for step in VideoRun(frames): ...` paints its frames with strokes that are carried along."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ... import checks
from ...canvas import Canvas
from ...errors import InputError
from ...image import load_image, resize
from ...marks import Marks
from ...metrics import psnr
from ..asked import Brushes
from ..result import Painting
from ..run import Run
from ..step import predicted
from ..strategies.carry import Carried, carry
from .motion import PIXELS, STILL, Watch

__all__ = ["STEPS", "FrameStep", "VideoRun"]

STEPS = 60  # optimizer steps of a frame that goes on from the one before
LEVELS = 255


@dataclass(frozen=True)
class FrameStep:
    """One frame of a film.

    Args:
        index: of the frame, from 0; total: frames in all where that is known.
        painting: of the frame.
        free: strokes that were painted, changed or moved for it.
        share: of the picture that changed, 0 to 1.
        cut: whether it was painted afresh, as the first frame and those of another scene are.
        kept: whether it was there already, from a run before.
        psnr: of the dream, in dB, at the height at which it was looked at; None if it was there already.
        seconds: since the run began.
        seconds_left: a guess, from the frames that were painted; None where nothing is known.
    """

    index: int
    total: int | None
    painting: Painting
    free: int
    share: float
    cut: bool
    kept: bool
    psnr: float | None
    seconds: float
    seconds_left: float | None


class VideoRun:
    """An iterator of `FrameStep`s that paints the frames of a film.

    The first frame is painted as `Run` paints, and so is each that shows another scene than the one before. Every
    other frame goes on from the strokes of the one before: those where nothing changed stay as they are, bit for bit;
    those where something did are moved along with it, or placed anew where they show nowhere any more, and improved
    in a few steps.

    Args:
        frames: pictures of one size, as `load_image` takes them; they are read one by one.
        brush, strokes, height, seed, pens, page: as for `Run`.
        steps_first: optimizer steps of a frame that is painted afresh, if not as planned for the number of strokes.
        steps: of every other frame.
        still: levels of 255 below which a change is none. A noisy film raises it: see `Watch`.
        alone: paint every frame afresh, for comparison: it flickers.
        total: how many frames there are, if it is known.
        done: paintings of the first frames, from an unfinished run over the same frames with the same options.

    Raises:
        WmpaintError: what `Run` raises.
        InputError: while painting, a frame of another size.
    """

    def __init__(
        self,
        frames: Iterable[Any],
        *,
        brush: Brushes | None = None,
        strokes: int = 500,
        height: int = 512,
        seed: int = 0,
        pens: Any = None,
        page: Any = "a4",
        steps_first: int | None = None,
        steps: int = STEPS,
        still: float = STILL * LEVELS,
        alone: bool = False,
        total: int | None = None,
        done: Iterable[Painting] = (),
    ) -> None:
        self.options: dict[str, Any] = {"strokes": strokes, "height": height, "seed": seed, "brush": brush}
        self.options |= {} if pens is None else {"pens": pens, "page": page}
        self.steps_first, self.alone = steps_first, alone
        self.steps = checks.whole("… steps for each frame", steps, 1)
        self.total, self.height, self.seed = total, height, seed
        blank = torch.ones(3, 8, 8, device="cpu")
        self.brushes = self._afresh(blank).brushes  # refuses what is wrong before any frame is read
        self._frames, self._done = iter(frames), iter(done)
        self._watch = Watch(checks.number("a still of … levels", still, 0, LEVELS) / LEVELS)
        self._size: tuple[int, int] | None = None
        self._last: tuple[Painting, Carried] | None = None
        self._index = 0
        self.frame: Tensor  # [3, H, W], the last that was read
        self._began: float | None = None
        self._painted, self._spent = 0, 0.0  # frames that were not there already, and seconds for them

    def __iter__(self) -> Iterator[FrameStep]:
        return self

    def __next__(self) -> FrameStep:
        self._began = time.monotonic() if self._began is None else self._began
        self.frame = frame = load_image(next(self._frames))[:3]
        size = (frame.shape[1], frame.shape[2])
        self._size = self._size or size
        if size != self._size:
            (h, w), (rows, columns) = self._size, size
            raise InputError(f"expected frame {self._index} of {w} x {h} pixels, got {columns} x {rows}")
        canvas = Canvas.like(frame)
        rows, columns = canvas.pixels(min(PIXELS, frame.shape[1]))
        change = self._watch.see(resize(frame, rows, columns))
        done, began = next(self._done, None), time.monotonic()
        quality: float | None = None
        carried: Carried
        if done is not None:
            painting, carried, cut = done, _known(done), bool(done.provenance.get("cut"))
        else:
            cut = self._last is None or change is None or change.cut or self.alone
            painting, carried, quality = self._afresh_frame(frame) if cut else self._carried(frame, change)
            self._painted, self._spent = self._painted + 1, self._spent + time.monotonic() - began
        self._last = painting, carried
        self._index += 1
        left = None
        if self.total is not None and self._painted:
            left = max(0, self.total - self._index) * self._spent / self._painted
        return FrameStep(
            self._index - 1, self.total, painting, carried.free, 1.0 if change is None else change.share, cut,
            done is not None, quality, time.monotonic() - self._began, left,
        )  # fmt: skip

    def _afresh(self, frame: Tensor) -> Run:
        return Run(frame, steps=self.steps_first, **self.options)

    def _afresh_frame(self, frame: Tensor) -> tuple[Painting, Carried, float]:
        run = self._afresh(frame)
        for _ in run:
            pass
        painting = run.painting()
        first = 0 if self._last is None or self.alone else self._last[1].next
        carried = Carried.fresh(painting.strokes, first)
        return self._bearing(painting, carried, True), carried, self._quality(run, carried.strokes, frame)

    def _carried(self, frame: Tensor, change: Any) -> tuple[Painting, Carried, float]:
        assert self._last is not None
        before, was = self._last
        run = self._afresh(frame)
        mix = (self.seed * 1_000_003 + self._index) % (1 << 63)  # each frame by itself, so that a run can be resumed
        carried = carry(
            run.task, was, change, frame, steps=self.steps, generator=torch.Generator().manual_seed(mix),
        )  # fmt: skip
        painting = replace(before, strokes=carried.strokes, terms={}, target=run.goal.start.target)
        return self._bearing(painting, carried, False), carried, self._quality(run, carried.strokes, frame)

    def _bearing(self, painting: Painting, carried: Carried, cut: bool) -> Painting:
        """The painting, which knows its frame and its strokes' numbers."""
        kept = {name: painting.provenance[name] for name in ("wmpaint", "torch", "python")}
        numbers = {"frame": self._index, "cut": cut, "numbers": carried.numbers.tolist(), "next": carried.next}
        return replace(painting, provenance={**kept, **numbers})

    def _quality(self, run: Run, strokes: Marks, frame: Tensor) -> float:
        height = run.schedule.fine
        with torch.no_grad():
            picture = predicted(run.task, strokes, height).mean
        return psnr(picture.clamp(0, 1), resize(frame, *picture.shape[1:]).to(picture))


def _known(painting: Painting) -> Carried:
    known = painting.provenance
    numbers = torch.tensor(known["numbers"], dtype=torch.int64, device=painting.strokes.device)
    return Carried(painting.strokes, numbers, int(known["next"]), 0)
