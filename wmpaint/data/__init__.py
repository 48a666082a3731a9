"""Pictures to learn from, some with known strokes: `load("kana").sample(64, side=64, generator=g) -> Examples`."""

from .agreement import Agreement, agreement, agreements, mean_agreement
from .arrays import load_arrays, load_idx_folder
from .base import Data, Examples
from .digits import digits
from .glyphs import Glyphs, WritingStyle
from .kana import kana
from .paintings import Paintings, paintings
from .photos import Photos, photos
from .published import published
from .stack import Stack, make_stack
from .zoo import load

__all__ = [
    "Agreement", "Data", "Examples", "Glyphs", "Paintings", "Photos", "Stack", "WritingStyle", "agreement",
    "agreements", "digits", "kana", "load", "load_arrays", "load_idx_folder", "make_stack", "mean_agreement",
    "paintings", "photos", "published",
]  # fmt: skip
