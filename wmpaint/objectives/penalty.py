"""How strokes should be: `strokes -> scalar`, whatever picture they make.

Terms are means over strokes, in units of their own (a half circle, a share of a length), so that one
weight suits 20 strokes or 2,000. Such a unit costs 0.01, as much as a large error of a photo, so that
weights of 0.01 (a hint) to 1 (obeyed) are felt beside `photo`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..geometry import arc_lengths, bezier, coefficients, evenly, spread_dots
from ..strokes import Strokes
from .base import Objective
from .scene import Scene
from .start import Plan

__all__ = ["Judged", "Penalty", "bending", "boundary", "curvature", "lengths", "pressures", "radii", "tangents"]

UNIT = 0.01  # what a half circle costs, or a stroke across the others
PIECES = 8  # that a curve is cut into
SOFT = 0.03  # of a stroke's length and radius: below, it has no direction of its own
SPECK = 1e-4  # canvas units, below which nothing is seen


class Penalty(Objective):
    """An opinion of strokes. Subclasses define `judge(strokes, scene) -> scalar`, for one stroke or more.

    Attributes:
        needs: columns of the marks that it looks at.
    """

    needs: tuple[str, ...] = ("points", "radius")

    def judge(self, strokes: Strokes, scene: Scene) -> Tensor:
        """The opinion of strokes that are painted, a scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it wants: define judge(strokes, scene)")

    def __call__(self, scene: Scene) -> Tensor:
        """The opinion, without lifted strokes; 0 without any."""
        missing = [name for name in self.needs if name not in scene.marks.columns()]
        if missing:
            raise InputError(f"expected marks with {' and '.join(missing)} for {self.name!r}, got {scene.marks.kind}")
        strokes = scene.strokes.shown()
        if not len(strokes):  # 0, and yet in the graph
            return 0 * (scene.picture.sum() + sum(getattr(strokes, name).sum() for name in strokes.columns()))
        return self.judge(strokes, scene)


class Judged(Penalty):
    """A penalty by a function, `opinion(strokes, scene) -> scalar`, for one stroke or more."""

    def __init__(
        self, name: str, opinion: Callable[[Strokes, Scene], Tensor], *, needs: tuple[str, ...] = Penalty.needs,
        plan: Plan | None = None,
    ) -> None:  # fmt: skip
        self.name, self.opinion, self.needs, self.plan = name, opinion, needs, plan

    def judge(self, strokes: Strokes, scene: Scene) -> Tensor:
        """What the function says."""
        return self.opinion(strokes, scene)


def bending(
    points: Tensor,  # [N, 3, 2] canvas units
    radius: Tensor,  # [N] canvas units
) -> Tensor:
    """Length times the integral of squared curvature, [N]: t^2 for an arc that turns by the angle t, of any size.

    From tangents at `PIECES` + 1 places; so a fold, where the integral has no bound, counts as a finite sharp turn.
    """
    t = evenly(points, PIECES)
    length = arc_lengths(points, t)[:, -1]
    tangent, speed = tangents(points, radius, t)
    turned = tangent.diff(dim=1).square().sum(-1)
    step = (speed[:, 1:] + speed[:, :-1]) / (2 * PIECES)
    return length * (turned / step).sum(-1)


def tangents(
    points: Tensor,  # [N, 3, 2] canvas units
    radius: Tensor,  # [N] canvas units
    t: Tensor,  # [K] in 0..1
) -> tuple[Tensor, Tensor]:
    """Unit tangents [N, K, 2] and speeds [N, K] > 0; tangents shrink to 0 where a stroke is but a dot."""
    a, b, _ = (c[:, None] for c in coefficients(points))
    velocity = 2 * a * t[:, None] + b
    # Not the length itself: that of the control polygon has no root.
    size = (points - points.roll(1, 1)).square().sum((1, 2)) / 2 + radius.square()
    speed = (velocity.square().sum(-1) + (SOFT**2 * size + SPECK**2)[:, None]).sqrt()
    return velocity / speed[..., None], speed


# What users call


@explained
def curvature() -> Penalty:
    """Straight strokes rather than bent ones: length times the integral of squared curvature, 0.01 for a half circle.

    It has no scale: a stroke costs the same at any size, a straight one or a dot nothing. A quarter turn
    costs 0.0027, a hairpin some 0.1.

    Good weights: 0.01 (hairpins go) to 0.1 (nearly straight strokes).
    """
    return Judged("curvature", _bent)


@explained
def lengths(low: float | None = None, high: float | None = None) -> Penalty:
    """Strokes no shorter than `low` and no longer than `high`, along the curve, in canvas heights.

    Half of `low` costs 0.0025, twice `high` 0.0048. A `low` that none reaches, say 1, asks for long strokes, and a
    tiny `high` for short ones.

    Good weights: 0.1 to 1.

    Raises:
        InputError: no bound, one that is not above 0, or low > high.
    """
    return ranged("lengths", _length, low, high)


@explained
def radii(low: float | None = None, high: float | None = None) -> Penalty:
    """Brush radii within low..high, in canvas heights; half of `low` costs 0.0025, twice `high` 0.0048.

    Good weights: 0.1 to 1.

    Raises:
        InputError: no bound, one that is not above 0, or low > high.
    """
    return ranged("radii", _radius, low, high)


@explained
def pressures(low: float | None = None, high: float | None = None) -> Penalty:
    """Pen pressures, at both ends, within low..high; half of `low` costs 0.0025, twice `high` 0.0048.

    Good weights: 0.03 (where the brush hardly cares) to 1.

    Raises:
        InputError: no bound, one outside (0, 1], or low > high.
    """
    return ranged("pressures", _pressure, low, high, 1.0)


@explained
def boundary(margin: float = 0.0) -> Penalty:
    """Curves within the canvas, `margin` away from its edges; it costs the squared distance, in canvas heights.

    The curve's middle line counts, not its width.

    Good weights: 0.01 to 0.1.

    Args:
        margin: canvas heights, 0 or more.

    Raises:
        InputError: a margin below 0 or above 0.5.
    """
    return Judged("boundary", partial(_beyond, checks.number("a margin", margin, 0.0, 0.5)))


def ranged(name: str, measure: Callable[[Strokes], Tensor], low: Any, high: Any, most: float = math.inf) -> Penalty:
    """How far a measure of strokes lies outside low..high, in (0, most] or None for no bound.

    Raises:
        InputError: no bound, or one out of range.
    """
    if low is None and high is None:
        raise InputError(f"expected low, high or both for {name}, got neither")
    low, high = (None if v is None else checks.number(name, v, 0.0, most, above=True) for v in (low, high))
    if low is not None and high is not None and low > high:
        raise InputError(f"expected {name} with low <= high, got {low} and {high}")
    return Judged(name, partial(_outside, measure, low, high))


def _outside(
    measure: Callable[[Strokes], Tensor], low: float | None, high: float | None, strokes: Strokes, scene: Scene
) -> Tensor:
    """Below, the squared share that is missing, (1 - x / low)^2; above, log(x / high)^2. Both have bounded gradients,
    unlike a logarithm below.
    """
    value = measure(strokes)
    cost = torch.zeros_like(value)
    if low is not None:
        cost = cost + (1 - value / low).relu().square()
    if high is not None:
        cost = cost + (value / high - 1).relu().log1p().square()
    return UNIT * cost.mean()


def _bent(strokes: Strokes, scene: Scene) -> Tensor:
    return UNIT * bending(strokes.points, strokes.radius).mean() / math.pi**2


def _beyond(margin: float, strokes: Strokes, scene: Scene) -> Tensor:
    at = bezier(strokes.points, evenly(strokes.points, 4))
    size = at.new_tensor([scene.canvas.aspect, 1.0])
    kept = torch.full_like(size, margin).minimum(size / 2)
    outside = (kept - at).relu() + (at - (size - kept)).relu()
    return outside.square().sum(-1).mean()


def _radius(strokes: Strokes) -> Tensor:
    return strokes.radius


def _pressure(strokes: Strokes) -> Tensor:
    return strokes.pressure


def _length(strokes: Strokes) -> Tensor:
    points = spread_dots(strokes.points, strokes.radius)  # so that dots can grow
    return arc_lengths(points, evenly(points, PIECES))[:, -1]
