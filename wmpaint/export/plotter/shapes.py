"""Strokes as a plotter sees them: `spines(strokes, placement) -> [Spine]` and their inked `shapes(spines)`, in mm.

Of those, `cut(lines, veil)` takes away what later strokes lie over: hidden lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...pens import Placement
from ...strokes import Strokes
from .stopping import Check, never_stop

__all__ = ["Spine", "cut", "lines_of", "shapes", "spines", "strings_of", "veils"]

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
    found: Sequence[Spine], share: float = 1.0, *, check: Check = never_stop
) -> np.ndarray:  # [N] of shapely polygons
    """What each stroke inks: all that discs of its half width (times `share`) pass over on their way along it."""
    import shapely

    out = np.empty(len(found), dtype=object)
    edges = []
    for spine in found:
        check()
        edges.append(_edge(spine, spine.half * share))
    out[:] = [None if edge is None else shapely.polygons(edge) for edge in edges]
    # An edge that crosses itself, as in a hairpin, bounds no polygon: then each step's hull, and all of those together.
    for k in np.flatnonzero(~shapely.is_valid(out)).tolist():
        check()
        out[k] = _swept(found[k], found[k].half * share)
    return out


def _sides(half: float) -> int:
    """Of a polygon that is a disc, as far as one can see."""
    return int(np.clip(np.ceil(np.pi / np.arccos(1 - min(TOLERANCE / half, 0.3))), 8, 128))


def _edge(spine: Spine, half: np.ndarray) -> np.ndarray | None:  # [E, 2]
    """Along one side, around the end, and back along the other; None where the stroke widens too fast for sides."""
    steps = np.linalg.norm(np.diff(spine.points, axis=0), axis=1)
    far = np.concatenate([[0], np.cumsum(steps)])
    if steps.min() < 1e-9:
        return None
    lean = np.gradient(half, far, edge_order=2)  # the sine of the angle by which discs' outer tangents lean
    if np.abs(lean).max() > 0.95:
        return None
    along = np.stack([-spine.normals[:, 1], spine.normals[:, 0]], 1)
    upright = np.sqrt(1 - lean**2)[:, None] * spine.normals
    ways = -lean[:, None] * along + upright, -lean[:, None] * along - upright
    left, right = (spine.points + half[:, None] * way for way in ways)

    def around(at: int, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        first, last = np.arctan2(start[1], start[0]), np.arctan2(stop[1], stop[0])
        sweep = (last - first) % (2 * np.pi)
        count = max(2, int(np.ceil(_sides(float(half[at])) * sweep / (2 * np.pi))))
        angles = first + sweep * np.linspace(0, 1, count + 1)[1:-1]
        return spine.points[at] + half[at] * np.stack([np.cos(angles), np.sin(angles)], 1)

    # Normals point to the left where y points down: from there around the end, angles rise.
    return np.concatenate([left, around(-1, ways[0][-1], ways[1][-1]), right[::-1], around(0, ways[1][0], ways[0][0])])


def _swept(spine: Spine, half: np.ndarray) -> Any:
    """The hulls of neighboring discs, joined: exact where the width changes evenly."""
    import shapely

    angles = np.linspace(0, 2 * np.pi, _sides(float(half.max())), endpoint=False)
    discs = spine.points[:, None] + half[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    pairs = np.concatenate([discs[:-1], discs[1:]], 1)  # [K - 1, 2 * sides, 2]
    index = np.repeat(np.arange(len(pairs)), pairs.shape[1])
    return shapely.union_all(shapely.convex_hull(shapely.multipoints(pairs.reshape(-1, 2), indices=index)))


def veils(
    shapes: np.ndarray,  # [N] polygons
    covers: np.ndarray,  # [N] polygons, or None for what covers nothing
    wanted: Sequence[int],
    *,
    check: Check = never_stop,
) -> dict[int, Any]:
    """For each wanted stroke that others lie over: all that later strokes cover near it, as one shape."""
    import shapely

    opaque = np.flatnonzero([cover is not None and not cover.is_empty for cover in covers])
    if not len(opaque) or not len(wanted):
        return {}
    tree = shapely.STRtree(covers[opaque])
    mine = np.asarray(sorted(set(wanted)))
    below, above = tree.query(shapes[mine], predicate="intersects")
    below, above = mine[below], opaque[above]
    later = above > below
    below, above = below[later], above[later]
    order = np.argsort(below, kind="stable")
    which, starts = np.unique(below[order], return_index=True)
    groups = np.split(above[order], starts[1:])
    found = {}
    for k, group in zip(which.tolist(), groups, strict=False):
        check()
        found[k] = shapely.union_all(covers[group])
    return found


def cut(lines: list[np.ndarray], veil: Any | None, shortest: float) -> list[np.ndarray]:
    """Lines [K, 2] outside a shape, each going the way it went, but no cut parts below `shortest` mm."""
    import shapely

    if veil is None or veil.is_empty or not lines:
        return lines
    strings = strings_of(lines)
    shapely.prepare(veil)
    touched = shapely.intersects(veil, strings)
    if not touched.any():
        return lines
    strings[touched] = shapely.line_merge(shapely.difference(strings[touched], veil), directed=True)
    parts, owner = shapely.get_parts(strings, return_index=True)
    return lines_of(parts[~touched[owner] | (shapely.length(parts) >= shortest)])


def strings_of(lines: Sequence[np.ndarray]) -> np.ndarray:  # [L] of shapely lines
    """Lines [K, 2] as geometries."""
    import shapely

    if not lines:
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    found: np.ndarray = shapely.linestrings(np.concatenate(lines), indices=owner)
    return found


def lines_of(geometry: Any) -> list[np.ndarray]:
    """The lines of a geometry, or of an array of them; points that cutting has left are dropped."""
    import shapely

    parts = shapely.get_parts(geometry)
    points, owner = shapely.get_coordinates(parts, return_index=True)
    found = np.split(points, np.flatnonzero(np.diff(owner)) + 1)
    return [line for line in found if len(line) > 1]
