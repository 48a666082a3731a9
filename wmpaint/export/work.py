"""What an exporter sees of a painting: `Work`."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from ..canvas import Canvas
from ..medium import Medium
from ..strokes import Strokes

__all__ = ["Work"]


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
    def medium(self) -> Medium: ...
    def in_program(self, program: str = ..., seed: int | None = ...) -> Medium: ...
    def render(self, height: int | None = ..., generator: torch.Generator | None = ...) -> Tensor: ...
    def metadata(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def report(self, target: Any = ..., *, program: str | None = ...) -> Any: ...
