"""Painting: rounds of strokes, improved by gradient descent; and what comes of it."""

from .brush_ref import BrushRef
from .loop import Run
from .one_call import paint
from .report import Report
from .result import Painting, load
from .step import Step
from .video import VideoReport, VideoRun, paint_video

__all__ = ["BrushRef", "Painting", "Report", "Run", "Step", "VideoReport", "VideoRun", "load", "paint", "paint_video"]
