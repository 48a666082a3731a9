"""Where new strokes begin: on the largest errors, along the picture's own lines."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..canvas import Canvas
from ..objectives.field import orientation
from ..strokes import Strokes

__all__ = ["directions", "place"]


def directions(picture: Tensor, sigma: float = 3.0) -> tuple[Tensor, Tensor]:
    """Angle of the picture's lines (radians, along the edges) and their coherence 0..1, each [H, W].

    As `objectives.field.orientation`.
    """
    x, y = orientation(picture, sigma)
    return 0.5 * torch.atan2(y, x), torch.hypot(x, y)


def place(
    count: int,
    error: Tensor,  # [H, W], >= 0
    picture: Tensor,  # [3, H, W], for colors and directions
    canvas: Canvas,
    *,
    radius: float,  # canvas units
    length: float,  # canvas units
    generator: torch.Generator,
    even: float = 0.02,
) -> Strokes:
    """New strokes, drawn where the error within a stroke's reach is large; `even` of them anywhere, even without."""
    h, w = error.shape

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    kernel = max(1, 2 * round(radius * h / 2) + 1)
    kernel = min(kernel, 2 * ((min(h, w) - 1) // 2) + 1)
    blurred = F.avg_pool2d(error[None, None], kernel, 1, kernel // 2, count_include_pad=False)[0, 0]
    chance = (blurred + even * blurred.mean() + 1e-8).flatten()
    index = _spread(chance, count, generator)
    x, y = (index % w + uniform(count)) / w * canvas.aspect, (index // w + uniform(count)) / h
    center = torch.stack([x, y], -1)
    angle, coherence = directions(picture, sigma=max(1.0, 0.5 * radius * h))
    at = (index // w).long(), (index % w).long()
    turn = angle[at] + (1 - coherence[at]) * torch.randn(count, generator=generator) * 0.5
    along = torch.stack([turn.cos(), turn.sin()], -1) * (length / 2 * (0.6 + 0.8 * uniform(count, 1)))
    bow = torch.randn(count, 2, generator=generator) * (0.05 * length)
    smooth = F.avg_pool2d(picture[None], kernel, 1, kernel // 2, count_include_pad=False)[0]
    return Strokes(
        points=torch.stack([center - along, center + bow, center + along], 1),
        radius=radius * (0.8 + 0.4 * uniform(count)),
        pressure=torch.full((count, 2), 0.8),
        color=smooth[:, at[0], at[1]].t().clamp(0, 1),
    )


def _spread(chance: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """`count` indices by systematic sampling of a serpentine-free order: even, yet random within each cell."""
    total = chance.double().cumsum(0)
    ticks = (torch.arange(count) + torch.rand(count, generator=generator)) / count * total[-1]
    index = torch.searchsorted(total, ticks.double()).clamp(max=len(chance) - 1)
    return index[torch.randperm(count, generator=generator)]
