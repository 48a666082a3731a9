"""How an agent learns to paint pictures of any size: down a ladder of windows, from the whole to small parts."""

from __future__ import annotations

import torch

from ..data.base import Data
from ..strokes import Strokes
from .agent import Agent
from .lessons import Outcome, Weights, unusable
from .parallel import Team
from .studio import resized
from .windows import LOOKS, RUNGS, cut, zoom_of

__all__ = ["Ladder"]


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
        if not bool(pictures.isfinite().all()):
            return unusable(pictures)
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
                    canvas, _ = agent.studio.lay(canvas, Strokes.cat(laid).detach(), program_height=size)
                step = torch.rand(self.batch, 2, generator=generator)[mine].to(pictures) / 2
                corner, share = corner + share * step, share / 2
                canvas = cut(canvas, step, 0.5, c.side)
        return Outcome(loss / RUNGS, terms)
