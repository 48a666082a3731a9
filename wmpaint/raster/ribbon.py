"""Bending: what a straightened stroke (a ribbon) puts on each pixel, and how that changes.

A ribbon is a grid [2, R, C] per stroke: the logit of the mean alpha, and the logit of the variance
as a share of its bound a (1 - a). Logits, not alphas, are interpolated: a hard edge is then as sharp
as its slope, on a coarse grid. Column: signed distance from the curve, -1..1 in half widths. Rows:
`caps` rows that fan out around the start, from straight behind to square to the curve; the body,
uniform in t; and a fan around the end.

For a pixel x with closest parameter t, e = x - B(t) and d = B'(t):

    v = sign(e x d) |e| / half_width
    u = caps + t (body - 1) + [t in {0, 1}] caps (e . d) / (|e . d| + |e x d|)

The closest point is found without gradients. In the body e . d = 0, hence dt = -(dB.d - e.dd) / f''
with f'' = |d|^2 - e . B'' (implicit function theorem), which one step of Newton's method carries that
moves nothing; |e| has no term in dt (envelope theorem), and an end stays where it is.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from ..geometry import Branches, branches, coefficients
from .tiles import Ribbons, is_straight

__all__ = ["Passes", "bend", "locate", "square"]

EPS = 1e-12
BARRIER = 0.5  # radii by which the curve must leave a pixel before coming back counts as a second pass


class Passes(NamedTuple):
    """Where P curves pass K pixels each."""

    t: Tensor  # [P, K] parameter of the closest point
    rows: Tensor  # [R] which of the P pass some pixel twice, such as the inside of a hairpin
    twice: Tensor  # [R, K] bool: at which pixels they do; elsewhere what follows is t
    other: Tensor  # [R, K] parameter of the second pass
    between: Tensor  # [R, K] parameter of the farthest point between the passes


class Curves(NamedTuple):
    """Some strokes' curves, relative to the middles of the squares that they are looked at in; fields [P, 1]."""

    ax: Tensor
    ay: Tensor
    bx: Tensor
    by: Tensor
    px: Tensor
    py: Tensor
    width: Tensor  # half width of the ribbon, pixels
    radius: Tensor  # brush radius, pixels
    x: Tensor  # [1, K] the squares' pixels
    y: Tensor

    def take(self, index: Tensor) -> Curves:
        """Some of the curves only."""
        return Curves._make([*(field.index_select(0, index) for field in self[:8]), self.x, self.y])

    def branches(self, straight: bool) -> Branches:
        """See `geometry.branches`."""
        return branches((self.ax, self.ay), (self.bx, self.by), (self.px - self.x, self.py - self.y), straight)


def square(side: int, like: Tensor) -> Tensor:
    """[2, side * side] x and y of a square's pixels from its middle, as numbers of another tensor's kind."""
    line = torch.arange(side, device=like.device, dtype=like.dtype) - (side - 1) / 2
    return torch.stack([line.repeat(side), line.repeat_interleave(side)])


def _curves(ribbons: Ribbons, stroke: Tensor, center: Tensor, side: int) -> Curves:
    points, radius, width = (field.index_select(0, stroke) for field in ribbons[:3])
    a, b, p0 = coefficients(points)
    # From a square's middle all is so near that float32 is enough at any size of picture.
    columns = torch.cat([a, b, p0 - center, width[:, None], radius[:, None]], 1)
    x, y = square(side, points)
    return Curves._make([*columns.split(1, 1), x[None], y[None]])


def _offsets(c: Curves, t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """e = pixel - B(t) and d = B'(t)."""
    ex = c.x - ((c.ax * t + c.bx) * t + c.px)
    ey = c.y - ((c.ay * t + c.by) * t + c.py)
    return ex, ey, 2 * c.ax * t + c.bx, 2 * c.ay * t + c.by


def _distance(c: Curves, t: Tensor) -> Tensor:
    ex, ey, _, _ = _offsets(c, t)
    return (ex * ex + ey * ey + EPS).sqrt()


def _look(c: Curves, t: Tensor, logits: Tensor, caps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Alpha and its variance of one pass [P, K], by the ribbons [P, 2, R, C], and the distance from the curve."""
    ex, ey, dx, dy = _offsets(c, t)
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    distance = (ex * ex + ey * ey + EPS).sqrt()
    v = torch.copysign(distance, cross.detach()) / c.width
    with torch.no_grad():
        end = ((t <= 0) | (t >= 1)).to(t.dtype)
        speed = dx * dx + dy * dy
        slope = (1 - end) / torch.maximum(speed - 2 * (ex * c.ax + ey * c.ay), 1e-3 * speed + EPS)
    moved = t + (dot - dot.detach()) * slope
    rows = logits.shape[2]
    u = caps + moved * (rows - 2 * caps - 1) + end * caps * dot / (dot.abs() + cross.abs() + EPS)
    grid = torch.stack([v.clamp(-1, 1), u * (2 / (rows - 1)) - 1], -1)
    found = grid_sample(logits, grid[:, None], padding_mode="border", align_corners=True)
    inside, ratio = found.squeeze(2).sigmoid().unbind(1)
    alpha = inside * (v.abs() < 1)
    return alpha, alpha * (1 - alpha) * ratio, distance


def _closest(c: Curves, straight: Tensor) -> Branches:
    """`branches` for a mix of straight and bent curves."""
    bent = straight.logical_not()
    if not bool(bent.any()) or not bool(straight.any()):
        return c.branches(bool(straight.all()))
    shape = (len(straight), c.x.shape[1])
    empty = [c.ax.new_empty(shape) for _ in range(3)]
    out = Branches(empty[0], empty[1], empty[2], straight.new_empty(shape))
    for mask, kind in ((straight, True), (bent, False)):
        (some,) = mask.nonzero(as_tuple=True)
        for full, part in zip(out, c.take(some).branches(kind), strict=True):
            full[some] = part
    return out


@torch.no_grad()
def locate(ribbons: Ribbons, stroke: Tensor, center: Tensor, side: int) -> Passes:
    """Where strokes pass the pixels of squares; arguments as for `bend`."""
    c = _curves(ribbons, stroke, center, side)
    found = _closest(c, is_straight(ribbons.points)[stroke])
    (rows,) = found.twice.any(1).nonzero(as_tuple=True)
    t, other, between, twice = (field[rows] for field in found)
    c = c.take(rows)
    d1, d2, top = (_distance(c, at) for at in (t, other, between))
    # A second pass out of reach still matters where it is about to be the first.
    twice &= (d1 < c.width) & ((d2 < c.width) | (top - d2 < BARRIER * c.radius))
    some = twice.any(1)
    other, between = (torch.where(twice, at, t)[some] for at in (other, between))
    return Passes(found.t, rows[some], twice[some], other, between)


def _together(a1: Tensor, s1: Tensor, a2: Tensor, s2: Tensor, rise: Tensor, even: Tensor) -> tuple[Tensor, Tensor]:
    """Alpha and variance of two passes, which have a1, s1 and a2, s2.

    Dabs of two passes are independent: 1 - a = (1 - a1)(1 - w a2). The farther pass counts in so far as
    the curve has left the pixel in between, so that it comes and goes without a step. Where both are as
    near they change places, and there, lest that be a step, a is the mean of both readings.
    """
    weight = rise * rise * (3 - 2 * rise)  # of the farther pass, 0..1
    swap = even * even * (1.5 - even)  # of the passes in each other's places, 0..1/2
    clear1, clear2, cover1, cover2 = 1 - weight * a1, 1 - weight * a2, weight * (1 - a1), weight * (1 - a2)
    alpha = 1 - (1 - a1) * clear2 - swap * (1 - weight) * (a1 - a2)
    share1 = torch.lerp(clear2.square(), cover2.square(), swap)
    share2 = torch.lerp(cover1.square(), clear1.square(), swap)
    return alpha, share1 * s1 + share2 * s2


def bend(
    ribbons: Ribbons,
    stroke: Tensor,  # [P] int64
    center: Tensor,  # [P, 2] pixels
    side: int,
    passes: Passes | None = None,
) -> tuple[Tensor, Tensor]:
    """Alpha and its variance [P, side * side] of one stroke each on P squares.

    Differentiable; colors do not count. `passes` are those that `locate` finds, where it has been asked before.
    """
    t, rows, twice, other, between = locate(ribbons, stroke, center, side) if passes is None else passes
    c = _curves(ribbons, stroke, center, side)
    alpha, variance, distance = _look(c, t, ribbons.logits.index_select(0, stroke), ribbons.caps)
    # Also where no stroke passes twice, so that a radius always has a gradient, if of 0.
    c = c.take(rows)
    a1, s1, d1 = (field.index_select(0, rows) for field in (alpha, variance, distance))
    a2, s2, d2 = _look(c, other, ribbons.logits.index_select(0, stroke[rows]), ribbons.caps)
    top = _distance(c, between)
    rise, even = (top - d2) / (BARRIER * c.radius), (top - d2) / (top - d1 + EPS)
    both, spread = _together(a1, s1, a2, s2, rise.clamp(0, 1), even.clamp(0, 1))
    alpha = alpha.index_copy(0, rows, torch.where(twice, both, a1))
    return alpha, variance.index_copy(0, rows, torch.where(twice, spread, s1))
