"""What is painted on. Canvas units: origin top left, y down, height = 1, width = `aspect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import checks
from .errors import InputError
from .explain import explained
from .image import size_of

__all__ = ["GRAY", "WHITE", "Canvas"]

MIXINGS = ("light", "pigment")
SURFACES = ("smooth", "linen", "cotton", "panel", "paper")
MAX_SIDE = 16_384  # pixels; also the most that libmypaint's fixed surface takes
WHITE = (1.0, 1.0, 1.0)
GRAY = (0.5, 0.5, 0.48)  # a ground in between: on white, light things have no outline to be found by


@explained
@dataclass(frozen=True)
class Canvas:
    """A ground to paint on, without a resolution.

    Args:
        aspect: width / height, 1/64 to 64.
        background: sRGB in 0..1, or None for a transparent ground.
        paper: optional (width, height) in millimetres, for exports that need a real size.
        surface: what paint that has a relief lies on, "smooth", "linen", "cotton", "panel" or "paper"; None for what
            is usual for the medium.
        mixing: how paint mixes where it does not cover: "light" averages sRGB, "pigment" mixes as paint does, so that
            yellow over blue is green (`wmpaint/pigment.py`).

    Raises:
        InputError: a value outside those ranges.
    """

    aspect: float = 1.0
    background: tuple[float, float, float] | None = (1.0, 1.0, 1.0)
    paper: tuple[float, float] | None = None
    surface: str | None = None
    mixing: str = "light"

    def __post_init__(self) -> None:
        aspect = checks.real(self.aspect)
        if not 1 / 64 <= aspect <= 64:
            raise InputError(f"expected a canvas aspect of 1/64 to 64, got {self.aspect!r}")
        object.__setattr__(self, "aspect", aspect)
        if self.background is not None:
            object.__setattr__(self, "background", checks.numbers("a background", self.background, 3, 0, 1))
        if self.paper is not None:
            paper = checks.numbers("paper in mm", self.paper, 2, 0, 10_000)
            if not min(paper) > 0:
                raise InputError(f"expected paper with sides above 0, got {self.paper!r}")
            object.__setattr__(self, "paper", paper)
        if self.surface is not None:
            checks.one_of("a surface", self.surface, SURFACES)
        checks.one_of("a mixing of …", self.mixing, MIXINGS)

    @classmethod
    @explained
    def like(cls, picture: Any, background: tuple[float, float, float] | None = (1.0, 1.0, 1.0)) -> Canvas:
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
        rows = checks.whole("a height of … pixels", height, 1, MAX_SIDE, floats=True)
        width = max(1, round(self.aspect * rows))
        if width > MAX_SIDE:
            raise InputError(f"expected sides of at most {MAX_SIDE} pixels, got {width} x {rows}")
        return rows, width
