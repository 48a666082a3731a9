"""What an exporter sees of a painting: `Work`; and what it may find that a renderer can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from ..canvas import Canvas
from ..renderer import Renderer
from ..strokes import Strokes

__all__ = ["HasBrushes", "HasRibbons", "RibbonLike", "Work"]


class Work(Protocol):
    """What an exporter may ask of a painting."""

    @property
    def strokes(self) -> Strokes: ...
    @property
    def canvas(self) -> Canvas: ...
    @property
    def program_height(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def renderer(self) -> Renderer: ...
    def in_program(self, program: str = ..., seed: int | None = ...) -> Renderer: ...
    def render(self, height: int | None = ..., generator: torch.Generator | None = ...) -> Tensor: ...
    def metadata(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def report(self, target: Any = ..., *, program: str | None = ...) -> Any: ...


class RibbonLike(Protocol):
    """Straightened strokes, as `raster.composite` takes them."""

    @property
    def logits(self) -> Tensor: ...  # [N, 2, rows, columns]
    @property
    def caps(self) -> int: ...


@runtime_checkable
class HasRibbons(Protocol):
    """A renderer that bends ribbons, and shows them."""

    def ribbons(self, strokes: Strokes, height: int, program_height: int | None = None) -> tuple[RibbonLike, Tensor]:
        """Ribbons, and their half widths [N] in pixels of a picture `height` high."""
        ...


@runtime_checkable
class HasBrushes(Protocol):
    """A renderer made of one for each brush."""

    @property
    def renderer(self) -> Callable[[int], Renderer]:
        """The renderer of a brush's number."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """What each is told beside strokes, canvas and height."""
        ...
