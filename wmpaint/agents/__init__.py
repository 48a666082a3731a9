"""Agents: networks that look at a picture and paint it in a few strokes. They learn in the painter's dream."""

from .agent import Agent, available, load, save
from .config import AgentConfig
from .curriculum import plan_training
from .evaluation import Evaluation, evaluate
from .film import comparison_sheet, write_grid
from .lessons import CoarseToFine, Copying, Freehand, Lesson, LossWeights, WeightedLessons
from .training import Stage, Training

__all__ = [
    "Agent", "AgentConfig", "CoarseToFine", "Copying", "Evaluation", "Freehand", "Lesson", "LossWeights", "Stage",
    "Training", "WeightedLessons", "available", "comparison_sheet", "evaluate", "load", "plan_training", "save",
    "write_grid",
]  # fmt: skip
