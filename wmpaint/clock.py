"""The time of long work, in steps or seconds: what painting and training count, and how their rates fall with it."""

from __future__ import annotations

import math
import time

__all__ = ["Clock", "cosine"]


class Clock:
    """Counts steps and seconds, in this process and those before it.

    Args:
        steps: after which the work is done; None for no limit.
        seconds: after which it is done, too; None for no limit.
        whole: whether those seconds hold for all processes together, rather than for this one.
    """

    def __init__(self, steps: int | None, seconds: float | None = None, *, whole: bool = False) -> None:
        self.steps, self.limit, self.whole = steps, seconds, whole
        self.index = 0  # steps taken
        self.before = 0.0  # seconds of the processes before
        self._first = 0  # step in this process
        self._began: float | None = None
        self._ended: float | None = None

    @property
    def runs(self) -> bool:
        """Whether the work has begun in this process."""
        return self._began is not None

    def start(self) -> None:
        """Begin to count seconds, if that was not done before."""
        if self._began is None:
            self._began, self._first = time.monotonic(), self.index

    def stop(self) -> None:
        """Count no more seconds."""
        self._ended = self._ended or time.monotonic()

    def rest(self, seconds: float) -> None:
        """Leave so many seconds out: others had the processor."""
        if self._began is not None:
            self._began += seconds

    @property
    def elapsed(self) -> float:
        """Seconds in this process."""
        return 0.0 if self._began is None else (self._ended or time.monotonic()) - self._began

    @property
    def seconds(self) -> float:
        """Seconds in all processes."""
        return self.before + self.elapsed

    @property
    def progress(self) -> float:
        """Share of the work that is done, 0 to 1; of steps and seconds, what is farther."""
        done = 0.0 if self.steps is None else self.index / self.steps
        if self.limit is not None:
            done = max(done, (self.seconds if self.whole else self.elapsed) / self.limit)
        return min(done, 1.0)

    @property
    def left(self) -> float:
        """A guess of the seconds that remain."""
        if self.limit is not None:
            return max(0.0, self.limit - self.elapsed)
        return self.elapsed / max(self.index - self._first, 1) * ((self.steps or self.index) - self.index)

    def restore(self, index: int, seconds: float) -> None:
        """Go on from so many steps and seconds."""
        self.index, self.before = index, seconds


def cosine(progress: float, low: float) -> float:
    """From 1 down to `low` along half a cosine, as progress goes from 0 to 1 (Loshchilov and Hutter, 2017)."""
    return low + (1 - low) * (0.5 + 0.5 * math.cos(math.pi * progress))
