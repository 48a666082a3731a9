"""How an agent learns to paint pictures of any size: down a ladder of windows, from the whole to small parts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.base import Data
from ..strokes import StrokeBatch
from .agent import Agent
from .lessons import Outcome, Weights
from .parallel import Team
from .studio import resized

__all__ = ["Ladder", "cut", "zoom_of"]

RUNGS = 4  # sizes of windows, each half the one before
LOOKS = 2  # at each window: the second finds the canvas as the first, or as a neighbor, left it
FINEST = 64  # program pixels of the smallest window


def zoom_of(program_height: Tensor) -> Tensor:
    """What an agent is told of a window's size in program pixels: 0 for the smallest, 1 for twice that."""
    return (program_height / FINEST).log2()


def cut(
    pictures: Tensor,  # [B, C, H, W]
    corner: Tensor,  # [B, 2] (x, y) of the top left, as shares of the sides
    share: Tensor | float,  # of the sides; [2] (x, y) or one number
    side: int,
) -> Tensor:
    """[B, C, side, side] windows of pictures, averaged where they shrink; beyond the border it repeats."""
    height, width = pictures.shape[2:]
    share = torch.as_tensor(share, dtype=pictures.dtype, device=pictures.device).expand(2)
    # Two samples or more a pixel where the window shrinks, and their mean.
    over = max(1, round(float(share[1]) * height / side), round(float(share[0]) * width / side))
    line = (torch.arange(side * over, device=pictures.device, dtype=pictures.dtype) + 0.5) / (side * over)
    x = corner[:, 0, None] + share[0] * line
    y = corner[:, 1, None] + share[1] * line
    grid = torch.stack([x[:, None, :].expand(-1, len(line), -1), y[:, :, None].expand(-1, -1, len(line))], -1)
    found = F.grid_sample(pictures, grid * 2 - 1, padding_mode="border", align_corners=False)
    return F.avg_pool2d(found, over) if over > 1 else found


class Ladder:
    """A picture is painted as a whole; then a window of half its size, and so on: each time on what is there.

    Args:
        data: colored pictures; drawn four times as large as the agent's canvas.
    """

    def __init__(
        self, data: Data, *, batch: int = 32, weights: Weights | None = None, team: Team | None = None
    ) -> None:
        self.data, self.batch, self.weights, self.team = data, batch, weights or Weights(), team or Team()

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        c = agent.config
        mine = self.team.share(self.batch)
        pictures = self.data.sample(self.batch, side=4 * c.side, generator=generator).pictures[mine]
        pictures = pictures.to(self.team.device)
        corner, share = pictures.new_zeros(len(pictures), 2), 1.0
        canvas = agent.studio.bare(len(pictures))
        memory = agent.begin(pictures)
        loss, terms = pictures.new_zeros(()), {}
        for rung in range(RUNGS):
            size = c.program_height >> rung
            zoom = zoom_of(torch.full((len(pictures),), float(size), device=pictures.device))
            target, seen, laid = cut(pictures, corner, share, c.side), canvas, []
            wanted = resized(target, c.sees)
            for look in range(LOOKS):
                done = target.new_full((len(target),), look / LOOKS)
                laid.append(agent.look(target, seen, memory, done, zoom).strokes)
                picture, variance = agent.studio.lay(seen, laid[-1], height=c.sees, program_height=size)
                error = (picture - wanted).square().mean()
                loss = loss + self.weights.l2 * error + self.weights.variance * variance.mean() / 3
                seen = picture.detach()
            terms[f"rung{rung}"] = float(error.detach())
            if rung + 1 < RUNGS:
                with torch.no_grad():
                    canvas, _ = agent.studio.lay(canvas, StrokeBatch.cat(laid).detach(), program_height=size)
                step = torch.rand(self.batch, 2, generator=generator)[mine].to(pictures) / 2
                corner, share = corner + share * step, share / 2
                canvas = cut(canvas, step, 0.5, c.side)
        return Outcome(loss / RUNGS, terms)
