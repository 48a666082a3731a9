"""Totality: some seconds of a black sun, in pastel on black paper, and the first light past the rim of the moon."""

from __future__ import annotations

import cmath
import math
import random

import torch

import wmpaint as wp

ASPECT = 1.0
GROUND = (0.035, 0.04, 0.06)
SUN, RIM = complex(0.5, 0.5), 0.15
NIGHT, CORONA, FIRE = (0.16, 0.22, 0.42), (0.86, 0.90, 0.97), (0.98, 0.55, 0.45)
DIAMOND = -0.7  # where the light returns, an angle
Color = tuple[float, ...]


def row(a: complex, b: complex, c: complex, radius: float, pressure: tuple[float, float], color: Color) -> tuple:
    """One stroke; a point is a complex number, so that to turn is to multiply."""
    return tuple((z.real, z.imag) for z in (a, b, c)), radius, pressure, color


def mix(a: Color, b: Color, share: float) -> Color:
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))


def ring(radius: float, thick: float, press: float, color: Color, parts: int = 12) -> list[tuple]:
    """A circle around the sun's center."""
    rows, half = [], math.pi / parts
    for k in range(parts):
        a, b, c = (SUN + cmath.rect(radius / (math.cos(half) if m == 1 else 1), (2 * k + m) * half) for m in range(3))
        rows.append(row(a, b, c, thick, (press, press), color))
    return rows


def make(brush: str = "pastel", strokes: int = 1400, height: int = 720, seed: int = 3) -> wp.Painting:
    chance = random.Random(seed)
    waves = [(k, chance.uniform(0, 2 * math.pi), chance.uniform(0.3, 1) / k**0.6) for k in (2, 3, 5, 8, 13)]
    rows: list[tuple] = []
    for k in range(1000):
        age = k / 1000  # from the wide and blue to the fine and white
        angle = chance.uniform(0, 2 * math.pi)
        reach = 0.5 + 0.25 * sum(w * math.sin(f * angle + p) for f, p, w in waves) + 0.3 * math.cos(2 * angle - 0.5)
        long = (0.30 - 0.14 * age) * max(0.25, reach) * chance.uniform(0.5, 1.3)
        start = RIM * chance.uniform(0.98, 1.12)
        curl = chance.gauss(0, 0.05)
        a, b, c = (SUN + cmath.rect(start + s * long, angle + s * curl) for s in (0, 0.5, 1))
        wide = 0.026 * (1 - age) ** 1.5 + 0.003
        wide *= chance.uniform(0.7, 1.3)
        rows.append(row(a, b, c, wide, (0.22 + 0.5 * age, 0.05), mix(NIGHT, CORONA, age**0.7)))
    for k in range(1, 6):
        rows += ring(RIM * (k / 5) - 0.012, 0.03, 1.0, GROUND)
    rows += ring(RIM + 0.001, 0.0035, 0.95, (1.0, 0.97, 0.92), 24)
    for _ in range(26):
        angle = chance.gauss(DIAMOND, 0.55)
        a, c = (SUN + cmath.rect(RIM + 0.003, angle + t) for t in (0.0, 0.05))
        rows.append(row(a, (a + c) / 2, c, 0.003, (0.9, 0.7), FIRE))
    heart = SUN + cmath.rect(RIM + 0.002, DIAMOND)
    for k in range(40):
        ray = cmath.rect(chance.uniform(0.02, 0.05 + 0.08 * (k % 8 == 0)), 2 * math.pi * k / 40)
        rows.append(row(heart, heart + ray / 2, heart + ray, 0.006, (1.0, 0.1), (1.0, 0.98, 0.94)))
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("eclipse.png")
