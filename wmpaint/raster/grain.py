"""A picture as the program might have painted it: every alpha strays from its mean as its variance says.

    grained(ribbons, background, grain, height, width) -> picture [C, H, W]

Each stroke looks at random fields of mean 0 and variance 1 through a window of its own; one of them is g. Where its
mean alpha is a, it paints

    alpha = Phi((z + sqrt(rho) g) / sqrt(1 - rho)),    Phi(z) = a

which stays within 0..1 and, for a normal g, has the mean a for every rho: (z + sqrt(rho) g) / sqrt(1 - rho)
lies above an independent normal number as often as a normal number lies below z. Two such alphas of one g
multiply to Phi2(z, z; rho), whose derivative by rho is the normal density of two variables. With
rho = sin(theta) the variance is therefore

    s = 1 / (2 pi)  integral from 0 to theta of exp(-z^2 / (1 + sin(x))) dx

which rises from 0 to a (1 - a); a table of its inverse gives theta for a and s.
"""

from __future__ import annotations

import functools
import math
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..errors import InputError
from ..geometry import coefficients
from . import compiled
from .composite import laid_out
from .ribbon import EPS, bend, locate, square
from .tensors import assemble, centers, into_tiles
from .tiles import Layout, Ribbons, chunks

__all__ = ["COLUMNS", "PIECES", "Grain", "grained", "joined", "tables"]

Z_MAX, Z_STEPS = 4.0, 80  # beyond, alpha is 0 or 1 to 3e-5
SHARES = 128  # the table's columns are even in the square root of s / (a (1 - a))
LEAST = 1e-6  # of 1 - rho
NONE = 1e-8  # of s / (a (1 - a))
PIECES = 16  # of a stroke's table of lengths
COLUMNS = 6 + PIECES + 1  # of a window


class Grain(NamedTuple):
    """Random fields, and how each stroke looks at them: through a window of its own.

    A window begins with four numbers: steps a and b, and a place (u, v). At (x, y) pixels from the stroke's start it
    sees column a x - b y + u and row b x + a y + v. Where its next two are not 0 it is bent along the stroke instead:
    column = a length + u, where `length`, in radii, is read from PIECES + 1 numbers (for t = 0 to 1); row =
    w across + v, where w goes from the one number to the other along the stroke, and `across` are pixels from the
    curve, on the side of `raster/ribbon.py`.

    Such a stroke also has a shape. In so far as `tooth` says, g is the surface's height, but beyond its ends. Farther
    than `side` rows off the middle alpha is a product of two, of what it would be at that distance and of how far the
    stroke reaches, which strays for itself, by a field of its own. And strokes pick up wet paint, up to a share
    `pick` over lengths of `drag` radii, which their mean alpha counts as not covered: where what lies beneath is the
    ground, they cover more.
    """

    fields: Tensor  # [L, S, S], periodic; S is a power of 2
    surface: Tensor  # [height, width] of the picture: what lies high catches paint; [1, 1] for none
    window: Tensor  # [N, COLUMNS]
    looks: Tensor  # [N, 4] int64: the fields of alpha, of the tint, of the height, of the sides
    strays: Tensor  # [N, 3] deviations of lightness and of red to blue within a stroke, of its height as a share
    shape: Tensor  # [N, 4]: tooth, side, pick, drag

    @classmethod
    def turned(cls, field: Tensor, window: Tensor) -> Grain:  # [S, S], [N, 4]
        """One field, seen through windows that are not bent; only alphas stray."""
        whole = F.pad(window, (0, COLUMNS - 4))
        none = torch.zeros_like(window)
        return cls(field[None], field.new_zeros(1, 1), whole, none.long(), none[:, :3], none)

    def of(self, some: Tensor) -> Grain:  # [M] int64
        """That of some strokes."""
        return Grain(self.fields, self.surface, *(column[some] for column in self[2:]))

    def check(self, count: int, height: int, width: int) -> Grain:
        """This, if it is one of so many strokes and pixels: the compiled loops index by it unchecked.

        Raises:
            InputError: fields that are not square, or columns of another number of strokes, or not finite.
        """
        count_, side = len(self.fields), self.fields.shape[-1]
        if self.fields.shape != (count_, side, side) or count_ < 1 or side < 2 or side & (side - 1):
            raise InputError(f"expected fields whose sides are the same power of 2, got {tuple(self.fields.shape)}")
        checks.shape("finite windows", self.window, (count, COLUMNS))
        checks.shape("looks", self.looks, (count, 4))
        checks.shape("strays", self.strays, (count, 3))
        checks.shape("shapes", self.shape, (count, 4))
        if not all(bool(numbers.isfinite().all()) for numbers in (self.window, self.strays, self.shape)):
            raise InputError("expected finite windows, strays and shapes, got others")
        if bool(((self.looks < 0) | (self.looks >= count_)).any()):
            raise InputError(f"expected looks at fields 0 to {count_ - 1}, got others")
        if self.surface.shape == (1, 1):
            return self._replace(surface=self.surface.expand(height, width))
        checks.shape("a surface", self.surface, (height, width))
        return self


def joined(grains: list[Grain], places: list[Tensor]) -> Grain:
    """One grain of the strokes of several, by the numbers [M] that the strokes of each have in all."""
    back, starts = torch.cat(places).argsort(), accumulate((len(part.fields) for part in grains), initial=0)
    looks = [part.looks + start for part, start in zip(grains, starts, strict=False)]
    columns = zip(*(part._replace(looks=look)[2:] for part, look in zip(grains, looks, strict=True)), strict=True)
    surface = max((part.surface for part in grains), key=Tensor.numel)
    return Grain(torch.cat([part.fields for part in grains]), surface, *(torch.cat(column)[back] for column in columns))


@torch.no_grad()
def grained(
    ribbons: Ribbons,
    background: Tensor,  # [C], or [C, height, width]
    grain: Grain,
    height: int,
    width: int,
    *,
    wet: Tensor | None = None,  # [height, width] float64
    layout: Layout | None = None,
    compile: bool | None = None,
) -> Tensor:
    """Draw ribbons as `composite` does, with alphas that stray as one: [C, height, width].

    How much of what there is can be picked up (0..1; nothing of a ground) is left in `wet`.

    Over random windows its mean is the mean picture of `composite`, and its variance, where colors do not stray, that
    of `composite`.
    Not differentiable.

    Raises:
        InputError: as `composite`, or a grain of other strokes (see `Grain.check`).
    """
    layout = ribbons.arranged(height, width, layout)
    grain = grain.check(len(ribbons.points), height, width)
    background, _ = laid_out(ribbons, background, None, height, width)
    wet = torch.zeros(height, width, dtype=torch.float64, device=background.device) if wet is None else wet
    if compiled.usable(ribbons.points, compile):
        return compiled.grained(*ribbons[:5], background, ribbons.caps, layout, grain, tables(), wet)
    return _by_tensors(ribbons, background, layout, grain, wet)


def tables() -> tuple[np.ndarray, np.ndarray, float]:
    """What the compiled loops look up: normal numbers, angles, the last |z| that those are for."""
    return normal_of_logit(), angles(), Z_MAX


@functools.cache
def angles() -> np.ndarray:
    """[Z_STEPS + 1, SHARES + 1] float64: theta for |z| = 0..Z_MAX and sqrt(s / (a (1 - a))) = 0..1."""
    theta = np.linspace(0, math.pi / 2, 4097)
    shares = np.linspace(0, 1, SHARES + 1) ** 2
    rows = []
    for z in np.linspace(0, Z_MAX, Z_STEPS + 1):
        density = np.exp(-z * z / (1 + np.sin(theta)))
        variance = np.concatenate([[0], np.cumsum(density[1:] + density[:-1])])
        rows.append(np.interp(shares, variance / variance[-1], theta))
    return np.stack(rows)


@functools.cache
def normal_of_logit() -> np.ndarray:
    """[513] float64: z for logits of alpha of 0..16."""
    logits = torch.linspace(0, 16, 513, dtype=torch.float64, device="cpu")
    return (-torch.special.ndtri(torch.sigmoid(-logits))).numpy()


def _by_tensors(ribbons: Ribbons, background: Tensor, layout: Layout, grain: Grain, wet: Tensor) -> Tensor:
    points = ribbons.points
    picture, fields = into_tiles(background, layout), grain.fields.to(points)
    surface = into_tiles(grain.surface[None].to(points), layout)[0]
    damps, half = into_tiles(wet[None].to(points), layout)[0], fields.shape[1] // 2
    table = torch.from_numpy(angles()).to(points)
    for chunk in chunks(layout):
        center = centers(chunk, layout, points)
        passes = locate(ribbons, chunk.stroke, center, layout.tile)
        alpha, spread = bend(ribbons, chunk.stroke, center, layout.tile, passes)
        pixel = center[:, :, None] + square(layout.tile, points)
        look, stray = grain.looks[chunk.stroke], grain.strays[chunk.stroke].to(points)
        tooth, _, pick, drag = grain.shape[chunk.stroke].to(points)[:, :, None].unbind(1)
        u, v, far, beyond, inward = _place(ribbons, grain, chunk.stroke, passes.t, pixel)
        random = spread > 0
        side = torch.ones_like(alpha)
        k, p = ((inward.square().sum(1) > 0) & random).nonzero(as_tuple=True)
        a, r = bend(ribbons, chunk.stroke[k], (pixel + inward)[k, :, p], 1)
        some = a[:, 0] > alpha[k, p]
        k, p, a, r = k[some], p[some], a[some, 0], r[some, 0]
        side[k, p] = alpha[k, p] / a
        left = (spread[k, p] - side[k, p].square() * r).clamp(min=0) / (a * a + r)
        middle = grain.window[chunk.stroke[k], 3].to(points)
        row = middle + torch.copysign(torch.full_like(a, 0.25 * fields.shape[1]), v[k, p] - middle)
        side[k, p] = _stray(side[k, p], left, _seen(fields, look[k, 3], u[k, p], row), table)
        alpha, spread = alpha.index_put((k, p), a), spread.index_put((k, p), r)
        tooth = tooth * (1 - _step(beyond * 4))
        g = (1 - tooth.square()).sqrt() * _seen(fields, look[:, :1], u, v) + tooth * surface[chunk.tiles[chunk.rank]]
        picked = torch.where(random, pick * -torch.expm1(-(far + beyond) / drag.clamp(min=EPS)), 0.0)
        whole = torch.where(picked > 0, (alpha / (1 - picked)).clamp(max=1 - 1e-7), alpha)
        alpha = side * _stray(whole, spread / (1 - picked).square(), g, table)
        light = stray[:, :1] * _seen(fields, look[:, 1:2], u, v) * random
        warm = stray[:, 1:2] * _seen(fields, look[:, 1:2], u + half, v) * random
        paint = ribbons.color[chunk.stroke].t()[:, :, None].expand(-1, -1, alpha.shape[1])
        own = 6 if len(paint) >= 6 else min(len(paint), 3)  # bands of pigment, or red, green and blue
        hue = torch.linspace(1, -1, own).to(paint)[:, None, None]
        tint = light * (0.25 + paint[:own]) + warm * hue
        paint = torch.cat([torch.where(stray[:, :1] > 0, (paint[:own] + tint).clamp(0, 1), paint[:own]), paint[own:]])
        under, damp = picture[:, chunk.tiles], damps[chunk.tiles]
        for count, part in chunk.parts():
            full = alpha[part]
            seen = full * (1 - picked[part] * damp[:count])
            damp[:count] += torch.where(picked[part] > 0, full * (1 - damp[:count]), 0.0)
            under[:, :count] += seen * (paint[:, part] - under[:, :count])
        picture[:, chunk.tiles], damps[chunk.tiles] = under, damp
    wet.copy_(assemble(damps[None], layout)[0])
    return assemble(picture, layout)


def _place(
    ribbons: Ribbons,
    grain: Grain,
    stroke: Tensor,  # [P]
    t: Tensor,  # [P, K]
    pixel: Tensor,  # [P, 2, K]
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Columns and rows [P, K] of the fields, how far along the strokes and beyond their ends; see `Grain`.

    And the way [P, 2, K] back to where the sides begin.
    """
    a, b, p0 = (v[:, :, None] for v in coefficients(ribbons.points[stroke]))
    x, y = (pixel - p0).unbind(1)
    window = grain.window[stroke].to(t)
    cos, sin, u, v, begin, end = window[:, :6, None].unbind(1)
    off, ahead = pixel - ((a * t[:, None] + b) * t[:, None] + p0), 2 * a * t[:, None] + b
    cusp = ahead.square().sum(1, keepdim=True) < 1e-12
    ahead = torch.where(cusp, a + b + a.new_tensor([[[1e-6], [0.0]]]), ahead)  # a dot has a direction too
    (ex, ey), (dx, dy) = off.unbind(1), (ahead / (ahead.norm(dim=1, keepdim=True) + EPS)).unbind(1)
    k = (t * PIECES).long().clamp(max=PIECES - 1)
    low, high = (window[:, 6:].gather(1, k + step) for step in (0, 1))
    far, row = torch.lerp(low, high, t * PIECES - k), torch.lerp(begin, end, t) * (ex * dy - ey * dx)
    beyond = (ex * dx + ey * dy).abs() / ribbons.radius[stroke, None]
    bent, edge = begin != 0, grain.shape[stroke, 1:2].to(t)
    back = (ex * dy - ey * dx) * (1 - edge / row.abs().clamp(min=EPS)).clamp(min=0) * bent
    column, row = torch.where(bent, cos * far, cos * x - sin * y), torch.where(bent, row, sin * x + cos * y)
    return column + u, row + v, far, beyond * bent, torch.stack([-dy * back, dx * back], 1)


def _step(x: Tensor) -> Tensor:
    x = x.clamp(0, 1)
    return x * x * (3 - 2 * x)


def _seen(fields: Tensor, look: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The periodic fields `look` at columns u and rows v, bilinear."""
    i, j = u.floor(), v.floor()
    f, g = u - i, v - j
    mask = fields.shape[1] - 1
    i0, j0 = i.long() & mask, j.long() & mask
    i1, j1 = (i0 + 1) & mask, (j0 + 1) & mask
    top = torch.lerp(fields[look, j0, i0], fields[look, j0, i1], f)
    return torch.lerp(top, torch.lerp(fields[look, j1, i0], fields[look, j1, i1], f), g)


def _stray(alpha: Tensor, spread: Tensor, g: Tensor, table: Tensor) -> Tensor:
    bound = alpha * (1 - alpha)
    noisy = (spread > NONE * bound) & (bound > 0)
    z = torch.special.ndtri(torch.where(noisy, alpha, 0.5))
    row = z.abs().clamp(max=Z_MAX) * (Z_STEPS / Z_MAX)
    column = (spread / torch.where(noisy, bound, 1.0)).clamp(0, 1).sqrt() * SHARES
    i, j = row.long().clamp(max=Z_STEPS - 1), column.long().clamp(max=SHARES - 1)
    near, far = (torch.lerp(table[k, j], table[k, j + 1], column - j) for k in (i, i + 1))
    rho = torch.lerp(near, far, row - i).sin()
    return torch.where(noisy, torch.special.ndtr((z + rho.sqrt() * g) / (1 - rho).clamp(min=LEAST).sqrt()), alpha)
