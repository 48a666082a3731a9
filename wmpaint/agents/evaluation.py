"""How well an agent paints pictures that it never saw, in the dream and in the real program."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import torch

from ..data.base import ENDLESS, Data
from ..errors import InputError
from ..strokes import Strokes
from .agent import Agent
from .replay import dream, program_for, replay

__all__ = ["Evaluation", "evaluate"]

BATCH = 50  # pictures
PICTURES = 200  # of data that never ends, unless told


@dataclass(frozen=True)
class Evaluation:
    """Squared errors, means over pixels and pictures.

    Args:
        dream_mse: of the painter's pictures.
        real_mse: of the program's.
        strokes: that a painting has, on average.
        pictures: how many were painted.
    """

    dream_mse: float
    real_mse: float
    strokes: float
    pictures: int

    def as_dict(self) -> dict[str, float | int]:
        """For JSON."""
        return dataclasses.asdict(self)


def evaluate(
    agent: Agent,
    data: Data,
    *,
    limit: int | None = None,
    strokes: int | None = None,
    program: str = "auto",
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Paint pictures in the dream, and the same strokes in the real program.

    Args:
        limit: how many pictures at most; all if None, or 200 of data that never ends.
        strokes: of each painting; as trained if None.
        program: "auto", "mypaint" or "dabs".
        seed: of the program.
        progress: called with the share that is done.

    Raises:
        InputError: data of other channels than the agent has, or nothing to paint.
    """
    if data.channels != agent.config.channels:
        kinds = {1: "amounts of ink", 3: "colors"}
        raise InputError(
            f"expected pictures of {kinds[agent.config.channels]} for this agent, "
            f"got {kinds[data.channels]} from {data.name}"
        )
    if limit is not None and limit < 1:
        raise InputError(f"expected a limit of 1 picture or more, got {limit}")
    total = min(len(data), limit or (PICTURES if len(data) >= ENDLESS else len(data)))
    real = program_for(agent, program, seed)
    sums = torch.zeros(3, dtype=torch.float64)
    for start in range(0, total, BATCH):
        index = range(start, min(start + BATCH, total))
        pictures = data.take(index, side=agent.config.side).pictures
        batch = agent(pictures, strokes)
        assert isinstance(batch, Strokes)
        errors = (
            (found - pictures).square().mean((1, 2, 3)) for found in (dream(agent, batch), replay(agent, batch, real))
        )
        laid = batch.present.sum(1)
        sums += torch.stack([*(error.sum() for error in errors), laid.sum()]).double()
        if progress is not None:
            progress((start + len(index)) / total)
    return Evaluation(float(sums[0]) / total, float(sums[1]) / total, float(sums[2]) / total, total)
