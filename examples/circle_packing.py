"""No photo, no optimizer: circles packed into a sheet, each wound up by a few strokes of the brush.

python examples/circle_packing.py [--brush round --strokes 900 --seed 5]
"""

from __future__ import annotations

import math

import torch
from common import options, save

import wmpaint as wp

GROUND = (0.97, 0.95, 0.90)
CLAY = torch.tensor(
    [[0.75, 0.33, 0.22], [0.90, 0.66, 0.35], [0.29, 0.40, 0.42], [0.55, 0.62, 0.52], [0.16, 0.17, 0.20]]
)
PART = 4  # strokes that make one turn
MARGIN, LARGEST, SMALLEST = 0.04, 0.16, 0.012


def packed(count: int, generator: torch.Generator) -> torch.Tensor:  # [N, 3]
    """Circles (x, y, radius) that do not touch: each as large as its place allows."""
    circles = torch.zeros(0, 3)
    for _ in range(60 * count):
        x, y = torch.rand(2, generator=generator).tolist()
        room = min(x, y, 1 - x, 1 - y) - MARGIN
        if len(circles):
            room = min(room, float(((circles[:, 0] - x).hypot(circles[:, 1] - y) - circles[:, 2]).min()) - 0.006)
        if room >= SMALLEST:
            circles = torch.cat([circles, torch.tensor([[x, y, min(room, LARGEST)]])])
        if len(circles) == count:
            break
    return circles


def arcs(x: float, y: float, radius: float, start: float, thick: float) -> torch.Tensor:  # [PART, 3, 2]
    """One turn around a circle, as arcs that meet."""
    a = start + torch.arange(PART + 1) * (2 * math.pi / PART)
    middle = start + (torch.arange(PART) + 0.5) * (2 * math.pi / PART)
    inner = radius - thick
    on = torch.stack([x + inner * a.cos(), y + inner * a.sin()], 1)
    half = torch.stack([x + inner * middle.cos(), y + inner * middle.sin()], 1)
    control = 2 * half - (on[:-1] + on[1:]) / 2  # so that the curve passes through the circle's point between
    return torch.stack([on[:-1], control, on[1:]], 1)


def strokes(most: int, seed: int) -> wp.Strokes:
    """Rings from the outside in, at most so many strokes of them."""
    generator = torch.Generator().manual_seed(seed)
    points, radius, color = [], [], []
    for x, y, size in packed(max(1, most // 10), generator).tolist():
        thick = max(0.0035, 0.085 * size)
        hue = CLAY[int(torch.randint(len(CLAY), (1,), generator=generator))]
        rings = 1 + int(torch.randint(4, (1,), generator=generator))
        for ring in range(rings):
            outer = size * (1 - ring / (rings + 0.6))
            if outer < 2 * thick:
                break
            start = 2 * math.pi * float(torch.rand((), generator=generator))
            points.append(arcs(x, y, outer, start, thick))
            radius += [thick] * PART
            shade = 0.12 * (float(torch.rand((), generator=generator)) - 0.5)
            color += [(hue + shade).clamp(0, 1)] * PART
    found = torch.cat(points)[:most]
    n = len(found)
    return wp.Strokes(found, torch.tensor(radius)[:n], torch.full((n, 2), 0.85), torch.stack(color)[:n])


def main() -> None:
    chosen = options(__doc__, strokes=900, output="circle_packing.png", brush="round")
    laid = strokes(chosen.strokes, chosen.seed)
    painting = wp.Painting.of(laid, chosen.brush, wp.Canvas(1.0, GROUND), height=chosen.height, seed=chosen.seed)
    save(painting, chosen)


if __name__ == "__main__":
    main()
