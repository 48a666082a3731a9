"""A set of marks at a look; and where there is more to say, again, with the canvas before it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...marks import Marks
from ...medium import Medium
from ..action import Actions, match
from ..config import AgentConfig
from .base import Eye, Policy, SquarePolicy, head

__all__ = ["PER_LOOK", "SetNet", "SetPolicy", "imitate_as_set"]

AT_ONCE = 16  # marks that a set lays well at one look
PER_LOOK = 8  # marks of one that looks again


class SetNet(nn.Module):
    """One look, `per_look` actions.

    Args:
        out: numbers of an action.
        again: whether it sees the canvas too.
    """

    def __init__(self, config: AgentConfig, out: int, *, again: bool) -> None:
        super().__init__()
        self.config, self.again = config, again
        self.eye = Eye((1 + again) * config.channels, config.sees, config.width, config.hidden, blocks=0)
        self.situation = nn.Linear(2, config.hidden)
        self.head = head(config.hidden, config.per_look * out)

    def begin(self, target: Tensor) -> Tensor:
        """What it remembers before the first look, [B, memory]: nothing."""
        return target.new_zeros(len(target), 0)

    def forward(self, target: Tensor, canvas: Tensor, memory: Tensor, situation: Tensor) -> tuple[Tensor, Tensor]:
        """[B, per_look, out] and the memory, from target and canvas [B, C, sees, sees] and `situation` [B, 2]."""
        seen = torch.cat([target, target - canvas], 1) if self.again else target
        x = self.eye(seen) + self.situation(situation)
        return self.head(x).unflatten(1, (self.config.per_look, -1)), memory


class SetPolicy(SquarePolicy):
    """Lays all it has to say at one look, or some marks at each of several."""

    def __init__(self, config: AgentConfig, medium: Medium) -> None:
        super().__init__(config, medium)
        self.looks_once, self.chooses = config.looks == 1, config.looks > 1

    @classmethod
    def sizes(cls, *, marks: int, side: int, channels: int, copying: bool) -> dict[str, Any]:
        """All marks at one look if they are few."""
        per_look = marks if marks <= AT_ONCE else PER_LOOK
        return {"per_look": per_look, "hidden": 512, **cls.radius(side, channels, copying)}

    def _network(self) -> SetNet:
        return SetNet(self.config, self.space.size, again=self.config.looks > 1)

    def imitate(self, target: Tensor, known: Marks) -> tuple[Actions, Tensor]:
        """Actions of the first look, each beside the known mark that it comes closest to."""
        return imitate_as_set(self, target, known)


def imitate_as_set(policy: Policy, target: Tensor, known: Marks) -> tuple[Actions, Tensor]:
    """As `Policy.imitate`, of one that knows no order."""
    bare = policy.environment.bare(target)
    actions = policy.decide(target, bare, policy.begin(target), target.new_zeros(len(target))).actions
    return actions, match(actions.marks, known)
