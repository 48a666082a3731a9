"""Ways to give a stroke its width with a pen of one width: `FILLS["offsets"](Fillable(spine, shape, width, ...))`.

A fill is `stroke -> [lines]`, lines as arrays [K, 2] in mm that a pen of that width draws without leaving the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .shapes import Spine, lines_of
from .stopping import Check, never_stop

__all__ = ["FILLS", "Fillable"]

MOST_RINGS = 2000
SEGMENTS = 8  # of a quarter circle
COARSE = 0.02  # pen widths that a ring may be off
CORNER = np.cos(np.deg2rad(30.0))  # of a turn that is no part of a round edge
SPECK = 0.1  # area in squared pen widths that is not worth a line
FAINTEST = 0.02  # coverage below which nothing is hatched
DOT = 0.1  # mm
STUBBY, TIGHT = 1.5, 0.8  # length and radius of curvature, in half widths, below which offsets make no sense
Lines = list[np.ndarray]


@dataclass(frozen=True, eq=False)
class Fillable:
    """A stroke that a pen is to fill with lines.

    Args:
        spine: the stroke's.
        shape: its polygon, or several.
        width: of the pen's line, mm.
        overlap: share of its width by which neighboring lines overlap, 0 to 0.9.
        coverage: share of the shape that ink should cover, 0 to 1; heeded by hatching only.
        angle: of hatching, degrees.
        check: called again and again; may raise `Stopped`.
        hairs: lines that the brush's hairs leave, mm, about a pen's width apart; None where it has none.
    """

    spine: Spine
    shape: Any
    width: float
    overlap: float
    coverage: float
    angle: float
    check: Check = never_stop
    hairs: tuple[np.ndarray, ...] | None = None

    @property
    def step(self) -> float:
        """From line to line, mm."""
        return self.width * (1 - self.overlap)

    def inset(self) -> Any:
        """Where the pen's middle may be, so that its ink stays within the shape."""
        return self.shape.buffer(-self.width / 2, quad_segs=SEGMENTS)


def center(stroke: Fillable) -> Lines:
    """The middle of the stroke, once."""
    return _middle(stroke.spine)


def outline(stroke: Fillable) -> Lines:
    """The edge of the stroke, once around; its middle where it is thinner than the pen."""
    return _rings(stroke.inset()) or _middle(stroke.spine)


def offsets(stroke: Fillable) -> Lines:
    """Lines beside the middle, as far as the stroke is wide there, and on into its round ends.

    Strokes that are rather dots, or bend tighter than they are wide, have no beside: they get rings.
    """
    import shapely

    spine = stroke.spine
    room = np.maximum(spine.half - stroke.width / 2, 0)
    count = int(room.max() / stroke.step + 0.5)
    if count == 0:
        return _middle(spine)
    if spine.length < STUBBY * room.max() or spine.tightest < TIGHT * room.max():
        return insets(stroke)
    middle = shapely.linestrings(spine.points)
    # Spread evenly over the widest place, so that the outermost line runs along the edge.
    distances = np.arange(-count, count + 1) * (room.max() / count)
    left, top, right, bottom = stroke.shape.bounds  # of what shows, which may be a small part of a large stroke
    lines: Lines = []
    for distance in distances:
        stroke.check()
        points = _with_ends(spine, distance, room)
        (x0, y0), (x1, y1) = points.min(0), points.max(0)
        if x1 < left or x0 > right or y1 < top or y0 > bottom:
            continue
        if distance:
            # On the inside of a bend tighter than the offset, the line folds over: drop what comes too near the middle.
            apart = shapely.distance(shapely.points(points), middle)
            keep = (apart >= abs(distance) * 0.98 - 1e-6) & _allowed(spine, distance, room)
        else:
            keep = np.ones(len(points), bool)
        lines += _runs(points, keep)
    return lines


def hairs(stroke: Fillable) -> Lines:
    """What each of the brush's hairs leaves, lifted where it runs dry; offsets of brushes that have none."""
    return offsets(stroke) if stroke.hairs is None else list(stroke.hairs)


def _with_ends(spine: Spine, distance: float, room: np.ndarray) -> np.ndarray:  # [K + 2, 2]
    """The offset line, prolonged straight into the discs at both ends."""
    points = spine.points + distance * spine.normals
    along = np.stack([-spine.normals[:, 1], spine.normals[:, 0]], 1)
    head = np.sqrt(max(room[0] ** 2 - distance**2, 0.0))
    tail = np.sqrt(max(room[-1] ** 2 - distance**2, 0.0))
    return np.concatenate([points[:1] - head * along[:1], points, points[-1:] + tail * along[-1:]])


def _allowed(spine: Spine, distance: float, room: np.ndarray) -> np.ndarray:  # [K + 2]
    wide = np.concatenate([room[:1], room, room[-1:]])
    return wide >= abs(distance) - 1e-9


def insets(stroke: Fillable) -> Lines:
    """The edge, and ring within ring down to the middle; and a line through what rings leave bare where it narrows."""
    import shapely

    width = stroke.width
    lines: Lines = []
    ring = stroke.inset().simplify(COARSE * width)
    if ring.is_empty:
        return _middle(stroke.spine)
    for _ in range(MOST_RINGS):
        stroke.check()
        lines += _rings(ring)
        within = ring.buffer(-stroke.step, quad_segs=SEGMENTS).simplify(COARSE * width)
        # A ring inks half a pen's width to each side; what is deeper, and not within the next ring's reach, is bare.
        # That happens where a part ends, and where the next ring has a corner, for there a part has narrowed.
        if shapely.get_num_geometries(within) < shapely.get_num_geometries(ring) or within.is_empty or _sharp(within):
            bare = shapely.difference(ring.buffer(-width / 2, quad_segs=4), within.buffer(width / 2, quad_segs=4))
            lines += [line for part in shapely.get_parts(bare) for line in _through(part, width)]
        if within.is_empty:
            break
        ring = within
    return lines


def _sharp(shape: Any) -> bool:
    """Whether the edge of a shape has a corner."""
    for line in _rings(shape):
        steps = np.diff(line, axis=0)
        steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-12)
        if ((steps * np.roll(steps, 1, axis=0)).sum(1) < CORNER).any():
            return True
    return False


def _through(part: Any, width: float) -> Lines:
    """What inks a small polygon: the way along its edge between the two points farthest apart, or all of its edge."""
    if part.area < SPECK * width**2:
        return []
    part = part.simplify(0.1 * width)
    if len(part.interiors) or part.area > 0.25 * width * part.length:
        return _rings(part)
    around = np.array(part.exterior.coords)[:-1]
    apart = np.linalg.norm(around[:, None] - around, axis=2)
    first, last = np.unravel_index(apart.argmax(), apart.shape)
    return [around[min(first, last) : max(first, last) + 1]]


def hatch(stroke: Fillable) -> Lines:
    """Parallel lines, the nearer the darker; crossed where more than half is to be covered.

    The lines of all strokes lie on one grid, so that they go on from stroke to stroke.
    """
    import shapely

    if stroke.coverage < FAINTEST:
        return []
    inner = stroke.inset()
    if inner.is_empty:
        return _middle(stroke.spine)
    crossed = stroke.coverage > 0.5
    each = 1 - np.sqrt(1 - min(stroke.coverage, 0.99)) if crossed else stroke.coverage
    spacing = max(stroke.width / each, stroke.step)
    lines: Lines = []
    corners = np.array(shapely.get_coordinates(shapely.envelope(inner)))
    for turn in (0.0, 90.0) if crossed else (0.0,):
        direction = np.deg2rad(stroke.angle + turn)
        along = np.array([np.cos(direction), np.sin(direction)])
        across = np.array([-along[1], along[0]])
        low, high = (corners @ across).min(), (corners @ across).max()
        places = np.arange(np.ceil(low / spacing), np.floor(high / spacing) + 1) * spacing
        if not len(places):
            continue
        first, last = (corners @ along).min() - 1, (corners @ along).max() + 1
        ends = places[:, None, None] * across + np.array([first, last])[None, :, None] * along
        found = shapely.intersection(shapely.linestrings(ends), inner)
        # Back and forth, as a hand would.
        parts, owner = shapely.get_parts(found, return_index=True)
        back = owner % 2 == 1
        parts[back] = shapely.reverse(parts[back])
        place = np.arange(len(parts))
        lines += lines_of(parts[np.lexsort((np.where(back, -place, place), owner))])
    return lines


def _rings(shape: Any) -> Lines:
    """The edges of a shape as closed lines."""
    import shapely

    return [shapely.get_coordinates(ring) for ring in shapely.get_parts(shapely.boundary(shape)) if not ring.is_empty]


def _middle(spine: Spine) -> Lines:
    """The middle; for a dot, as short a line as every plotter draws."""
    if spine.length >= DOT:
        return [spine.points]
    along = np.array([-spine.normals[0, 1], spine.normals[0, 0]])
    return [spine.points.mean(0) + DOT / 2 * np.array([[-1.0], [1.0]]) * along]


def _runs(points: np.ndarray, keep: np.ndarray) -> Lines:
    """The pieces of a line where its points are kept."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], keep.astype(int), [0]])))
    return [points[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True) if stop - start > 1]


FILLS = {fill.__name__: fill for fill in (center, outline, offsets, insets, hatch, hairs)}
