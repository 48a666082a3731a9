"""How well an agent paints pictures that it never saw, in the dream and in the real program; and its `Painting`s."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..data.base import ENDLESS, Data
from ..errors import InputError
from ..marks import Marks
from ..media.lit import Lit
from ..medium import Medium, render
from ..painting.brush_ref import BrushRef, program_of
from ..painting.result import Painting
from ..version import __version__
from .agent import Agent
from .environment import as_pictures, resized

__all__ = ["Evaluation", "evaluate", "painted_by", "painting_of", "real_program"]

BATCH = 50  # pictures
PICTURES = 200  # of data that never ends, unless told
HEIGHT = 512  # program pixels that a painting is meant for


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
    if limit is None:
        limit = PICTURES if len(data) >= ENDLESS else len(data)
    total = min(len(data), checks.whole("a limit of … pictures", limit, 1))
    real = real_program(agent, program, seed)
    sums = torch.zeros(3, dtype=torch.float64, device="cpu")
    for start in range(0, total, BATCH):
        index = range(start, min(start + BATCH, total))
        pictures = data.take(index, side=agent.config.side).pictures
        marks: Marks = agent(pictures, strokes)
        seen = (painted_by(medium, agent, marks).to(pictures) for medium in (agent.medium, real))
        errors = [(picture - pictures).square().mean((1, 2, 3)).sum() for picture in seen]
        sums += torch.stack([*errors, marks.present.sum().to(pictures)]).double()
        if progress is not None:
            progress((start + len(index)) / total)
    return Evaluation(float(sums[0]) / total, float(sums[1]) / total, float(sums[2]) / total, total)


def real_program(agent: Agent, program: str = "auto", seed: int = 0) -> Medium:
    """The real program, with the brush that an agent learned with; `program` as for `Painting.replay`.

    Raises:
        InputError: another program. MissingProgram: it is not installed.
    """
    return program_of(program, BrushRef.of(agent.medium), seed)


@torch.no_grad()
def painted_by(medium: Medium, agent: Agent, marks: Marks) -> Tensor:  # [B, N]
    """[B, C, side, side] an agent's marks as its own medium or the real program lays them, lit, as it sees them."""
    c, place = agent.config, agent.environment
    frame = place.frame(marks, c.side if medium is agent.medium else c.program_height)
    return resized(place.observe(render(Lit(medium), marks, frame)), c.side)


def painting_of(agent: Agent, image: Any, painted: Any, *, seed: int = 0) -> Painting:
    """What an agent painted, as a `Painting` that can be saved, replayed and exported like any other.

    Args:
        image: what it painted after.
        painted: its strokes.
        seed: of the real program's replays.
    """
    picture, known, brush = as_pictures(image)[0][0], agent.medium.info, BrushRef.of(agent.medium)
    height = max(HEIGHT, agent.config.program_height)
    return Painting(
        strokes=painted, canvas=agent.policy.canvas(picture), brushes=(brush,),
        program=known.name or "mypaint", program_version=known.version, program_height=height, seed=seed,
        parameters={"brush": brush.name, "strokes": painted.count, "height": height, "agent": agent.config.kind},
        terms={}, provenance={"wmpaint": __version__, "torch": torch.__version__},
        target=picture if agent.policy.any_size and picture.shape[0] == 3 else None, painters=(agent.medium,),
    )  # fmt: skip
