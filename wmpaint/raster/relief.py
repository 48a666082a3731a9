"""Paint that piles up: `piled(ribbons, ground) -> relief`, the height of strokes over a ground.

    H <- (1 - level a) H + unit g

for a stroke of alpha a and height g (0..1), stroke after stroke. Not differentiable.
"""

from __future__ import annotations

import torch
from numba import njit, prange
from torch import Tensor

from .compiled import table_of
from .kernel import FLAGS, _evaluate
from .tiles import Layout, Ribbons

__all__ = ["piled"]


@torch.no_grad()
def piled(
    ribbons: Ribbons,
    ground: Tensor,  # [height, width]
    *,
    layout: Layout | None = None,
) -> Tensor:
    """The height of strokes on a ground, the first undermost: [height, width]; flat ones change nothing.

    Computed on the CPU.

    Raises:
        InputError: ribbons that cannot be drawn, or a layout of other strokes or pixels.
    """
    pile = ribbons.pile
    if pile is None:
        return ground
    height, width = ground.shape
    layout = ribbons.arranged(height, width, layout)
    out = ground.detach().cpu().double().numpy().copy()
    heights = torch.stack([pile.logits, torch.full_like(pile.logits, -30.0)], 1)
    numbers = (v.detach().cpu().contiguous().numpy() for v in (ribbons.logits, heights, pile.unit, pile.level))
    tiles = (v.cpu().numpy() for v in (layout.tiles, layout.starts, layout.strokes))
    table = table_of(*(v.cpu() for v in (ribbons.points, ribbons.half_width, ribbons.radius)))
    _pile(table, *numbers, ribbons.caps, *tiles, layout.tile, layout.across, out)
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
