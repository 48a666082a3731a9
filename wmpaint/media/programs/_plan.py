"""Which strokes a program can paint as they are, and which to skip, cut or shrink first.

libmypaint queues every dab and keeps a table of all tiles out to the farthest; its dabs end at
a radius of 1000 pixels. So strokes that cannot touch the picture are left out, strokes that go
far out are painted piece by piece, and strokes of larger dabs are painted smaller and enlarged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...errors import InputError
from ._dab_engine import PacedSettings, stroke
from .brush import MAX_DAB, Brush
from .events import CHUNK, MOVES, STEP, events, pen_speed

__all__ = ["Batch", "enlarge", "painted", "plan"]

NEAR = 40_960.0  # pixels from the origin: 26 MB for libmypaint's table of tiles
MAX_REACH = 30_000.0  # pixels between the pen and a dab's edge
STRIDE = 4096.0  # pixels of a far stroke between two events
MANY = 200_000  # dabs x tiles of one stroke, beyond which the queue of dabs should not be left to grow
MAX_DABS = 1_000_000  # of one stroke
# Pixels that one stroke may go over, all dabs together: a thousand times the picture, but no fewer and no more than
# these. The least is a few seconds; none of MyPaint's own brushes comes to it in strokes that people paint.
LEAST_WORK, MAX_WORK, PASSES = 1e9, 1e10, 1000
SMUDGED = 4.0  # times as dear as a painted pixel is one whose color is looked at
SAMPLE = 1000  # dabs of a stroke that are looked at
_RATES = ("actual_radius", "basic_radius", "second")


@dataclass(frozen=True)
class Batch:
    """Checked strokes in pixels, and how a program can paint each on a picture of a given size."""

    brush: Brush
    points: np.ndarray  # [N, 3, 2]
    radius: np.ndarray  # [N]
    pressure: np.ndarray  # [N, 2]
    pace: np.ndarray  # [N]
    speed: np.ndarray  # [N] pixels per second at pace 1, at most
    height: int
    width: int
    dear: float  # what a dab costs however small it is, in pixels
    touching: list[bool]  # can it leave any color on the picture?
    easy: list[bool]  # is it near, and of few dabs?
    shrink: list[int]  # a power of two: how much smaller it must be painted for its dabs to fit

    def moves(self) -> Iterator[tuple[int, np.ndarray]]:
        """The number and the events [51, 3] of each stroke that can leave any color."""
        for first in range(0, len(self.points), CHUNK):
            part = slice(first, first + CHUNK)
            for k, moves in enumerate(events(self.points[part], self.pressure[part]), first):
                if self.touching[k]:
                    yield k, moves

    def smaller(self, k: int) -> Batch:
        """Stroke k alone, on a picture `shrink[k]` times smaller.

        Raises:
            InputError: the brush takes color from the picture, so that no other picture will do.
        """
        part, shrink = slice(k, k + 1), self.shrink[k]
        if not self.brush.plain:
            raise InputError(
                f"expected dabs of at most {MAX_DAB:g} pixels' radius from brush {self.brush.name}, which is not "
                f"plain, got larger ones in stroke {k}; paint it smaller"
            )
        strokes = self.points[part] / shrink, self.radius[part] / shrink, self.pressure[part], self.pace[part] / shrink
        return plan(self.brush, *strokes, -(-self.height // shrink), -(-self.width // shrink), self.dear)

    def pieces(self, k: int, moves: np.ndarray) -> list[tuple[np.ndarray, float]]:
        """The parts of stroke k that come near the picture, each with how long an event lasts in it, in events.

        Moves are cut into equal parts of at most STRIDE pixels. Between events libmypaint moves in
        straight lines, so that this changes nothing but where the pen is picked up and put down
        again, out of sight.
        """
        away, dab = self.brush.reach(float(self.radius[k]), float(self.speed[k]), float(self.pace[k]))
        margin = away + dab + STRIDE
        longest = np.hypot(*np.diff(moves[:, :2], axis=0).T).max()
        cut = max(math.ceil(longest / STRIDE), 1)
        at = np.arange(cut * (len(moves) - 1) + 1) / cut
        fine = np.stack([np.interp(at, np.arange(len(moves)), column) for column in moves.T], 1)
        inside = ((fine[:, :2] >= -margin) & (fine[:, :2] <= (self.width + margin, self.height + margin))).all(1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
        return [(fine[a:b], 1 / cut) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def plan(
    brush: Brush,
    points: np.ndarray,  # [N, 3, 2] pixels
    radius: np.ndarray,  # [N] pixels
    pressure: np.ndarray,  # [N, 2]
    pace: np.ndarray,  # [N]
    height: int,
    width: int,
    dear: float = 1000.0,
) -> Batch:
    """A plan for strokes that were checked; it errs to the safe side.

    Raises:
        InputError: a stroke of more than a million dabs, or whose dabs go over too many pixels.
    """
    away, thinnest, growth = brush.extent
    speed = pen_speed(points, pace)
    if brush.uses("offset_by_speed"):
        offset = np.array([brush.reach(*x)[0] for x in zip(radius, speed, pace, strict=True)])
    else:
        offset = radius * away
    dab = np.maximum(radius * growth, 0.2)
    margin = (offset + dab + 3.0)[:, None]
    low, high = points.min(1) - margin, points.max(1) + margin
    touching = ((high >= 0) & (low <= (width, height))).all(1)
    length = np.abs(np.diff(points, axis=1)).sum((1, 2))  # the curve is no longer than its legs
    # Far out it is left out, and a curve of second degree that stays in a box is no longer than its sides, twice.
    length = np.minimum(length, 4 * (height + width + 4 * (margin[:, 0] + STRIDE)))
    length *= max(brush.bounds("elliptical_dab_ratio")[1], 1.0)
    dabs = _dabs(brush, length, np.maximum(radius * thinnest, 0.2), radius)

    def sampled(k: np.integer) -> tuple[float, float]:
        moves = events(points[k : k + 1], pressure[k : k + 1])[0]
        return _sampled(brush, moves, float(radius[k]), float(pace[k]), dear)

    for k in np.flatnonzero((dabs > MAX_DABS) & touching):
        dabs[k] = min(dabs[k], sampled(k)[0])
        if dabs[k] > MAX_DABS:
            raise InputError(f"expected at most {MAX_DABS:,} dabs a stroke, got {dabs[k]:,.0f} in stroke {k}")
    shrink = np.ones(len(dabs), np.int64)
    for k in np.flatnonzero((dab > MAX_DAB) | (offset + dab > MAX_REACH)):
        far = brush.reach(radius[k], speed[k], pace[k])[0]
        excess = max(dab[k] / MAX_DAB, (far + dab[k]) / MAX_REACH)
        shrink[k] = 1 << max(math.ceil(math.log2(excess)), 0)
    here = touching & (shrink == 1)  # the others are planned anew, on their smaller pictures
    # Few of a brush's ranges do harm alone, but their products do. What it could come to at worst is cheap to say, and
    # mostly enough; where it is not, some of the stroke's dabs are looked at.
    worst = _worst(brush, radius, np.where(here, length, 0.0), dear)
    most = min(max(LEAST_WORK, PASSES * height * width), MAX_WORK)
    for k in np.flatnonzero(worst > most):
        if (pixels := min(worst[k], sampled(k)[1])) > most:
            raise InputError(
                f"expected a stroke of brush {brush.name:.80} to go over at most {most:.2g} pixels, dab by dab, "
                f"got some {pixels:.2g} in stroke {k}: its dabs, or what they smudge, are too large or too many"
            )
    work = dabs * (np.minimum(dab, MAX_DAB) / 32 + 1) ** 2
    easy = (np.maximum(-low.min(1), high.max(1)) <= NEAR) & (work <= MANY)
    how = touching.tolist(), easy.tolist(), shrink.tolist()
    return Batch(brush, points, radius, pressure, pace, speed, height, width, dear, *how)


def _dabs(brush: Brush, length: np.ndarray, steady: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """[N] dabs of strokes so long, whose dabs are at least `steady` large where they are as dense as that has it."""
    actual, basic, second = (brush.settings[f"dabs_per_{what}"].base for what in _RATES)
    dabs: np.ndarray = length / steady * actual + length / np.maximum(radius, 0.2) * basic + MOVES * STEP * second
    return dabs


def _worst(brush: Brush, radius: np.ndarray, length: np.ndarray, dear: float) -> np.ndarray:
    """[N] pixels that strokes go over, at most; 0 for a length of 0.

    A dab costs its area, and where it smudges that of the color which it looks at. Of dabs as dense as their radius
    has it, the largest cost most.
    """
    grow = brush.bounds("radius_logarithmic")[1] - brush.settings["radius_logarithmic"].base
    noise = 3.47 * max(abs(value) for value in brush.bounds("radius_by_random"))
    steady = np.clip(radius * math.exp(min(grow, 30.0)), 0.2, MAX_DAB)  # what dabs are counted by
    area = np.clip(radius * math.exp(min(grow + noise, 30.0)), 0.2, MAX_DAB) ** 2
    if brush.bounds("smudge")[1] > 0:
        looks = math.exp(min(max(brush.bounds("smudge_radius_log")[1], -30.0), 30.0))
        area = area + SMUDGED * np.clip(steady * looks, 0.2, MAX_DAB) ** 2
    dabs = _dabs(brush, length, steady, radius) * (length > 0)
    work: np.ndarray = dabs * (math.pi * area + dear)
    return work


def _sampled(brush: Brush, moves: np.ndarray, radius: float, pace: float, dear: float) -> tuple[float, float]:
    """Dabs of a stroke and pixels that it goes over, by some of its dabs, which are set as many times farther apart."""
    curves = PacedSettings.of(brush, pace)
    names = [f"dabs_per_{what}" for what in _RATES]
    smudges = brush.bounds("smudge")[1] > 0
    every, found = 1.0, [0.0, 0.0]  # dabs, pixels

    def look(value: Mapping[str, float], dab: float, steady: float) -> None:
        area = dab**2 / max(value["elliptical_dab_ratio"], 1.0)
        if smudges and value["smudge"] > 0:
            area += SMUDGED * min(steady * math.exp(min(value["smudge_radius_log"], 30.0)), MAX_DAB) ** 2
        found[0] += 1
        found[1] += math.pi * area + dear
        if found[0] > SAMPLE:
            raise StopIteration

    while True:
        found[:] = 0.0, 0.0
        some = replace(curves, base={**curves.base, **{name: curves.base[name] / every for name in names}})
        try:
            stroke(some, moves.tolist(), radius, STEP * pace, 0, look)
        except StopIteration:
            every *= 8
        else:
            return found[0] * every, found[1] * every


def enlarge(
    small: np.ndarray,  # [h, w]
    factor: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
) -> np.ndarray:
    """[rows, columns] of a picture `factor` times as large, bilinear between pixel centers."""

    def ends(first: int, last: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        at = np.clip((np.arange(first, last) + 0.5) / factor - 0.5, 0, size - 1)
        low = at.astype(np.intp)
        return low, np.minimum(low + 1, size - 1), (at - low).astype(np.float32)

    y0, y1, fy = ends(*rows, small.shape[0])
    x0, x1, fx = ends(*columns, small.shape[1])
    high = small[y0] * (1 - fy)[:, None] + small[y1] * fy[:, None]
    out: np.ndarray = high[:, x0] * (1 - fx) + high[:, x1] * fx
    return out


def painted(small: np.ndarray, factor: int, height: int, width: int) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what there is of `small` [h, w] in the picture `factor` times as large."""
    out = []
    for axis, size in ((1, height), (0, width)):
        some = np.flatnonzero(small.any(axis))
        if not len(some):
            return 0, 0, 0, 0
        out += [max(int(some[0] - 1) * factor, 0), min(int(some[-1] + 2) * factor, size)]
    return out[0], out[1], out[2], out[3]
