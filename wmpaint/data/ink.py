"""Lines as amounts of ink: `draw(points, half_width, side=64) -> [B, side, side]`, round ends, antialiased.

Each curve is cut into short straight pieces, and each piece inks only the pixels around it. Where lines
cross, the larger amount counts, as with ink that has soaked into the paper.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..geometry import arc_lengths, bezier

__all__ = ["draw"]

PIECE = 3.0  # pixels, the longest straight piece
_AT_ONCE = 1 << 21  # pixels around pieces that are looked at in one go, which bounds the memory


@torch.no_grad()
def draw(
    points: Tensor,  # [B, K, 3, 2] quadratic curves, canvas units
    half_width: Tensor,  # [B, K, 2] at start and end, canvas units; linear in the curve's parameter
    present: Tensor | None = None,  # [B, K] bool
    *,
    side: int,
) -> Tensor:  # [B, side, side] in 0..1
    """Pictures of the curves, `side` pixels high and wide."""
    b, k = points.shape[:2]
    points, half_width = points.flatten(0, 1).float() * side, half_width.flatten(0, 1).float() * side
    length = arc_lengths(points, torch.linspace(0, 1, 5))[:, -1]
    count = (length / PIECE).ceil().clamp(min=1).long()
    if present is not None:
        count = count * present.flatten()
    curve = torch.arange(b * k).repeat_interleave(count)
    ink = torch.zeros(b * side * side)
    if not len(curve):
        return ink.view(b, side, side)
    place = torch.arange(len(curve)) - (count.cumsum(0) - count)[curve]
    ends = torch.stack([place, place + 1], 1) / count[curve][:, None]  # [P, 2] parameters
    start, stop = bezier(points[curve], ends).unbind(1)
    first, last = half_width[curve].unbind(1)
    widths = first[:, None] + (last - first)[:, None] * ends
    picture = curve // k
    reach = float(widths.max()) + PIECE / 2 + 1
    window = 2 * math.ceil(reach) + 1
    offset = torch.arange(window) - window // 2
    for piece in torch.arange(len(curve)).split(max(1, _AT_ONCE // window**2)):
        _stamp(ink, start[piece], stop[piece], widths[piece], picture[piece], offset, side)
    return ink.view(b, side, side)


def _stamp(
    ink: Tensor,  # [B * side * side], changed in place
    start: Tensor,  # [P, 2]
    stop: Tensor,
    widths: Tensor,  # [P, 2]
    picture: Tensor,  # [P]
    offset: Tensor,  # [W]
    side: int,
) -> None:
    middle = ((start + stop) / 2).floor().long()
    column, row = (middle[:, i, None] + offset for i in (0, 1))  # [P, W] each
    along = stop - start
    square = along.square().sum(1).clamp(min=1e-12)
    x, y = (column + 0.5 - start[:, :1])[:, None, :], (row + 0.5 - start[:, 1:])[:, :, None]
    dx, dy = (along[:, i, None, None] for i in (0, 1))
    t = ((x * dx + y * dy) / square[:, None, None]).clamp_(0, 1)
    gone = ((x - t * dx).square_() + (y - t * dy).square_()).sqrt_()
    first, more = widths[:, 0, None, None], (widths[:, 1] - widths[:, 0])[:, None, None]
    # How much of a pixel lies within the line, if the line runs along its rows or columns; thin lines are pale.
    half = first + more * t
    amount = (torch.minimum(gone + 0.5, half) - torch.maximum(gone - 0.5, -half)).clamp_(0, 1)
    inside = ((column >= 0) & (column < side))[:, None, :] & ((row >= 0) & (row < side))[:, :, None]
    shown = inside & (amount > 0)
    where = (picture[:, None, None] * side + row[:, :, None]) * side + column[:, None, :]
    ink.scatter_reduce_(0, where[shown], amount[shown], "amax")
