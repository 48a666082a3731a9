"""Seigaiha, the blue waves of kimonos: rows of fans, each row over the one behind, and a sun that rises from them."""

from __future__ import annotations

import math
import random

import torch

import wmpaint as wp

ASPECT = 0.8
GROUND = (0.965, 0.935, 0.87)
FOAM = (0.975, 0.955, 0.91)
SUN_AT = (0.50, 0.33)
SUN = (0.86, 0.27, 0.16)
DEEP, PALE = (0.07, 0.17, 0.33), (0.46, 0.66, 0.72)
GOLD = (0.95, 0.62, 0.36)
RADIUS, RINGS, HORIZON = 0.0728, 4, 0.40


def arc(x: float, y: float, r: float, start: float, stop: float, parts: int) -> list[tuple]:
    """A part of a circle, as curves that meet."""
    step, curves = (stop - start) / parts, []
    for k in range(parts):
        a, reach = start + k * step, r * (2 - math.cos(step / 2))  # so that it passes through the circle between
        turns = ((a, r), (a + step / 2, reach), (a + step, r))
        curves.append(tuple((x + far * math.cos(b), y + far * math.sin(b)) for b, far in turns))
    return curves


def disc(x: float, y: float, r: float, color: tuple[float, ...]) -> list[tuple]:
    """A filled circle: rings from the middle to the rim."""
    thick, rows = r / 9, []
    for k in range(6):
        ring = 0.8 * thick + k * (r - 1.8 * thick) / 5
        rows += [(curve, thick, (1.0, 1.0), color) for curve in arc(x, y, ring, 0, 2 * math.pi, 4 if k < 2 else 10)]
    return rows


def fan(x: float, y: float, r: float, color: tuple[float, ...]) -> list[tuple]:
    """One wave: a half disc of paper that covers what is behind it, and rings on it."""
    rows = [(curve, r / 2, (1.0, 1.0), FOAM) for curve in arc(x, y, r / 2, math.pi, 2 * math.pi, 2)]
    for k in range(RINGS):
        thick = r / RINGS * (0.42 - 0.05 * k)
        ring = r * (1 - k / RINGS) - thick
        rows += [(curve, thick, (1.0, 1.0), color) for curve in arc(x, y, ring, math.pi, 2 * math.pi, 2)]
    return rows


def make(brush: str = "gouache", strokes: int = 1500, height: int = 720, seed: int = 0) -> wp.Painting:
    rows = disc(SUN_AT[0], SUN_AT[1], 0.175, SUN)
    chance = random.Random(seed)
    line, y = 0, HORIZON
    while y - RADIUS < 1:
        near = min(1.0, (y - HORIZON) / (1 - HORIZON))
        blue = [p + (d - p) * near**0.8 for p, d in zip(PALE, DEEP, strict=True)]
        for k in range(math.ceil(ASPECT / RADIUS / 2) + 1):
            x = (2 * k + line % 2) * RADIUS
            # Where the sun's light falls: narrow at first, then wider and more broken.
            light = math.exp(-(((x - SUN_AT[0]) / (0.09 + 0.14 * near)) ** 2)) * (1 - 0.8 * near)
            color = GOLD if chance.random() < light else blue
            rows += fan(x, y, RADIUS, tuple(c + chance.uniform(-0.02, 0.02) for c in color))
        y, line = y + RADIUS / 2, line + 1
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("seigaiha.png")
