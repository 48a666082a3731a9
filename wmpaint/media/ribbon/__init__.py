"""Painters: learned, differentiable renderers of paint programs."""

from .fitting import FitReport, evaluate, fit
from .painter import RibbonPainter
from .ribbon import RibbonConfig
from .sheet import sheet
from .zoo import available, load

__all__ = ["FitReport", "RibbonConfig", "RibbonPainter", "available", "evaluate", "fit", "load", "sheet"]
