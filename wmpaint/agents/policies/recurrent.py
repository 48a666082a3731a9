"""Marks one after the other, with a memory.

The network follows SPIRAL (Ganin et al. 2018) and the world painters (Nakano 2019): convolutions over target and
canvas, residual blocks, an LSTM, and a head that says the next mark.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ...marks import Marks
from ..action import Actions
from ..config import AgentConfig
from ..environment import resized
from .base import Eye, SquarePolicy, head

__all__ = ["RecurrentNet", "RecurrentPolicy"]


class RecurrentNet(nn.Module):
    """Look, remember, say `per_look` actions.

    Args:
        width: numbers that it is told of its last mark.
        out: numbers of an action.
    """

    def __init__(self, config: AgentConfig, width: int, out: int) -> None:
        super().__init__()
        self.config, self.width = config, width
        self.eye = Eye(2 * config.channels, config.sees, config.width, config.hidden, blocks=2)
        self.situation = nn.Linear(width + 2, config.hidden)
        self.memory = nn.LSTMCell(config.hidden, config.hidden)
        self.head = head(config.hidden, config.per_look * out)

    def begin(self, target: Tensor) -> Tensor:
        """[B, 2 * hidden + width]: the LSTM's two states and the last mark."""
        return target.new_zeros(len(target), 2 * self.config.hidden + self.width)

    def forward(self, target: Tensor, canvas: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """As `SetNet`; the last mark in the memory is for the caller to fill with the one laid."""
        return self.decide(self.watch(target, canvas), memory, situation)

    def watch(self, target: Tensor, canvas: Tensor) -> Tensor:
        """[B, hidden] what the eye makes of a target and a canvas; it needs no memory."""
        return self.eye(torch.cat([target, target - canvas], 1))

    def decide(self, seen: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """[B, per_look, out] and the memory, from what the eye saw."""
        h, c, last = memory.split([self.config.hidden, self.config.hidden, self.width], 1)
        x = seen + self.situation(torch.cat([last, situation], 1))
        h, c = self.memory(nn.functional.gelu(x), (h, c))
        return self.head(h + x).unflatten(1, (self.config.per_look, -1)), torch.cat([h, c, last], 1)


class RecurrentPolicy(SquarePolicy):
    """Lays marks one look at a time, and remembers; it learns from known marks in their order."""

    ends: ClassVar[bool] = True

    @classmethod
    def sizes(cls, *, marks: int, side: int, channels: int, copying: bool) -> dict[str, Any]:
        """One mark a look, and an eye that sees every pixel."""
        return {"sees": side, "width": 16, "per_look": 1, "hidden": 384, **cls.radius(side, channels, copying)}

    def _network(self) -> RecurrentNet:
        return RecurrentNet(self.config, self.space.kind.width(), self.space.size)

    def remember(self, memory: Tensor, marks: Marks) -> Tensor:
        """The memory, with the last of some marks as the last one laid."""
        return torch.cat([memory[:, : -self.space.kind.width()], self.space.seen(marks)[:, -1]], 1)

    def has_stopped(self, memory: Tensor) -> Tensor:
        """Of a painting that goes on, a stop is seen by the last mark, which was none."""
        return (memory[:, -self.space.kind.width() :] == 0).all(1) & self.config.stops

    def imitate(self, target: Tensor, known: Marks) -> tuple[Actions, Tensor]:
        """Actions in the marks' order, where each look finds the known marks before it.

        The eye sees all stages at once, which is several times as fast as one after the other.
        """
        c, b, net = self.config, len(target), self.net
        assert isinstance(net, RecurrentNet)
        stages = self.environment.stages(known, target, c.sees, c.per_look)
        wanted = resized(target, c.sees)[:, None].expand_as(stages)
        seen = net.watch(wanted.flatten(0, 1), stages.flatten(0, 1)).view(b, stages.shape[1], -1)
        memory, raws = self.begin(target), []
        for index in range(stages.shape[1]):
            situation = target.new_tensor([2 * min(1.0, index * c.per_look / c.strokes) - 1, 0.0]).expand(b, 2)
            raw, memory = net.decide(seen[:, index], memory, situation)
            raws.append(raw)
            memory = self.remember(memory, known.span(index * c.per_look, (index + 1) * c.per_look))
        raw = torch.cat(raws, 1)[:, : known.count]
        which = torch.arange(known.count, device=target.device).expand(b, -1)
        return self.space.actions(raw, target if c.channels == 3 else None), which
