"""Grain: how a program's randomness lies over the canvas, stroke by stroke.

    grain(strokes, seed, ...) -> raster.Grain        thinned(ribbon, ...) -> Ribbon

Brushes that are random scatter their dabs, so what is random about a stroke is correlated over about a dab,
and as much along the stroke as across it. Measured on MyPaint over seeds (charcoal, dry_brush, pastel, pencil,
sketch_pen; `benchmarks/grain.py`): two places of a stroke correlate by a half at 0.45 to 0.55 radii, and hardly
at one radius, the pixel's own width aside. The dabs themselves correlate like that, for all these brushes have
soft ones. So the random field is a heap of such dabs, thrown at random, and its values are replaced by normal
numbers of the same rank; what alphas those make is the business of `raster/grain.py`.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import torch
from torch import Tensor

from ...frame import Frame
from ...raster.grain import Grain
from ...strokes import Strokes
from .ribbon import Ribbon

__all__ = ["field", "grain", "thinned"]

SIDE = 512  # samples of the field
SCALE = 12.0  # samples a radius
DABS = 1.5  # thrown per square radius: three over a place, as few as charcoal lays, so that single ones show
DAB = 0.8  # radius of a dab, in radii of the brush
HARDNESS = 0.2  # of a dab, as brush files name it
BLUR = 1.5  # pixels of the program's own, by which its antialiasing makes the radius larger: sqrt(r² + BLUR²)
SIGMA = 0.39  # radii; the field correlates about as exp(-(distance / SIGMA)² / 2)


@functools.cache
def field() -> Tensor:
    """[SIDE, SIDE] float32: dabs at random, as normal numbers; periodic."""
    chance = np.random.Generator(np.random.PCG64(0))
    count = round(DABS * (SIDE / SCALE) ** 2)
    thrown = np.bincount(chance.integers(SIDE * SIDE, size=count), minlength=SIDE * SIDE).reshape(SIDE, SIDE)
    line = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE)) / (SCALE * DAB)
    square = line[:, None] ** 2 + line[None] ** 2
    dab = np.where(square < HARDNESS, 1 - square * (1 / HARDNESS - 1), (1 - square) * HARDNESS / (1 - HARDNESS))
    dab = dab.clip(0) + 1e-4 * np.exp(-square)  # so that places without a dab differ too
    heap = np.fft.irfft2(np.fft.rfft2(thrown) * np.fft.rfft2(dab), s=thrown.shape)
    rank = np.empty(heap.size)
    rank[np.argsort(heap, axis=None, kind="stable")] = (np.arange(heap.size) + 0.5) / heap.size
    normal = torch.special.ndtri(torch.from_numpy(rank)).view(SIDE, SIDE)
    # Between samples, where bilinear interpolation takes an average, the field varies less: made up for on average.
    spectrum = torch.fft.fft2(normal)
    shifted = torch.fft.ifft2(spectrum.abs().square()).real / SIDE**2  # covariance [dy, dx]
    one, side, corner = shifted[0, 0], shifted[0, 1] + shifted[1, 0], shifted[1, 1] + shifted[1, -1]
    seen = (4 * one + 2 * side + corner / 2) / 9
    return (normal / seen.sqrt()).float()


def grain(
    strokes: Strokes,
    seed: int,  # 0 to 2**62
    frame: Frame,
) -> Grain:
    """The grain of each stroke of a picture.

    It depends on the seed and on the stroke itself (its points, radius and pressure, not its color), not on the
    strokes around it nor on the height: a picture painted in groups, or at another size, has the same. Strokes that
    are the same bit for bit count from the first.
    """
    turn, u, v = _uniform(strokes, seed).unbind(1)
    # Grain is no finer than the program's smallest dabs, nor than what is left of it in the picture's pixels.
    pixel = 1 / frame.pixel
    least = (BLUR * pixel) ** 2 + max(0.0, 1 - pixel**2)
    step = SCALE / (strokes.radius.detach().double().cpu() * frame.height).square().add(least).sqrt()
    turn = 2 * math.pi * turn
    window = torch.stack([step * turn.cos(), step * turn.sin(), SIDE * u, SIDE * v], 1)
    return Grain(field().to(strokes.points), window.to(strokes.points.device))


def thinned(
    ribbon: Ribbon,
    radius: Tensor,  # [N] program pixels
    pixel: float,  # output pixel in program pixels
) -> Ribbon:
    """A ribbon that `soften` made, with the variance that is left of the program's in pixels of another size.

    The mean of a square of side b over a field that correlates as exp(-d² / (2 s²)) has the variance f(b / s)², with
    f(q) = (sqrt(2 pi) q erf(q / sqrt(2)) - 2 (1 - exp(-q² / 2))) / q².
    """
    box = math.sqrt(max(float(pixel) ** 2 - 1, 0.0))
    if box < 1e-3:
        return ribbon
    q = box / (SIGMA * (radius.double().square() + BLUR**2).sqrt())
    wave = math.sqrt(2 * math.pi) * q * torch.erf(q / math.sqrt(2)) + 2 * torch.expm1(-q * q / 2)
    share = torch.where(q > 0.05, wave / (q * q), 1 - q * q / 12).square().to(radius)
    ratio = (ribbon.logits[:, 1].sigmoid() * share[:, None, None]).clamp(1e-12, 1 - 1e-6)
    return Ribbon(torch.stack([ribbon.logits[:, 0], ratio.logit()], 1), ribbon.half_width, ribbon.caps)


def _uniform(strokes: Strokes, seed: int) -> Tensor:
    """[N, 3] float64 in 0..1, from the seed and the bits of each stroke."""
    columns = torch.cat([strokes.points.flatten(1), strokes.radius[:, None], strokes.pressure], 1)
    bits = (columns.detach().float().cpu() + 0.0).numpy().view(np.uint32).astype(np.uint64)  # + 0: there is one zero
    state = np.full(len(bits), seed, np.uint64)
    for column in bits.T:
        state = _mixed(state ^ column)
    order = np.argsort(state, kind="stable")
    place = np.arange(len(state))
    first = np.r_[True, state[order][1:] != state[order][:-1]][: len(state)]
    again = place - np.maximum.accumulate(np.where(first, place, 0)) if len(state) else place
    state[order] += again.astype(np.uint64)
    numbers = [(_mixed(state ^ np.uint64(k << 60)) >> np.uint64(11)).astype(np.float64) for k in (1, 2, 3)]
    return torch.from_numpy(np.stack(numbers, 1) * 2.0**-53)


def _mixed(x: np.ndarray) -> np.ndarray:
    """Every bit of each number [N] uint64 made to depend on all its bits (the finalizer of SplitMix64)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
