"""A cloth on the loom: threads go over two and under two, and turn back at the middle, which makes the diamonds."""

from __future__ import annotations

import random

import torch

import wmpaint as wp

ASPECT = 0.8
GROUND = (0.72, 0.66, 0.58)
SHADE = (0.10, 0.08, 0.10)
WOOL, OCHRE, MADDER = (0.93, 0.89, 0.80), (0.84, 0.60, 0.24), (0.70, 0.22, 0.16)
PLUM, INDIGO, TEAL = (0.36, 0.16, 0.26), (0.12, 0.19, 0.36), (0.20, 0.42, 0.44)
WARP = [WOOL] * 23 + [OCHRE] * 2 + [WOOL] * 14
UPPER, LOWER = [INDIGO] * 13 + [TEAL] * 3 + [INDIGO] * 2, [PLUM] * 6 + [TEAL] * 2 + [INDIGO] * 8
WEFT = UPPER + [MADDER] * 14 + [OCHRE] + [MADDER] * 3 + LOWER
LEFT, TOP, RIGHT, BOTTOM = 0.11, 0.14, 0.69, 0.86
Point, Color = tuple[float, float], tuple[float, ...]


def thread(a: Point, b: Point, bend: float, thick: float, color: Color, chance: random.Random) -> list[tuple]:
    """A shadow, and on it the thread."""
    middle = ((a[0] + b[0]) / 2 + bend, (a[1] + b[1]) / 2)
    off = chance.uniform(-0.035, 0.035)
    hue = tuple(min(1.0, max(0.0, c + off)) for c in color)
    shade = tuple(0.4 * s + 0.6 * c for s, c in zip(SHADE, color, strict=True))
    return [((a, middle, b), 1.2 * thick, (0.9, 0.9), shade), ((a, middle, b), thick, (0.85, 0.85), hue)]


def make(brush: str = "gouache", strokes: int = 1500, height: int = 720, seed: int = 2) -> wp.Painting:
    chance = random.Random(seed)
    across, down = (RIGHT - LEFT) / len(WARP), (BOTTOM - TOP) / len(WEFT)
    rows: list[tuple] = []
    for j, color in enumerate(WARP):  # the fringes
        x = LEFT + (j + 0.5) * across
        for y, way in ((TOP, -1), (BOTTOM, 1)):
            far = (x + chance.gauss(0, 0.006), y + way * chance.uniform(0.035, 0.055))
            rows += thread((x, y), far, chance.gauss(0, 0.006), 0.26 * across, color, chance)[1:]
    for i, color in enumerate(WEFT):
        y = TOP + (i + 0.5) * down
        rows += thread((LEFT - 0.004, y), (RIGHT + 0.004, y), 0, 0.40 * down, color, chance)
    for j, color in enumerate(WARP):
        x = LEFT + (j + 0.5) * across
        for i in range(-1, len(WEFT) + 1):
            phase = abs(j - 19) - abs((i + 13) % 26 - 13)
            if phase % 4 == 0:  # over this thread and the next
                a, b = max(TOP, TOP + (i + 0.1) * down), min(BOTTOM, TOP + (i + 1.9) * down)
                rows += thread((x, a), (x, b), 0, 0.38 * across, color, chance)
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("weave.png")
