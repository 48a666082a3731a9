"""How much of the machine a visitor may have."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .. import checks

__all__ = ["Limits"]

MOST = 1_000_000_000  # more than any machine has, and what JSON for browsers can say


@dataclass(frozen=True)
class Limits:
    """What the page refuses to go beyond.

    Args:
        strokes: of one painting.
        height: pixels at which a painting is planned; picture: at which it can be had.
        seconds: of one painting; minutes: of one painter's training.
        megabytes: of an uploaded file; megapixels: of a picture; hourly: megabytes that an address may send an hour.
        kept: paintings that a visitor's gallery holds.
        waiting: visitors that may wait in a line.

    Raises:
        InputError: a limit below 1, above `MOST`, or none.
    """

    strokes: int = 4000
    height: int = 1024
    picture: int = 4096
    seconds: int = 300
    minutes: int = 5
    megabytes: int = 32
    megapixels: int = 64
    hourly: int = 1000
    kept: int = 24
    waiting: int = 40

    def __post_init__(self) -> None:
        for field in fields(self):
            checks.whole(f"a limit of {field.name} of …", getattr(self, field.name), 1, MOST)
