"""Premultiplied pictures laid over each other, and over one color; and the box of what shows."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import WHITE
from ..errors import InputError

__all__ = ["flatten", "over", "shown_box"]


def over(
    top: Tensor,  # [4, H, W] premultiplied
    bottom: Tensor,  # [3 or 4, H, W]; 4 premultiplied
) -> Tensor:
    """`top` laid over `bottom`, with as many channels as `bottom`."""
    if top.ndim != 3 or top.shape[0] != 4 or bottom.ndim != 3 or bottom.shape[0] not in (3, 4):
        raise InputError(f"expected pictures [4, H, W] and [3 or 4, H, W], got {(*top.shape,)} and {(*bottom.shape,)}")
    return top[: bottom.shape[0]] + (1 - top[3:]) * bottom


def flatten(
    picture: Tensor,  # [3 or 4, H, W]; 4 premultiplied
    ground: tuple[float, float, float] = WHITE,
) -> Tensor:  # [3, H, W]
    """A picture without transparency: laid over one color, white unless told."""
    if picture.shape[0] == 3:
        return picture
    color = torch.tensor(ground, dtype=picture.dtype, device=picture.device)[:, None, None]
    return over(picture, color.expand(3, *picture.shape[1:]))


def shown_box(mask: Tensor) -> tuple[int, int, int, int] | None:  # [H, W] bool
    """(left, top, right, bottom) of what is true; None where nothing is."""
    rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
