"""Films painted with strokes that are carried from frame to frame, so that they do not flicker."""

from .film import VideoReport, paint_video
from .motion import Flicker
from .run import FrameStep, VideoRun

__all__ = ["Flicker", "FrameStep", "VideoReport", "VideoRun", "paint_video"]
