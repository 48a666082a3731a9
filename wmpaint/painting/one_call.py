"""A painting in one call: `paint(goal)`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..explain import check_options, explained
from .loop import Run
from .result import Painting
from .step import Step

__all__ = ["paint"]


@explained
def paint(
    goal: Any = None,
    *,
    progress: Callable[[Step], None] | None = None,
    steer: Callable[[Run, Step], None] | None = None,
    resume: str | Path | None = None,
    **options: Any,
) -> Painting:
    """Paint, and return the painting. Ctrl-C ends it early and keeps what is painted.

    Args:
        goal: a picture as `load_image` takes it, an `Objective`, or a function `scene -> scalar`.
        progress: called with each `Step`.
        steer: called with the run and each `Step`; it may exchange `run.goal`, look at `run.preview()`, or end
            the painting by raising `StopIteration`.
        resume: a checkpoint to go on from; the other options then come from it.
        options: as for `Run`; none beside `resume` but `painter` and `budget`.

    Raises:
        WmpaintError: what `Run` raises. TypeError: an option that it does not know.
    """
    if resume is not None and not {"painter", "budget"} >= options.keys():
        raise InputError(f"expected no options beside resume but painter and budget, got {', '.join(options)}")
    known = [*inspect.signature(Run).parameters, *inspect.signature(paint).parameters]
    check_options("paint", options, [name for name in known if name not in ("options", "_laid")])
    run = Run(goal, **options) if resume is None else Run.resume(resume, goal, **options)
    try:
        for step in run:
            if progress is not None:
                progress(step)
            if steer is not None:
                try:
                    steer(run, step)
                except StopIteration:
                    break
    except KeyboardInterrupt:
        if not len(run.strokes()):
            raise
    return run.painting()
