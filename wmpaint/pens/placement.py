"""Where a canvas lies on a page: `Placement.of(canvas, "a4", margin="15mm")`, in millimetres from the top left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..canvas import Canvas
from ..errors import InputError
from ..units import length, page_size

__all__ = ["Placement"]


@dataclass(frozen=True)
class Placement:
    """A canvas on a page, as large as the margin allows, in the middle.

    Args:
        page: (width, height), mm.
        margin: bare on each side, mm.
        scale: mm per canvas unit, which is the canvas' height.
        left, top: of the canvas, mm.
        aspect: of the canvas.
    """

    page: tuple[float, float]
    margin: float
    scale: float
    left: float
    top: float
    aspect: float

    @classmethod
    def of(
        cls, canvas: Canvas, page: str | Sequence[Any] = "a4", landscape: bool | None = None, margin: Any = "15mm"
    ) -> Placement:
        """
        Args:
            page: a name such as "a4", "200x150mm", or (width, height).
            landscape: None turns a named page as the canvas lies.
            margin: a length; the same on all sides.

        Raises:
            InputError: an unknown page, a negative margin, or a margin that leaves nothing of the page.
        """
        if landscape is None and isinstance(page, str) and not any(mark in page.lower() for mark in "x×"):
            landscape = canvas.aspect > 1
        size = page_size(page, landscape)
        bare = length(margin, "a margin")
        if bare < 0:
            raise InputError(f"expected a margin of 0 mm or more, got {bare:g} mm")
        width, height = size[0] - 2 * bare, size[1] - 2 * bare
        if not min(width, height) > 1:
            shown = f"{size[0]:g} x {size[1]:g} mm with {bare:g} mm on each side"
            raise InputError(f"expected a page larger than its margins, got {shown}")
        scale = min(width / canvas.aspect, height)
        left, top = (size[0] - scale * canvas.aspect) / 2, (size[1] - scale) / 2
        return cls(size, bare, scale, left, top, canvas.aspect)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of the canvas on the page, mm."""
        return self.left, self.top, self.left + self.scale * self.aspect, self.top + self.scale

    def place(self, points: np.ndarray) -> np.ndarray:  # [..., 2] canvas units -> [..., 2] mm
        """Points on the page."""
        return points * self.scale + np.array([self.left, self.top])
