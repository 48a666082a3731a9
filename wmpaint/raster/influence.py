"""How much each stroke matters: the most that any pixel would change if it were taken away, or the error if it came.

    influence(ribbons, background, height, width) -> [N]

Taking away a stroke with mean alpha a and color c, over m and under strokes that let a share T
through, changes the mean picture by T a |c - m|. A stroke with none has no gradient worth having
either: it is hidden, invisible in its own color, or beside the canvas.
"""

from __future__ import annotations

import torch
from torch import Tensor

from . import compiled
from .ribbon import bend
from .tensors import centers, inside, into_tiles
from .tiles import Layout, Ribbons, chunks

__all__ = ["gains", "influence"]


@torch.no_grad()
def influence(
    ribbons: Ribbons,
    background: Tensor,  # [C]
    height: int,
    width: int,
    *,
    layout: Layout | None = None,
    compile: bool | None = None,
) -> Tensor:
    """The largest change [N] of any channel of any pixel; arguments and errors as for `composite`."""
    layout = ribbons.arranged(height, width, layout)
    if compiled.usable(ribbons.points, compile):
        pairs, stroke = compiled.influence(*ribbons[:5], background, ribbons.caps, layout), layout.strokes
    else:
        pairs, stroke = _by_tensors(ribbons, background, layout)
    return ribbons.points.new_zeros(len(ribbons.points)).scatter_reduce_(0, stroke, pairs, "amax")


def _by_tensors(ribbons: Ribbons, background: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
    """The change that each (stroke, tile) pair makes, and its stroke."""
    points, seen = ribbons.points, inside(layout, ribbons.points)
    changes, strokes = [], []
    for chunk in chunks(layout):
        alpha, _ = bend(ribbons, chunk.stroke, centers(chunk, layout, points), layout.tile)
        paint = ribbons.color[chunk.stroke].t()[:, :, None]
        under = background[:, None, None].repeat(1, len(chunk.tiles), layout.tile**2)
        change = torch.empty_like(alpha)
        for count, part in chunk.parts():
            step = (paint[:, part] - under[:, :count]) * alpha[part]
            change[part] = step.abs().amax(0)
            under[:, :count] += step
        clear = torch.ones_like(under[0])
        for count, part in reversed(chunk.parts()):
            change[part] *= clear[:count]
            clear[:count] *= 1 - alpha[part]
        changes.append((change * seen[chunk.tiles[chunk.rank]]).amax(1))
        strokes.append(chunk.stroke)
    return torch.cat(changes), torch.cat(strokes)


@torch.no_grad()
def gains(
    ribbons: Ribbons,
    below: Tensor,  # [C, H, W]
    spread: Tensor | None,  # [H, W] variance of `below`
    goal: Tensor,  # [C, H, W]
) -> Tensor:
    """[N] what each stroke, laid alone on a picture, takes off the sum of |picture - goal|^2 + variance."""
    points, layout = ribbons.points, ribbons.arranged(*goal.shape[1:])
    seen = inside(layout, points)
    under, wanted = into_tiles(below.to(points), layout), into_tiles(goal.to(points), layout)
    unsure = torch.zeros_like(under[0]) if spread is None else into_tiles(spread.to(points)[None], layout)[0]
    found = points.new_zeros(len(points))
    for chunk in chunks(layout):
        alpha, own = bend(ribbons, chunk.stroke, centers(chunk, layout, points), layout.tile)
        tile = chunk.tiles[chunk.rank]
        m, v = under[:, tile], unsure[tile]
        change = ribbons.color[chunk.stroke].t()[:, :, None] - m
        off = m - wanted[:, tile]
        after = (off + alpha * change).square().sum(0) + ((1 - alpha).square() + own) * v + own * change.square().sum(0)
        found.index_add_(0, chunk.stroke, ((off.square().sum(0) + v - after) * seen[tile]).sum(1))
    return found
