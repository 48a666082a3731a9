"""Strokes as a plotter sees them: `spines(strokes, placement) -> [Spine]` and their inked `shapes(spines)`, in mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...strokes import Strokes
from .placement import Placement

__all__ = ["Spine", "lines_of", "shapes", "spines"]

TOLERANCE = 0.01  # mm between a curve and its chords
LEAST, MOST = 12, 400  # points of a spine
THINNEST = 1e-3  # mm


@dataclass(frozen=True, eq=False)
class Spine:
    """The middle of a stroke, and how wide it is there.

    Args:
        points: [K, 2] mm.
        normals: [K, 2] unit vectors, to the left of the way that the pen goes (y points down).
        half: [K] half of the painted width, mm.
    """

    points: np.ndarray
    normals: np.ndarray
    half: np.ndarray

    @property
    def length(self) -> float:
        """In mm."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())

    @property
    def tightest(self) -> float:
        """The least radius of curvature, mm; infinite for a straight stroke."""
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        cross = self.normals[:-1, 0] * self.normals[1:, 1] - self.normals[:-1, 1] * self.normals[1:, 0]
        turns = np.abs(np.arctan2(cross, (self.normals[:-1] * self.normals[1:]).sum(1)))
        return float((steps / np.maximum(turns, 1e-12)).min())


def spines(
    strokes: Strokes,
    placement: Placement,
    share: np.ndarray,  # [N, 2]
) -> list[Spine]:
    """The spine of each stroke. `share` is the painted width as a share of the brush's diameter, at start and end."""
    s = strokes.detach().to("cpu", torch.float64)
    corners = placement.place(s.points.numpy())  # [N, 3, 2]
    half = s.radius.numpy()[:, None] * share * placement.scale  # [N, 2]
    bends = np.linalg.norm(corners[:, 0] - 2 * corners[:, 1] + corners[:, 2], axis=1)
    counts = np.clip(np.ceil(np.sqrt(bends / (4 * TOLERANCE))) + 1, LEAST, MOST).astype(int)
    return [_spine(p, h, k) for p, h, k in zip(corners, half, counts.tolist(), strict=True)]


def _spine(corners: np.ndarray, half: np.ndarray, count: int) -> Spine:
    t = np.linspace(0, 1, count)[:, None]
    a, b = corners[0] - 2 * corners[1] + corners[2], 2 * (corners[1] - corners[0])
    points = (a * t + b) * t + corners[0]
    along = 2 * a * t + b
    size = np.linalg.norm(along, axis=1, keepdims=True)
    # Where a curve stands still it has no direction: the chord's, or any.
    chord = corners[2] - corners[0]
    spare = chord / np.linalg.norm(chord) if np.linalg.norm(chord) > 1e-9 else np.array([1.0, 0.0])
    along = np.where(size > 1e-9, along / np.maximum(size, 1e-9), spare)
    widths = np.maximum(half[0] + (half[1] - half[0]) * t[:, 0], THINNEST)
    return Spine(points, np.stack([along[:, 1], -along[:, 0]], 1), widths)


def shapes(
    found: Sequence[Spine],
    share: float = 1.0,
) -> np.ndarray:  # [N] of shapely polygons
    """What each stroke inks: all that discs of its half width (times `share`) pass over on their way along it."""
    import shapely

    hulls: list[Any] = []
    ends = []
    for spine in found:
        half = spine.half * share
        sides = int(np.clip(np.ceil(np.pi / np.arccos(1 - min(TOLERANCE / half.max(), 0.3))), 8, 128))
        angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        discs = spine.points[:, None] + half[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
        # Between two discs, their hull: exact where the width changes evenly.
        pairs = np.concatenate([discs[:-1], discs[1:]], 1)  # [K - 1, 2 * sides, 2]
        index = np.repeat(np.arange(len(pairs)), pairs.shape[1])
        hulls.append(shapely.convex_hull(shapely.multipoints(pairs.reshape(-1, 2), indices=index)))
        ends.append(len(pairs))
    joined = [shapely.union_all(parts) for parts in hulls]
    out = np.empty(len(found), dtype=object)
    out[:] = joined
    return out


def lines_of(geometry: Any) -> list[np.ndarray]:
    """The lines of a geometry; points that cutting has left are dropped."""
    import shapely

    found = [shapely.get_coordinates(part) for part in shapely.get_parts(geometry)]
    return [line for line in found if len(line) > 1]
