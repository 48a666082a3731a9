"""Quadratic Bezier curves: B(t) = p0 + b t + a t^2, with b = 2 (p1 - p0) and a = p0 - 2 p1 + p2.

The question asked most often is where a curve comes closest to a pixel. The squared distance's
derivative is a cubic in t, so there are at most two local minima on the curve: its *branches*.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Branches", "arc_lengths", "bezier", "branches", "coefficients", "evenly", "open_hairpins", "spread_dots"]

# Below this bend (|a| / chord) the cubic is ill-conditioned in float32, and Newton's method from
# the chord's foot is exact after three steps: the centre of curvature lies 16 chords away.
STRAIGHT = 0.03
TINY = 1e-30


def coefficients(points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """points [..., 3, 2] -> (a, b, p0), each [..., 2]."""
    p0, p1, p2 = points.unbind(-2)
    return p0 - 2 * p1 + p2, 2 * (p1 - p0), p0


def bezier(
    points: Tensor,  # [..., 3, 2]
    t: Tensor,  # [..., K]
) -> Tensor:
    """Points of the curves, [..., K, 2]."""
    a, b, p0 = (c.unsqueeze(-2) for c in coefficients(points))
    t = t.unsqueeze(-1)
    return (a * t + b) * t + p0


def evenly(points: Tensor, pieces: int) -> Tensor:  # [..., 3, 2] -> [pieces + 1]
    """The ends of so many equal pieces of 0..1, as numbers of the points' kind."""
    return torch.linspace(0, 1, pieces + 1, dtype=points.dtype, device=points.device)


def arc_lengths(
    points: Tensor,  # [..., 3, 2]
    t: Tensor,  # [K], increasing from 0 to 1
) -> Tensor:
    """Length of each curve from its start to each t, [..., K]; Simpson's rule between the t."""
    a, b, _ = (c.unsqueeze(-2) for c in coefficients(points))
    middle = (t[1:] + t[:-1]) / 2
    knots, middles = (((2 * a * s[:, None] + b).square().sum(-1) + TINY).sqrt() for s in (t, middle))
    pieces = (knots[..., :-1] + 4 * middles + knots[..., 1:]) * (t[1:] - t[:-1]) / 6
    return torch.cat([torch.zeros_like(knots[..., :1]), pieces.cumsum(-1)], -1)


def spread_dots(
    points: Tensor,  # [N, 3, 2]
    radius: Tensor,  # [N]
) -> Tensor:
    """Strokes of no length, opened by a thousandth of their radius so that they have a direction."""
    with torch.no_grad():
        size = (points - points[:, :1]).abs().amax((1, 2))
        short = (size < 1e-3 * radius)[:, None]
        along = torch.zeros_like(points)
        along[:, :, 0] = torch.where(short, radius[:, None] * points.new_tensor([-1e-3, 0.0, 1e-3]), along[:, :, 0])
    return points + along


def open_hairpins(
    points: Tensor,  # [N, 3, 2]
    radius: Tensor,  # [N]
    turn: float,
) -> Tensor:
    """Curves that turn back on themselves, opened to hairpins: a brush has to be somewhere while it turns.

    A quadratic curve p + b t + a t^2 turns fastest where it is slowest; there its bend has a radius of v^2 / 2 |a|,
    v = |a x b| / |a|. The ends move apart as far as it takes to make that `turn` brush radii. How far they move has no
    gradient.
    """
    if not turn:
        return points
    with torch.no_grad():
        a, b, _ = coefficients(points)
        size = a.norm(dim=1).clamp(min=TINY)
        cross = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / size
        where = -(a * b).sum(1) / (2 * size.square())
        lacks = ((2 * turn * radius * size).sqrt() - cross.abs()).clamp(min=0) * ((where > 0) & (where < 1))
        aside = torch.stack([-a[:, 1], a[:, 0]], 1) / size[:, None]
        apart = aside * (torch.where(cross < 0, 0.5, -0.5) * lacks)[:, None]
    return points + torch.stack([apart, torch.zeros_like(apart), -apart], 1)


class Branches(NamedTuple):
    """Where a curve is closest to some pixels; each field has the pixels' shape."""

    t: Tensor  # of the closest point, in 0..1
    other: Tensor  # of the other local minimum
    between: Tensor  # of the farthest point between the two
    twice: Tensor  # bool: is there another minimum?


def branches(
    a: tuple[Tensor, Tensor],  # x and y, each broadcastable to the pixels
    b: tuple[Tensor, Tensor],
    q: tuple[Tensor, Tensor],  # p0 - pixel
    straight: bool,
) -> Branches:
    """Both local minima over t in [0, 1] of |a t^2 + b t + q|. Call without gradients.

    Args:
        straight: whether *all* these curves bend less than `STRAIGHT` (see there), or none does.
    """
    ax, ay = a
    bx, by = b
    qx, qy = q
    aa, ab, bb = ax * ax + ay * ay, ax * bx + ay * by, bx * bx + by * by
    aq, bq = ax * qx + ay * qy, bx * qx + by * qy
    k1 = bb + 2 * aq  # f'(t) / 2 = 2 aa t^3 + 3 ab t^2 + k1 t + bq
    if straight:
        chord_x, chord_y = ax + bx, ay + by
        t = (-(chord_x * qx + chord_y * qy) / (chord_x * chord_x + chord_y * chord_y).clamp(min=TINY)).clamp(0, 1)
        for _ in range(3):
            slope = ((6 * aa * t + 6 * ab) * t + k1).clamp(min=TINY)
            t = (t - (((2 * aa * t + 3 * ab) * t + k1) * t + bq) / slope).clamp(0, 1)
        none = torch.zeros_like(t)
        return Branches(t, none, none, none > 0)

    # In the parabola's own frame, t = s + vertex, the cubic is s^3 + p s + r = 0.
    vertex = -ab / (2 * aa)
    half = 1 / (2 * aa)
    p = (k1 - 3 * ab * ab * half) * half
    r = (bq + vertex * (k1 + vertex * (3 * ab + 2 * aa * vertex))) * half
    third, half_r = p / 3, r / 2
    disc = half_r * half_r + third * third * third
    three = disc < 0
    # One real root (Cardano, the branch without cancellation). Where there are three it is not used,
    # but must not be huge, since it is weighed away below: hence |disc|.
    cube = (half_r.abs() + disc.abs().sqrt()).clamp(min=TINY).pow(1 / 3)
    one = -torch.sign(half_r) * (cube - third / cube)
    # three real roots (Viete)
    m = (-third).clamp(min=TINY).sqrt()
    angle = (-half_r / (m * m * m)).clamp(-1, 1).acos() / 3
    cos, sin = angle.cos(), angle.sin() * 3**0.5
    high, low, between = 2 * m * cos, -m * (cos + sin), m * (sin - cos)
    weight = three.to(p.dtype)
    high = (one + weight * (high - one) + vertex).clamp(0, 1)
    low = (one + weight * (low - one) + vertex).clamp(0, 1)
    between = between + vertex

    def squared(t: Tensor) -> Tensor:
        return ((ax * t + bx) * t + qx).square() + ((ay * t + by) * t + qy).square()

    # A root outside [0, 1] was clamped to an end, which is a minimum only on its side of `between`.
    first = (squared(low) <= squared(high)) & (between > 0) | (between >= 1)
    pick = (first & three).to(p.dtype)
    t, other = high + pick * (low - high), low + pick * (high - low)
    slope = (6 * aa * t + 6 * ab) * t + k1  # one step of Newton's method mends float32's last digits
    step = (((2 * aa * t + 3 * ab) * t + k1) * t + bq) / torch.maximum(slope, 1e-3 * bb + TINY)
    t = (t - step.clamp(-0.02, 0.02)).clamp(0, 1)
    return Branches(t, other, between, three & (between > 0) & (between < 1) & (low < high))
