"""A medium under a lamp: `Lit(medium, light)` paints as the medium does, and shows its relief."""

from __future__ import annotations

from typing import Any

import torch

from ..frame import Frame
from ..light import USUAL, Light, lit
from ..marks import Marks
from ..medium import Medium, MediumInfo, Picture

__all__ = ["Lit"]


class Lit:
    """What a medium lays, seen in a light; flat paint looks as ever.

    Args:
        medium: whatever lays marks.
        light: None is the usual one.
    """

    def __init__(self, medium: Medium, light: Light | None = None) -> None:
        self.medium, self.lamp = medium, light or USUAL

    def __repr__(self) -> str:
        return f"Lit({self.medium!r}, {self.lamp!r})"

    @property
    def marks(self) -> type[Marks]:
        """As of the medium."""
        return self.medium.marks

    @property
    def info(self) -> MediumInfo:
        """As of the medium."""
        return self.medium.info

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> tuple[Frame, Any]:
        """As `Medium.begin`; a ground is one without light."""
        return frame, self.medium.begin(frame, ground=ground, batch=batch, generator=generator)

    def lay(self, state: tuple[Frame, Any], marks: Any) -> tuple[Frame, Any]:
        """As `Medium.lay`."""
        return state[0], self.medium.lay(state[1], marks)

    def look(self, state: tuple[Frame, Any]) -> Picture:
        """As `Medium.look`, lit; the relief is still there, and paint lies on it as if it had not been looked at."""
        frame, inner = state
        picture = self.medium.look(inner)
        if picture.relief is None:
            return picture
        return picture._replace(mean=lit(picture.mean, picture.relief, frame.height, self.lamp))
