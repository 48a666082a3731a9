"""Drawing ribbons: a tile rasterizer with gradients, and its slow, obvious twin in `dense`."""

from .composite import composite
from .sample import sample
from .tiles import Layout, arrange

__all__ = ["Layout", "arrange", "composite", "sample"]
