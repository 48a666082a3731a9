"""Painting: rounds of marks, improved by gradient descent; and what comes of it."""

from .brush_ref import BrushRef
from .report import Report
from .result import Painting, load
from .run import Run, paint
from .state import PaintState
from .step import Step
from .video import paint_video

__all__ = ["BrushRef", "PaintState", "Painting", "Report", "Run", "Step", "load", "paint", "paint_video"]
