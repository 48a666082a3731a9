"""A picture as the program might have painted it: every alpha strays from its mean as its variance says.

    grained(ribbons, background, grain, height, width) -> picture [C, H, W]

Each stroke looks at a random field g of mean 0 and variance 1 through a window of its own. Where its
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
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from . import compiled
from .composite import laid_out
from .ribbon import bend, square
from .tensors import assemble, centers, into_tiles
from .tiles import Layout, Ribbons, chunks

__all__ = ["Grain", "grained"]

Z_MAX, Z_STEPS = 4.0, 80  # beyond, alpha is 0 or 1 to 3e-5
SHARES = 128  # the table's columns are even in the square root of s / (a (1 - a))
LEAST = 1e-6  # of 1 - rho
NONE = 1e-8  # of s / (a (1 - a))


class Grain(NamedTuple):
    """A random field, and through which window each stroke sees it."""

    field: Tensor  # [S, S], periodic; S is a power of 2
    window: Tensor  # [N, 4]: step along x and y (samples a pixel: a turn and a scale), and the place of the start


@torch.no_grad()
def grained(
    ribbons: Ribbons,
    background: Tensor,  # [C], or [C, height, width]
    grain: Grain,
    height: int,
    width: int,
    *,
    layout: Layout | None = None,
    compile: bool | None = None,
) -> Tensor:
    """Draw ribbons as `composite` does, with alphas that stray as one: [C, height, width].

    Over random windows its mean is the mean picture of `composite`, and its variance that of `composite`.
    Not differentiable.

    Raises:
        InputError: as `composite`, or a grain that is not square or not of N strokes.
    """
    layout, n, side = ribbons.arranged(height, width, layout), len(ribbons.points), len(grain.field)
    if grain.field.shape != (side, side) or side < 2 or side & (side - 1):
        raise InputError(f"expected a field whose sides are the same power of 2, got {tuple(grain.field.shape)}")
    if grain.window.shape != (n, 4) or not bool(grain.window.isfinite().all()):
        raise InputError(f"expected finite windows [{n}, 4], got others of {tuple(grain.window.shape)}")
    background, _ = laid_out(ribbons, background, None, height, width)
    if compiled.usable(ribbons.points, compile):
        tables = normal_of_logit(), angles(), Z_MAX
        return compiled.grained(*ribbons[:5], background, ribbons.caps, layout, *grain, tables)
    return _by_tensors(ribbons, background, layout, grain)


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


def _by_tensors(ribbons: Ribbons, background: Tensor, layout: Layout, grain: Grain) -> Tensor:
    points = ribbons.points
    picture, field = into_tiles(background, layout), grain.field.to(points)
    table = torch.from_numpy(angles()).to(points)
    for chunk in chunks(layout):
        center = centers(chunk, layout, points)
        alpha, spread = bend(ribbons, chunk.stroke, center, layout.tile)
        x, y = ((center - points[chunk.stroke, 0])[:, :, None] + square(layout.tile, points)).unbind(1)
        cos, sin, u, v = grain.window[chunk.stroke].to(points)[:, :, None].unbind(1)
        g = _seen(field, cos * x - sin * y + u, sin * x + cos * y + v)
        alpha = _stray(alpha, spread, g, table)
        paint = ribbons.color[chunk.stroke].t()[:, :, None]
        under = picture[:, chunk.tiles]
        for count, part in chunk.parts():
            under[:, :count] += alpha[part] * (paint[:, part] - under[:, :count])
        picture[:, chunk.tiles] = under
    return assemble(picture, layout)


def _seen(field: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The periodic field at column u and row v, bilinear."""
    i, j = u.floor(), v.floor()
    f, g = u - i, v - j
    mask = len(field) - 1
    i0, j0 = i.long() & mask, j.long() & mask
    i1, j1 = (i0 + 1) & mask, (j0 + 1) & mask
    return torch.lerp(torch.lerp(field[j0, i0], field[j0, i1], f), torch.lerp(field[j1, i0], field[j1, i1], f), g)


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
