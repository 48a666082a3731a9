"""Agents: networks that look at a picture and paint it in a few strokes. They learn in the painter's dream."""

from .agent import Agent
from .config import AgentConfig
from .lessons import Copying, Freehand, Weights
from .store import available, load, save
from .training import Stage, Training

__all__ = ["Agent", "AgentConfig", "Copying", "Freehand", "Stage", "Training", "Weights", "available", "load", "save"]
