"""What is painted on. Canvas units: origin top left, y down, height = 1, width = `aspect`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .errors import InputError
from .image import size_of

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
        aspect = _number(self.aspect)
        if not 1 / 64 <= aspect <= 64:
            raise InputError(f"expected a canvas aspect of 1/64 to 64, got {self.aspect!r}")
        object.__setattr__(self, "aspect", aspect)
        if self.background is not None:
            color = _numbers(self.background)
            if len(color) != 3 or not all(0 <= c <= 1 for c in color):
                raise InputError(f"expected a background of 3 numbers in 0..1, got {self.background!r}")
            object.__setattr__(self, "background", color)
        if self.paper is not None:
            paper = _numbers(self.paper)
            if len(paper) != 2 or not all(0 < side <= 10_000 for side in paper):
                raise InputError(f"expected paper of 2 lengths up to 10,000 mm, got {self.paper!r}")
            object.__setattr__(self, "paper", paper)

    @classmethod
    def like(
        cls,
        picture: Any,
        background: tuple[float, float, float] | None = (1.0, 1.0, 1.0),
    ) -> Canvas:
        """The canvas with a picture's proportions.

        Args:
            picture: as `image.load_image` takes it: a path or a bundled picture's name, a PIL image, an array
                [H, W(, C)] or a tensor [C, H, W].

        Raises:
            FileError, InputError: a picture that `load_image` does not take.
        """
        height, width = size_of(picture)
        return cls(aspect=width / height, background=background)

    def pixels(self, height: int) -> tuple[int, int]:
        """(height, width) of a picture of this canvas, in pixels.

        Raises:
            InputError: `height` that is no whole number of 1 or more, or a side above 16,384 pixels.
        """
        rows = _number(height)
        if not (rows >= 1 and rows % 1 == 0):  # of infinity, the rest is nan
            raise InputError(f"expected a height of 1 pixel or more, got {height!r}")
        width = max(1, round(self.aspect * rows))
        if max(rows, width) > MAX_SIDE:
            raise InputError(f"expected sides of at most {MAX_SIDE} pixels, got {width} x {rows:.0f}")
        return int(rows), width


def _number(value: Any) -> float:
    """A number as a float; nan for what is none."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):  # torch's own for a tensor of several numbers
        return math.nan


def _numbers(values: Any) -> tuple[float, ...]:
    """Several numbers as floats; none for what cannot be counted through."""
    try:
        return tuple(_number(value) for value in values)
    except TypeError:
        return ()
