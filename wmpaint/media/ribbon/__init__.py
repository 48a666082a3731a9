"""Painters: learned, differentiable renderers of paint programs."""

from .fitting import FitReport, evaluate, fit
from .painter import RibbonPainter, available, load
from .ribbon import RibbonConfig
from .sheet import sheet

__all__ = ["FitReport", "RibbonConfig", "RibbonPainter", "available", "evaluate", "fit", "load", "sheet"]
