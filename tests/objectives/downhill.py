"""Whether an objective can be painted after: a few steps of gradient descent on random strokes."""

from __future__ import annotations

import functools
from typing import Any

import torch
import toys

from wmpaint.frame import Frame
from wmpaint.media.ribbon import RibbonPainter, load
from wmpaint.medium import render
from wmpaint.objectives import Goal, Objective, Scene

PROGRAM_HEIGHT = 512


@functools.cache
def painter() -> RibbonPainter:
    """The bundled painter of the brush "round"."""
    return load("round")


def descend(
    objective: Objective, *, steps: int = 5, strokes: int = 20, height: int = 64, seed: int = 0, **more: Any
) -> list[float]:
    """The objective before each of some Adam steps on random strokes, and after the last.

    Args:
        seed: of the strokes; what is random in the objective is the same at each step.
        more: of the `Scene`, as `progress` or `mask`.
    """
    frame = Frame(Goal.of(objective).start.canvas(), height, program_height=PROGRAM_HEIGHT)
    start = toys.strokes(strokes, seed=seed)
    known = start.columns()
    leaves = {name: one.encode(getattr(start, name)).clone().requires_grad_() for name, one in known.items()}
    optimizer = torch.optim.Adam([{"params": [value], "lr": known[name].step} for name, value in leaves.items()])
    losses = []
    for step in range(steps + 1):
        now = start.replace(**{name: known[name].decode(value) for name, value in leaves.items()})
        mean, variance, *_ = render(painter(), now, frame)
        assert variance is not None
        chance = torch.Generator().manual_seed(0)
        loss, _ = objective.evaluate(Scene(mean[:3], variance, now, frame, generator=chance, **more))
        losses.append(loss.item())
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                leaves["pressure"].clamp_(0.05, 1)
                leaves["color"].clamp_(0, 1)
    return losses


def assert_downhill(objective: Objective, **options: Any) -> None:
    """Fail unless five steps bring the objective down; options as for `descend`."""
    losses = descend(objective, **options)
    assert losses[-1] < losses[0], f"{objective.name} does not go downhill: {losses}"
