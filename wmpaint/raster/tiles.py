"""Which strokes touch which tiles, and in what order they are evaluated.

A picture is cut into square tiles. Only (stroke, tile) pairs that touch are evaluated, so the
cost follows the painted area, not strokes x canvas. Within a chunk of tiles the pairs are laid
out slot by slot: slot k holds the k-th lowest stroke of every tile that has one, with the
fullest tiles first. Each slot is then one contiguous slice over the first n_k tiles: no padding.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..geometry import STRAIGHT, branches, coefficients

__all__ = ["Chunk", "Plan", "plan"]

CHUNK_PIXELS = 4_000_000  # pair pixels held at a time: some 300 MB with everything kept for gradients


class Chunk(NamedTuple):
    """Some tiles with all their pairs; P pairs over n tiles."""

    tiles: Tensor  # [n] tile numbers, fullest first
    stroke: Tensor  # [P] stroke of each pair, slot by slot
    rank: Tensor  # [P] position in `tiles` of each pair
    slots: list[int]  # tiles in each slot, descending; sums to P


class Plan(NamedTuple):
    """How to draw some strokes on a picture of height x width pixels."""

    height: int
    width: int
    tile: int
    chunks: list[Chunk]

    @property
    def pairs(self) -> int:
        """Number of (stroke, tile) pairs."""
        return sum(len(chunk.stroke) for chunk in self.chunks)


def is_straight(points: Tensor) -> Tensor:
    """[N] bool: strokes so little bent that the cubic for their closest points is ill-conditioned."""
    a, b, _ = coefficients(points)
    return a.square().sum(-1) <= STRAIGHT**2 * (a + b).square().sum(-1)


def _touching(points: Tensor, reach: Tensor, height: int, width: int, tile: int) -> tuple[Tensor, Tensor]:
    """(stroke, tile) of every pair whose tile's circumscribed circle comes within reach."""
    rows, columns = -(-height // tile), -(-width // tile)
    a, b, p0 = coefficients(points)
    p1, p2 = points[:, 1], points[:, 2]
    # The curve's bounding box: its ends, and where x or y turns.
    turn = (-b / torch.where(a == 0, 1.0, 2 * a)).clamp(0, 1)
    extreme = (a * turn + b) * turn + p0
    corners = torch.stack([p0, p2, extreme])
    grown = reach[:, None]
    limit = points.new_tensor([columns, rows])
    low = ((corners.amin(0) - grown) / tile).floor().clamp(min=0).minimum(limit).long()
    high = ((corners.amax(0) + grown) / tile).floor().clamp(min=-1).minimum(limit - 1).long()
    span = (high - low + 1).clamp(min=0)
    area = span[:, 0] * span[:, 1]
    area = torch.where(torch.isfinite(p1).all(-1), area, 0)
    stroke = torch.repeat_interleave(area)
    inner = torch.arange(len(stroke), device=points.device) - (area.cumsum(0) - area)[stroke]
    wide = span[stroke, 0]
    column, row = low[stroke, 0] + inner % wide, low[stroke, 1] + inner // wide
    keep = torch.zeros(len(stroke), dtype=torch.bool, device=points.device)
    straight = is_straight(points)[stroke]
    for kind in (True, False):
        (some,) = (straight == kind).nonzero(as_tuple=True)
        for part in some.split(1 << 20):
            which = stroke[part]
            center = torch.stack([column[part], row[part]], -1).to(points.dtype) * tile + tile / 2
            q = p0[which] - center
            aw, bw = a[which], b[which]
            t = branches(aw.unbind(-1), bw.unbind(-1), q.unbind(-1), kind).t[:, None]  # type: ignore[arg-type]
            distance = ((aw * t + bw) * t + q).norm(dim=-1)
            keep[part] = distance < reach[which] + tile * 0.7072
    (kept,) = keep.nonzero(as_tuple=True)
    return stroke[kept], row[kept] * columns + column[kept]


@torch.no_grad()
def plan(
    points: Tensor,  # [N, 3, 2] pixels
    reach: Tensor,  # [N] pixels
    height: int,
    width: int,
    tile: int = 8,
    chunk_pixels: int = CHUNK_PIXELS,
) -> Plan:
    """Bin strokes to tiles. A plan made with a little more reach serves several small steps."""
    stroke, number = _touching(points, reach, height, width, tile)
    total = -(-height // tile) * -(-width // tile)
    count = torch.bincount(number, minlength=total)
    order = torch.argsort(count, descending=True, stable=True)
    filled = int((count > 0).sum())
    place = torch.empty_like(order)
    place[order] = torch.arange(total, device=order.device)
    # Sort pairs by their tile's place, strokes in paint order (they come sorted by stroke).
    by_tile = torch.argsort(place[number], stable=True)
    stroke, rank = stroke[by_tile], place[number][by_tile]
    sizes = count[order[:filled]]
    ends = sizes.cumsum(0)
    slot = torch.arange(len(stroke), device=order.device) - (ends - sizes)[rank]
    chunks = []
    first, limit = 0, max(1, chunk_pixels // (tile * tile))
    ends_list = ends.tolist()
    while first < filled:
        begin = ends_list[first - 1] if first else 0
        last = int(torch.searchsorted(ends, begin + limit, right=True))
        last = min(max(last, first + 1), filled)
        pairs = slice(begin, ends_list[last - 1])
        by_slot = torch.argsort(slot[pairs], stable=True)
        chunks.append(
            Chunk(
                tiles=order[first:last],
                stroke=stroke[pairs][by_slot],
                rank=rank[pairs][by_slot] - first,
                slots=torch.bincount(slot[pairs]).tolist(),
            )
        )
        first = last
    return Plan(height, width, tile, chunks)
