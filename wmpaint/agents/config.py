"""What an agent is built from; stored with its weights."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from .. import checks
from ..errors import InputError

__all__ = ["KINDS", "AgentConfig"]

KINDS = ("recurrent", "set", "tiles")
_COUNTS = {
    "strokes": (1, 10_000), "per_look": (1, 256), "side": (16, 512), "sees": (16, 128), "width": (4, 256),
    "hidden": (8, 2048), "program_height": (16, 16_384),
}  # fmt: skip


@dataclass(frozen=True)
class AgentConfig:
    """Sizes and ranges of an agent.

    Args:
        kind: "recurrent" lays strokes one look at a time and remembers (LSTM); "set" lays all it has to say at one
            look; "tiles" is a set that paints any picture, window by window, from coarse to fine.
        strokes: of a painting, as trained; at run time there may be more or fewer.
        per_look: strokes laid after each look at the canvas.
        channels: 1 paints an amount of ink, 3 paints colors.
        side: pixels of the square canvas it trains on.
        program_height: pixels of the program's canvas that this stands for.
        sees: pixels of what its eye is shown.
        width: channels of the eye's first layer.
        hidden: width of the layers after the eye.
        radius: smallest and largest, and so of every length of a mark; canvas units (for tiles: of the window).
        pressure: lightest and firmest, and so of every share; strokes that are barely there are cheap for the loss, and
            ugly.
        reach: how far from the center points may lie, each way, in canvas units.
        stops: whether it says when a painting is finished, rather than lay all its strokes.
        ink, ground: sRGB that one channel's 1 and 0 stand for; of three channels, the bare canvas is `ground`.

    Raises:
        InputError: a value of the wrong kind or out of range.
    """

    kind: str = "recurrent"
    strokes: int = 8
    per_look: int = 1
    channels: int = 1
    side: int = 64
    program_height: int = 64
    sees: int = 32
    width: int = 32
    hidden: int = 384
    radius: tuple[float, float] = (0.016, 0.07)
    pressure: tuple[float, float] = (0.4, 1.0)
    reach: float = 0.65
    stops: bool = False
    ink: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ground: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        checks.one_of("an agent of kind …", self.kind, KINDS)
        for name, (low, high) in _COUNTS.items():
            checks.whole(name, getattr(self, name), low, high)
        if self.sees & (self.sees - 1) or self.sees > self.side or self.side % self.sees:
            raise InputError(f"expected sees as a power of 2 that divides side {self.side}, got {self.sees}")
        checks.one_of("… channels", self.channels, (1, 3))
        checks.boolean("stops", self.stops)
        for name, size in (("radius", 2), ("pressure", 2), ("ink", 3), ("ground", 3)):
            object.__setattr__(self, name, checks.numbers(name, getattr(self, name), size, 0, 1))
        if self.channels == 1 and self.ink == self.ground:
            raise InputError(f"expected ink of another color than the ground, got {self.ink} for both")
        if self.pressure[0] >= self.pressure[1]:
            raise InputError(f"expected the lightest pressure and then the firmest, got {self.pressure}")
        checks.number("reach", self.reach, 0.1, 2)
        if not 0 < self.radius[0] < self.radius[1]:
            raise InputError(f"expected the smallest radius and then the largest, got {self.radius}")

    @property
    def looks(self) -> int:
        """At the canvas, in a painting of `strokes`."""
        return -(-self.strokes // self.per_look)

    def as_dict(self) -> dict[str, Any]:
        """For a file's metadata."""
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, values: Any) -> AgentConfig:
        """The inverse of `as_dict`, of what a file says.

        Raises:
            InputError: names or values that no agent has.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict) or not values.keys() <= names:
            raise InputError(f"expected the sizes of an agent, got {values!r:.80}")
        return cls(**values)
