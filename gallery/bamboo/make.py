"""Bamboo, as one learns it with a brush: a joint of the cane is one stroke, a leaf is a swelling and a release."""

from __future__ import annotations

import cmath
import math
import random

import torch

import wmpaint as wp

ASPECT = 0.72
GROUND = (0.955, 0.935, 0.885)
INK = (0.09, 0.10, 0.11)
VERMILION = (0.76, 0.19, 0.13)
Row = tuple[tuple[tuple[float, float], ...], float, tuple[float, float], tuple[float, ...]]


def row(a: complex, b: complex, c: complex, radius: float, pressure: tuple[float, float], color: tuple) -> Row:
    """One stroke; a point is a complex number, so that to turn is to multiply."""
    return tuple((z.real, z.imag) for z in (a, b, c)), radius, pressure, color


def tone(depth: float) -> tuple[float, ...]:
    """Ink with so much water, 0 to 1."""
    return tuple(depth * g + (1 - depth) * i for g, i in zip(GROUND, INK, strict=True))


def cane(foot: complex, lean: float, wide: float, depth: float, chance: random.Random) -> tuple[list[Row], list]:
    """Joints from the foot upwards, each longer than the one below; and where they meet."""
    rows, nodes, long, at = [], [], 0.1, foot
    while at.imag > -0.1:
        top = at + cmath.rect(long, -math.pi / 2 + lean + chance.uniform(-0.012, 0.012))
        bend = 0.006 * chance.uniform(-1, 1)
        rows.append(row(at, (at + top) / 2 + bend, top, wide, (0.5, 0.36), tone(depth + chance.uniform(0, 0.07))))
        gap = (top - at) / abs(top - at) * 0.011
        node, half = top + gap / 2, 1.9 * wide
        rows.append(row(node - half, node + 0.4j * wide, node + half, 0.0028, (0.5, 0.3), tone(depth / 2)))
        nodes.append(node)
        at, long = top + gap, min(long * 1.17, 0.24)
    return rows, nodes


def leaf(at: complex, angle: float, long: float, depth: float) -> list[Row]:
    """Set down, press, and let go: two strokes that make one curve."""
    tip = at + cmath.rect(long, angle)
    bend = (at + tip) / 2 - 0.07 * (tip - at) * 1j * math.cos(angle)
    p, q = at + 0.35 * (bend - at), bend + 0.35 * (tip - bend)
    middle = p + 0.35 * (q - p)
    thick = 0.055 * long
    return [row(at, p, middle, thick, (0.06, 0.75), tone(depth)), row(middle, q, tip, thick, (0.75, 0.0), tone(depth))]


def spray(at: complex, side: float, depth: float, size: float, chance: random.Random) -> list[Row]:
    """A twig, and leaves that hang from it in threes and fours."""
    end = at + cmath.rect(0.16 * size, -math.pi / 2 + side * chance.uniform(0.9, 1.3))
    rows = [row(at, (at + end) / 2 + 0.02j * size, end, 0.0022 * size, (0.4, 0.2), tone(depth))]
    for k in range(3):
        knot = at + (end - at) * (0.4 + 0.3 * k)
        leaves = chance.choice((3, 3, 4))
        for j in range(leaves):
            fan = (j - (leaves - 1) / 2) * 0.42 + chance.uniform(-0.12, 0.12)
            angle = math.pi / 2 - side * 0.42 + fan
            rows += leaf(knot, angle, size * chance.uniform(0.11, 0.2), depth + chance.uniform(-0.06, 0.08))
    return rows


def seal(at: complex, size: float) -> list[Row]:
    """A square in red, and a sign in it."""
    lines = [(1j * y, 1 + 1j * y, 1 / 9, VERMILION) for y in (0, 1 / 3, 2 / 3, 1)]
    for a, b in (
        (0.2 + 0.2j, 0.2 + 0.8j),
        (0.5 + 0.15j, 0.5 + 0.85j),
        (0.8 + 0.2j, 0.8 + 0.8j),
        (0.2 + 0.5j, 0.8 + 0.5j),
    ):
        lines.append((a, b, 1 / 30, GROUND))
    return [row(at + size * a, at + size * (a + b) / 2, at + size * b, size * w, (0.6, 0.6), c) for a, b, w, c in lines]


def make(brush: str = "ink", strokes: int = 600, height: int = 720, seed: int = 8) -> wp.Painting:
    chance = random.Random(seed)
    rows: list[Row] = []
    for x, foot, lean, wide, depth, bare in (
        (0.615, 1.02, -0.035, 0.006, 0.86, (2, 3, 5)),
        (0.11, 1.04, 0.075, 0.009, 0.74, (2, 4, 5)),
        (0.235, 1.08, 0.035, 0.0145, 0.30, (0, 1, 3)),
    ):
        canes, nodes = cane(complex(x, foot), lean, wide, depth, chance)
        rows += canes
        for k, node in enumerate(nodes):
            if k > 1 and k not in bare:
                rows += spray(node, 1.0 if k % 2 else -1.0, 0.8 * depth - 0.15 * (depth < 0.5), 0.8 + 14 * wide, chance)
    rows += seal(complex(0.445, 0.875), 0.036)
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("bamboo.png")
