"""A current: bands of five colors lie one over the other, and only the way they crowd makes the sheet swell."""

from __future__ import annotations

import math

import torch

import wmpaint as wp

ASPECT = 1.0
GROUND = (0.95, 0.93, 0.87)
COLORS = ((0.93, 0.89, 0.80), (0.10, 0.22, 0.40), (0.90, 0.42, 0.30), (0.96, 0.74, 0.42), (0.20, 0.52, 0.55))
BANDS, PARTS, MARGIN = 60, 18, 0.07


def edge(s: float, y: torch.Tensor) -> torch.Tensor:
    """Where the edge of band s, 0 to 1, lies at each height."""
    x = 0.05 + 0.9 * s
    swell = 0.16 * math.sin(math.pi * s) * (2 * math.pi * (0.85 * y + 0.15 + 0.55 * s)).sin()
    return x + swell + 0.05 * math.sin(math.pi * s) * (2 * math.pi * (2.1 * y - 0.8 * s)).sin()


def make(brush: str = "round", strokes: int = 1500, height: int = 720, seed: int = 0) -> wp.Painting:
    y = torch.linspace(0, 1, PARTS + 2)
    parts, ground = [], torch.tensor(GROUND)
    for k in range(BANDS):
        at = torch.stack([edge(k / (BANDS - 1), y), y], 1)
        middle = (at[1:] + at[:-1]) / 2
        points = torch.stack([middle[:-1], at[1:-1], middle[1:]], 1)
        color = torch.tensor(COLORS[(k * 2 + k // 5) % len(COLORS)])
        parts.append(wp.Strokes(points, torch.full((PARTS,), 0.02), torch.ones(PARTS, 2), color.expand(PARTS, 3)))
    frame = torch.tensor([[[0, 0], [1, 0]], [[0, 1], [1, 1]], [[0, 0], [0, 1]], [[1, 0], [1, 1]]]).float()
    for inset in (0.0, 0.8 * MARGIN):  # tape around it: a broad strip, and a narrow one whose edge is sharp
        a, c = (inset + (1 - 2 * inset) * frame).unbind(1)
        tape = torch.full((4,), MARGIN - inset)
        parts.append(wp.Strokes(torch.stack([a, (a + c) / 2, c], 1), tape, torch.ones(4, 2), ground.expand(4, 3)))
    return wp.Painting.of(wp.Strokes.cat(parts)[:strokes], brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("current.png")
