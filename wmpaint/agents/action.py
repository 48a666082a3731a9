"""From a network's numbers to strokes."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..strokes import Strokes
from .config import AgentConfig

__all__ = ["SEEN", "as_seen", "strokes_of"]

SEEN = 12  # numbers of a stroke, as an agent is told of it


def strokes_of(
    raw: Tensor,  # [B, K, config.numbers]
    config: AgentConfig,
    target: Tensor | None = None,  # [B, 3, h, w], for colors
) -> tuple[Strokes, Tensor | None]:
    """The strokes that some numbers stand for, and the logits [B, K] of their being there, if the agent stops.

    A color is what the target shows along the stroke, and what the network adds to it: from there it has
    little to learn.
    """
    b, k, _ = raw.shape
    points = 0.5 + config.reach * torch.tanh(raw[..., :6]).reshape(b, k, 3, 2)
    low, high = (math.log(r) for r in config.radius)
    radius = ((low + high) / 2 + (high - low) / 2 * torch.tanh(raw[..., 6])).exp()
    light, firm = config.pressure
    pressure = light + (firm - light) * torch.sigmoid(raw[..., 7:9] + 1)
    if config.channels == 3:
        seen = torch.full_like(raw[..., 9:12], 0.5) if target is None else _along(target, points)
        color = (seen + 0.25 * torch.tanh(raw[..., 9:12])).clamp(0, 1)
    else:
        color = raw.new_tensor(config.ink).expand(b, k, 3)
    there = raw[..., -1] if config.stops else None
    strokes = Strokes(points, radius, pressure, color)
    if there is not None:
        present = there > 0
        if config.kind == "recurrent":
            present = present.long().cumprod(1).bool()
        strokes = strokes.where(present)
    return strokes, there


def _along(picture: Tensor, points: Tensor) -> Tensor:
    """[B, K, 3] mean color of a picture at five places of each stroke."""
    t = torch.linspace(0.1, 0.9, 5, device=points.device, dtype=points.dtype)[:, None]
    p0, p1, p2 = (points[:, :, None, i] for i in range(3))
    places = (1 - t) ** 2 * p0 + 2 * t * (1 - t) * p1 + t**2 * p2  # [B, K, 5, 2]
    seen = F.grid_sample(picture, places.detach() * 2 - 1, padding_mode="border", align_corners=False)
    return seen.mean(3).transpose(1, 2)


def as_seen(strokes: Strokes) -> Tensor:
    """[B, K, SEEN] strokes as numbers of order 1, zero where absent: what an agent is told of its last stroke."""
    seen = torch.cat(
        [
            strokes.points.flatten(2) * 2 - 1,
            strokes.radius[..., None].log() / 2 + 1.5,
            strokes.pressure * 2 - 1,
            strokes.color * 2 - 1,
        ],
        -1,
    )
    return seen * strokes.present[..., None]
