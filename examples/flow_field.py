"""No photo, no optimizer: strokes written by a script. They follow a field of slow waves, in the colors of a tide.

python examples/flow_field.py [--brush dry_brush --strokes 900 --seed 3]
"""

from __future__ import annotations

import math

import torch
from common import options, save

import wmpaint as wp

ASPECT = 1.4
GROUND = (0.95, 0.92, 0.86)
TIDE = torch.tensor(
    [[0.07, 0.16, 0.26], [0.12, 0.34, 0.45], [0.36, 0.57, 0.60], [0.83, 0.75, 0.60], [0.80, 0.38, 0.25]]
)


def angle(at: torch.Tensor, waves: torch.Tensor) -> torch.Tensor:  # [N, 2], [K, 4] -> [N]
    """The direction of the field: a sum of slow waves (x and y frequency, phase, weight)."""
    phase = 2 * math.pi * (at @ waves[:, :2].t()) + waves[:, 2]
    return (phase.sin() * waves[:, 3]).sum(1)


def strokes(count: int, seed: int) -> wp.Strokes:
    """From broad and dark to fine and light, each along the field."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator)

    waves = torch.cat([uniform(5, 2) * 1.6 - 0.8, 2 * math.pi * uniform(5, 1), 0.5 + uniform(5, 1)], 1)
    age = torch.linspace(0, 1, count)
    begin = (1.16 * uniform(count, 2) - 0.08) * torch.tensor([ASPECT, 1.0])  # some from beyond the edge
    length = (0.42 - 0.3 * age) * (0.6 + 0.8 * uniform(count))
    points = [begin]
    for _ in range(2):  # half a stroke at a time, so that it bends as the field does
        turn = angle(points[-1], waves)
        points.append(points[-1] + torch.stack([turn.cos(), turn.sin()], 1) * length[:, None] / 2)
    # The color is that of the place, a little off, and lighter where the field turns up.
    shade = (angle(begin, waves).sin() * 0.5 + 0.5) * (len(TIDE) - 1) * (0.35 + 0.65 * age)
    low = shade.long().clamp(max=len(TIDE) - 2)
    color = torch.lerp(TIDE[low], TIDE[low + 1], (shade - low)[:, None]) + 0.05 * (uniform(count, 3) - 0.5)
    return wp.Strokes(
        points=torch.stack([points[0], 2 * points[1] - (points[0] + points[2]) / 2, points[2]], 1),
        radius=(0.035 * (1 - age) + 0.006) * (0.6 + 0.8 * uniform(count)),
        pressure=0.35 + 0.6 * uniform(count, 2),
        color=color.clamp(0, 1),
    )


def main() -> None:
    chosen = options(__doc__, strokes=900, output="flow_field.png", brush="dry_brush")
    laid = strokes(chosen.strokes, chosen.seed)
    painting = wp.Painting.of(laid, chosen.brush, wp.Canvas(ASPECT, GROUND), height=chosen.height, seed=chosen.seed)
    save(painting, chosen)


if __name__ == "__main__":
    main()
