"""One `Renderer` out of several: each stroke is painted by the renderer of its own brush."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ..canvas import Canvas
from ..export.bitmap import over
from ..media.programs.base import BrushProgram
from ..renderer import Renderer
from ..strokes import Strokes

__all__ = ["ByBrush"]


@dataclass(frozen=True)
class ByBrush:
    """Paints runs of strokes that share a brush, one above the other.

    Programs paint on one sheet, as if a painter changed brushes, and each stroke has the random numbers of its
    place in the whole painting. What other renderers paint is laid over what is there; each run is painted from the
    generator's state at the start, so that what they draw from it does not depend on the runs.

    Args:
        renderer: the renderer of a brush's number; asked only for brushes that are painted.
        options: passed on to each renderer's `render`; not to programs.
    """

    renderer: Callable[[int], Renderer]
    options: Mapping[str, Any] = field(default_factory=dict)

    def render(
        self, strokes: Strokes, canvas: Canvas, *, height: int, generator: torch.Generator | None = None
    ) -> Tensor:  # [4, H, W] premultiplied
        """The picture; lifted strokes are left out."""
        return next(self.grow(strokes, canvas, height=height, counts=[len(strokes)], generator=generator))

    def grow(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        counts: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:  # each [4, H, W] premultiplied
        """The picture after each of these rising numbers of strokes; the last is what `render` gives of so many."""
        easel = _Easel(strokes, canvas, height, generator)
        parts = [self._runs(strokes, start, stop) for start, stop in zip([0, *counts], counts, strict=False)]
        alone = sum(map(len, parts)) == 1
        chance = None if generator is None else generator.get_state()
        for runs in parts:
            for brush, start, stop in runs:
                renderer = self.renderer(brush)
                if isinstance(renderer, BrushProgram):
                    easel.lay(renderer, start, stop)
                    continue
                part = strokes[start:stop]
                part = (part if part.lifted is None else part[~part.lifted]).replace(brush=None, pen=None, lifted=None)
                # A single run is painted on the ground itself, and is what the renderer alone would paint.
                ground = canvas if alone else replace(canvas, background=None)
                if generator is not None and chance is not None:
                    generator.set_state(chance)
                top = renderer.render(part, ground, height=height, generator=generator, **self.options)
                easel.put(top, over_all=alone)
            yield easel.picture()

    @staticmethod
    def _runs(strokes: Strokes, start: int, stop: int) -> list[tuple[int, int, int]]:
        """(brush, start, stop) of each run between two strokes; those in it that are not of its brush are lifted."""
        shown = torch.arange(start, stop)
        if strokes.lifted is not None:
            shown = shown[~strokes.lifted[start:stop].cpu()]
        if not len(shown):
            return []
        if strokes.brush is None:
            return [(0, int(shown[0]), int(shown[-1]) + 1)]
        brushes, counts = torch.unique_consecutive(strokes.brush.cpu()[shown], return_counts=True)
        ends = counts.cumsum(0)
        first, last = shown[ends - counts].tolist(), (shown[ends - 1] + 1).tolist()
        return list(zip(brushes.tolist(), first, last, strict=True))


class _Easel:
    """A picture in the making: what is beneath, and above it the sheet that a program is painting on."""

    def __init__(self, strokes: Strokes, canvas: Canvas, height: int, generator: torch.Generator | None) -> None:
        self.strokes, self.canvas, self.height, self.generator = strokes, canvas, height, generator
        self.beneath: Tensor | None = None
        self.program: BrushProgram | None = None
        self.sheet: Any = None
        self.seed: int | None = None

    def picture(self) -> Tensor:
        """What there is, [4, H, W]."""
        if self.program is not None:
            top = self.program.picture(self.sheet)
            return top if self.beneath is None else over(top.to(self.beneath), self.beneath)
        if self.beneath is not None:
            return self.beneath
        background = self.canvas.background
        ground = (0.0, 0.0, 0.0, 0.0) if background is None else (*background, 1.0)
        rows, columns = self.canvas.pixels(self.height)
        return self.strokes.color.detach().new_tensor(ground)[:, None, None].repeat(1, rows, columns)

    def lay(self, program: BrushProgram, start: int, stop: int) -> None:
        """Paint some strokes with a program, on the sheet at hand if it is one of that program's."""
        if self.seed is None and self.generator is not None:
            self.seed = int(torch.randint(1 << 62, (), generator=self.generator, device=self.generator.device))
        if type(program) is not type(self.program):
            self.beneath = None if self.program is None and self.beneath is None else self.picture()
            ground = self.canvas if self.beneath is None else replace(self.canvas, background=None)
            self.sheet = program.begin(ground, height=self.height)
        self.program = program
        part = self.strokes[start:stop]
        program.lay(self.sheet, part, self.canvas, height=self.height, seed=self.seed, first=start)

    def put(self, top: Tensor, *, over_all: bool) -> None:
        """Lay a picture over what is there, or take its place."""
        below = self.picture()
        self.beneath = top if over_all else over(top.to(below), below)
        self.program = self.sheet = None
