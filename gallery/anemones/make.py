"""Anemones in a jar, as if cut from painted paper: a petal is one stroke of gouache, a vein a thin one on it."""

from __future__ import annotations

import cmath
import math
import random

import torch

import wmpaint as wp

ASPECT, GROUND = 0.8, (0.90, 0.87, 0.80)
TABLE, JAR, GLAZE = (0.80, 0.56, 0.42), (0.20, 0.30, 0.38), (0.30, 0.43, 0.50)
STEM, LEAF, INK = (0.27, 0.36, 0.24), (0.36, 0.47, 0.33), (0.10, 0.09, 0.13)
RED, PLUM, ROSE = (0.78, 0.18, 0.16), (0.42, 0.20, 0.40), (0.90, 0.56, 0.52)
WHITE, BLUE = (0.97, 0.95, 0.90), (0.36, 0.38, 0.62)
MOUTH, FOOT = complex(0.43, 0.66), complex(0.43, 0.89)
FLOWERS = (  # where, how large, which color, how far it turns away
    (0.21 + 0.33j, 0.082, PLUM, 0.3), (0.61 + 0.27j, 0.07, BLUE, 0.35), (0.36 + 0.185j, 0.072, ROSE, 0.3),
    (0.12 + 0.52j, 0.062, ROSE, 0.4), (0.68 + 0.44j, 0.085, WHITE, 0.25), (0.26 + 0.535j, 0.09, WHITE, 0.15),
    (0.435 + 0.385j, 0.118, RED, 0.1), (0.58 + 0.575j, 0.072, PLUM, 0.2),
)  # fmt: skip
Color = tuple[float, ...]


def row(a: complex, b: complex, c: complex, radius: float, pressure: tuple[float, float], color: Color) -> tuple:
    """One stroke; a point is a complex number, so that to turn is to multiply."""
    return tuple((z.real, z.imag) for z in (a, b, c)), radius, pressure, color


def shade(color: Color, by: float) -> Color:
    return tuple(min(1.0, max(0.0, c * by)) for c in color)


def flower(at: complex, size: float, color: Color, away: float, chance: random.Random) -> list[tuple]:
    """Two rounds of petals, their veins, and a dark eye with stamens."""
    face = (at - MOUTH) / abs(at - MOUTH)

    def seen(angle: float, long: float) -> complex:
        """A point on the flower, which is turned away from us."""
        z = cmath.rect(long, angle)
        return z - away * (z * face.conjugate()).real * face

    rows, first = [], chance.uniform(0, 1)
    for k in range(13):
        outer = k < 8
        angle = 2 * math.pi * (k / 8 if outer else (k - 8) / 5) + first + chance.gauss(0, 0.08)
        tip = seen(angle, size * (0.72 if outer else 0.5))
        hue = shade(color, chance.uniform(0.8, 0.9) if outer else chance.uniform(0.98, 1.08))
        rows.append(row(at + 0.15 * tip, at + 0.6 * tip, at + tip, 0.33 * size, (0.6, 1.0), hue))
        for j in (-1, 0, 1):
            vein = tip * cmath.rect(1.15 - 0.05 * abs(j), 0.24 * j)
            middle = at + vein * cmath.rect(0.7, 0.05 * j)
            rows.append(row(at + 0.3 * vein, middle, at + vein, 0.02 * size, (0.8, 0.1), shade(hue, 0.82)))
    for k in range(22):
        ray = seen(2 * math.pi * k / 22, size * chance.uniform(0.32, 0.4))
        rows.append(row(at + 0.4 * ray, at + 0.7 * ray, at + ray, 0.022 * size, (0.6, 1.0), INK))
    eye = 0.1 * size
    rows += [row(at - eye, at + 1j * s * eye, at + eye, 0.12 * size, (1.0, 1.0), INK) for s in (-0.6, 0.6)]
    return rows


def stem(at: complex, size: float, chance: random.Random) -> list[tuple]:
    """From the flower into the jar, with a collar of leaves."""
    foot = MOUTH + chance.uniform(-0.04, 0.04) + 0.05j
    knee = complex(0.6 * foot.real + 0.4 * at.real, 0.6 * at.imag + 0.4 * foot.imag)
    rows, knot = [row(at, knee, foot, 0.0045, (0.8, 1.0), STEM)], at + 0.35 * (foot - at)
    for side in (-1, 1):
        for j in range(3):
            tip = knot + cmath.rect(size * chance.uniform(0.7, 1.1), math.pi / 2 + side * (0.7 + 0.5 * j))
            green = shade(LEAF, chance.uniform(0.8, 1.1))
            rows.append(row(knot, (knot + tip) / 2 - 0.008j, tip, 0.0085, (1.0, 0.4), green))
    return rows


def jar() -> list[tuple]:
    """Its body, from broad strokes and a fine outline; its foot, a light, and the rim."""
    rows = []
    for side in (-1.0, 1.0, -0.75, 0.75, -0.5, 0.5, -0.25, 0.25, 0.0, -1.17, 1.17):
        thick = 0.022 if abs(side) <= 1 else 0.006
        belly, foot = (MOUTH + FOOT) / 2 + 0.20 * side, FOOT + 0.055 * side
        rows.append(row(MOUTH + 0.055 * side, belly, foot, thick, (1.0, 1.0), JAR))
    rows += [row(FOOT - 0.068 + dy, FOOT + dy, FOOT + 0.068 + dy, 0.008, (1.0, 1.0), JAR) for dy in (0.004j, 0.016j)]
    rows.append(row(MOUTH - 0.03 + 0.05j, MOUTH - 0.16 + 0.1j, FOOT - 0.07 - 0.03j, 0.013, (0.5, 1.0), GLAZE))
    return [*rows, row(MOUTH - 0.075 - 0.02j, MOUTH - 0.012j, MOUTH + 0.075 - 0.02j, 0.013, (1.0, 1.0), GLAZE)]


def make(brush: str = "gouache", strokes: int = 900, height: int = 720, seed: int = 4) -> wp.Painting:
    chance = random.Random(seed)
    table = ((0.845, 0.03), (0.88, 0.03), (0.92, 0.03), (0.96, 0.03), (1.0, 0.03), (0.82, 0.006))
    rows = [row(-0.1 + 1j * y, 0.4 + 1j * y, 0.9 + 1j * y, thick, (1.0, 1.0), TABLE) for y, thick in table]
    for at, size, _, _ in FLOWERS:
        rows += stem(at, size, chance)
    rows += jar()
    for at, turn in ((0.17 + 0.93j, 0.3), (0.66 + 0.95j, -0.4), (0.73 + 0.915j, 0.9)):  # fallen petals
        tip = cmath.rect(0.034, turn)
        rows.append(row(at, at + 0.6 * tip, at + tip, 0.02, (0.5, 1.0), shade(RED, 0.72)))
        rows.append(row(at, at + 0.6 * tip - 0.004j, at + tip - 0.004j, 0.018, (0.5, 1.0), shade(RED, 0.98)))
    for at, size, color, away in FLOWERS:
        rows += flower(at, size, color, away, chance)
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("anemones.png")
