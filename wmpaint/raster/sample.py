"""Alpha of single strokes on chosen tiles: what a painter is trained and judged on.

sample(points, radius, half_width, ribbons, stroke, center, ...) -> alpha, variance [T, side^2]
"""

from __future__ import annotations

from torch import Tensor

from ..errors import InputError
from . import compiled
from .tensors import TensorSample
from .tiles import FARTHEST, check_curves

__all__ = ["sample"]


def sample(
    points: Tensor,  # [N, 3, 2] pixels
    radius: Tensor,  # [N] pixels
    half_width: Tensor,  # [N] pixels
    ribbons: Tensor,  # [N, 2, R, C] logits
    stroke: Tensor,  # [T] int64
    center: Tensor,  # [T, 2] pixels
    *,
    side: int,
    caps: int,
    compile: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Alpha and its variance of one stroke each on T tiles of side x side pixels; differentiable.

    Raises:
        InputError: strokes that are not finite, tiles nowhere, or the number of a stroke that is not there.
    """
    check_curves(points, radius, half_width)
    if not bool((center.abs() <= FARTHEST).all()):
        raise InputError(f"expected centers of finite pixels, up to {FARTHEST:g}, got others")
    if len(stroke) and not (0 <= int(stroke.min()) and int(stroke.max()) < len(points)):
        got = f"{int(stroke.min())} to {int(stroke.max())}"
        raise InputError(f"expected the numbers of strokes 0 to {len(points) - 1}, got {got}")
    kind = compiled.CompiledSample if compiled.usable(points, compile) else TensorSample
    return kind.apply(points, radius, half_width, ribbons, stroke, center, side, caps)
