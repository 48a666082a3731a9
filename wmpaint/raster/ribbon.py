"""Bending: what a straightened stroke (a ribbon) puts on each pixel, and how that changes.

A ribbon is a grid [2, R, C] per stroke: the logit of the mean alpha, and the logit of the variance
as a share of its bound a (1 - a). Logits, not alphas, are interpolated: a hard edge is then as sharp
as its slope, on a coarse grid. Column: signed distance from the curve, -1..1 in half widths. Rows:
`caps` rows that fan out around the start, from straight behind to square to the curve; the body,
uniform in t; and a fan around the end.

For a pixel x with closest parameter t, e = x - B(t) and d = B'(t):

    v = sign(e x d) |e| / half_width
    u = caps + t (body - 1) + [t in {0, 1}] caps (e . d) / (|e . d| + |e x d|)

The derivatives are written out by hand. In the body e . d = 0, hence dt = -(dB.d - e.dd) / f''
with f'' = |d|^2 - e . B'' (implicit function theorem), and |e| has no term in dt (envelope theorem).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..geometry import Branches, branches

__all__ = ["Bent", "Curves", "bend", "bend_backward"]

Pair = tuple[Tensor, Tensor]

EPS = 1e-12
BARRIER = 0.5  # radii by which the curve must leave a pixel before coming back counts as a second pass


class Curves(NamedTuple):
    """The curves of some pairs, relative to their tiles' origins; each field [P, 1], or [M] for single pixels."""

    ax: Tensor
    ay: Tensor
    bx: Tensor
    by: Tensor
    px: Tensor
    py: Tensor
    width: Tensor  # half width of the ribbon, pixels
    radius: Tensor  # brush radius, pixels

    def take(self, index: Tensor) -> Curves:
        """The curves of some pairs only."""
        return Curves(*(field[index] for field in self))


class Atlas(NamedTuple):
    """Ribbons [n, 2, R, C] and the number of cap rows at each end."""

    ribbons: Tensor
    caps: int

    @property
    def body(self) -> int:
        return self.ribbons.shape[2] - 2 * self.caps

    def flat(self) -> Tensor:
        """[1, 2, n * R, C], all ribbons one below the other."""
        n, _, rows, columns = self.ribbons.shape
        return self.ribbons.transpose(0, 1).reshape(1, 2, n * rows, columns)

    def grid(self, which: Tensor, u: Tensor, v: Tensor) -> Tensor:
        """Coordinates for `grid_sample`, [1, *, *, 2]."""
        n, _, rows, columns = self.ribbons.shape
        across = (v.clamp(-1, 1) + 1) * ((columns - 1) / columns) + (1 / columns - 1)
        return torch.stack([across, ((which * rows + u) * 2 + 1) / (n * rows) - 1], -1)[None]


class Look(NamedTuple):
    """What a pass of the curve puts on each pixel. All fields [P, K], or [M]."""

    t: Tensor
    u: Tensor
    v: Tensor
    alpha: Tensor
    ratio: Tensor  # variance / (alpha (1 - alpha))


class Second(NamedTuple):
    """The M pixels that a stroke passes twice, such as the inside of a hairpin."""

    place: Tensor  # [M] into the flattened [P, K]
    pair: Tensor  # [M]
    x: Tensor
    y: Tensor
    between: Tensor  # parameter of the farthest point between the passes
    rise: Tensor  # 0..1, how far the curve leaves the pixel between them
    even: Tensor  # 0..1, 1 where both passes are as near
    look: Look


class Bent(NamedTuple):
    """What `bend_backward` needs to know of a `bend`."""

    which: Tensor
    first: Look
    second: Second | None


def _offsets(c: Curves, t: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """e = pixel - B(t) and d = B'(t)."""
    ex = x - ((c.ax * t + c.bx) * t + c.px)
    ey = y - ((c.ay * t + c.by) * t + c.py)
    return ex, ey, 2 * c.ax * t + c.bx, 2 * c.ay * t + c.by


def _look(c: Curves, t: Tensor, x: Tensor, y: Tensor, atlas: Atlas, which: Tensor) -> Look:
    ex, ey, dx, dy = _offsets(c, t, x, y)
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    v = torch.copysign((ex * ex + ey * ey + EPS).sqrt(), cross) / c.width
    end = ((t <= 0) | (t >= 1)).to(t.dtype)
    u = atlas.caps + t * (atlas.body - 1) + end * atlas.caps * dot / (dot.abs() + cross.abs() + EPS)
    out = torch.ops.aten.grid_sampler_2d(atlas.flat(), atlas.grid(which, u, v), 0, 1, False)[0]
    inside = (v.abs() < 1).to(v.dtype)
    return Look(t, u, v, out[0].sigmoid() * inside, out[1].sigmoid())


def _closest(c: Curves, straight: Tensor, x: Tensor, y: Tensor) -> Branches:
    """`branches` for a mix of straight and bent curves."""
    bent = straight.logical_not()
    if not bool(bent.any()) or not bool(straight.any()):
        return branches((c.ax, c.ay), (c.bx, c.by), (c.px - x, c.py - y), bool(straight.all()))
    shape = (len(straight), x.shape[-1])
    empty = [c.ax.new_empty(shape) for _ in range(3)]
    out = Branches(empty[0], empty[1], empty[2], straight.new_empty(shape))
    for mask, kind in ((straight, True), (bent, False)):
        (some,) = mask.nonzero(as_tuple=True)
        s = c.take(some)
        for full, part in zip(out, branches((s.ax, s.ay), (s.bx, s.by), (s.px - x, s.py - y), kind), strict=True):
            full[some] = part
    return out


def _second(c: Curves, found: Branches, x: Tensor, y: Tensor, atlas: Atlas, which: Tensor) -> Second | None:
    (index,) = found.twice.reshape(-1).nonzero(as_tuple=True)
    k = found.t.shape[1]
    pair, pixel = index // k, index % k
    x, y, flat = x[0, pixel], y[0, pixel], Curves(*(field[pair, 0] for field in c))
    first, t, between = (field.reshape(-1)[index] for field in (found.t, found.other, found.between))
    d1, d2, top = (_distance(flat, at, x, y) for at in (first, t, between))
    rise, even = (top - d2) / (BARRIER * flat.radius), (top - d2) / (top - d1 + EPS)
    # A second pass out of reach still matters where it is about to be the first.
    (near,) = ((d1 < flat.width) & ((d2 < flat.width) | (rise < 1))).nonzero(as_tuple=True)
    if not len(near):
        return None
    index, pair, x, y, t, between, rise, even = (f[near] for f in (index, pair, x, y, t, between, rise, even))
    flat = flat.take(near)
    columns = Curves(*(field[:, None] for field in flat))  # grid_sample wants two dimensions
    look = _look(columns, t[:, None], x[:, None], y[:, None], atlas, which[pair][:, None])
    rise, even = rise.clamp(0, 1), even.clamp(0, 1)
    return Second(index, pair, x, y, between, rise, even, Look(*(field[:, 0] for field in look)))


def _distance(c: Curves, t: Tensor, x: Tensor, y: Tensor) -> Tensor:
    ex, ey, _, _ = _offsets(c, t, x, y)
    return (ex * ex + ey * ey + EPS).sqrt()


def _weights(rise: Tensor, even: Tensor) -> Pair:
    """Of the farther pass, 0..1, and of the passes in each other's places, 0..1/2."""
    return rise * rise * (3 - 2 * rise), even * even * (1.5 - even)


def _together(a1: Tensor, s1: Tensor, a2: Tensor, s2: Tensor, rise: Tensor, even: Tensor) -> Pair:
    """Alpha and variance of two passes, which have a1, s1 and a2, s2.

    Dabs of two passes are independent: 1 - a = (1 - a1)(1 - w a2). The farther pass counts in so far as
    the curve has left the pixel in between, so that it comes and goes without a step. Where both are as
    near they change places, and there, lest that be a step, a is the mean of both readings.
    """
    weight, swap = _weights(rise, even)
    clear1, clear2, cover1, cover2 = 1 - weight * a1, 1 - weight * a2, weight * (1 - a1), weight * (1 - a2)
    alpha = 1 - (1 - a1) * clear2 - swap * (1 - weight) * (a1 - a2)
    share1 = torch.lerp(clear2.square(), cover2.square(), swap)
    share2 = torch.lerp(cover1.square(), clear1.square(), swap)
    return alpha, share1 * s1 + share2 * s2


def _together_backward(
    to_alpha: Tensor, to_spread: Tensor, a1: Tensor, s1: Tensor, a2: Tensor, s2: Tensor, rise: Tensor, even: Tensor
) -> tuple[Tensor, ...]:
    """Gradients to the arguments of `_together`."""
    weight, swap = _weights(rise, even)
    stay, extra = 1 - swap, swap * (1 - weight)
    clear1, clear2, cover1, cover2 = 1 - weight * a1, 1 - weight * a2, weight * (1 - a1), weight * (1 - a2)
    to_a1 = to_alpha * (clear2 - extra) - 2 * to_spread * s2 * weight * (stay * cover1 + swap * clear1)
    to_a2 = to_alpha * (cover1 + extra) - 2 * to_spread * s1 * weight * (stay * clear2 + swap * cover2)
    to_s1 = to_spread * torch.lerp(clear2.square(), cover2.square(), swap)
    to_s2 = to_spread * torch.lerp(cover1.square(), clear1.square(), swap)
    slope1 = swap * cover2 * (1 - a2) - stay * clear2 * a2
    slope2 = stay * cover1 * (1 - a1) - swap * clear1 * a1
    to_weight = to_alpha * (stay * a2 * (1 - a1) + swap * a1 * (1 - a2)) + 2 * to_spread * (s1 * slope1 + s2 * slope2)
    change = s1 * (cover2.square() - clear2.square()) + s2 * (clear1.square() - cover1.square())
    to_swap = to_spread * change - to_alpha * (1 - weight) * (a1 - a2)
    return to_a1, to_s1, to_a2, to_s2, to_weight * 6 * rise * (1 - rise), to_swap * 3 * even * (1 - even)


def bend(
    curves: Curves,
    straight: Tensor,  # [P] bool
    x: Tensor,  # [1, K] pixel centres relative to the tile
    y: Tensor,
    ribbons: Tensor,  # [n, 2, R, C]
    which: Tensor,  # [P] of those ribbons
    caps: int,
) -> tuple[Tensor, Tensor, Bent]:
    """Alpha and its variance [P, K] of some pairs, and what `bend_backward` needs."""
    atlas = Atlas(ribbons, caps)
    found = _closest(curves, straight, x, y)
    first = _look(curves, found.t, x, y, atlas, which[:, None])
    alpha, variance = first.alpha, first.alpha * (1 - first.alpha) * first.ratio
    second = _second(curves, found, x, y, atlas, which) if bool(found.twice.any()) else None
    if second is not None:
        a1, s1 = (field.reshape(-1)[second.place] for field in (alpha, variance))
        a2, s2 = second.look.alpha, second.look.alpha * (1 - second.look.alpha) * second.look.ratio
        alpha = alpha.clone()
        both = _together(a1, s1, a2, s2, second.rise, second.even)
        alpha.view(-1)[second.place], variance.view(-1)[second.place] = both
    return alpha, variance, Bent(which, first, second)


def bend_backward(
    grad_alpha: Tensor,  # [P, K]
    grad_variance: Tensor,  # [P, K]
    curves: Curves,
    x: Tensor,
    y: Tensor,
    ribbons: Tensor,
    caps: int,
    bent: Bent,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients to points [P, 3, 2], half width [P], radius [P] and ribbons [n, 2, R, C]."""
    atlas, (which, first, second) = Atlas(ribbons, caps), bent
    to_spread = grad_variance
    if second is not None:
        grad_alpha, to_spread = grad_alpha.clone(), to_spread.clone()
        at, look = second.place, second.look
        ga, gv, a1, r1 = (f.reshape(-1)[at] for f in (grad_alpha, grad_variance, first.alpha, first.ratio))
        s1, s2 = a1 * (1 - a1) * r1, look.alpha * (1 - look.alpha) * look.ratio
        to_a1, to_s1, to_a2, to_s2, to_rise, to_even = _together_backward(
            ga, gv, a1, s1, look.alpha, s2, second.rise, second.even
        )
        grad_alpha.view(-1)[at], to_spread.view(-1)[at] = to_a1, to_s1
    ge, gd, grad_width, grad_ribbons = _look_backward(grad_alpha, to_spread, first, curves, x, y, atlas, which[:, None])
    points = _to_points(first.t, ge, gd)
    grad_radius = torch.zeros_like(grad_width)
    if second is not None:
        flat = Curves(*(field[second.pair] for field in curves))
        one = Look(*(field[:, None] for field in look))
        px, py = second.x[:, None], second.y[:, None]
        ge, gd, width, extra = _look_backward(
            to_a2[:, None], to_s2[:, None], one, flat, px, py, atlas, which[second.pair][:, None]
        )
        more = _to_points(one.t, ge, gd)
        nearest = first.t.reshape(-1)[at][:, None]
        d1, top = (_distance(flat, t, px, py) for t in (nearest, second.between[:, None]))
        rise, even, to_rise, to_even = (f[:, None] for f in (second.rise, second.even, to_rise, to_even))
        of_rise, of_even = to_rise / (BARRIER * flat.radius), to_even / (top - d1 + EPS)
        to_d1, to_d2, to_top = of_even * even, -of_rise - of_even, of_rise + of_even * (1 - even)
        still = torch.zeros_like(to_d1)
        for t, to_distance in ((nearest, to_d1), (one.t, to_d2), (second.between[:, None], to_top)):
            pull = to_distance / _distance(flat, t, px, py)
            ex, ey, _, _ = _offsets(flat, t, px, py)
            more = more + _to_points(t, (pull * ex, pull * ey), (still, still))
        points.index_add_(0, second.pair, more)
        grad_width.index_add_(0, second.pair, width)
        grad_radius.index_add_(0, second.pair, (-to_rise * rise / flat.radius)[:, 0])
        grad_ribbons = grad_ribbons + extra
    return points, grad_width, grad_radius, grad_ribbons


def _look_backward(
    grad_alpha: Tensor,
    to_spread: Tensor,
    look: Look,
    c: Curves,
    x: Tensor,
    y: Tensor,
    atlas: Atlas,
    which: Tensor,
) -> tuple[Pair, Pair, Tensor, Tensor]:
    """Gradients to e and d [P, K], to the half width [P] and to the ribbons, from those to a and a (1 - a) ratio."""
    t, u, v, alpha, ratio = look
    n, _, rows, columns = atlas.ribbons.shape
    bound = alpha * (1 - alpha)
    to_logits = torch.stack(
        [
            (grad_alpha + to_spread * (1 - 2 * alpha) * ratio) * bound,
            to_spread * bound * ratio * (1 - ratio),
        ]
    )[None]
    to_atlas, to_grid = torch.ops.aten.grid_sampler_2d_backward(
        to_logits, atlas.flat(), atlas.grid(which, u, v), 0, 1, False, [True, True]
    )
    # Outside the half width alpha is 0, and so are both gradients to the logits.
    gv, gu = to_grid[0, ..., 0] * ((columns - 1) / columns), to_grid[0, ..., 1] * (2 / (n * rows))
    ex, ey, dx, dy = _offsets(c, t, x, y)
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    pull = gv * cross.sign() / (c.width * (ex * ex + ey * ey + EPS).sqrt())
    end = ((t <= 0) | (t >= 1)).to(t.dtype)
    total = dot.abs() + cross.abs() + EPS
    fan = end * gu * atlas.caps / total.square()
    to_dot, to_cross = fan * cross.abs(), -fan * dot * cross.sign()
    speed = dx * dx + dy * dy
    curve = torch.maximum(speed - 2 * (ex * c.ax + ey * c.ay), 1e-3 * speed + EPS)
    slide = (1 - end) * gu * (atlas.body - 1) / curve
    ge = (pull * ex + (to_dot + slide) * dx + to_cross * dy, pull * ey + (to_dot + slide) * dy - to_cross * dx)
    gd = ((to_dot + slide) * ex - to_cross * ey, (to_dot + slide) * ey + to_cross * ex)
    return ge, gd, -(gv * v / c.width).sum(1), to_atlas.view(2, n, rows, columns).transpose(0, 1)


def _to_points(t: Tensor, ge: Pair, gd: Pair) -> Tensor:
    """Sum over pixels of -dB/dp . ge + dB'/dp . gd, as [P, 3, 2]."""
    out = []
    for e, d in zip(ge, gd, strict=True):
        te = t * e
        s0, s1, s2 = e.sum(1), te.sum(1), (t * te).sum(1)
        d0, d1 = d.sum(1), (t * d).sum(1)
        out.append(torch.stack([2 * s1 - s0 - s2 - 2 * d0 + 2 * d1, 2 * (s2 - s1) + 2 * d0 - 4 * d1, 2 * d1 - s2], 1))
    return torch.stack(out, -1)
