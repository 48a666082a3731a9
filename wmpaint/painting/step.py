"""What a run says of each of its steps: `Step`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Args:
        index, total: number of this step, from 0, and of all steps planned.
        loss: the objective; terms: its named parts.
        strokes: on the canvas now.
        seconds, seconds_left: since the run began, and a guess of what remains.
    """

    index: int
    total: int
    loss: float
    terms: dict[str, float]
    strokes: int
    seconds: float
    seconds_left: float
