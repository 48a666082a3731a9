"""What an agent is shown of images: squares, in colors or as amounts of ink."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError
from ..image import GOAL, load_image
from .config import AgentConfig

__all__ = ["as_ink", "as_pictures", "in_squares", "squares_of"]


def squares_of(images: Any, config: AgentConfig) -> tuple[Tensor, bool]:
    """([B, C, side, side], whether it was one image), as the agent of that config takes them.

    Raises:
        InputError: something that is no picture, or not finite.
    """
    pictures, single = as_pictures(images)
    if config.channels == 1:
        pictures = torch.cat([as_ink(picture) for picture in pictures.split(1)])
    elif pictures.shape[1] == 1:
        pictures = pictures.expand(-1, 3, -1, -1)
    return in_squares(pictures, config.side), single


def as_pictures(images: Any) -> tuple[Tensor, bool]:
    """([B, 1 or 3, H, W] in 0..1, whether it was one image).

    Raises:
        InputError: something that is no picture, or not finite.
    """
    single = True
    if isinstance(images, Tensor) and images.ndim in (3, 4):
        if images.shape[-3] not in (1, 3) or 0 in images.shape or not images.is_floating_point():
            raise InputError(f"expected images [B, 1 or 3, H, W] in 0..1, got {images.dtype} {tuple(images.shape)}")
        single = images.ndim == 3
        pictures = images[None] if single else images
    else:
        pictures = load_image(images, most=GOAL)[None, :3]
    if not bool(pictures.isfinite().all()):
        raise InputError("expected images of finite numbers, got some that are not")
    return pictures.detach().float().clamp(0, 1), single


def as_ink(
    pictures: Tensor,  # [B, 1 or 3, H, W] of one polarity
) -> Tensor:
    """[B, 1, H, W] amounts of ink: brightness, or darkness where the border is bright."""
    gray = pictures.mean(1, keepdim=True)
    border = torch.cat([gray[..., 0, :], gray[..., -1, :], gray[..., 0], gray[..., -1]], -1)
    return 1 - gray if float(border.mean()) > 0.5 else gray


def in_squares(pictures: Tensor, side: int) -> Tensor:
    """[B, C, side, side]: the whole picture in the middle, with its border's color around it."""
    height, width = pictures.shape[2:]
    if (height, width) == (side, side):
        return pictures
    scale = side / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    fitted = F.interpolate(pictures, size=size, mode="bilinear", align_corners=False, antialias=scale < 1)
    left, top = (side - size[1]) // 2, (side - size[0]) // 2
    return F.pad(fitted, (left, side - size[1] - left, top, side - size[0] - top), mode="replicate").clamp(0, 1)
