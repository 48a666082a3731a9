"""Painting that can be watched and stopped: `for shown in strides(run, stop): ...`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from ..painting import Run

__all__ = ["Shown", "StopEvent", "StopEvents", "strides"]

FIRST, LATER, EAGER = 0.15, 0.5, 4.0  # seconds between pictures, at first and later; how long "at first" is
SHARE = 0.25  # of the time, at most, that goes into showing
SOON, SEEN = 200, 420  # pixels of height: at first, where strokes are large, and later


@dataclass(frozen=True)
class Shown:
    """A painting on its way.

    Args:
        picture: [3, H, W].
        share: that is done.
        text: for people.
    """

    picture: Tensor
    share: float
    text: str


def strides(run: Run, stop: threading.Event, seconds: float = float("inf")) -> Iterator[Shown | None]:
    """Paint, and show the picture now and then: several times a second at first.

    After each step that is not shown comes a None, so that others can have a turn: the time until it goes on is not
    the painting's. Ends early, with all there is, when `stop` is set, or after so many seconds of painting.
    """
    began = shown = time.monotonic()
    cost = 0.0
    for step in run:
        now = time.monotonic()
        eager = now - began < EAGER
        wait = max(FIRST if eager else LATER, cost / SHARE)
        if step.index == 0 or now - shown >= wait:
            left = "nearly done" if step.seconds_left < 1 else f"{step.seconds_left:.0f} s left"
            picture = run.preview(min(SOON if eager else SEEN, run.height))
            cost = time.monotonic() - now
            text = f"{step.strokes:,} strokes · loss {step.loss:.4g} · {left}"
            now = time.monotonic()
            yield Shown(picture, max(run.progress, (step.index + 1) / step.total), text)
            shown = time.monotonic()
        else:
            now = time.monotonic()
            yield None
        away = time.monotonic() - now
        began += away
        run.rested(away)
        if stop.is_set() or time.monotonic() - began > seconds:
            return


class StopEvent(threading.Event):
    """Ends what is being painted, and keeps it; or drops it."""

    dropped = False


class StopEvents:
    """For each visitor, and each tab of theirs, an event that ends what is being painted, and keeps it."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str], StopEvent] = {}

    def begin(self, visitor: str | None, tab: str = "") -> StopEvent:
        """A new event of a visitor."""
        event = self._events[visitor or "", tab] = StopEvent()
        return event

    def drop(self, visitor: str | None, tab: str = "") -> None:
        """Set a visitor's, so that nothing is kept."""
        event = self._events.get((visitor or "", tab))
        if event is not None:
            event.dropped = True
            event.set()

    def stop(self, visitor: str | None, tab: str = "") -> bool:
        """Set a visitor's; whether there was one."""
        event = self._events.get((visitor or "", tab))
        if event is not None:
            event.set()
        return event is not None

    def forget(self, visitor: str | None) -> None:
        """A visitor has left."""
        for key in [key for key in self._events if key[0] == (visitor or "")]:
            self._events.pop(key).set()
