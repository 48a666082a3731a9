"""The one seam: whatever can draw strokes is a `Renderer`, be it a paint program or a painter.

`render(strokes, canvas, *, height, generator=None) -> [4, H, W]`, premultiplied RGBA in 0..1,
row 0 at the top. On a canvas with a background the alpha channel is 1 everywhere.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from .canvas import Canvas
from .strokes import Strokes

__all__ = ["Program", "Renderer"]


@runtime_checkable
class Renderer(Protocol):
    """Anything that draws strokes."""

    def render(
        self, strokes: Strokes, canvas: Canvas, *, height: int, generator: torch.Generator | None = None
    ) -> Tensor:
        """The picture [4, H, W]. `generator` drives what is random in it; None is a fixed seed."""
        ...


@runtime_checkable
class Program(Renderer, Protocol):
    """A paint program: it draws, it is not differentiable, and one stroke's alpha can be asked of it.

    A program keeps its own time. A stroke takes 5 seconds on a canvas 512 pixels high, and
    `pace` times as long on one `pace` times as high, so that a brush which listens to the
    pen's speed, or dabs by the second, paints the same stroke at every size.
    """

    @property
    def name(self) -> str:
        """Of the program."""
        ...

    @property
    def version(self) -> str:
        """Of the program."""
        ...

    @property
    def brush(self) -> str:
        """The brush's name."""
        ...

    @property
    def brush_hash(self) -> str:
        """SHA-256 of the brush's file, in hexadecimal."""
        ...

    def alpha(
        self,
        points: np.ndarray,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
    ) -> np.ndarray:
        """[height, width] float32: the alpha of one stroke on transparent ground."""
        ...
