"""How far strokes are from known ones, in order or as sets."""

from __future__ import annotations

import torch
from torch import Tensor

from ..strokes import Strokes

__all__ = ["matched", "stroke_distance"]

# Of squared differences: canvas units for points, natural logarithms for the radius, 0..1 for the rest.
WEIGHTS = {"points": 1.0, "radius": 0.02, "pressure": 0.01, "color": 0.05}


def stroke_distance(ours: Strokes, known: Strokes) -> Tensor:
    """[B, K] squared distance of strokes, the k-th from the k-th; differentiable in ours."""
    return (
        WEIGHTS["points"] * (ours.points - known.points).square().sum((-1, -2))
        + WEIGHTS["radius"] * (ours.radius.log() - known.radius.log()).square()
        + WEIGHTS["pressure"] * (ours.pressure - known.pressure).square().sum(-1)
        + WEIGHTS["color"] * (ours.color - known.color).square().sum(-1)
    )


@torch.no_grad()
def matched(ours: Strokes, known: Strokes) -> Tensor:
    """[B, K] which of our strokes stands for each known one; -1 for absent ones.

    Pairs are taken from the closest on, which is not the best sum but nearly, and quick for few strokes.
    """
    b, k = known.radius.shape
    cost = WEIGHTS["radius"] * (ours.radius.log()[:, None] - known.radius.log()[:, :, None]).square()
    for name in ("points", "pressure", "color"):  # [B, known, ours, ...]
        apart = getattr(ours, name)[:, None] - getattr(known, name)[:, :, None]
        cost = cost + WEIGHTS[name] * apart.square().flatten(3).sum(3)
    cost = cost.masked_fill(~known.present[..., None], torch.inf)
    out = torch.full((b, k), -1, dtype=torch.int64, device=cost.device)
    rows = torch.arange(b, device=cost.device)
    for _ in range(min(cost.shape[1:])):
        least, place = cost.flatten(1).min(1)
        row, column = place // cost.shape[2], place % cost.shape[2]
        some = least.isfinite()
        out[rows[some], row[some]] = column[some]
        cost[rows[some], row[some]] = torch.inf
        cost[rows[some], :, column[some]] = torch.inf
    return out
