"""What a painter makes of strokes on a canvas, at any size: `View(painter, canvas, 512).picture(strokes, 128)`."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..canvas import Canvas
from ..media.ribbon.painter import RibbonPainter
from ..objectives.base import Objective, Within
from ..raster.composite import composite
from ..raster.influence import influence
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

    @property
    def _ground(self) -> Tensor:
        return torch.tensor(self.canvas.background or (1.0, 1.0, 1.0))

    def plan(self, strokes: Strokes, height: int, *, slack: float = SLACK, tile: int | None = None) -> Plan:
        """Which strokes touch which tiles of a picture `height` pixels high, or may after moves of `slack`."""
        tile = (4 if height <= 128 else 8) if tile is None else tile
        return self.painter.plan(
            strokes, self.canvas, height=height, program_height=self.program_height, slack=slack, tile=tile
        )

    def picture(self, strokes: Strokes, height: int, layout: Plan | None = None) -> tuple[Tensor, Tensor]:
        """The mean picture [3, H, W] on an opaque ground, and its variance [H, W]; differentiable in the strokes."""
        rows, columns = self.canvas.pixels(height)
        ribbon, half_width = self.painter.ribbons(strokes, height, self.program_height)
        return composite(
            strokes.points * height, strokes.radius * height, half_width, ribbon.logits, strokes.color, self._ground,
            height=rows, width=columns, caps=ribbon.caps, layout=layout,
        )  # fmt: skip

    @torch.no_grad()
    def influence(self, strokes: Strokes, height: int) -> Tensor:
        """[strokes] the most that each changes any pixel of the picture."""
        rows, columns = self.canvas.pixels(height)
        ribbon, half_width = self.painter.ribbons(strokes, height, self.program_height)
        return influence(
            strokes.points * height, strokes.radius * height, half_width, ribbon.logits, strokes.color, self._ground,
            height=rows, width=columns, caps=ribbon.caps,
        )  # fmt: skip

    def mismatch(self, strokes: Strokes, goal: Tensor) -> Tensor:
        """[strokes] the squared distance of each one's color from a picture [3, H, W], averaged over what shows of it.

        The picture is linear in the colors, so that what shows of each stroke is the gradient of a picture in it.
        """
        rows, columns = goal.shape[1:]
        ribbon, half_width = self.painter.ribbons(strokes, rows, self.program_height)
        wanted = torch.cat([torch.ones_like(goal[:1]), goal.square().sum(0, keepdim=True), goal])
        color = strokes.color.new_zeros(len(strokes), len(wanted)).requires_grad_()
        picture, _ = composite(
            strokes.points * rows, strokes.radius * rows, half_width.detach(), ribbon.logits.detach(), color,
            color.new_zeros(len(wanted)), height=rows, width=columns, caps=ribbon.caps,
        )  # fmt: skip
        (seen,) = torch.autograd.grad(picture, color, wanted)
        area, square, mean = seen[:, 0].clamp(min=1e-6), seen[:, 1], seen[:, 2:]
        own = strokes.color
        return (square - 2 * (own * mean).sum(1)) / area + own.square().sum(1)


def networked(goal: Objective) -> bool:
    """Whether one of its terms looks at the picture through a network."""
    for _, term in goal.terms():
        for value in vars(term.objective if isinstance(term, Within) else term).values():
            if any(isinstance(part, nn.Module) for part in (value if isinstance(value, list | tuple) else [value])):
                return True
    return False
