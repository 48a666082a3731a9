"""All strokes turn around the middle of the cup, as the spoon did."""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp

COFFEE = Path(__file__).parents[1] / "sources" / "coffee.jpg"
MIDDLE = (0.70, 0.27)  # of the cup, in canvas heights


def make(brush: str = "mypaint/oil", strokes: int = 400, height: int = 512, seed: int = 0) -> wp.Painting:
    y, x = torch.meshgrid(torch.linspace(0, 1, 96), torch.linspace(0, 1.5, 144), indexing="ij")
    around = torch.atan2(y - MIDDLE[1], x - MIDDLE[0]) + torch.pi / 2
    goal = wp.photo(COFFEE) + 6 * wp.align(around) + wp.objectives.lengths(low=0.25)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("whirl.png")
