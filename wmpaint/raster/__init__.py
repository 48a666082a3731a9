"""Drawing ribbons: a tile rasterizer with gradients, and its slow, obvious twin in `dense`."""

from .composite import composite, sample
from .tiles import Layout, Ribbons, arrange

__all__ = ["Layout", "Ribbons", "arrange", "composite", "sample"]
