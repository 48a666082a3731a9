"""What a painting is for: objectives, and how they compose."""

from .base import Function, Objective, Scene, Sum, Within
from .colors import palette
from .coverage import areas, economy, ink, overlap
from .field import align, flow
from .penalty import Penalty, boundary, curvature, lengths, pressures, radii
from .photo import photo, variance
from .pixel import charbonnier, edges, l1, l2, lab, multiscale, ssim
from .transport import sinkhorn, sliced

__all__ = [
    "Function",
    "Objective",
    "Penalty",
    "Scene",
    "Sum",
    "Within",
    "align",
    "areas",
    "boundary",
    "charbonnier",
    "curvature",
    "economy",
    "edges",
    "flow",
    "ink",
    "l1",
    "l2",
    "lab",
    "lengths",
    "multiscale",
    "overlap",
    "palette",
    "photo",
    "pressures",
    "radii",
    "sinkhorn",
    "sliced",
    "ssim",
    "variance",
]
