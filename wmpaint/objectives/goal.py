"""What is to be painted: `Goal.of(objective)` is an objective, where to start, and how to go about it.

An objective says what it thinks of a scene and nothing else. What it would like a painting to start from, and how long
it takes as a rule, it may declare beside that, as `start` and `plan`; a goal of several objectives joins these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import nn

from ..errors import clipped
from .base import Objective, Within
from .identity import identity
from .start import Plan, Start

__all__ = ["Goal"]


@dataclass(frozen=True, eq=False)
class Goal:
    """An objective, what to start from, and how to go about it."""

    objective: Objective
    start: Start = field(default_factory=Start)
    plan: Plan = field(default_factory=Plan)

    @classmethod
    def of(cls, objective: Objective) -> Goal:
        """A goal with what the objective's terms declare."""
        terms = [term for _, term in objective.terms()]
        return cls(
            objective, Start.join([t.start for t in terms if t.start]), Plan.join([t.plan for t in terms if t.plan])
        )

    def __repr__(self) -> str:
        return clipped(f"Goal({self.objective!r})", 200)

    def identity(self) -> str:
        """A hash that tells it from other goals."""
        start = self.start
        return identity([self.objective, start.picture, start.target, start.background, start.aspect])

    @property
    def networked(self) -> bool:
        """Whether one of its terms looks at the picture through a network."""
        for _, term in self.objective.terms():
            for value in vars(term.objective if isinstance(term, Within) else term).values():
                if any(isinstance(part, nn.Module) for part in (value if isinstance(value, list | tuple) else [value])):
                    return True
        return False
