"""Painting: rounds of strokes, improved by gradient descent; and what comes of it."""

from .goal import Goal, PhotoGoal
from .loop import Run, Step, paint
from .result import BrushRef, Painting, Report, load

__all__ = ["BrushRef", "Goal", "Painting", "PhotoGoal", "Report", "Run", "Step", "load", "paint"]
