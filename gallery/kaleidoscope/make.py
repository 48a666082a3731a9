"""Strokes are data: those of a painting of The Starry Night, seen through six mirrors."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import torch

import wmpaint as wp

STARRY = Path(__file__).parents[2] / "examples" / "pictures" / "starry_night.jpg"
MIDDLE = (0.30, 0.34)  # of what is looked at, in canvas heights
REACH = 0.36  # how far from it strokes are taken
FOLDS = 6


def mirrored(strokes: wp.Strokes) -> wp.Strokes:
    """All strokes near the middle in each of the mirrors, stroke by stroke, so that all sectors grow together."""
    points = strokes.points - torch.tensor(MIDDLE)
    middle = points.mean(1)
    angle = torch.atan2(middle[:, 1], middle[:, 0])
    within = (middle.norm(dim=1) < REACH) & (angle >= -0.05) & (angle <= math.pi / FOLDS + 0.05)
    kept = points[within] / (2 * REACH)
    copies = []
    for k in range(FOLDS):
        turn = 2 * math.pi * k / FOLDS
        c, s = math.cos(turn), math.sin(turn)
        for side in (1.0, -1.0):
            copies.append(kept @ torch.tensor([[c, s], [-side * s, side * c]]))
    n, many = int(within.sum()), 2 * FOLDS
    together = torch.stack(copies, 1).reshape(n * many, 3, 2) + 0.5
    same = {name: getattr(strokes, name)[within].repeat_interleave(many, 0) for name in ("radius", "pressure", "color")}
    return wp.Strokes(
        points=together, radius=same["radius"] / (2 * REACH), pressure=same["pressure"], color=same["color"]
    )


def make(brush: str = "mypaint/oil", strokes: int = 2500, height: int = 720, seed: int = 0) -> wp.Painting:
    night = wp.paint(STARRY, brush=brush, strokes=strokes, height=512, seed=seed)
    return replace(
        night, strokes=mirrored(night.strokes), canvas=wp.Canvas(1.0, (0.10, 0.14, 0.25)), program_height=height,
        target=None,
    )  # fmt: skip


if __name__ == "__main__":
    make().save("kaleidoscope.png")
