"""Random strokes with random ribbons, to draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from wmpaint.raster import Ribbons

CAPS, BODY, COLUMNS = 3, 6, 9


class Scene(NamedTuple):
    """What `raster.composite` draws, and on what."""

    ribbons: Ribbons
    background: Tensor

    @property
    def points(self) -> Tensor:
        return self.ribbons.points

    @property
    def half_width(self) -> Tensor:
        return self.ribbons.half_width

    def replace(self, **fields: Tensor) -> Scene:
        background = fields.pop("background", self.background)
        return Scene(self.ribbons._replace(**fields), background)  # type: ignore[arg-type]

    def map(self, fn: Callable[[Tensor], Tensor]) -> Scene:
        """Another with each tensor of the ribbons changed."""
        return Scene(Ribbons(*map(fn, self.ribbons[:5]), CAPS), self.background)  # type: ignore[call-arg, arg-type]

    def to(self, dtype: torch.dtype) -> Scene:
        return self.map(lambda value: value.to(dtype)).replace(background=self.background.to(dtype))

    def leaves(self) -> Scene:
        """Copies that collect gradients; the background never has any."""
        return self.map(lambda value: value.detach().clone().requires_grad_())


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
    return Scene(Ribbons(points, r, 1.4 * r + 1, ribbons, color, CAPS), background).to(dtype)


def tight(count: int, height: int, width: int, *, seed: int = 0, dtype: torch.dtype = torch.float64) -> Scene:
    """Strokes that bend tighter than they are wide: the radius of curvature is at most the brush's."""
    given = scene(count, height, width, seed=seed, straight=0.0, spread=0.0)
    chance = torch.Generator().manual_seed(seed)
    chord, bow, skew, turn = torch.rand(4, count, 1, generator=chance, dtype=torch.float64)
    r = given.ribbons.radius[:, None]
    along = torch.cat([(2 * math.pi * turn).cos(), (2 * math.pi * turn).sin()], 1)
    across = torch.stack([-along[:, 1], along[:, 0]], 1)
    # The vertex of a parabola that rises bow / 2 over a chord curves by the radius chord^2 / (4 bow).
    half, out = (0.2 + 0.8 * chord) * r * along, (1 + 3 * bow) * r * across + (skew - 0.5) * r * along
    middle = given.points.mean(1)
    return given.replace(points=torch.stack([middle - half, middle + out, middle + half], 1)).to(dtype)


def straight_ribbon(alpha: float, ratio: float = 0.0, *, rows: int = 2 * CAPS + BODY, columns: int = COLUMNS) -> Tensor:
    """[2, rows, columns]: the same alpha everywhere, and the same share of alpha's largest possible variance."""
    value = torch.tensor([alpha, ratio], dtype=torch.float64).logit(eps=1e-15)
    return value[:, None, None].expand(2, rows, columns).clone()
