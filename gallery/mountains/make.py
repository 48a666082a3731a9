"""Ridges at dusk: each is a few strokes along a line of noise, dark at the crest, and fades into the mist below it."""

from __future__ import annotations

import math

import torch

import wmpaint as wp

ASPECT = 1.5
GROUND = (0.97, 0.86, 0.76)
SKY = torch.tensor([[0.36, 0.42, 0.56], [0.62, 0.58, 0.66], [0.90, 0.68, 0.62], [0.98, 0.82, 0.66]])
LAND = torch.tensor([[0.84, 0.66, 0.68], [0.50, 0.42, 0.57], [0.22, 0.24, 0.40], [0.06, 0.09, 0.18]])
SUN, GLOW = (0.93, 0.25), torch.tensor([1.0, 0.95, 0.84])
MIST = torch.tensor([0.97, 0.83, 0.72])
RIDGES, FOLDS = 8, 8


def crest(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Heights along a mountain, about -1 to 1: octaves of noise with sharp tops."""
    height = torch.zeros_like(x)
    for octave in range(6):
        phase = 2 * math.pi * torch.rand(2, generator=generator)
        wave = math.pi * 0.9 * 1.9**octave * x
        height = height + 0.52**octave * (0.5 - (wave + phase[0]).sin().abs() + 0.4 * (1.3 * wave + phase[1]).sin())
    return height


def blend(colors: torch.Tensor, share: float) -> torch.Tensor:  # [N, 3] -> [3]
    """A color between the first and the last."""
    level = share * (len(colors) - 1.001)
    return torch.lerp(colors[int(level)], colors[int(level) + 1], level % 1)


def through(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:  # [N], [N] -> [N - 2, 3, 2]
    """Strokes along the points of a line, with round turns."""
    at = torch.stack([x, y], 1)
    middle = (at[1:] + at[:-1]) / 2
    return torch.stack([middle[:-1], at[1:-1], middle[1:]], 1)


def make(brush: str = "soft_round", strokes: int = 1500, height: int = 640, seed: int = 2) -> wp.Painting:
    generator = torch.Generator().manual_seed(seed)
    parts: list[wp.Strokes] = []

    def lay(points: torch.Tensor, radius: float, color: torch.Tensor) -> None:
        n = len(points)
        parts.append(wp.Strokes(points, torch.full((n,), radius), torch.ones(n, 2), color.clamp(0, 1).expand(n, 3)))

    for y in torch.linspace(0, 0.6, 24):
        color = blend(SKY, float(y) / 0.6)
        lay(through(torch.tensor([-ASPECT, ASPECT / 2, 2 * ASPECT]), y.expand(3)), 0.05, color)
    rise = torch.linspace(-0.95, 0.95, 17)
    for dy, half in zip((0.036 * rise).tolist(), (0.036 * (1 - rise**2).sqrt()).tolist(), strict=True):
        lay(through(SUN[0] + half * torch.tensor([-2.0, 0.0, 2.0]), torch.full((3,), SUN[1] + dy)), 0.004, GLOW)
    fine = torch.linspace(-0.12, ASPECT + 0.12, 121)
    for k in range(RIDGES):
        near = k / (RIDGES - 1)
        line = 0.43 + 0.5 * near**1.1 - (0.035 + 0.05 * near) * crest(fine * (1.5 - 0.7 * near), generator)
        color = blend(LAND, near)
        low = torch.nn.functional.max_pool1d(line[None], 9, 10, 4)[0]  # the lowest of the crest nearby
        lay(through(fine[::3], line[::3] + 0.006), 0.008, color)
        lay(through(fine[::4], line[::4] + 0.03), 0.022, color)
        for fold in range(FOLDS):
            fade = fold / (FOLDS - 1)
            mist = torch.lerp(color, MIST, 0.85 * fade**1.2 * (1 - 0.75 * near))
            lay(through(fine[::10], low + 0.03 + 0.22 * fade), 0.03, mist)
    return wp.Painting.of(wp.Strokes.cat(parts)[:strokes], brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("mountains.png")
