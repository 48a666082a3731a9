"""A medium of its own in thirty lines: soft round leaves with a turn and a jitter of hue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from wmpaint.frame import Frame
from wmpaint.marks import Marks, column
from wmpaint.medium import MediumInfo, Picture


@dataclass(frozen=True, eq=False)
class LeafMarks(Marks):
    """A leaf each."""

    place: Tensor = column((2,), "place", low=-64, high=64, step=4e-3, weight=1.0, names=("x", "y"))
    size: Tensor = column((), "length", low=1e-6, high=16, step=3e-2, chart="log", usual=0.05)
    turn: Tensor = column((), "angle", low=-math.pi, high=math.pi, step=3e-2)
    color: Tensor = column((3,), "color", low=0, high=1, step=2e-2, names=("red", "green", "blue"))
    jitter: Tensor = column((), "share", low=0, high=1, step=2e-2, usual=0.5, optional=True)


class Leafy:
    """Lays leaves one over the other; the jitter of hue turns red into green."""

    marks = LeafMarks
    info = MediumInfo("leafy", "oak", "1", "1" * 64, weights="1" * 64, differentiable=True)

    def begin(
        self, frame: Frame, *, ground: Picture | None = None, batch: tuple[int, ...] = (), generator: Any = None
    ) -> Any:
        return frame, frame.bare(batch) if ground is None else ground.mean

    def lay(self, state: Any, marks: LeafMarks) -> Any:
        (frame, picture), at = state, len(marks.batch)
        (rows, columns), (left, top) = frame.size, frame.origin
        y = (torch.arange(rows, device=marks.device) + top + 0.5)[:, None] / frame.height
        x = (torch.arange(columns, device=marks.device) + left + 0.5)[None] / frame.height
        present = marks.present.to(marks.dtype)
        for k in range(marks.count):
            place, size, turn, color, jitter, there = (
                v.select(at, k)[..., None, None]
                for v in (marks.place, marks.size, marks.turn, marks.color, marks.jitter, present)
            )
            dx, dy = x - place[..., 0, :, :], y - place[..., 1, :, :]
            u, v = dx * turn.cos() + dy * turn.sin(), dy * turn.cos() - dx * turn.sin()
            alpha = there * torch.exp(-(u / size).square() - (2 * v / size).square())
            red, green, blue = color.unbind(-3)
            paint = torch.stack([red * (1 - jitter) + green * jitter, green * (1 - jitter) + red * jitter, blue], -3)
            top_layer = torch.cat([paint * alpha[..., None, :, :], alpha[..., None, :, :]], -3)
            picture = top_layer + (1 - alpha[..., None, :, :]) * picture
        return frame, picture

    def look(self, state: Any) -> Picture:
        return Picture(state[1])
