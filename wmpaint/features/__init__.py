"""Pretrained image networks: what style, content and dreams are measured with."""

from .net import FeatureNet
from .wrap import wrap
from .zoo import available, installed, load

__all__ = ["FeatureNet", "available", "installed", "load", "wrap"]
