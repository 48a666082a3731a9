"""Agents: networks that look at a picture and paint it in a few strokes. They learn in the painter's dream."""

from .agent import Agent
from .config import AgentConfig
from .evaluation import Evaluation, evaluate
from .film import sheet, write_grid
from .ladder import Ladder
from .lessons import Copying, Freehand, Weights
from .store import available, load, save
from .teacher import Mixed, plan_training
from .training import Stage, Training

__all__ = [
    "Agent",
    "AgentConfig",
    "Copying",
    "Evaluation",
    "Freehand",
    "Ladder",
    "Mixed",
    "Stage",
    "Training",
    "Weights",
    "available",
    "evaluate",
    "load",
    "plan_training",
    "save",
    "sheet",
    "write_grid",
]
