"""Pretrained image networks: what style, content and dreams are measured with."""

from .net import FeatureNet
from .zoo import available, load

__all__ = ["FeatureNet", "available", "load"]
