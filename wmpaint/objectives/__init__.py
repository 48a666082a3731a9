"""What a painting is for: objectives, and how they compose."""

from .base import Function, Objective, Scene, Sum, Within
from .photo import photo, variance
from .pixel import charbonnier, edges, l1, l2, lab, multiscale, ssim
from .transport import sinkhorn, sliced

__all__ = [
    "Function",
    "Objective",
    "Scene",
    "Sum",
    "Within",
    "charbonnier",
    "edges",
    "l1",
    "l2",
    "lab",
    "multiscale",
    "photo",
    "sinkhorn",
    "sliced",
    "ssim",
    "variance",
]
