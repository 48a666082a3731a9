"""Paint that piles up: `piled(ribbons, pile, ground) -> relief`, the height of strokes over a ground.

    H <- (1 - level a) H + unit g

for a stroke of alpha a and height g (0..1), stroke after stroke. Not differentiable.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .. import loops
from .compiled import GRAIN, grain_arrays, table_of
from .grain import Grain, tables
from .tiles import Layout, Pile, Ribbons

__all__ = ["piled"]


@torch.no_grad()
def piled(
    ribbons: Ribbons,
    pile: Pile,
    ground: Tensor,  # [height, width]
    *,
    layout: Layout | None = None,
    grain: Grain | None = None,
) -> Tensor:
    """The height of strokes on a ground, the first undermost: [height, width].

    With a grain alphas stray as in `grained`, and heights with them and as `strays` says. Computed on the CPU.

    Raises:
        InputError: ribbons that cannot be drawn, or a layout of other strokes or pixels, or a grain of others.
    """
    height, width = ground.shape
    layout = ribbons.arranged(height, width, layout)
    out = ground.detach().cpu().double().numpy().copy()
    heights = torch.stack([pile.logits, torch.full_like(pile.logits, -30.0)], 1)
    numbers = (v.detach().cpu().contiguous().numpy() for v in (ribbons.logits, heights, pile.unit, pile.level))
    tiles = (v.cpu().numpy() for v in (layout.tiles, layout.starts, layout.strokes))
    table = table_of(*(v.cpu() for v in (ribbons.points, ribbons.half_width, ribbons.radius)))
    given = (table, *numbers, ribbons.caps, *tiles, layout.tile, layout.across)
    if grain is None:
        with loops.in_turn("wmpaint.raster.relief_kernel") as kernel:
            kernel.pile(*given, out)
    else:
        with loops.in_turn(GRAIN) as kernel:
            kernel.heaped(*given, *grain_arrays(grain.check(len(ribbons.points), height, width)), *tables(), out)
    return torch.from_numpy(out).to(ground)
