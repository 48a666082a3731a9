"""Arrays and tensors as pictures: `array_pixels(values, what, most) -> Pixels`, looked at before they are copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from .pixels import Pixels, check_size

__all__ = ["array_pixels", "check_array", "check_finite_pixels", "check_picture_tensor"]
__all__ += ["tensor_pixels", "unpremultiplied"]

_SLACK = 1e-3  # how far floats may leave 0..1 (rounding, resampling) and still be clamped


def tensor_pixels(tensor: Tensor, max_pixels: int) -> Pixels:  # [H, W] or [C, H, W]
    """A tensor's pixels, with straight alpha.

    Raises:
        InputError: what `array_pixels` raises, and color above its alpha.
    """
    what = f"a tensor of shape {tuple(tensor.shape)}"
    check_picture_tensor(tensor)
    tensor = tensor.detach().cpu()
    if tensor.dtype is torch.bfloat16:  # unknown to NumPy
        tensor = tensor.float()
    found = array_pixels((tensor if tensor.ndim == 2 else tensor.permute(1, 2, 0)).numpy(), what, max_pixels)
    if not found.alpha:
        return found

    def rows(top: int, bottom: int) -> np.ndarray:
        block = found.rows(top, bottom)
        if (block[..., :3] > block[..., 3:] + 1 / 255).any():
            raise InputError(f"expected premultiplied RGBA in {what}, got color values above their alpha")
        return unpremultiplied(block)

    return Pixels(found.height, found.width, rows, "rgb", alpha=True)


def array_pixels(values: np.ndarray, what: str, max_pixels: int) -> Pixels:  # [H, W(, 1|3|4)]
    """An array's pixels.

    Raises:
        InputError: another shape or type, none or too many pixels, values that are not finite or not in 0..1.
    """
    height, width = check_array(values, what)
    check_size((width, height), what, max_pixels)
    scale = 1.0
    if values.dtype.kind == "u" and values.dtype.itemsize <= 2:
        scale = float(np.iinfo(values.dtype).max)
    elif np.issubdtype(values.dtype, np.floating):
        check_finite_pixels(values, what)
        low, high = float(values.min()), float(values.max())
        if low < -_SLACK or high > 1 + _SLACK:
            raise InputError(f"expected float values in 0..1 in {what}, got {low:g}..{high:g}")
    elif values.dtype != np.bool_:
        raise InputError(f"expected values of type uint8, uint16, bool or float in {what}, got {values.dtype}")
    grid: Any = values[..., None] if values.ndim == 2 else values

    def rows(top: int, bottom: int) -> np.ndarray:
        return (grid[top:bottom].astype(np.float32) / np.float32(scale)).clip(0, 1)

    return Pixels(height, width, rows, "gray" if grid.shape[2] == 1 else "rgb", alpha=grid.shape[2] == 4)


def check_picture_tensor(tensor: Tensor) -> tuple[int, int]:
    """(height, width) of a tensor that has a picture's shape.

    Raises:
        InputError: another shape.
    """
    if tensor.ndim not in (2, 3) or (tensor.ndim == 3 and tensor.shape[0] not in (1, 3, 4)):
        what = f"a tensor of shape {tuple(tensor.shape)}"
        raise InputError(f"expected a picture tensor [H, W], [1, H, W], [3, H, W] or [4, H, W], got {what}")
    return tensor.shape[-2], tensor.shape[-1]


def check_array(values: np.ndarray, what: str) -> tuple[int, int]:
    """(height, width) of an array that has a picture's shape.

    Raises:
        InputError: another shape.
    """
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (1, 3, 4)):
        raise InputError(f"expected a picture array [H, W], [H, W, 1], [H, W, 3] or [H, W, 4], got {what}")
    return values.shape[0], values.shape[1]


def unpremultiplied(pixels: np.ndarray) -> np.ndarray:  # [H, W, 3|4]
    """Premultiplied RGBA with its color divided out; where nothing is painted the color is 0."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:]
    color = np.divide(pixels[..., :3], alpha, out=np.zeros_like(pixels[..., :3]), where=alpha > 0)
    return np.concatenate([color.clip(0, 1), alpha], axis=2)


def check_finite_pixels(values: np.ndarray, what: str) -> None:
    """Refuse a picture [H, W, ...] with values that are not finite.

    Raises:
        InputError: the first of them.
    """
    bad = ~np.isfinite(values)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(f"expected finite values in {what}, got {values[index]} at row {index[0]}, column {index[1]}")
