"""Random paintings by a painter itself, with their strokes: `paintings("round", strokes=8) -> Paintings`; endless.

As PaintTransformer (Liu et al., 2021) is trained: where the strokes are known, an agent can be told how far
it is from them. Unlike there, the strokes go from large to small, and their colors come from a few that
flow into each other across the picture, so that the paintings look a little like something.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .. import checks
from ..canvas import Canvas
from ..errors import InputError
from ..frame import Frame
from ..media.ribbon import RibbonPainter
from ..media.ribbon import load as load_painter
from ..medium import Picture, render
from ..strokes import Strokes
from .base import ENDLESS, Data, Examples, check_count, check_side, picture_numbers, repeatable_noise

__all__ = ["Paintings", "paintings"]

MOST = 256  # strokes
PALETTE = 3  # colors across and down
TRAIN, TEST = 2, 3  # streams of random numbers
_WHOLE = 3 * PALETTE**2 + 16  # random numbers of a painting
_EACH = 16  # and of a stroke
_AT_ONCE = 1 << 20  # pixels rendered in one go, which bounds the memory


@dataclass(frozen=True, eq=False)
class Paintings(Data):
    """Random paintings. `take(i)` is the same one for each i; the test part's are others than the training part's.

    Args:
        painter: who paints.
        name: for reports.
        strokes: of a painting.
        radius: of the smallest and of the largest strokes, canvas units.
        program_height: the program's canvas that the painter imitates, pixels; the pictures' own if None.
        stream: which random numbers `take` uses.
    """

    painter: RibbonPainter
    name: str = "paintings"
    strokes: int = 8
    radius: tuple[float, float] = (0.02, 0.22)
    program_height: int | None = None
    stream: int = TRAIN
    channels: int = 3
    classes: tuple[str, ...] = ()
    credit: str = ""

    def __len__(self) -> int:
        return ENDLESS

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        """Random paintings."""
        return self._paint(
            torch.rand(check_count(count), self._numbers, generator=generator, device=generator.device), side
        )

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        """Paintings by number."""
        return self._paint(repeatable_noise(picture_numbers(index, ENDLESS), self._numbers, self.stream), side)

    def split(self, held_out: float | int | None = None) -> tuple[Paintings, Paintings]:
        """Paintings to train with, and others."""
        if held_out is not None:
            raise InputError(f"expected no number for endless data, got {held_out!r}")
        return replace(self, stream=TRAIN), replace(self, stream=TEST)

    @property
    def _numbers(self) -> int:
        return _WHOLE + _EACH * self.strokes

    @torch.no_grad()
    def _paint(self, chance: Tensor, side: int) -> Examples:
        check_side(side)
        batch, ground = self._strokes(chance)
        frame = Frame(Canvas(), side, program_height=self.program_height, device=batch.device)
        below = F.pad(ground, (0, 1), value=1.0)[:, :, None, None].expand(-1, -1, *frame.size)  # each its own
        pictures = []
        for rows in torch.arange(len(batch), device=batch.device).split(max(1, _AT_ONCE // side**2)):
            pictures.append(render(self.painter, batch[rows], frame, ground=Picture(below[rows])).mean[:, :3])
        groups = torch.arange(self.strokes, device=batch.device).expand(len(batch), -1).contiguous()
        return Examples(torch.cat(pictures).clamp_(0, 1).float(), batch, groups)

    def _strokes(self, chance: Tensor) -> tuple[Strokes, Tensor]:  # [B, numbers] in 0..1
        """Strokes from large to small, and the color [B, 3] of each ground."""
        b, k = len(chance), self.strokes
        whole, each = chance[:, :_WHOLE], chance[:, _WHOLE:].view(b, k, _EACH)
        palette, rest = whole[:, : 3 * PALETTE**2].view(b, 3, PALETTE, PALETTE), whole[:, 3 * PALETTE**2 :]
        center = each[..., :2]
        low, high = self.radius
        place = (torch.arange(k, device=each.device) + each[..., 2]) / k  # 0 for the first and largest, 1 for the last
        loose = (place + 0.5 * (each[..., 3] - 0.5)).clamp(0, 1)
        radius = high * (low / high) ** loose
        length = radius * 2 ** (0.5 + 2.5 * each[..., 4])
        length = length.clamp(max=1.0)
        # Strokes follow a flow that bends slowly across the picture, more or less closely.
        flow = 2 * math.pi * rest[:, 0, None] + 2.5 * (rest[:, 1, None] - 0.5) * center[..., 0]
        flow = flow + 2.5 * (rest[:, 2, None] - 0.5) * center[..., 1]
        angle = flow + math.pi * (2 * each[..., 5] - 1) * each[..., 6] ** (4 * rest[:, 3, None])
        along = torch.stack([angle.cos(), angle.sin()], -1) * length[..., None]
        across = torch.stack([-along[..., 1], along[..., 0]], -1) * (1.2 * (each[..., 7, None] - 0.5))
        points = torch.stack([center - along / 2, center + across, center + along / 2], 2)
        pressure = (1 - each[..., 8, None] * 0.3) * (1 - 0.5 * each[..., 9:11] ** 2)
        contrast = 0.4 + 0.6 * rest[:, 4, None, None, None]
        middle = rest[:, 5:8, None, None]
        palette = middle + contrast * (palette - middle)
        seen = F.grid_sample(palette, (2 * center - 1)[:, :, None], align_corners=True)[..., 0].transpose(1, 2)
        color = (seen + (each[..., 11:14] - 0.5) * (0.3 * rest[:, 8, None, None])).clamp(0, 1)
        ground = torch.where(rest[:, 9, None] < 0.5, 0.9 + 0.1 * rest[:, 10:13], palette.mean((2, 3)))
        return Strokes(points, radius, pressure, color), ground


def paintings(
    brush: str | Path | RibbonPainter = "round",
    *,
    strokes: int = 8,
    radius: tuple[float, float] = (0.02, 0.22),
    program_height: int | None = None,
) -> Paintings:
    """Random paintings by the painter of a brush.

    Args:
        brush: a bundled painter by its brush's name, a painter's file, or a painter.
        strokes: of a painting, 1 to 256.
        radius: of the smallest and of the largest strokes, canvas units.
        program_height: the program's canvas that is imitated, pixels; the pictures' own if None.

    Raises:
        BrushError, FileError: no such painter.
        InputError: numbers outside those ranges.
    """
    strokes = checks.whole("… strokes of a painting", strokes, 1, MOST)
    if len(radius) != 2 or not 1e-4 <= radius[0] <= radius[1] <= 1:
        raise InputError(f"expected the smallest and the largest radius within 0.0001..1, got {radius!r}")
    painter = brush if isinstance(brush, RibbonPainter) else load_painter(brush)
    name = f"paintings:{painter.brush or 'painter'}"
    return Paintings(painter, name, strokes, (float(radius[0]), float(radius[1])), program_height)
