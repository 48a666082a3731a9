"""Painting: rounds of strokes, improved by gradient descent; and what comes of it."""

from .loop import Run, Step, paint
from .result import BrushRef, Painting, Report, load

__all__ = ["BrushRef", "Painting", "Report", "Run", "Step", "load", "paint"]
