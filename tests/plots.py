"""Strokes in millimetres, and slow, obvious twins of what plots are made of."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely
import torch
from flat import many

from wmpaint.export.plotter import Job
from wmpaint.export.plotter.plan import plan
from wmpaint.export.plotter.shapes import Spine, spines
from wmpaint.pens import Placement
from wmpaint.strokes import Strokes

SIDE = 100.0  # mm of the square that strokes lie on
SQUARE = Placement((SIDE, SIDE), 0.0, SIDE, 0.0, 0.0, 1.0)
KINDS: dict[str, tuple[list[list[float]], float, tuple[float, float]]] = {
    # corners in mm, radius in mm, share of the diameter at start and end
    "straight": ([[20, 50], [50, 50], [80, 50]], 3.0, (1.0, 1.0)),
    "curved": ([[20, 70], [50, 20], [80, 70]], 2.5, (1.0, 1.0)),
    "tapering": ([[20, 40], [50, 60], [80, 50]], 4.0, (1.0, 0.2)),
    "dot": ([[50, 50], [50, 50], [50, 50]], 3.0, (1.0, 1.0)),
    "hairpin": ([[30, 49], [90, 50], [30, 51]], 2.0, (0.8, 1.0)),
    "stub": ([[48, 50], [50, 51], [52, 50]], 5.0, (1.0, 0.7)),
}


def stroke(corners: Any, radius: float, color: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Strokes:
    """One stroke, in mm of the square."""
    points = torch.tensor([corners], dtype=torch.float32) / SIDE
    return Strokes(points, torch.tensor([radius / SIDE]), torch.ones(1, 2), torch.tensor([color]))


def bar(
    start: tuple[float, float], end: tuple[float, float], radius: float, color: tuple[float, float, float] = (0, 0, 0)
) -> Strokes:
    """One straight stroke, in mm of the square."""
    middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
    return stroke([start, middle, end], radius, tuple(map(float, color)))


def spine(kind: str) -> Spine:
    """The spine of one of `KINDS`."""
    corners, radius, share = KINDS[kind]
    return spines(stroke(corners, radius), SQUARE, np.array([share]))[0]


@cache
def inked(kind: str) -> Any:
    """What one of `KINDS` inks: a great many discs."""
    corners, radius, share = KINDS[kind]
    t = np.linspace(0, 1, 700)[:, None]
    a, b, c = np.array(corners, float)
    points = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    radii = radius * (share[0] + (share[1] - share[0]) * t[:, 0])
    return shapely.union_all(shapely.buffer(shapely.points(points), radii, quad_segs=24))


@cache
def planned(count: int = 24, fill: str = "offsets", pens: Any = "fineliners", **options: Any) -> Job:
    """A small job: random strokes on a page."""
    return plan(many(count, seed=1), pens, fill=fill, **{"page": "a5", "margin": "10mm", **options})


def drawn(lines: Any, width: float) -> Any:
    """What a pen of that width inks."""
    return shapely.union_all([shapely.LineString(line).buffer(width / 2, quad_segs=8) for line in lines])


def iou(first: Any, second: Any) -> float:
    """Area in both as a share of the area in either."""
    return float(first.intersection(second).area / first.union(second).area)


def length_of(lines: Any) -> float:
    """Of all lines together, mm."""
    return float(sum(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in lines))
