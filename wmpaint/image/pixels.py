"""Pixels that are asked for some rows at a time: `blocks(pixels, factor) -> [h, w, C], ...`, reduced on the way.

So a picture of a hundred megapixels is never there as floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from ..errors import InputError

__all__ = ["Pixels", "blocks", "check_size", "factor_for", "mega"]

_MEGA = 1_000_000
_BLOCK = 1 << 18  # pixels that are floats at a time


@dataclass(frozen=True)
class Pixels:
    """A picture before its colors are made sense of.

    Args:
        rows: (top, bottom) -> [bottom - top, width, C] float32 in 0..1, with straight alpha last; asked from the top
            to the bottom, once.
        kind: of the color channels: "gray" (1), "rgb" (3), "cmyk" (4) or "lab" (3; a and b are 128 / 255 for gray).
        alpha: whether one more channel is alpha.
    """

    height: int
    width: int
    rows: Callable[[int, int], np.ndarray]
    kind: str
    alpha: bool = False


def blocks(pixels: Pixels, factor: int) -> Iterator[np.ndarray]:
    """All rows from the top in blocks [h, ceil(width / factor), C]; a pixel is the mean of factor x factor.

    Colors count by their alpha, so that what is hidden does not show at edges.
    """
    step = factor * max(1, _BLOCK // (pixels.width * factor))
    for top in range(0, pixels.height, step):
        block = pixels.rows(top, min(pixels.height, top + step))
        yield block if factor == 1 else _reduced(block, factor, pixels.alpha)


def _reduced(block: np.ndarray, factor: int, alpha: bool) -> np.ndarray:
    values = torch.from_numpy(np.ascontiguousarray(block.transpose(2, 0, 1)))
    if alpha:
        values[:-1] *= values[-1]
    values = F.avg_pool2d(values[None], factor, ceil_mode=True, count_include_pad=False)[0]
    if alpha:
        values[:-1] /= values[-1].clamp(min=1e-12)
    return values.clamp_(0, 1).permute(1, 2, 0).numpy()


def factor_for(size: tuple[int, int], most: int | None) -> int:
    """By which whole number a picture is reduced, so that its longer side is `most` at most."""
    return 1 if most is None else max(1, math.ceil(max(size) / most))


def check_size(size: tuple[int, int], what: str, max_pixels: int) -> None:  # (width, height)
    """Refuse a picture without a pixel, or with too many.

    Raises:
        InputError: so.
    """
    width, height = size
    if width < 1 or height < 1:
        raise InputError(f"expected a picture of 1 pixel or more, got {what}, which is empty")
    if width * height > max_pixels:
        raise InputError(f"expected a picture of at most {mega(max_pixels)}, got {width} x {height} pixels in {what}")


def mega(pixels: int) -> str:
    """A number of pixels, for people."""
    return f"{pixels / _MEGA:g} megapixels"
