"""Painters and programs small enough to reason about."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from wmpaint.geometry import branches, coefficients
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter
from wmpaint.medium import MediumInfo
from wmpaint.raster.tiles import is_straight
from wmpaint.strokes import Strokes


def painter(seed: int = 0, **config: object) -> RibbonPainter:
    """A painter that never learned: soft round strokes with a random texture."""
    made = RibbonPainter(RibbonConfig(**({"hidden": 8, "reach": (1.8, 0.0, 1.0)} | config)))  # type: ignore[arg-type]
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in made.net.parameters():
            weight.copy_(torch.randn(weight.shape, generator=chance) / math.sqrt(weight.shape[-1]))
    made.notes = {"brush": "toy", "brush_hash": f"{seed:064x}", "program": "toys 1"}
    return made.requires_grad_(False)


def strokes(count: int, *, seed: int = 0, radius: tuple[float, float] = (0.02, 0.08)) -> Strokes:
    """Random strokes on a square canvas."""
    chance = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=chance)

    size = radius[0] + (radius[1] - radius[0]) * uniform(count)
    return Strokes(uniform(count, 3, 2), size, 0.2 + 0.8 * uniform(count, 2), uniform(count, 3))


def odd_strokes() -> Strokes:
    """A dot, folds, hairpins, a cusp, a sliver, a tiny one and a huge one."""
    shapes = [
        [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]],
        [[0.2, 0.2], [0.7, 0.2], [0.2, 0.2]],
        [[0.2, 0.2], [0.7, 0.2], [0.4, 0.2]],
        [[0.2, 0.7], [0.9, 0.72], [0.2, 0.74]],
        [[0.2, 0.7], [0.9, 0.7], [0.2, 0.7 + 1e-6]],
        [[0.3, 0.3], [0.3, 0.3], [0.8, 0.8]],
        [[0.1, 0.9], [0.10001, 0.9], [0.10002, 0.9]],
        [[-3.0, 0.5], [0.5, 0.6], [4.0, 0.5]],
    ]
    n = len(shapes)
    radius = torch.tensor([0.05, 0.05, 0.03, 0.04, 0.02, 0.001, 0.3, 0.1])
    pressure = torch.tensor([0.0, 1.0]).repeat(n, 1)
    return Strokes(torch.tensor(shapes), radius, pressure, torch.linspace(0, 1, 3 * n).view(n, 3))


class SoftRound:
    """A program with one brush: alpha falls off with the distance from the curve, and grows with pressure.

    alpha = s sigmoid((radius - distance) / softness), s = strength * (0.5 + 0.5 * pressure at the closest point).
    With `noise` each pixel's alpha is multiplied by 1 - noise or 1 + noise, by chance: the mean is the same,
    and the variance is (noise * alpha)^2.
    """

    marks = Strokes
    info = MediumInfo("toys", "soft", "1", "5" * 64)

    def __init__(self, noise: float = 0.0, strength: float = 0.7) -> None:
        self.noise, self.strength = noise, strength
        self.calls = 0

    def alpha(
        self,
        points: np.ndarray,
        radius: float,
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
    ) -> np.ndarray:
        self.calls += 1
        picture = torch.zeros(height, width)
        softness = 0.3 * radius + 0.3
        far = radius + 7 * softness  # where alpha is below 1/512
        x0, y0 = (max(0, int(v - far)) for v in points.min(0))
        x1, y1 = (int(v + far) + 1 for v in points.max(0))
        curve = torch.from_numpy(points).float()
        a, b, p0 = coefficients(curve)
        y, x = (torch.arange(n) + 0.5 for n in (height, width))
        y, x = y[y0:y1, None], x[None, x0:x1]
        straight = bool(is_straight(curve[None]))
        t = branches((a[0], a[1]), (b[0], b[1]), (p0[0] - x, p0[1] - y), straight).t
        distance = torch.hypot((a[0] * t + b[0]) * t + p0[0] - x, (a[1] * t + b[1]) * t + p0[1] - y)
        force = pressure[0] + (pressure[1] - pressure[0]) * t
        alpha = self.strength * (0.5 + 0.5 * force) * torch.sigmoid((radius - distance) / softness)
        alpha = torch.where(alpha < 1 / 512, 0, alpha)
        if self.noise:
            coins = np.random.default_rng(seed).integers(0, 2, alpha.shape, dtype=np.int8) * 2 - 1
            alpha = alpha * (1 + self.noise * torch.from_numpy(coins))
        picture[y0:y1, x0:x1] = alpha
        return picture.numpy()

    def begin(self, *_: object, **__: object) -> None:
        raise NotImplementedError("only single strokes are asked for")

    lay = look = begin
