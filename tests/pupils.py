"""Agents, painters and data small enough to train in a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import toys
from torch import Tensor

from wmpaint.agents import Agent, AgentConfig
from wmpaint.agents.evaluation import painted_by
from wmpaint.data.base import Data, Examples
from wmpaint.media.ribbon import RibbonPainter
from wmpaint.strokes import Strokes


def brush(**config: Any) -> RibbonPainter:
    """A painter that never learned, yet paints: its strokes are nearly opaque."""
    made = toys.painter(**config)
    with torch.no_grad():
        last = [module for module in made.net.modules() if isinstance(module, torch.nn.Linear)][-1]
        last.bias += 1.0
    return made


def agent(seed: int = 0, *, noise: bool = True, **config: Any) -> Agent:
    """16 pixels, 3 strokes, and networks of a few hundred numbers."""
    sizes: dict[str, Any] = {
        "strokes": 3, "side": 16, "sees": 16, "program_height": 32, "width": 4, "hidden": 16, "radius": (0.06, 0.2),
    }  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Agent(AgentConfig(**(sizes | config)), brush(noise=noise))


class Blobs(Data):
    """One bright square of a quarter of the side somewhere on each picture."""

    name, classes, credit = "blobs", (), ""

    def __init__(self, channels: int = 1) -> None:
        self.channels = channels

    def __len__(self) -> int:
        return 1 << 30

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        here = {"generator": generator, "device": generator.device}
        corner = 0.1 + 0.5 * torch.rand(count, 2, **here)
        line = (torch.arange(side, device=generator.device) + 0.5) / side
        x = (line > corner[:, :1]) & (line < corner[:, :1] + 0.25)
        y = (line > corner[:, 1:]) & (line < corner[:, 1:] + 0.25)
        inside = (y[:, :, None] & x[:, None, :]).float()[:, None]
        if self.channels == 1:
            return Examples(inside)
        color = torch.rand(count, 3, 1, 1, **here)
        return Examples(inside * color + (1 - inside))

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        return self.sample(len(index), side=side, generator=torch.Generator().manual_seed(1))

    def split(self, held_out: float | int | None = None) -> tuple[Data, Data]:
        return self, self


class Known(Blobs):
    """Straight strokes and what the painter makes of them."""

    name = "known"

    def __init__(self, like: Agent, count: int = 3, *, all_there: bool = False) -> None:
        super().__init__(like.config.channels)
        self.agent, self.count, self.all_there = like, count, all_there

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        ends = 0.2 + 0.6 * torch.rand(count, self.count, 2, 2, generator=generator)
        points = torch.stack([ends[:, :, 0], ends.mean(2), ends[:, :, 1]], 2)
        ones = torch.ones(count, self.count)
        last = torch.rand(count, generator=generator) * (self.count - 1)
        known = Strokes(points, 0.1 * ones, torch.stack([ones, ones], 2), torch.zeros(*ones.shape, 3))
        known = known if self.all_there else known.where(torch.arange(self.count) <= last[:, None])
        return Examples(painted_by(self.agent.medium, self.agent, known), known)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
