"""Random strokes with random ribbons, to draw."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

CAPS, BODY, COLUMNS = 3, 6, 9


class Scene(NamedTuple):
    """The tensors that `raster.composite` takes, in its order."""

    points: Tensor
    radius: Tensor
    half_width: Tensor
    ribbons: Tensor
    color: Tensor
    background: Tensor

    def to(self, *args: Any) -> Scene:
        return Scene(*(value.to(*args) for value in self))

    def leaves(self) -> Scene:
        """Copies that collect gradients; the background never has any."""
        copies = [value.detach().clone().requires_grad_() for value in self]
        return Scene(*copies[:-1], self.background)


def scene(
    count: int,
    height: int,
    width: int,
    *,
    seed: int = 0,
    spread: float = 5.0,
    straight: float = 0.3,
    channels: int = 3,
    radius: tuple[float, float] = (1.0, 5.0),
    length: float | None = None,
    dtype: torch.dtype = torch.float64,
) -> Scene:
    """Strokes anywhere on the canvas and `spread` pixels around it.

    Args:
        straight: share of strokes that are straight lines.
        length: how far the points of a stroke may lie apart, pixels; the whole canvas if None.
    """
    chance = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=chance, dtype=torch.float64)

    size = torch.tensor([width, height], dtype=torch.float64)
    points = uniform(count, 3, 2) * (size + 2 * spread) - spread
    if length is not None:
        points = points[:, :1] + (uniform(count, 3, 2) - 0.5) * length
    line = uniform(count) < straight
    points[line, 1] = (points[line, 0] + points[line, 2]) / 2
    r = radius[0] + (radius[1] - radius[0]) * uniform(count)
    across = torch.linspace(-1, 1, COLUMNS, dtype=torch.float64)
    noise = torch.randn(count, 2, 2 * CAPS + BODY, COLUMNS, generator=chance, dtype=torch.float64)
    ribbons = (1 - 1.6 * across.abs()) * 4 + noise
    color, background = uniform(count, channels), uniform(channels)
    return Scene(points, r, 1.4 * r + 1, ribbons, color, background).to(dtype)


def straight_ribbon(alpha: float, ratio: float = 0.0, *, rows: int = 2 * CAPS + BODY, columns: int = COLUMNS) -> Tensor:
    """[2, rows, columns]: the same alpha everywhere, and the same share of alpha's largest possible variance."""
    value = torch.tensor([alpha, ratio], dtype=torch.float64).logit(eps=1e-15)
    return value[:, None, None].expand(2, rows, columns).clone()
