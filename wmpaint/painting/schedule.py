"""Rounds of strokes, from few and large to many and small, each optimized coarse to fine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .. import checks
from ..clock import cosine

__all__ = ["Round", "Schedule"]


# Radius of new strokes, relative to the side of the square that each has to itself: the first round's, and the others'.
# Small strokes that may grow beat large ones that must shrink: 0.4 to 0.16 gave 3 dB in two thirds of the time.
GROUND = 0.32
COVER = 0.16
DETAIL, SEEN = 0.5, 0.7  # radius of details, and what pictures are judged for, in that of the strokes before
PIXELS = 1.8  # radius of the smallest strokes in the picture that is looked at
COARSEST = 48  # pixels of height
AGAIN = (0.72, 0.86)  # shares of the schedule after which strokes that show nowhere are placed anew once more
# Where strokes are well placed from the start: the share of the steps that is left, until when pictures of which share
# of the coarse height are looked at, and how much bolder steps are. More of each costs more time than it gains
# (benchmarks/agents.py init).
LATER, CLIMB, BOLDER = 0.5, ((0.4, 0.53), (0.85, 0.8)), 1.5
LAID_ROUNDS = ((0.5, 0.0), (0.5, 0.25))  # shares of the strokes that are added to those, and when
LEAST = 0.03  # of the rate, at the end
FINE = 0.75  # share of the schedule after which all is judged at the finest height


@dataclass(frozen=True)
class Round:
    """Some new strokes, and how they and all before them are then improved.

    Args:
        strokes: how many are added.
        radius, length: of the new strokes, canvas units.
        begin: when they are added, as a share of the whole schedule.
    """

    strokes: int
    radius: float
    length: float
    begin: float


@dataclass(frozen=True)
class Schedule:
    """What happens when. Time is a share of the whole, 0 to 1, so that a budget can stretch it."""

    rounds: tuple[Round, ...]
    again: tuple[Round, ...]  # without new strokes: those that show nowhere are placed anew
    steps: int
    height: int
    lowest: int
    coarse: int
    fine: int
    laid: bool = False  # whether strokes were there from the start

    @classmethod
    def plan(
        cls,
        strokes: int,
        height: int,
        aspect: float,
        steps: int = 120,
        heights: tuple[int, int] | None = None,
        laid: int = 0,
        details: float = 0.0,
    ) -> Schedule:
        """Rounds for a number of strokes on a canvas.

        Args:
            heights: the lowest and highest picture that an objective wants to look at, if it matters.
            laid: strokes that are there from the start, well placed: two rounds add the others, and there are
                fewer steps.
            details: share of the strokes that come last, in a round of their own, and are half as large.

        Raises:
            InputError: counts below 1.
        """
        checks.whole("… strokes", strokes, 1)
        checks.whole("… steps", steps, 1)
        details = details if details * strokes >= 4 else 0.0  # fewer are no round of their own
        shares: tuple[float, ...] = (0.06, 0.14, 0.30, 0.50)
        begins: tuple[float, ...] = (0.0, 0.12, 0.28, 0.5)
        if strokes < 12:
            shares, begins = (1.0,), (0.0,)
        elif details:
            shares = (*((1 - details) * share for share in shares), details)
            begins = (0.0, 0.1, 0.22, 0.38, 0.56)
        counts = [max(1, round(share * strokes)) for share in shares]
        counts[-1] = strokes - sum(counts[:-1])
        rounds: list[Round] = []
        for count, begin in zip(counts, begins, strict=True):
            cover = COVER if rounds else GROUND
            radius = min(0.25, max(cover * math.sqrt(aspect / count), 1.0 / height))
            rounds.append(Round(count, radius, 4.0 * radius, begin))
        if details and len(rounds) > 1:
            radius = max(DETAIL * rounds[-2].radius, 1.0 / height)
            rounds[-1] = replace(rounds[-1], radius=radius, length=6.0 * radius)
        if laid:
            parts = LAID_ROUNDS if strokes > laid else ((1.0, 0.0),)
            ends = [round((strokes - laid) * sum(share for share, _ in parts[:k])) for k in range(len(parts) + 1)]
            rounds = [
                replace(rounds[-1], strokes=b - a, begin=begin)
                for a, b, (_, begin) in zip(ends, ends[1:], parts, strict=False)
            ]
            steps = max(1, round(LATER * steps))
        smallest = rounds[-1].radius if not details or len(rounds) == 1 else SEEN * rounds[-2].radius
        coarse = min(height, max(COARSEST, 8 * round(PIXELS / smallest / 8)))
        fine = min(height, max(160, round(1.25 * coarse)))
        lowest = COARSEST
        if heights is not None:
            lowest, fine = heights[0], max(heights)
            coarse = min(max(coarse, lowest), fine)
        again = tuple(Round(0, rounds[-1].radius, rounds[-1].length, begin) for begin in AGAIN)
        return cls(tuple(rounds), again, steps, height, lowest, coarse, fine, laid > 0)

    def resolution(self, time: float) -> int:
        """Height of the picture that is looked at: enough for the smallest strokes there are, until the end."""
        if self.laid:
            share = next((share for until, share in CLIMB if time < until), None)
            return (
                self.fine if share is None else min(self.coarse, max(self.lowest, 8 * round(share * self.coarse / 8)))
            )
        if time >= FINE:
            return self.fine
        smallest = min(r.radius for r in self.rounds if r.begin <= time)
        return min(self.coarse, max(self.lowest, 8 * round(PIXELS / smallest / 8)))

    def rate(self, time: float) -> float:
        """Factor on the learning rates: full while strokes are added, then a cosine to nearly nothing."""
        last = self.rounds[-1].begin
        if time < last:
            return 1.0
        full = BOLDER if self.laid else 1.0
        return full * cosine((time - last) / (1 - last), LEAST)
