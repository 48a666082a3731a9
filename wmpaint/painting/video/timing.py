"""A film's own times, and a steady grid: `at_steady(pictures, fps, end)`: frame k is the picture shown at k / fps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import numpy as np

from ...errors import InputError

__all__ = ["FASTEST", "LEAP", "MOST", "SLOWEST", "Pace", "at_steady", "frames_in", "pace_of", "rising"]

MOST = 100_000  # frames that a film may have
FASTEST, SLOWEST = 60.0, 1.0  # frames a second
# Rates of cameras and of the web: times that are rounded to milliseconds come near them only.
COMMON = [float(Fraction(n, d)) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1))]
COMMON += [60000 / 1001, 60.0, 10.0, 12.0, 15.0, 20.0]
NEAR = 0.004  # of a common rate, within which it is meant
EVEN, EVENLY = 0.4, 0.9  # a film is even where so many of its spacings are off by so much of the typical one at most
LEAP = 10.0  # seconds: a longer gap is none where streams are joined without regard to their clocks
BACK = 0.5  # seconds: a clock that goes back by more is another one

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """How the pictures of a film follow each other.

    Args:
        spacing: seconds from one to the next, typically.
        slack: seconds by which a picture may come too late and still be in time: what clocks are rounded to, and
            what an even film is off.
        last, end: seconds at which the last one comes, and is gone, from the first.
    """

    spacing: float
    slack: float
    last: float
    end: float

    @property
    def rate(self) -> float:
        """Frames a second at which every picture is seen once, 1 to 60."""
        rate = 1 / self.spacing
        nearest = min(COMMON, key=lambda common: abs(common - rate))
        rate = nearest if abs(nearest - rate) <= NEAR * nearest else rate
        return min(max(rate, SLOWEST), FASTEST)


def pace_of(
    times: list[float],  # seconds, in any order
    *,
    tick: float,  # seconds that a film's clock is rounded to
    last: float = 0.0,  # seconds that the last picture lasts, if the film says so
    fallback: float = 1 / 25,  # seconds between pictures, where there is but one
) -> Pace:
    """The pace of pictures that come at these times."""
    at = np.sort(np.asarray(times, dtype=np.float64))
    steps = np.diff(at)
    steps = steps[steps > 0]
    if not len(steps):
        length = last if last > 0 else fallback
        return Pace(length, tick, 0.0, length)
    middle = float(np.sort(steps)[(len(steps) - 1) // 2])
    even = np.abs(steps - middle) <= EVEN * middle + min(tick, EVEN * middle)
    spacing = float(steps[even].mean())
    steady = even.mean() >= EVENLY
    slack = min(float(np.abs(steps[even] - spacing).max()) if steady else min(tick, spacing / 4), spacing / 2) + 1e-6
    until = float(at[-1] - at[0])
    # Some writers give the last picture one tick of the clock, or none, for want of a next one.
    return Pace(spacing, slack, until, until + (last if last > min(2 * tick, spacing / 10) else spacing))


def frames_in(end: float, fps: float) -> int:
    """How many frames a film of so many seconds has: at least one."""
    return max(1, int(end * _exact(fps) + 0.5 + 1e-6))


def at_steady(
    pictures: Iterable[tuple[float, T]],  # seconds from the film's start, rising from 0
    *,
    fps: float,
    pace: Pace,
) -> Iterator[T]:
    """Frame k is the picture that is shown at k / fps seconds; the last is shown until the film ends.

    Raises:
        InputError: more than 100,000 frames.
    """
    rate, count, shown, until = _exact(fps), 0, None, 0.0
    planned = frames_in(pace.end, fps)
    for time, picture in pictures:
        if shown is not None:
            before = _before(time - pace.slack, rate)
            for _ in range(count, min(before, planned) if time <= pace.last + pace.slack else before):
                yield shown
                count = _counted(count)
        shown, until = picture, time
    if shown is None:
        return
    whole = abs(until - pace.last) <= pace.slack + pace.spacing / 2  # else it ended elsewhere than it was to
    for _ in range(count, planned if whole else frames_in(until + pace.spacing, fps)):
        yield shown
        count = _counted(count)


def rising(
    pictures: Iterable[tuple[float | None, T]],  # seconds by the film's clock, if it says
    *,
    spacing: float,
    joined: bool,
) -> Iterator[tuple[float, T]]:
    """The same with times that rise from 0: a clock that is set back or missing is set anew, a little jitter is not.

    Args:
        joined: whether a gap of more than 10 seconds is none: in streams that are cut together, clocks leap.
    """
    offset, before = 0.0, None
    for time, picture in pictures:
        now = None if time is None else time + offset
        if before is None:
            offset, now = 0.0 if time is None else -time, 0.0
        elif now is None:
            now = before + spacing
        elif before - now > BACK or (joined and now - before > LEAP):
            assert time is not None
            now = before + spacing
            offset = now - time
        before = now = max(now, before or 0.0)
        yield now, picture


def _exact(fps: float) -> float:
    """The rate that is written."""
    return float(Fraction(fps).limit_denominator(1001))


def _before(time: float, rate: float) -> int:
    """How many frames begin before a time."""
    return max(0, int(np.ceil(min(time * rate, 2 * MOST) - 1e-9)))


def _counted(count: int) -> int:
    if count >= MOST:
        raise InputError(f"expected a film of at most {MOST:,} frames, or a limit, got more")
    return count + 1
