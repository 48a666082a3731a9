"""Drawing ribbons: a tile rasterizer with gradients, and its slow, obvious twin in `dense`."""

from .composite import composite
from .sample import sample
from .tiles import Plan, plan

__all__ = ["Plan", "composite", "plan", "sample"]
