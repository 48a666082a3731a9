"""Pictures to learn from, some with known strokes: `load("kana").sample(64, side=64, generator=g) -> Examples`."""

from .arrays import load_arrays, load_idx_folder
from .base import Data, Examples
from .digits import digits
from .glyphs import Glyphs, Style
from .kana import kana
from .known import known
from .order import Agreement, agreement, agreements, mean_agreement
from .paintings import Paintings, paintings
from .photos import Photos, photos
from .stack import Stack, make_stack
from .zoo import load

__all__ = [
    "Agreement", "Data", "Examples", "Glyphs", "Paintings", "Photos", "Stack", "Style", "agreement", "agreements",
    "digits", "kana", "known", "load", "load_arrays", "load_idx_folder", "make_stack", "mean_agreement", "paintings",
    "photos",
]  # fmt: skip
