"""One step of a painting: `step(task, state)` looks at it, asks the goal, and improves its free marks a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..frame import Frame
from ..marks import Marks
from ..medium import HasLayout, Medium, Picture, render
from ..objectives.goal import Goal
from ..objectives.scene import Scene
from ..raster.tiles import Layout
from .schedule import Schedule
from .state import PaintState
from .strategies.inks import Inks
from .strategies.mixtures import Mixtures

__all__ = ["Step", "Task", "predicted", "step"]

REPLAN = 4  # steps between layouts
SLACK = 8e-3  # canvas units that a mark may move until the medium has to look where it is anew


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Args:
        index, total: number of this step, from 0, and of all steps planned.
        loss: the objective; terms: its named parts.
        strokes: on the canvas now.
        seconds, seconds_left: since the run began, and a guess of what remains.
    """

    index: int
    total: int
    loss: float
    terms: dict[str, float]
    strokes: int
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Task:
    """What a painting is to become, and with what: all that stays the same from step to step.

    Args:
        medium: lays the marks; differentiable.
        frame: the finished picture's pixels, on an opaque ground; its program height is the program's.
        goal: what is minimized, where it starts, how it is gone about.
        schedule: what happens when.
        smallest: length of a mark, canvas units.
        choices: brushes that new marks may have; empty where there is one only.
        constraint: what marks are limited to beside their bounds.
    """

    medium: Medium
    frame: Frame
    goal: Goal
    schedule: Schedule
    smallest: float
    choices: tuple[int, ...] = ()
    constraint: Inks | Mixtures | None = None

    def at(self, height: int) -> Frame:
        """The whole canvas at the height at which it is looked at."""
        return self.frame.at(height)

    def marks(self, state: PaintState) -> Marks:
        """All marks as they are painted, in the graph."""
        free = state.free.marks()
        return state.marks(free if self.constraint is None or not len(free) else self.constraint.shown(free))


def predicted(task: Task, marks: Marks, height: int, **options: Any) -> Picture:
    """The mean picture [3, H, W], and its variance [H, W]."""
    picture = render(task.medium, marks, task.at(height), **options)
    mean = picture.mean[:3]
    variance = 0 * mean[0] if picture.variance is None else picture.variance  # in the graph, too
    return Picture(mean, variance, picture.relief)


def step(
    task: Task,
    state: PaintState,
    progress: float,
    *,
    part: Callable[[Marks], tuple[Marks, Layout | None, Tensor]] | None = None,
    rate: float | None = None,
    height: int | None = None,
) -> tuple[float, dict[str, float]]:
    """Improve a state's free marks in place; the loss and its terms.

    Args:
        progress: share of the whole that is done, 0 to 1.
        part: of all marks, those to be looked at, their layout, and how much each pixel counts [H, W].
        rate: share of the full learning rates; as scheduled if None.
        height: of the picture that is looked at; as scheduled if None.

    Raises:
        InputError: a loss or a gradient that is not finite.
    """
    height = task.schedule.resolution(progress) if height is None else height
    marks, medium, mask = task.marks(state), task.medium, None
    if part is not None:
        marks, layout, mask = part(marks)
    elif isinstance(medium, HasLayout):
        if state.layout is None or state.layout.height != height or state.clock.index % REPLAN == 0:
            state.layout = medium.layout(marks.detach(), task.at(height), SLACK)
        layout = state.layout
    else:
        layout = None
    picture = predicted(task, marks, height, layout=layout)
    assert picture.variance is not None
    scene = Scene(
        picture.mean, picture.variance, marks, task.at(height), progress, state.generator, mask, picture.relief,
        state.kept,
    )  # fmt: skip
    loss, terms = task.goal.objective.evaluate(scene)
    state.free.step(loss, task.schedule.rate(progress) if rate is None else rate)
    if task.constraint is not None:
        with torch.no_grad():
            for name, value in task.constraint.project(state.free.marks(), progress).items():
                state.free.put_column(name, value)
        state.free.clamp()
    state.loss, state.terms = loss.item(), terms
    state.clock.index += 1
    return state.loss, state.terms
