"""A medium whose pictures can be worked out by hand: straight bars with round ends and one alpha."""

from __future__ import annotations

import torch
from torch import Tensor

from wmpaint.frame import Frame
from wmpaint.medium import MediumInfo, Picture
from wmpaint.strokes import Strokes


class Flat:
    """Each stroke is all pixels whose centers lie within a radius of the segment from its start to its end."""

    marks = Strokes

    def __init__(self, alpha: float = 1.0, width: float = 1.0, brush_hash: str = "") -> None:
        self.alpha, self.width = alpha, width
        self.info = MediumInfo("flat", "flat", "1", brush_hash, differentiable=True)
        self.calls: list[int] = []

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> tuple[Frame, Tensor]:
        return frame, frame.bare() if ground is None else ground.mean

    def look(self, state: tuple[Frame, Tensor]) -> Picture:
        return Picture(state[1], torch.zeros_like(state[1][0]))

    def lay(self, state: tuple[Frame, Tensor], marks: Strokes) -> tuple[Frame, Tensor]:
        (frame, picture), strokes = state, marks.shown()
        self.calls.append(len(strokes))
        (rows, columns), (left, top), height = frame.size, frame.origin, frame.height
        y = ((torch.arange(rows) + top + 0.5) / height)[:, None]
        x = ((torch.arange(columns) + left + 0.5) / height)[None]
        for points, radius, color in zip(strokes.points, strokes.radius, strokes.color, strict=True):
            along = points[2] - points[0]
            length = along.square().sum().clamp_min(1e-12)
            t = (((x - points[0, 0]) * along[0] + (y - points[0, 1]) * along[1]) / length).clamp(0, 1)
            distance = ((x - points[0, 0] - t * along[0]).square() + (y - points[0, 1] - t * along[1]).square()).sqrt()
            alpha = (distance <= radius * self.width).float() * self.alpha
            top_layer = torch.cat([color[:, None, None] * alpha, alpha[None]])
            picture = top_layer + (1 - alpha) * picture
        return frame, picture


def line(y: float, radius: float, color: tuple[float, float, float], x: tuple[float, float] = (0.1, 0.9)) -> Strokes:
    """One straight horizontal stroke."""
    points = torch.tensor([[[x[0], y], [sum(x) / 2, y], [x[1], y]]])
    return Strokes(points, torch.tensor([radius]), torch.ones(1, 2), torch.tensor([color]))


def many(count: int, seed: int = 0) -> Strokes:
    """Random strokes within a square canvas."""
    chance = torch.Generator().manual_seed(seed)
    return Strokes(
        torch.rand((count, 3, 2), generator=chance),
        0.005 + 0.05 * torch.rand(count, generator=chance),
        torch.rand((count, 2), generator=chance),
        torch.rand((count, 3), generator=chance),
    )
