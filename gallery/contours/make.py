"""The map of a place that is not there: lines of equal height, each followed with a pencil until it comes home."""

from __future__ import annotations

import itertools

import numpy as np
import torch

import wmpaint as wp

ASPECT = 1.0
GROUND = (0.955, 0.94, 0.89)
HEIGHTS = np.array([[0.02, 0.16, 0.36], [0.04, 0.30, 0.36], [0.20, 0.30, 0.10], [0.46, 0.24, 0.02], [0.60, 0.06, 0.02]])
REACH, STEP, LEVELS = 0.43, 0.03, 30
Row = tuple[tuple[tuple[float, ...], ...], float, tuple[float, float], tuple[float, ...]]


class Land:
    """Hills and hollows."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        self.at = chance.uniform(0.0, 1.0, (18, 2))
        self.wide = chance.uniform(0.08, 0.2, 18)
        self.high = chance.uniform(-0.7, 1.0, 18)

    def height(self, p: np.ndarray) -> tuple[float, np.ndarray]:  # [2] -> (), [2]
        """How high it is there, and which way it rises."""
        off = p - self.at
        bump = self.high * np.exp(-(off**2).sum(1) / (2 * self.wide**2))
        return float(bump.sum()), -(bump / self.wide**2) @ off


def follow(land: Land, p: np.ndarray, level: float, turn: int) -> list[np.ndarray]:
    """Along the slope from here, always at one height, until the line is closed or leaves the map."""
    line: list[np.ndarray] = []
    for _ in range(400):
        for _ in range(2):  # back to the height it left in the step before
            value, up = land.height(p)
            p = p - (value - level) * up / max(float(up @ up), 0.05)
        line.append(p)
        if np.hypot(*(p - 0.5)) > REACH or (len(line) > 4 and np.hypot(*(p - line[0])) < STEP):
            break
        p = p + turn * STEP * np.array([-up[1], up[0]]) / max(float(np.hypot(*up)), 1e-6)
    return line


def contours(land: Land, level: float) -> list[list[np.ndarray]]:
    """All lines of one height: from every place of a grid near it where no line has been."""
    lines: list[list[np.ndarray]] = []
    for x, y in np.stack(np.meshgrid(*[np.arange(0.08, 0.93, 0.02)] * 2), 2).reshape(-1, 2):
        p = np.array([x, y])
        value, up = land.height(p)
        near = abs(value - level) < 0.012 * np.hypot(*up) and np.hypot(*(p - 0.5)) < REACH - 0.02
        if not near or any(min(np.hypot(*(p - q)) for q in line) < 1.6 * STEP for line in lines):
            continue
        line = follow(land, p, level, 1)
        if np.hypot(*(line[-1] - line[0])) > STEP:  # an open one: the other way, too
            line = follow(land, p, level, -1)[:0:-1] + line
        else:
            line += line[:2]
        if len(line) > 5:
            lines.append(line)
    return lines


def make(brush: str = "pencil", strokes: int = 1500, height: int = 720, seed: int = 17) -> wp.Painting:
    land = Land(seed)
    places = np.stack(np.meshgrid(*[np.arange(0.08, 0.93, 0.02)] * 2), 2).reshape(-1, 2)
    heights = np.array([land.height(p)[0] for p in places if np.hypot(*(p - 0.5)) < REACH])
    rows: list[Row] = []
    for k in range(LEVELS):
        share = (k + 0.6) / LEVELS
        color = tuple(float(np.interp(share, np.linspace(0, 1, len(HEIGHTS)), HEIGHTS[:, c])) for c in range(3))
        thick, press = (0.0040, 1.0) if k % 5 == 0 else (0.0024, 0.95)
        for line in contours(land, 0.5 * (heights.min() + share * np.ptp(heights) + np.quantile(heights, share))):
            middle = [(a + b) / 2 for a, b in itertools.pairwise(line)]
            for a, b, c in zip(middle, line[1:], middle[1:], strict=False):
                rows.append(((tuple(a), tuple(b), tuple(c)), thick, (press, press), color))
    columns = [torch.tensor(column) for column in zip(*rows[:strokes], strict=True)]
    return wp.Painting.of(wp.Strokes(*columns), brush, wp.Canvas(ASPECT, GROUND), height=height, seed=seed)


if __name__ == "__main__":
    make().save("contours.png")
