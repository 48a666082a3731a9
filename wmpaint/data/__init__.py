"""Pictures to learn from, some with known strokes: `load("kana").sample(64, side=64, generator=g) -> Examples`."""

from .base import Data, Examples
from .glyphs import Glyphs, Style
from .stack import Stack
from .zoo import load

__all__ = ["Data", "Examples", "Glyphs", "Stack", "Style", "load"]
