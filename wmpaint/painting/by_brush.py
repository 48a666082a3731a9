"""One `Renderer` out of several: each stroke is painted by the renderer of its own brush."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ..canvas import Canvas
from ..export.bitmap import over
from ..renderer import Renderer
from ..strokes import Strokes

__all__ = ["ByBrush"]


@dataclass(frozen=True)
class ByBrush:
    """Paints runs of strokes that share a brush, one above the other.

    Args:
        renderer: the renderer of a brush's number; asked only for brushes that are painted.
        options: passed on to each renderer's `render`.
    """

    renderer: Callable[[int], Renderer]
    options: Mapping[str, Any] = field(default_factory=dict)

    def render(
        self, strokes: Strokes, canvas: Canvas, *, height: int, generator: torch.Generator | None = None
    ) -> Tensor:  # [4, H, W] premultiplied
        """The picture; lifted strokes are left out."""
        if strokes.lifted is not None:
            strokes = strokes[~strokes.lifted]
        runs = self._runs(strokes)
        if len(runs) == 1:
            # On the ground itself: this is what the program does, down to its rounding.
            brush, start, stop = runs[0]
            return self._paint(brush, strokes[start:stop], canvas, height, generator)
        clear = replace(canvas, background=None)
        ground = (0.0, 0.0, 0.0, 0.0) if canvas.background is None else (*canvas.background, 1.0)
        picture = strokes.color.new_tensor(ground)[:, None, None].expand(4, *canvas.pixels(height))
        for brush, start, stop in runs:
            picture = over(self._paint(brush, strokes[start:stop], clear, height, generator).to(picture), picture)
        return picture

    def _paint(
        self, brush: int, strokes: Strokes, canvas: Canvas, height: int, generator: torch.Generator | None
    ) -> Tensor:
        plain = strokes.replace(brush=None, pen=None, lifted=None)
        return self.renderer(brush).render(plain, canvas, height=height, generator=generator, **self.options)

    @staticmethod
    def _runs(strokes: Strokes) -> list[tuple[int, int, int]]:
        """(brush, start, stop) of each run; no runs when there are no strokes."""
        if not len(strokes):
            return []
        if strokes.brush is None:
            return [(0, 0, len(strokes))]
        brushes, counts = torch.unique_consecutive(strokes.brush, return_counts=True)
        stops = counts.cumsum(0).tolist()
        return list(zip(brushes.tolist(), [0, *stops[:-1]], stops, strict=True))
