"""What a painter makes of strokes on a canvas, at any size: `View(painter, canvas, 512).picture(strokes, 128)`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor, nn

from ..canvas import Canvas
from ..frame import Frame
from ..media.ribbon.painter import RibbonPainter
from ..medium import influence, mismatch, render
from ..objectives.base import Objective, Within
from ..raster.tiles import Layout
from ..strokes import Strokes

__all__ = ["SLACK", "VISIBLE", "View", "networked"]

SLACK = 8e-3  # canvas units that a stroke may move until it has to be binned anew
VISIBLE = 1 / 255  # a stroke that changes no pixel by as much shows nowhere


@dataclass(frozen=True, eq=False)
class View:
    """A painter before a canvas.

    Args:
        program_height: pixels of the program's canvas that is imitated.
    """

    painter: RibbonPainter
    canvas: Canvas
    program_height: int

    def frame(self, height: int) -> Frame:
        """Pixels of an opaque ground: white, where the canvas is transparent."""
        canvas = replace(self.canvas, background=self.canvas.background or (1.0, 1.0, 1.0))
        return Frame(canvas, height, program_height=self.program_height)

    def plan(self, strokes: Strokes, height: int, *, slack: float = SLACK, tile: int | None = None) -> Layout:
        """Which strokes touch which tiles of a picture `height` pixels high, or may after moves of `slack`."""
        return self.painter.layout(strokes, self.frame(height), slack, tile)

    def picture(self, strokes: Strokes, height: int, layout: Layout | None = None) -> tuple[Tensor, Tensor]:
        """The mean picture [3, H, W] on an opaque ground, and its variance [H, W]; differentiable in the strokes."""
        mean, variance, _ = render(self.painter, strokes, self.frame(height), layout=layout)
        assert variance is not None
        return mean[:3], variance

    def influence(self, strokes: Strokes, height: int) -> Tensor:
        """[strokes] the most that each changes any pixel of the picture."""
        return influence(self.painter, strokes, self.frame(height))

    def mismatch(self, strokes: Strokes, goal: Tensor) -> Tensor:
        """[strokes] the squared distance of each one's color from a picture, averaged over what shows."""
        return mismatch(self.painter, strokes, self.frame(goal.shape[1]), goal)


def networked(goal: Objective) -> bool:
    """Whether one of its terms looks at the picture through a network."""
    for _, term in goal.terms():
        for value in vars(term.objective if isinstance(term, Within) else term).values():
            if any(isinstance(part, nn.Module) for part in (value if isinstance(value, list | tuple) else [value])):
                return True
    return False
