"""The dream that agents learn in: canvases of many pictures, painted by one painter."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..media.ribbon.batch import dream_batch
from ..media.ribbon.painter import RibbonPainter
from ..strokes import Strokes
from .config import AgentConfig

__all__ = ["Studio", "resized"]


class Studio:
    """Square canvases [B, C, side, side], C = 1 for amounts of ink and 3 for colors.

    Args:
        painter: lays the strokes.
        config: of the agent that learns here.
    """

    def __init__(self, painter: RibbonPainter, config: AgentConfig) -> None:
        self.painter, self.config = painter, config

    def bare(self, count: int) -> Tensor:
        """Canvases without a stroke."""
        c = self.config
        like = next(self.painter.parameters())
        ground = like.new_zeros(1) if c.channels == 1 else like.new_tensor(c.ground)
        return ground[None, :, None, None].repeat(count, 1, c.side, c.side)

    def lay(
        self,
        canvas: Tensor,
        strokes: Strokes,
        *,
        height: int | None = None,
        program_height: int | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Canvases with strokes laid on them, and what variance [B, h, h] these bring.

        No gradient reaches the canvas below: an agent is judged by what it lays. The variance is summed over
        channels; for one channel on a bare canvas it is the program's, else an estimate: that of the cover,
        times how far the new picture is from the canvas below.

        Args:
            height: pixels; the canvases are resized to it.
            program_height: of the whole canvas in program pixels; the config's if None.
        """
        c = self.config
        height = height or c.side
        below = resized(canvas.detach(), height)
        ones = torch.ones_like(strokes.radius)[..., None]
        color = ones if c.channels == 1 else torch.cat([strokes.color, ones], -1)
        paint, variance = dream_batch(
            self.painter, strokes, color, height=height, program_height=program_height or c.program_height
        )
        cover = paint[:, -1:]
        if c.channels == 1:
            return below + cover * (1 - below), variance * (1 - below[:, 0]).square()
        picture = paint[:, :3] + (1 - cover) * below
        if not self.painter.config.noise:
            return picture, torch.zeros_like(variance)
        # The sum over color and cover on black, of which cover alone has 1 / (1 + |color|^2).
        share = 1 / (1 + (paint[:, :3] / cover.clamp(min=1e-3)).square().sum(1).detach())
        away = (paint[:, :3] / cover.clamp(min=1e-3) - below).square().sum(1).detach()
        return picture, variance * share * away

    @torch.no_grad()
    def stages(self, strokes: Strokes, height: int, every: int = 1) -> Tensor:
        """[B, K / every, C, height, height] bare canvases with the first 0, `every`, 2 `every`, ... strokes laid."""
        c = self.config
        b, k = strokes.radius.shape
        each = strokes.apart()
        ones = torch.ones_like(each.radius)[..., None]
        cover, _ = dream_batch(self.painter, each, ones, height=height, program_height=c.program_height)
        cover = cover.view(b, k, 1, height, height)
        color = ones.view(b, k, 1) if c.channels == 1 else strokes.color
        canvas, out = resized(self.bare(b), height), []
        for i in range(k):
            if i % every == 0:
                out.append(canvas)
            canvas = torch.lerp(canvas, color[:, i, :, None, None].expand_as(canvas), cover[:, i])
        return torch.stack(out, 1)


def resized(pictures: Tensor, side: int) -> Tensor:
    """Square pictures of another size; averaged where they shrink."""
    before = pictures.shape[-1]
    if before == side:
        return pictures
    if before % side == 0:
        return F.avg_pool2d(pictures, before // side)
    return F.interpolate(pictures, size=(side, side), mode="bilinear", align_corners=False, antialias=before > side)
