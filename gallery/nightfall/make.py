"""Night falls on a photo of the day: its light is turned down, and lamps are lit where the sun was."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.functional import avg_pool2d

import wmpaint as wp

CASTLE = Path(__file__).parents[2] / "examples" / "pictures" / "castle.jpg"
MOON = torch.tensor([0.45, 0.66, 1.35])[:, None, None]  # the color of its light
LAMP = torch.tensor([1.0, 0.62, 0.22])[:, None, None]


def night(day: torch.Tensor) -> torch.Tensor:  # [3, H, W]
    """The same place, dark and blue, with lamps on what the sun shone on."""
    gray = day.mean(0, keepdim=True)
    dark = 0.62 * (0.4 * day + 0.6 * gray) * MOON
    sunny = ((day[0] > day[2] - 0.02) & (day[0] > 0.62)).float()
    glow = avg_pool2d(sunny[None, None], 31, 1, 15)[0, 0]
    return torch.lerp(dark, LAMP * (0.35 + 0.75 * gray), (0.9 * glow).clamp(0, 0.85)).clamp(0, 1)


def make(brush: str = "mypaint/oil", strokes: int = 800, height: int = 512, seed: int = 0) -> wp.Painting:
    goal = wp.photo(night(wp.load_image(CASTLE)))
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("nightfall.png")
