"""What an exporter sees of a painting: `Exportable`."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from ..canvas import Canvas
from ..errors import InputError
from ..marks import Marks
from ..medium import Medium
from ..strokes import Strokes

__all__ = ["Exportable", "curves_of"]


class Exportable(Protocol):
    """What an exporter may ask of a painting."""

    @property
    def strokes(self) -> Marks: ...
    @property
    def canvas(self) -> Canvas: ...
    @property
    def program_height(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def medium(self) -> Medium: ...
    def in_program(self, program: str = ..., seed: int | None = ...) -> Medium: ...
    def render(self, height: int | None = ..., generator: torch.Generator | None = ...) -> Tensor: ...
    def metadata(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def report(self, target: Any = ..., *, program: str | None = ...) -> Any: ...


def curves_of(marks: Marks, what: str) -> Strokes:
    """The marks as strokes along curves, which lines, outlines and pens follow.

    Raises:
        InputError: marks of another kind.
    """
    if not isinstance(marks, Strokes):
        raise InputError(
            f"expected strokes along curves for {what}, got {marks.kind}: save a picture, layers or a film"
        )
    return marks
