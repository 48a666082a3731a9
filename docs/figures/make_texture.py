"""docs/pictures/texture.jpg: strokes of the brushes of oil, lit: the program, the textured dream and the mean dream.

python docs/figures/make_texture.py
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from PIL import Image
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.image import to_uint8
from wmpaint.light import lit
from wmpaint.media.oil import painters as oil

BRUSHES = ("flat", "filbert", "round", "fan", "knife", "dry")
HEIGHT = 260
CANVAS = wp.Canvas(1.6, (0.50, 0.40, 0.32))
COLORS = ((0.75, 0.30, 0.18), (0.20, 0.32, 0.50), (0.86, 0.72, 0.38), (0.16, 0.20, 0.18), (0.85, 0.82, 0.76))


def strokes(brush: str) -> wp.OilStrokes:
    """Eight, some across others."""
    rows = []
    for k in range(8):
        x, y, angle = 0.25 + 0.36 * (k % 4), 0.28 + 0.42 * (k // 4), 0.5 * math.sin(5 * k)
        dx, dy = 0.26 * math.cos(angle), 0.26 * math.sin(angle)
        rows.append([[x - dx, y - dy], [x + 0.5 * dy, y - 0.6 * dx], [x + dx, y + dy]])
    press = torch.tensor([[0.9, 0.9], [1.0, 0.4], [0.4, 0.8], [0.7, 0.7]]).repeat(2, 1)
    color = torch.tensor([COLORS[k % len(COLORS)] for k in range(8)])
    radius = torch.tensor([0.06, 0.035, 0.05, 0.02]).repeat(2)
    return wp.OilStrokes(torch.tensor(rows), radius, press, color, load=torch.linspace(0.4, 1, 8))


def main() -> None:
    rows = []
    for brush in BRUSHES:
        painter, frame, three = oil.load(brush), wp.Frame(CANVAS, HEIGHT), []
        for medium, seed in ((wp.OilProgram(brush), 1), (painter, 1), (painter, None)):
            chance = None if seed is None else torch.Generator().manual_seed(seed)
            found = wp.render(medium, strokes(brush), frame, generator=chance)
            assert found.relief is not None
            three.append(F.pad(lit(found.mean[:3], found.relief, HEIGHT), (3, 3, 3, 3), value=1.0))
        rows.append(torch.cat(three, 2))
    picture = Image.fromarray(to_uint8(torch.cat(rows, 1)))
    picture.save(Path(__file__).parents[1] / "pictures" / "texture.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
