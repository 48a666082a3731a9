"""A tree in November, grown by halving: each branch is thinner than the one that bears it, and few leaves are left."""

from __future__ import annotations

import cmath
import math
import random

import torch

import wmpaint as wp

ASPECT = 0.85
GROUND, SNOW = (0.80, 0.825, 0.835), (0.965, 0.965, 0.955)
BARK, TWIG = (0.13, 0.11, 0.12), (0.36, 0.34, 0.35)
LEAF = (0.80, 0.22, 0.10)
DEPTH, MARGIN, FOOT, LEAN = 9, 0.06, 0.41 + 0.96j, 0.06
Color = tuple[float, ...]


def row(a: complex, b: complex, c: complex, radius: float, pressure: tuple[float, float], color: Color) -> tuple:
    """One stroke; a point is a complex number, so that to turn is to multiply."""
    return tuple((z.real, z.imag) for z in (a, b, c)), radius, pressure, color


def grow(at: complex, angle: float, long: float, thick: float, depth: int, chance: random.Random) -> list[tuple]:
    """A branch, and those that grow from it; each row with its depth before it."""
    knee = at + cmath.rect(long / 2, angle)
    angle += chance.gauss(0, 0.22)
    end = knee + cmath.rect(long / 2, angle)
    if not (MARGIN < end.real < ASPECT - MARGIN and end.imag > MARGIN):
        return []
    share = depth / DEPTH
    color = tuple(t + (b - t) * share for b, t in zip(BARK, TWIG, strict=True))
    root = at - cmath.rect(0.7 * thick, angle)  # a little into the wood it grows from
    rows = [(depth, *row(root, knee, end, thick, (0.95, 0.8), color))]
    if depth == 0:
        return rows
    angle += 0.1 * math.sin(-math.pi / 2 - angle)  # towards the light
    fork = chance.uniform(0.32, 0.6)
    side = chance.choice((-1, 1))
    rows += grow(end, angle + 0.42 * side * fork, long * chance.uniform(0.82, 0.94), thick * 0.74, depth - 1, chance)
    rows += grow(end, angle - 1.1 * side * fork, long * chance.uniform(0.6, 0.8), thick * 0.58, depth - 1, chance)
    return rows


def make(brush: str = "marker", strokes: int = 1100, height: int = 720, seed: int = 265) -> wp.Painting:
    chance = random.Random(seed)
    found = grow(FOOT, -math.pi / 2 + LEAN, 0.18, 0.021, DEPTH, chance)
    found.sort(key=lambda each: each[0])  # twigs first, the trunk over them
    rows = [each[1:] for each in found]
    tips = [complex(*each[1][2]) for each in found if each[0] == 0]
    for k in range(4):
        a, c = complex(-0.1, 0.97 + 0.03 * k), complex(ASPECT + 0.1, 0.985 + 0.03 * k)
        rows.append(row(a, (a + c) / 2 - 0.06j, c, 0.035, (1.0, 1.0), SNOW))
    for at in [*chance.sample(tips, min(8, len(tips))), 0.62 + 0.80j, 0.55 + 0.945j, 0.69 + 0.96j]:  # three have let go
        down = cmath.rect(0.022, math.pi / 2 + chance.gauss(0, 0.7))
        rows.append(row(at, at + down / 2 + 0.004, at + down, 0.0085, (0.4, 1.0), LEAF))
    columns = [torch.tensor(column) for column in zip(*rows[-strokes:], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("last_leaves.png")
