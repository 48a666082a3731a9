"""A letter in a hand that no one reads: twenty signs made up by chance, and then written as one writes."""

from __future__ import annotations

import itertools
import random

import torch

import wmpaint as wp

ASPECT = 0.74
GROUND = (0.95, 0.92, 0.85)
INK = (0.13, 0.10, 0.13)
RED = (0.72, 0.16, 0.11)
LINES, LEFT, RIGHT, TOP, BOTTOM = 10, 0.105, 0.65, 0.17, 0.84
Points = list[tuple[float, float]]


def alphabet(chance: random.Random) -> list[Points]:
    """Signs as points in a box one unit high, baseline at 0; few rise above it or hang below."""
    signs = []
    for k in range(20):
        high = 2.1 if k % 4 == 1 else 1.0
        deep = -1.1 if k % 5 == 2 else 0.0
        heights = [(0.0, high, deep, 1.0)[j % 4] + chance.uniform(-0.15, 0.15) for j in range(chance.choice((2, 3, 4)))]
        xs = [chance.uniform(-0.15, 0.75) for _ in heights]
        signs.append([*zip(xs, heights, strict=True), (0.8, 0.1)])
    return signs


def write(points: Points, size: float, color: tuple[float, ...]) -> list[tuple]:
    """A line through points, with round turns: thick on the way down, thin on the way up."""
    rows = []
    middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in itertools.pairwise(points)]
    down = [(b[1] - a[1]) / size for a, b in itertools.pairwise(points)]
    weight = [0.17 + 0.42 * min(1.0, max(0.0, d)) for d in down]
    weight[0] = weight[-1] = 0.03
    for k in range(len(middle) - 1):
        rows.append(((middle[k], points[k + 1], middle[k + 1]), 0.075 * size, (weight[k], weight[k + 1]), color))
    return rows


def word(signs: list[Points], x: float, y: float, size: float, chance: random.Random) -> tuple[Points, float]:
    """The pen's way through some signs in one go; the first ones of the alphabet are the frequent ones."""
    pen = [(x - 0.5 * size, y - 0.1 * size), (x - 0.1 * size, y)]
    for _ in range(chance.choice((1, 2, 3, 3, 4, 5, 6))):
        sign = signs[min(int(chance.expovariate(0.14)), len(signs) - 1)]
        pen += [(x + size * (dx + 0.25 * dy), y - size * dy) for dx, dy in sign]
        x += size * 1.05
    return [*pen, (x + 0.3 * size, y - 0.05 * size), (x + 0.9 * size, y - 0.55 * size)], x


def make(brush: str = "ink", strokes: int = 1500, height: int = 720, seed: int = 6) -> wp.Painting:
    chance = random.Random(seed)
    signs = alphabet(chance)
    step = (BOTTOM - TOP) / (LINES - 1)
    first, _ = word(signs[1:2], LEFT + 0.02, TOP + 1.06 * step, 1.05 * step, random.Random(4))
    rows = write(first, 1.05 * step, RED)
    for line in range(LINES):
        size = 0.31 * step
        x, y = LEFT + (0.215 if line < 2 else 0.0) + chance.uniform(0, 0.008), TOP + line * step
        end = RIGHT if line < LINES - 1 else 0.36
        while x < end - 0.05:
            pen, x = word(signs, x, y, size, chance)
            rows += write(pen, size, INK)
            x += 1.5 * size
    square = 0.034
    for k in range(6):
        x, y, half = 0.60, 0.885 + square * k / 6, square / 2
        rows.append((((x - half, y), (x, y), (x + half, y)), square / 12, (0.6, 0.6), RED))
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("asemic.png")
