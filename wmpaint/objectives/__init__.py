"""What a painting is for: objectives, and how they compose."""

from . import transforms
from .base import Function, Objective, Sum, Within
from .colors import palette
from .content import content
from .coverage import economy, ink, overlap
from .dream import dream, muted
from .field import align, flow
from .goal import Goal
from .painterly import impasto, painterly, slender
from .penalty import Penalty, boundary, curvature, lengths, pressures, radii
from .photo import photo, variance
from .pixel import charbonnier, edges, l1, l2, lab, multiscale, ssim
from .presets import PRESETS, class_dream, layer_dream, preset, rank, transfer
from .scene import Scene
from .start import Plan, Start
from .style import style
from .text import text
from .transport import sinkhorn, sliced

__all__ = [
    "PRESETS",
    "Function",
    "Goal",
    "Objective",
    "Penalty",
    "Plan",
    "Scene",
    "Start",
    "Sum",
    "Within",
    "align",
    "boundary",
    "charbonnier",
    "class_dream",
    "content",
    "curvature",
    "dream",
    "economy",
    "edges",
    "flow",
    "impasto",
    "ink",
    "l1",
    "l2",
    "lab",
    "layer_dream",
    "lengths",
    "multiscale",
    "muted",
    "overlap",
    "painterly",
    "palette",
    "photo",
    "preset",
    "pressures",
    "radii",
    "rank",
    "sinkhorn",
    "slender",
    "sliced",
    "ssim",
    "style",
    "text",
    "transfer",
    "transforms",
    "variance",
]
