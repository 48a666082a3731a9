"""Pretrained image networks: what style, content and dreams are measured with."""

from .net import FeatureNet
from .wrap import wrap
from .zoo import available, load

__all__ = ["FeatureNet", "available", "load", "wrap"]
