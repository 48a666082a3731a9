"""Marks that are held: they stay as they are, on top, with the brushes that they have, while others are painted."""

from __future__ import annotations

import torch
from torch import Tensor

from ...marks import Marks
from ...medium import render
from ..state import PaintState
from ..step import Task

__all__ = ["bare_of", "hold"]


def hold(state: PaintState, marks: Marks) -> None:
    """Keep marks above all that is painted."""
    state.fix(marks.replace(lifted=None, pen=None))


def bare_of(task: Task, state: PaintState, height: int) -> Tensor | float:
    """[H, W] how much of the canvas held marks leave bare, 0..1; what lies beneath them cannot be mended."""
    if state.fixed is None:
        return 1.0
    with torch.no_grad():
        cover = render(task.medium, state.fixed, task.at(height).on(None)).mean[3]
    return 1 - cover
