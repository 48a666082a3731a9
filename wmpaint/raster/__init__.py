"""Drawing ribbons: a tile rasterizer with gradients; its slow, obvious twin is `tests/dense.py`."""

from .composite import composite, sample
from .tiles import Layout, Ribbons, arrange

__all__ = ["Layout", "Ribbons", "arrange", "composite", "sample"]
