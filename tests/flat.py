"""A renderer whose pictures can be worked out by hand: straight bars with round ends and one alpha."""

from __future__ import annotations

import torch
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.strokes import Strokes


class Flat:
    """Each stroke is all pixels whose centers lie within a radius of the segment from its start to its end."""

    name = "flat"
    version = "1"
    brush = "flat"

    def __init__(self, alpha: float = 1.0, width: float = 1.0, brush_hash: str = "") -> None:
        self.alpha, self.width, self.brush_hash = alpha, width, brush_hash
        self.calls: list[int] = []

    def render(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        generator: torch.Generator | None = None,
        program_height: int | None = None,
    ) -> Tensor:
        self.calls.append(len(strokes))
        rows, columns = canvas.pixels(height)
        ground = (0.0, 0.0, 0.0, 0.0) if canvas.background is None else (*canvas.background, 1.0)
        picture = torch.tensor(ground)[:, None, None].expand(4, rows, columns)
        y = ((torch.arange(rows) + 0.5) / height)[:, None]
        x = ((torch.arange(columns) + 0.5) / height)[None]
        for points, radius, color in zip(strokes.points, strokes.radius, strokes.color, strict=True):
            along = points[2] - points[0]
            length = along.square().sum().clamp_min(1e-12)
            t = (((x - points[0, 0]) * along[0] + (y - points[0, 1]) * along[1]) / length).clamp(0, 1)
            distance = ((x - points[0, 0] - t * along[0]).square() + (y - points[0, 1] - t * along[1]).square()).sqrt()
            alpha = (distance <= radius * self.width).float() * self.alpha
            top = torch.cat([color[:, None, None] * alpha, alpha[None]])
            picture = top + (1 - alpha) * picture
        return picture


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
