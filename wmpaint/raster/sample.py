"""Alpha of single strokes on chosen tiles: what a painter is trained and judged on.

    sample(points, radius, half_width, ribbons, stroke, center, ...) -> alpha, variance [T, side^2]
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..geometry import coefficients
from .ribbon import Curves, bend, bend_backward
from .tiles import is_straight

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
) -> tuple[Tensor, Tensor]:
    """Alpha and its variance of one stroke each on T tiles of side x side pixels; differentiable."""
    return _Sample.apply(points, radius, half_width, ribbons, stroke, center, side, caps)


class _Sample(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, stroke: Tensor,
        center: Tensor, side: int, caps: int,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        line = torch.arange(side, device=points.device, dtype=points.dtype) - (side - 1) / 2
        x, y = line.repeat(side)[None], line.repeat_interleave(side)[None]
        a, b, p0 = coefficients(points)
        fields = [*torch.cat([a, b], 1)[stroke].unbind(1), *(p0[stroke] - center).unbind(1)]
        curves = Curves(*(field[:, None] for field in [*fields, half_width[stroke], radius[stroke]]))
        alpha, variance, bent = bend(curves, is_straight(points)[stroke], x, y, ribbons, stroke, caps)
        ctx.known = curves, x, y, ribbons, caps, bent, stroke, points.shape
        return alpha, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        curves, x, y, ribbons, caps, bent, stroke, shape = ctx.known
        points, width, radius, to_ribbons = bend_backward(*grads, curves, x, y, ribbons, caps, bent)
        sums = [value.new_zeros(size) for value, size in ((points, shape), (radius, shape[:1]), (width, shape[:1]))]
        for total, value in zip(sums, (points, radius, width), strict=True):
            total.index_add_(0, stroke, value)
        return *sums, to_ribbons, None, None, None, None
