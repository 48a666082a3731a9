"""A dahlia, wound by the golden angle: each petal lies 137.5 degrees on, and is two strokes, one dark and one light."""

from __future__ import annotations

import math

import torch

import wmpaint as wp

GROUND = (0.10, 0.145, 0.15)
GOLDEN = math.pi * (3 - math.sqrt(5))
HEART = torch.tensor(
    [[0.99, 0.90, 0.62], [0.98, 0.70, 0.42], [0.93, 0.42, 0.30], [0.72, 0.17, 0.24], [0.42, 0.09, 0.22]]
)


def make(brush: str = "gouache", strokes: int = 1200, height: int = 720, seed: int = 1) -> wp.Painting:
    generator = torch.Generator().manual_seed(seed)
    count = max(1, strokes // 3)
    place = torch.arange(count, 0, -1) / count  # from the rim, which lies undermost, to the heart
    angle = place * count * GOLDEN
    out = torch.stack([angle.cos(), angle.sin()], 1)
    side = torch.stack([-out[:, 1], out[:, 0]], 1)
    chance = torch.rand(4, count, generator=generator)
    root = 0.33 * place.pow(0.72)
    long = 0.014 + 0.115 * place.pow(0.8) * (0.9 + 0.2 * chance[0])
    hue = place.pow(0.75) * (len(HEART) - 1.001)
    petal_color = torch.lerp(HEART[hue.long()], HEART[hue.long() + 1], hue.frac()[:, None])

    def petals(begin: float, end: float, wide: float, press: tuple[float, float], shade: float) -> wp.Strokes:
        """All of them at once: from and to a part of their length."""
        a, c = root + begin * long, root + end * long
        bend = (0.16 * long * (0.6 + 0.8 * chance[1]))[:, None] * side
        points = torch.stack([out * a[:, None], out * ((a + c) / 2)[:, None] + bend, out * c[:, None] + bend / 2], 1)
        radius = wide * (0.0025 + 0.0185 * place.pow(0.85))
        color = (petal_color * shade + 0.05 * (chance[2, :, None] - 0.5)).clamp(0, 1)
        return wp.Strokes(points + 0.5, radius, torch.tensor(press).repeat(count, 1), color)

    coats = [
        petals(-0.2, 1.0, 1.15, (1.0, 0.3), 0.5),
        petals(-0.2, 0.9, 1.0, (1.0, 0.25), 0.86),
        petals(0.1, 0.8, 0.55, (0.8, 0.1), 1.08),
    ]
    names = ("points", "radius", "pressure", "color")
    columns = {name: torch.stack([getattr(coat, name) for coat in coats], 1).flatten(0, 1) for name in names}
    return wp.Painting.of(wp.Strokes(**columns)[:strokes], brush, wp.Canvas(1.0, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("dahlia.png")
