"""Two pendulums swing a pen until they tire: one line, in gold on blue, that presses where it lingers."""

from __future__ import annotations

import math

import torch

import wmpaint as wp

GROUND = (0.055, 0.075, 0.135)
GOLD = torch.tensor([[0.98, 0.93, 0.80], [0.93, 0.74, 0.42], [0.80, 0.42, 0.28], [0.42, 0.30, 0.46]])
POINTS = 17  # of the line, a swing


def pendulum(t: torch.Tensor, swings: list[tuple[float, float, float, float]]) -> torch.Tensor:
    """A sum of swings: width, frequency, phase and how fast it tires."""
    return sum(w * (2 * math.pi * f * t + phase).sin() * (-tired * t).exp() for w, f, phase, tired in swings)


def make(brush: str = "mypaint/oil", strokes: int = 1500, height: int = 720, seed: int = 7) -> wp.Painting:
    phase = (2 * math.pi * torch.rand(4, generator=torch.Generator().manual_seed(seed))).tolist()
    t = torch.arange(strokes + 2) / POINTS
    x = pendulum(t, [(0.295, 2.003, phase[0], 0.011), (0.19, 3.0, phase[1], 0.013)])
    y = pendulum(t, [(0.295, 3.001, phase[2], 0.011), (0.19, 2.0, phase[3], 0.013)])
    at = torch.stack([0.5 + x, 0.5 + y], 1)
    middle = (at[1:] + at[:-1]) / 2  # each stroke from middle to middle, so that the line never breaks
    speed = (middle[1:] - middle[:-1]).norm(dim=1)
    slow = 1 - speed / speed.max()
    age = torch.linspace(0, len(GOLD) - 1.001, strokes)
    low = age.long()
    color = torch.lerp(GOLD[low], GOLD[low + 1], (age - low)[:, None]).flip(0)
    painting = wp.Strokes(
        points=torch.stack([middle[:-1], at[1:-1], middle[1:]], 1),
        radius=torch.full((strokes,), 0.00065),
        pressure=(0.42 + 0.4 * slow)[:, None].expand(-1, 2).clone(),
        color=color,
    )
    return wp.Painting.of(painting, brush, wp.Canvas(1.0, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("harmonograph.png")
