"""What a painting is for: `goal.loss(picture, variance, strokes) -> (scalar, named terms)`, minimized.

Here the goal is a picture. The expected squared error in the real program is the squared error of
the mean plus the variance, E|X - T|^2 = |E X - T|^2 + Var X: minimizing that keeps a rough brush
out of fine detail, where it would only make noise.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import torch
from torch import Tensor

from ..canvas import Canvas
from ..image import load_image, resize
from ..strokes import Strokes

__all__ = ["Goal", "PhotoGoal"]


class Goal(Protocol):
    """Anything that can judge a picture at any size."""

    def canvas(self) -> Canvas:
        """The canvas that suits it."""
        ...

    def guide(self, height: int, width: int) -> Tensor:
        """A picture [3, H, W] to take the first colors and directions from."""
        ...

    def loss(self, picture: Tensor, variance: Tensor, strokes: Strokes) -> tuple[Tensor, dict[str, float]]:
        """Judge a picture [3, H, W] and the variance [H, W] (summed over channels) of the program around it."""
        ...


class PhotoGoal:
    """Look like a picture, in the program.

    Args:
        picture: whatever `load_image` takes.
        variance: weight of the program's variance; 1 is the expected squared error, 0 ignores it.
    """

    def __init__(self, picture: Any, variance: float = 1.0) -> None:
        self.picture = load_image(picture)
        self.variance = variance
        self._sizes: dict[tuple[int, int], Tensor] = {}

    def canvas(self) -> Canvas:
        """White, with the picture's proportions."""
        return Canvas.like(self.picture)

    def guide(self, height: int, width: int) -> Tensor:
        """The picture at that size."""
        if (height, width) not in self._sizes:
            self._sizes[height, width] = resize(self.picture, height, width).clamp(0, 1).contiguous()
        return self._sizes[height, width]

    def loss(self, picture: Tensor, variance: Tensor, strokes: Strokes) -> tuple[Tensor, dict[str, float]]:
        """Squared error and variance, both per channel."""
        target = self.guide(*picture.shape[-2:])
        error, noise = (picture - target).square().mean(), variance.mean() / 3
        loss = error + self.variance * noise
        terms = {"error": error.item(), "variance": noise.item()}
        if not math.isfinite(terms["error"] + terms["variance"]):
            raise FloatingPointError("the picture is no longer finite")
        return loss, terms


def expected_error(picture: Tensor, variance: Tensor, target: Tensor) -> Tensor:
    """[H, W] expected squared error in the program, averaged over channels."""
    return torch.mean((picture - target).square(), 0) + variance / 3
