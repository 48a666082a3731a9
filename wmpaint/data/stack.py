"""Pictures of one size, all in memory: `Stack("digits", pictures, labels)`; MNIST and its kin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import InputError
from .base import Data, Examples, check_count, check_side, parts, picture_numbers

__all__ = ["Stack", "make_stack"]

MNIST_SIDE, PADDED = 28, 32  # pixels
TURN, GROW, MOVE = math.radians(8), 0.08, 0.04  # how far training pictures vary at most
MAX_CLASSES = 65_536


@dataclass(frozen=True, eq=False)
class Stack(Data):
    """Pictures of one size. Training pictures are turned, scaled and moved a little.

    Args:
        name: for reports.
        pictures: [N, C, S, S] uint8; C = 1 for ink, 3 for sRGB.
        labels: [N] int64, or None.
        test: [N] bool, which pictures the file itself keeps for testing; None if it does not say.
        classes: what the labels mean.
        credit: whom the pictures are owed to.
        jitter: how much training pictures vary, as a multiple of what is usual; 0 for not at all.
    """

    name: str
    pictures: Tensor
    labels: Tensor | None = None
    test: Tensor | None = None
    classes: tuple[str, ...] = ()
    credit: str = ""
    jitter: float = 1.0

    @property
    def channels(self) -> int:  # type: ignore[override]
        """1 for ink, 3 for sRGB."""
        return self.pictures.shape[1]

    def __len__(self) -> int:
        return len(self.pictures)

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        """Random pictures, each turned, scaled and moved a little; ink on nothing, photos continued at the border."""
        check_side(side)
        index = torch.randint(len(self), (check_count(count),), generator=generator)
        chance = (2 * torch.rand(count, 4, generator=generator) - 1) * self.jitter
        picture = self.pictures[index].float() / 255
        angle, scale, move = chance[:, 0] * TURN, 1 + chance[:, 1] * GROW, chance[:, 2:] * (2 * MOVE)
        cos, sin = angle.cos() / scale, angle.sin() / scale
        affine = torch.stack([torch.stack([cos, sin, move[:, 0]], 1), torch.stack([-sin, cos, move[:, 1]], 1)], 1)
        size = max(side, picture.shape[-1]) if side != picture.shape[-1] else side
        grid = F.affine_grid(affine, [count, self.channels, size, size], align_corners=False)
        border = "zeros" if self.channels == 1 else "border"
        moved = F.grid_sample(picture, grid, mode="bilinear", padding_mode=border, align_corners=False)
        return self._examples(_resized(moved, side), index)

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        """Pictures by number, as they are."""
        check_side(side)
        index = picture_numbers(index, len(self))
        return self._examples(_resized(self.pictures[index].float() / 255, side), index)

    def _examples(self, pictures: Tensor, index: Tensor) -> Examples:
        return Examples(pictures.clamp_(0, 1), labels=None if self.labels is None else self.labels[index])

    def split(self, held_out: float | int | None = None) -> tuple[Stack, Stack]:
        """The file's own parts, or a random choice."""
        if held_out is None and self.test is not None and bool(self.test.any()) and not bool(self.test.all()):
            return self._some((~self.test).nonzero()[:, 0]), self._some(self.test.nonzero()[:, 0])
        train, test = parts(len(self), held_out, what=self.name)
        return self._some(train), self._some(test)

    def _some(self, index: Tensor) -> Stack:
        labels = None if self.labels is None else self.labels[index]
        return replace(self, pictures=self.pictures[index], labels=labels, test=None)


def _resized(pictures: Tensor, side: int) -> Tensor:
    if pictures.shape[-1] == side:
        return pictures
    return F.interpolate(pictures, size=(side, side), mode="bilinear", antialias=side < pictures.shape[-1])


def make_stack(
    name: str,
    pictures: np.ndarray,  # [N, H, W] or [N, H, W, 1|3], uint8, or float in 0..1
    labels: np.ndarray | None = None,  # [N]
    *,
    test: np.ndarray | None = None,  # [N] bool
    classes: tuple[str, ...] = (),
    credit: str = "",
    jitter: float = 1.0,
) -> Stack:
    """A `Stack` of checked arrays. Pictures of 28 x 28 pixels get a border of 2; others are padded or cut to squares.

    Ink (one channel) is padded with bare ground, sRGB is cut at the longer sides.

    Raises:
        InputError: no pictures, or arrays of other shapes, types or lengths.
    """
    what = f"{pictures.dtype} of shape {pictures.shape}"
    color = pictures.ndim == 4
    if pictures.ndim not in (3, 4) or (color and pictures.shape[3] not in (1, 3)) or 0 in pictures.shape:
        raise InputError(f"expected pictures of {name} as [N, H, W] or [N, H, W, 3], got {what}")
    if pictures.dtype.kind == "f":
        if not np.isfinite(pictures).all() or pictures.min() < 0 or pictures.max() > 1:
            raise InputError(f"expected pictures of {name} with finite values in 0..1, got others among {what}")
        pictures = np.rint(pictures * 255).astype(np.uint8)
    elif pictures.dtype == np.bool_:
        pictures = pictures.astype(np.uint8) * np.uint8(255)
    elif pictures.dtype != np.uint8:
        raise InputError(f"expected pictures of {name} as bytes, or as real numbers in 0..1, got {what}")
    tensor = torch.from_numpy(np.array(pictures)).view(*pictures.shape[:3], -1).permute(0, 3, 1, 2)
    height, width = tensor.shape[2:]
    if tensor.shape[1] == 1:
        side = PADDED if (height, width) == (MNIST_SIDE, MNIST_SIDE) else max(height, width)
        left, top = (side - width) // 2, (side - height) // 2
        tensor = F.pad(tensor, (left, side - width - left, top, side - height - top))
    else:
        side = min(height, width)
        left, top = (width - side) // 2, (height - side) // 2
        tensor = tensor[:, :, top : top + side, left : left + side]
    return Stack(
        name, tensor.contiguous(), _labels(name, labels, len(tensor), classes),
        None if test is None else torch.from_numpy(np.array(test)), classes, credit, jitter,
    )  # fmt: skip


def _labels(name: str, labels: np.ndarray | None, n: int, classes: tuple[str, ...]) -> Tensor | None:
    if labels is None:
        return None
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise InputError(
            f"expected {n} whole numbers as labels of {name}, one for each picture, got {labels.dtype} "
            f"of shape {labels.shape}"
        )
    top = len(classes) or MAX_CLASSES
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= top:
        raise InputError(f"expected labels of {name} in 0..{top - 1}, got {low}..{high}")
    return torch.from_numpy(labels.astype(np.int64))
