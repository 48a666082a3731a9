"""Pictures out: `to_uint8(picture) -> [H, W, 3|4]`, `save_png(path, picture)`, and other sizes of them."""

from __future__ import annotations

import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import InputError
from ..files import atomic_path
from .arrays import check_finite_pixels, unpremultiplied

__all__ = ["resize", "save_png", "to_uint8", "to_uint16", "zoomed"]


def resize(picture: Tensor, height: int, width: int) -> Tensor:  # [C, H, W] -> [C, height, width]
    """The picture at another size: antialiased bicubic, clamped to 0..1; differentiable.

    Raises:
        InputError: not a float picture [C, H, W], or a size below 1 pixel.
    """
    _check_picture(picture, channels=None)
    if height < 1 or width < 1:
        raise InputError(f"expected a size of 1 pixel or more, got {width} x {height}")
    if tuple(picture.shape[1:]) == (height, width):
        return picture
    resized = F.interpolate(picture[None], size=(height, width), mode="bicubic", antialias=True)
    return resized[0].clamp(0, 1)


def zoomed(picture: Tensor, zoom: float) -> Tensor:  # [C, H, W]
    """As `resize`, with both sides so many times as long, and at least a pixel."""
    height, width = picture.shape[1:]
    return resize(picture, max(1, round(height * zoom)), max(1, round(width * zoom)))


def to_uint8(picture: Tensor) -> np.ndarray:  # [3|4, H, W] -> [H, W, 3|4]
    """The picture as bytes with straight alpha, as PIL and files have it; values are clamped to 0..1.

    Raises:
        InputError: not a float picture [3, H, W] or [4, H, W], empty, or with values that are not finite.
    """
    return _integers(picture, 255).astype(np.uint8)


def to_uint16(picture: Tensor) -> np.ndarray:  # [3|4, H, W] -> [H, W, 3|4]
    """As `to_uint8`, from 0 to 65535."""
    return _integers(picture, 65535).astype(np.uint16)


def _integers(picture: Tensor, top: int) -> np.ndarray:
    _check_picture(picture, channels=(3, 4))
    values = np.asarray(picture.detach().cpu().to(torch.float32).permute(1, 2, 0))
    check_finite_pixels(values, "a picture")
    return np.rint(np.clip(unpremultiplied(values), 0, 1) * np.float32(top))


def save_png(path: str | os.PathLike[str], picture: Tensor) -> None:  # [3|4, H, W]
    """Write an 8-bit PNG, whole or not at all; an alpha channel that is 1 everywhere is left out.

    Raises:
        FileError: it cannot be written.
        InputError: as `to_uint8`.
    """
    from PIL import Image

    pixels = to_uint8(picture)
    if pixels.shape[2] == 4 and (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    with atomic_path(path) as temporary:
        image.save(temporary, format="PNG")


def _check_picture(picture: Tensor, channels: tuple[int, ...] | None) -> None:
    if not isinstance(picture, Tensor) or not picture.is_floating_point():
        kind = picture.dtype if isinstance(picture, Tensor) else type(picture).__name__
        raise InputError(f"expected a picture as a float tensor [C, H, W], got {kind}")
    if picture.ndim != 3 or 0 in picture.shape or (channels and picture.shape[0] not in channels):
        wanted = "C" if channels is None else " or ".join(str(c) for c in channels)
        raise InputError(f"expected a picture [{wanted}, H, W] that is not empty, got shape {tuple(picture.shape)}")
