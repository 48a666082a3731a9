"""Paint that piles up: the height of strokes over a ground, whose ribbons say alpha and height.

    H <- (1 - level a) H + unit g

for a stroke of alpha a and height g (0..1), stroke after stroke. Not differentiable.
"""

from __future__ import annotations

import numpy as np
import torch
from numba import njit, prange
from torch import Tensor

from ..errors import InputError
from .compiled import table_of
from .kernel import FLAGS, _evaluate
from .tiles import Layout, arrange, check_curves

__all__ = ["piled"]


@torch.no_grad()
def piled(
    points: Tensor,  # [N, 3, 2] pixels
    radius: Tensor,  # [N] pixels
    half_width: Tensor,  # [N] pixels
    ribbons: Tensor,  # [N, 2, R, C] logits of alpha, and of its variance
    heights: Tensor,  # [N, R, C] logits of height
    unit: Tensor,  # [N] what a height of 1 is on the ground
    level: Tensor,  # [N] share of what lies beneath that a stroke fills
    ground: Tensor,  # [height, width]
    *,
    caps: int,
    layout: Layout | None = None,
) -> Tensor:
    """The height of the strokes on a ground, the first undermost: [height, width]. Computed on the CPU.

    Raises:
        InputError: strokes that are not finite, or heights of other ribbons.
    """
    check_curves(points, radius, half_width)
    if heights.shape != ribbons[:, 0].shape:
        raise InputError(f"expected heights of {tuple(ribbons[:, 0].shape)}, got {tuple(heights.shape)}")
    layout = arrange(points, half_width, *ground.shape) if layout is None else layout.check(len(points))
    out = ground.detach().cpu().double().numpy().copy()
    both = torch.stack([heights, torch.full_like(heights, -30.0)], 1)
    numbers = (value.detach().cpu().contiguous().numpy() for value in (ribbons, both, unit.double(), level.double()))
    tiles = (value.cpu().numpy() for value in (layout.tiles, layout.starts, layout.strokes))
    _pile(table_of(points.cpu(), half_width.cpu(), radius.cpu()), *numbers, caps, *tiles, layout.tile, layout.across, out)
    return torch.from_numpy(out).to(ground)


@njit(parallel=True, **FLAGS)
def _pile(table, ribbons, heights, unit, level, caps, tiles, starts, strokes, side, across, out):
    rows, columns = out.shape
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= columns or row >= rows:
                continue
            h = out[row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                alpha, _, t, _, _ = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if t >= 0:
                    high, _, _, _, _ = _evaluate(table, heights, i, caps, column + 0.5, row + 0.5)
                    h += unit[i] * high - level[i] * alpha * h
            out[row, column] = h
