"""How paint mixes: as reflectances in six bands of light, so that yellow over blue is green.

    to_bands(rgb) -> bands        from_bands(bands) -> rgb        picture = from_bands(sum_k share_k to_bands(paint_k))

1. A color has the reflectance R = B linear(rgb) in each band. B is of 0 or more and its rows sum to 1, so that R stays
   within 0..1 and white reflects all; M B = 1, where M is what the eye sees of the bands, so that no color changes.
2. Where pigments mix, a band's light is what all of them leave of it: not R is averaged by their shares, but
   v = log(1 + R / F) / log(1 + 1 / F), 0 for black and 1 for white.

This is the weighted geometric mean of reflectances, with a floor F that keeps it finite. Kubelka and Munk's K / S =
(1 - R)^2 / 2R, which is the physics of thick mixtures, lets a tenth of black turn white into a dark gray; then all soft
edges of dark strokes, which are shares too, would be dark rims.

M is of CIE 1931 as fitted by Wyman, Sloan and Shirley (JCGT 2 (2), 2013), and B leaves the bands all light that its
conditions allow; `docs/figures/pigment_bands.py` computes both.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

from .color import to_linear, to_srgb

__all__ = ["BANDS", "from_bands", "mixed_picture", "reflected", "seen", "seen_picture", "seen_spread", "to_bands"]

BANDS = 6  # from red to violet, between 730, 635, 590, 555, 485, 415 and 380 nm
FLOOR = 0.02  # F
SPAN = math.log1p(1 / FLOOR)
SEEN = (  # M: linear sRGB of each band
    (0.2118239, 0.8155919, 0.3527793, -0.4151624, 0.0298818, 0.0050855),
    (-0.0179298, 0.0098710, 0.3149206, 0.7610877, -0.0637498, -0.0041996),
    (-0.0021924, -0.0178528, -0.0442653, 0.0314731, 1.0018990, 0.0309384),
)
REFLECTED = (  # B: of red, green and blue in each band
    (0.9738815, 0.0261185, 0.0000000),
    (0.9607503, 0.0392497, 0.0000000),
    (0.0275095, 0.9683970, 0.0040936),
    (0.0009604, 0.9146270, 0.0844126),
    (0.0188650, 0.0140569, 0.9670781),
    (0.0508689, 0.0243927, 0.9247384),
)


def to_bands(rgb: Tensor, dim: int = -1) -> Tensor:
    """What paint of a color is in each band, 0 for black and 1 for white: shares of paint mix these linearly.

    Args:
        rgb: sRGB in 0..1.
        dim: of its three numbers, where the six bands will be.
    """
    return (reflected(rgb, dim) / FLOOR).log1p() / SPAN


def from_bands(bands: Tensor, dim: int = -1) -> Tensor:
    """The color of a mixture; `from_bands(to_bands(rgb))` is rgb.

    Mixtures of colors at the edge of sRGB may lie outside, and are brought to its edge; gradients pass as if they were
    not.
    """
    return seen((bands * SPAN).expm1() * FLOOR, dim)


def reflected(rgb: Tensor, dim: int = -1) -> Tensor:
    """What a color of sRGB in 0..1 reflects in each band, 0..1."""
    return _times(REFLECTED, to_linear(rgb), dim).clamp(min=0)


def seen(light: Tensor, dim: int = -1) -> Tensor:
    """The sRGB of what is reflected in each band; the inverse of `reflected`."""
    linear = _times(SEEN, light, dim)
    return to_srgb(linear + (linear.clamp(0, 1) - linear).detach())


def mixed_picture(picture: Tensor) -> Tensor:  # [..., 4, H, W] -> [..., 7, H, W]
    """Bands of a picture, premultiplied, and its alpha."""
    alpha = picture[..., 3:, :, :]
    return torch.cat([to_bands(picture[..., :3, :, :] / alpha.clamp(min=1e-6), -3) * alpha, alpha], -3)


def seen_picture(bands: Tensor) -> Tensor:  # [..., 7, H, W] -> [..., 4, H, W]
    """The picture of premultiplied bands and their alpha, premultiplied RGBA."""
    alpha = bands[..., BANDS:, :, :]
    return torch.cat([from_bands(bands[..., :BANDS, :, :] / alpha.clamp(min=1e-6), -3) * alpha, alpha], -3)


def seen_spread(bands: Tensor) -> Tensor:  # [..., 6 or more, H, W] -> [..., H, W]
    """The variance of a mixture's color, summed over red, green and blue, for a variance of 1 summed over its bands.

    To first order, for differences between bands that are like those between colors spread evenly over sRGB.
    """
    bands = bands[..., :BANDS, :, :]
    part = (bands * SPAN).exp() * (FLOOR * SPAN)  # of R by v
    light = _times(SEEN, part, -3) / SPAN - FLOOR
    slope = torch.where(light <= 0.0031308, 12.92, 1.055 / 2.4 * light.clamp(min=0.0031308, max=1) ** (1 / 2.4 - 1))
    way = torch.tensor(SEEN, device="cpu")[:, :, None] * _differences()  # [3, K, R]
    turned = torch.einsum("ckr,...kyx->...cryx", way.to(bands), part)
    return (turned.square().sum(-3) * slope.square()).sum(-3)


@functools.cache
def _differences() -> Tensor:
    """[K, 3] root of the covariance of the bands of colors spread evenly over sRGB, with a trace of 1."""
    steps = torch.linspace(0, 1, 8, dtype=torch.float64, device="cpu")
    bands = to_bands(torch.cartesian_prod(steps, steps, steps))
    values, vectors = torch.linalg.eigh(torch.cov(bands.t()))
    return vectors[:, -3:] * (values[-3:] / values.sum()).sqrt()  # the other three are 0 to 1 %


def _times(matrix: tuple[tuple[float, ...], ...], values: Tensor, dim: int) -> Tensor:
    """A matrix times the vectors along a dimension."""
    return torch.einsum("ij,j...->i...", values.new_tensor(matrix), values.movedim(dim, 0)).movedim(0, dim)
