"""Pens and the page they draw on: what is known of them before a painting is made for them, or plotted."""

from .pen import LUMINANCE, MOST_PENS, SETS, WIDTH, Pen, PenSet, load_pens, luminance
from .placement import Placement

__all__ = ["LUMINANCE", "MOST_PENS", "SETS", "WIDTH", "Pen", "PenSet", "Placement", "load_pens", "luminance"]
