"""Which brush a mark has: where it is placed, all are tried, and the one that brings the picture closest is taken."""

from __future__ import annotations

import torch
from torch import Tensor

from ...frame import Frame
from ...marks import Marks
from ...medium import Picture, gain
from ..state import PaintState
from ..step import Task, predicted

__all__ = ["choose_brushes"]


@torch.no_grad()
def choose_brushes(task: Task, state: PaintState, new: Marks, guide: Tensor, frame: Frame) -> Marks:
    """New marks with a brush each, out of the task's choices.

    Args:
        guide: [3, H, W] what one would like to see, in the pixels of `frame`.
    """
    if not task.choices:
        return new
    new, count = new.to(frame.device), len(new)

    def of(number: int) -> Marks:
        return new.replace(brush=torch.full((count,), number, dtype=torch.int64, device=new.device))

    if len(task.choices) == 1:
        return of(task.choices[0])
    seen = predicted(task, task.marks(state).detach(), frame.height)
    below = Picture(torch.cat([seen.mean, torch.ones_like(seen.mean[:1])]), seen.variance)
    gains = torch.stack([gain(task.medium, of(number), frame, below, guide) for number in task.choices])
    return new.replace(brush=torch.tensor(task.choices, device=new.device)[gains.argmax(0)])
