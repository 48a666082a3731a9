"""Strokes: quadratic Bezier curves with a radius, a pressure and a color each; of one picture or of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from .explain import explained
from .marks import Marks, column

__all__ = ["Strokes"]


@explained
@dataclass(frozen=True, eq=False)
class Strokes(Marks):
    """N strokes in paint order, the first undermost; or N for each of several pictures, [*batch, N].

    Lengths are in canvas units (canvas height = 1, origin top left, y down).

    Args:
        points: [*batch, N, 3, 2] start, control and end (x, y) of each quadratic Bezier curve, -64..64.
        radius: [*batch, N] brush radius, above 0, up to 16.
        pressure: [*batch, N, 2] pen pressure at start and end, 0..1, linear in the curve's parameter.
        color: [*batch, N, 3] sRGB, 0..1.
        brush: optional [*batch, N] integers, which of a painting's brushes; None means all use brush 0.
        pen: optional [*batch, N] integers, a plotter's pen.
        lifted: optional [*batch, N] bool, strokes that are kept but not painted; in a batch, those that fill it up.

    Raises:
        InputError: shapes that disagree, or a column of the wrong kind of numbers.
    """

    points: Tensor = column(
        (3, 2), "place", low=-64, high=64, step=4e-3, weight=1.0, names=("x0", "y0", "x1", "y1", "x2", "y2")
    )
    # 1e-9, which is a little less in single precision.
    radius: Tensor = column((), "length", low=9.9999e-10, high=16, step=3e-2, chart="log", usual=1 / 64, weight=0.02)
    pressure: Tensor = column((2,), "share", low=0, high=1, step=3e-2, usual=0.8, bounds=(0.05, 1.0))
    color: Tensor = column((3,), "color", low=0, high=1, step=2e-2, weight=0.05, names=("red", "green", "blue"))

    noun: ClassVar[str] = "stroke"
