"""Rounds of new marks, from few and large to many and small, where the goal pulls most at the picture.

With each round, and twice more at the end, marks that show nowhere are placed anew.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...errors import InputError
from ...medium import Where, influence, render
from ...objectives.scene import Scene
from ..placing import choose_brushes, place
from ..state import PaintState
from ..step import Task, predicted
from ..variables import check_finite

__all__ = ["VISIBLE", "add", "shown"]

VISIBLE = 1 / 255  # a mark that changes no pixel by as much shows nowhere


def add(task: Task, state: PaintState, progress: float) -> None:
    """Lay the rounds that are due by now."""
    rounds = task.schedule.rounds + task.schedule.again
    while state.rounds < len(rounds) and progress >= rounds[state.rounds].begin:
        planned = rounds[state.rounds]
        alive = shown(task, state) | task.goal.plan.sparse
        count = planned.strokes + int((~alive).sum())
        if count:
            error, guide = wanted(task, state, progress)
            frame = task.at(task.schedule.coarse)
            where = Where(error, guide, frame, planned.radius, planned.length)
            new = place(task.medium, where, count, state.generator)
            state.renew(alive, choose_brushes(task, state, new, guide, frame))
        state.rounds += 1


def shown(task: Task, state: PaintState) -> Tensor:
    """[free] bool: which of the free marks can be seen."""
    with torch.no_grad():
        found = influence(task.medium, task.marks(state).detach(), task.at(task.schedule.coarse))
    return found[state.free_at] >= VISIBLE


def wanted(task: Task, state: PaintState, progress: float) -> tuple[Tensor, Tensor]:
    """How much the goal pulls at each pixel [H, W], and what it would like to see there [3, H, W]."""
    height = task.schedule.coarse
    with torch.no_grad():
        seen = predicted(task, task.marks(state).detach(), height)
    assert seen.variance is not None
    picture = seen.mean.detach().requires_grad_()
    guide = task.goal.start.guide(*picture.shape[1:])
    guide = None if guide is None else guide.to(picture)
    if not len(state.free) and guide is not None:  # the ground is covered evenly
        return torch.ones_like(seen.variance), guide
    pull = None
    try:
        scene = Scene(
            picture, seen.variance.detach().requires_grad_(), task.marks(state), task.at(height), progress,
            state.generator, relief=seen.relief, kept=state.kept,
        )  # fmt: skip
        loss, _ = task.goal.objective.evaluate(scene)
        if loss.requires_grad:
            pull = torch.autograd.grad(loss, picture, allow_unused=True)[0]
    except (InputError, RuntimeError, IndexError):
        if len(state.free):
            raise  # before the first marks there may be nothing to judge
    if pull is None:  # only the marks are judged
        pull = torch.ones_like(picture)
    check_finite(pull, "the picture")
    if guide is None:
        guide = (picture - pull * (0.2 / pull.std().clamp(min=1e-12))).clamp(0, 1)
    if task.constraint is not None:  # of the error, only what can be mended within it
        guide = task.constraint.guide(guide, progress)
        pull = picture - guide
    error = pull.square().mean(0) * _bare(task, state, height)
    return error / error.mean().clamp(min=1e-30), guide.detach()


def _bare(task: Task, state: PaintState, height: int) -> Tensor | float:
    """[H, W] how much of the canvas held marks leave bare, 0..1; what lies beneath them cannot be mended."""
    if state.fixed is None:
        return 1.0
    with torch.no_grad():
        return 1 - render(task.medium, state.fixed, task.at(height).on(None)).mean[3]
