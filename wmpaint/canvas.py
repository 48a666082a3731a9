"""What is painted on. Canvas units: origin top left, y down, height = 1, width = `aspect`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from .errors import InputError

__all__ = ["Canvas"]

MAX_SIDE = 16_384  # pixels; also the most that libmypaint's fixed surface takes


@dataclass(frozen=True)
class Canvas:
    """A ground to paint on, without a resolution.

    Args:
        aspect: width / height, 1/64 to 64.
        background: sRGB in 0..1, or None for a transparent ground.
        paper: optional (width, height) in millimetres, for exports that need a real size.

    Raises:
        InputError: a value outside those ranges.
    """

    aspect: float = 1.0
    background: tuple[float, float, float] | None = (1.0, 1.0, 1.0)
    paper: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.aspect) and 1 / 64 <= self.aspect <= 64):
            raise InputError(f"expected a canvas aspect of 1/64 to 64, got {self.aspect}")
        if self.background is not None:
            color = tuple(float(c) for c in self.background)
            if len(color) != 3 or not all(0 <= c <= 1 for c in color):
                raise InputError(f"expected a background of 3 numbers in 0..1, got {self.background}")
            object.__setattr__(self, "background", color)
        if self.paper is not None:
            paper = tuple(float(side) for side in self.paper)
            if len(paper) != 2 or not all(0 < side <= 10_000 for side in paper):
                raise InputError(f"expected paper of 2 lengths up to 10,000 mm, got {self.paper}")
            object.__setattr__(self, "paper", paper)

    @classmethod
    def like(
        cls,
        picture: Tensor,  # [C, H, W]
        background: tuple[float, float, float] | None = (1.0, 1.0, 1.0),
    ) -> Canvas:
        """The canvas with a picture's proportions."""
        if picture.ndim != 3 or 0 in picture.shape:
            raise InputError(f"expected a picture [C, H, W], got shape {tuple(picture.shape)}")
        return cls(aspect=picture.shape[2] / picture.shape[1], background=background)

    def pixels(self, height: int) -> tuple[int, int]:
        """(height, width) of a picture of this canvas, in pixels.

        Raises:
            InputError: `height` below 1, or a side above 16,384 pixels.
        """
        if isinstance(height, bool) or int(height) != height or height < 1:
            raise InputError(f"expected a height of 1 pixel or more, got {height}")
        width = max(1, round(self.aspect * height))
        if max(height, width) > MAX_SIDE:
            raise InputError(f"expected sides of at most {MAX_SIDE} pixels, got {width} x {height}")
        return int(height), width
