"""How much a painted film flickers: `Flicker().add(painted, source)`, then `.mean`."""

from __future__ import annotations

import torch
from torch import Tensor

from ...image import resize

__all__ = ["Flicker"]

STILL = 4 / 255  # the largest change of a source pixel that stands still
SURE = 3  # pixels around a change that are left out: a brush reaches that far


class Flicker:
    """The mean absolute change, in levels of 255, of painted pixels where the source stands still."""

    def __init__(self) -> None:
        self._before: tuple[Tensor, Tensor] | None = None
        self._sum = self._count = 0.0

    def add(self, painted: Tensor, source: Tensor) -> None:
        """The next frame [3, H, W], and what it was painted after; of any size."""
        source = resize(source, *painted.shape[1:])
        if self._before is not None:
            was, seen = self._before
            moving = ((source - seen).abs().amax(0) > STILL).float()[None, None]
            side = 2 * SURE + 1
            still = torch.nn.functional.max_pool2d(moving, side, 1, SURE)[0, 0] == 0
            self._sum += float((painted - was).abs().mean(0)[still].sum()) * 255
            self._count += float(still.sum())
        self._before = painted, source

    @property
    def mean(self) -> float | None:
        """None where nothing stood still."""
        return self._sum / self._count if self._count else None
