"""Windows of pictures, from the whole to small parts, each size half the one before."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["LOOKS", "RUNGS", "cut", "zoom_of"]

RUNGS = 4  # sizes of windows, each half the one before
LOOKS = 2  # at each window: the second finds the canvas as the first, or as a neighbor, left it
FINEST = 64  # program pixels of the smallest window


def zoom_of(program_height: Tensor) -> Tensor:
    """What an agent is told of a window's size in program pixels: 0 for the smallest, 1 for twice that."""
    return (program_height / FINEST).log2()


def cut(
    pictures: Tensor,  # [B, C, H, W]
    corner: Tensor,  # [B, 2] (x, y) of the top left, as shares of the sides
    share: Tensor | float,  # of the sides; [2] (x, y) or one number
    side: int,
) -> Tensor:
    """[B, C, side, side] windows of pictures, averaged where they shrink; beyond the border it repeats."""
    height, width = pictures.shape[2:]
    share = torch.as_tensor(share, dtype=pictures.dtype, device=pictures.device).expand(2)
    # Two samples or more a pixel where the window shrinks, and their mean.
    over = max(1, round(float(share[1]) * height / side), round(float(share[0]) * width / side))
    line = (torch.arange(side * over, device=pictures.device, dtype=pictures.dtype) + 0.5) / (side * over)
    x = corner[:, 0, None] + share[0] * line
    y = corner[:, 1, None] + share[1] * line
    grid = torch.stack([x[:, None, :].expand(-1, len(line), -1), y[:, :, None].expand(-1, -1, len(line))], -1)
    found = F.grid_sample(pictures, grid * 2 - 1, padding_mode="border", align_corners=False)
    return F.avg_pool2d(found, over) if over > 1 else found
