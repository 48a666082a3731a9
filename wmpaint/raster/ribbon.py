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
    t, between = found.other.reshape(-1)[index], found.between.reshape(-1)[index]
    (near,) = (_distance(flat, t, x, y) < flat.width).nonzero(as_tuple=True)
    if not len(near):
        return None
    index, pair, x, y, t, between = (f[near] for f in (index, pair, x, y, t, between))
    flat = flat.take(near)
    rise = (_distance(flat, between, x, y) - _distance(flat, t, x, y)) / (BARRIER * flat.radius)
    columns = Curves(*(field[:, None] for field in flat))  # grid_sample wants two dimensions
    look = _look(columns, t[:, None], x[:, None], y[:, None], atlas, which[pair][:, None])
    return Second(index, pair, x, y, between, rise.clamp(0, 1), Look(*(field[:, 0] for field in look)))


def _distance(c: Curves, t: Tensor, x: Tensor, y: Tensor) -> Tensor:
    ex, ey, _, _ = _offsets(c, t, x, y)
    return (ex * ex + ey * ey + EPS).sqrt()


def _weight(rise: Tensor) -> Tensor:
    return rise * rise * (3 - 2 * rise)


def bend(
    curves: Curves,
    straight: Tensor,  # [P] bool
    x: Tensor,  # [1, K] pixel centres relative to the tile
    y: Tensor,
    ribbons: Tensor,  # [n, 2, R, C]
    which: Tensor,  # [P] of those ribbons
    caps: int,
) -> tuple[Tensor, Tensor, Bent]:
    """Alpha and its variance [P, K] of some pairs, and what `bend_backward` needs.

    Dabs of two passes are independent: 1 - a = (1 - a1)(1 - w a2). The second pass counts in so far
    as the curve has left the pixel in between, so that it comes and goes without a step.
    """
    atlas = Atlas(ribbons, caps)
    found = _closest(curves, straight, x, y)
    first = _look(curves, found.t, x, y, atlas, which[:, None])
    alpha, variance = first.alpha, first.alpha * (1 - first.alpha) * first.ratio
    second = _second(curves, found, x, y, atlas, which) if bool(found.twice.any()) else None
    if second is not None:
        weight = _weight(second.rise)
        a1, s1 = (field.reshape(-1)[second.place] for field in (alpha, variance))
        a2, s2 = second.look.alpha, second.look.alpha * (1 - second.look.alpha) * second.look.ratio
        alpha = alpha.clone()
        alpha.view(-1)[second.place] = 1 - (1 - a1) * (1 - weight * a2)
        variance.view(-1)[second.place] = s1 * (1 - weight * a2).square() + s2 * (weight * (1 - a1)).square()
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
        at, look, weight = second.place, second.look, _weight(second.rise)
        ga, gv, a1, r1 = (f.reshape(-1)[at] for f in (grad_alpha, grad_variance, first.alpha, first.ratio))
        a2, spread2 = look.alpha, look.alpha * (1 - look.alpha) * look.ratio
        clear = 1 - weight * a2
        grad_alpha.view(-1)[at] = ga * clear - 2 * gv * spread2 * weight * weight * (1 - a1)
        to_spread.view(-1)[at] = gv * clear * clear
        to_second = ga * (1 - a1) - 2 * gv * a1 * (1 - a1) * r1 * clear  # d / d(weight a2)
        to_spread2 = gv * (1 - a1).square()
        grad_weight = to_second * a2 + to_spread2 * 2 * weight * spread2
        to_a2, to_spread2 = to_second * weight, to_spread2 * weight * weight
    ge, gd, grad_width, grad_ribbons = _look_backward(grad_alpha, to_spread, first, curves, x, y, atlas, which[:, None])
    points = _to_points(first.t, ge, gd)
    grad_radius = torch.zeros_like(grad_width)
    if second is not None:
        flat = Curves(*(field[second.pair] for field in curves))
        one = Look(*(field[:, None] for field in look))
        px, py, top = second.x[:, None], second.y[:, None], second.between[:, None]
        ge, gd, width, extra = _look_backward(
            to_a2[:, None], to_spread2[:, None], one, flat, px, py, atlas, which[second.pair][:, None]
        )
        rise = second.rise[:, None]
        to_rise = grad_weight[:, None] * 6 * rise * (1 - rise)
        per_length = to_rise / (BARRIER * flat.radius)
        ex, ey, _, _ = _offsets(flat, one.t, px, py)
        near = per_length / _distance(flat, one.t, px, py)
        tx, ty, _, _ = _offsets(flat, top, px, py)
        far = per_length / _distance(flat, top, px, py)
        still = torch.zeros_like(far)
        more = _to_points(one.t, (ge[0] - near * ex, ge[1] - near * ey), gd)
        more = more + _to_points(top, (far * tx, far * ty), (still, still))
        points.index_add_(0, second.pair, more)
        grad_width.index_add_(0, second.pair, width)
        grad_radius.index_add_(0, second.pair, (-to_rise * rise / flat.radius)[:, 0])
        grad_ribbons = grad_ribbons + extra
    return points, grad_width, grad_radius, grad_ribbons


Pair = tuple[Tensor, Tensor]


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
