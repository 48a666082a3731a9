"""Giving up half-way: `check = stop_check(stop)`, then `check()` wherever work takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ...errors import InputError, Stopped

__all__ = ["Check", "Stop", "never_stop", "stop_check", "watched"]

Stop = Callable[[], bool]  # whether to give up
Check = Callable[[], None]  # raises Stopped where that is so
EVERY = 0.05  # seconds between two questions


def never_stop() -> None:
    """The check of those who wait for the end."""


def stop_check(stop: Stop | None) -> Check:
    """What raises `Stopped` once `stop` says so; it asks twenty times a second at the most.

    Raises:
        InputError: a `stop` that cannot be called.
    """
    if stop is None:
        return never_stop
    if not callable(stop):
        raise InputError(f"expected stop to be a function of nothing, or None, got {stop!r:.60}")
    last = -1.0

    def check() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            if stop():
                raise Stopped("the plot was stopped before it was planned: nothing of it is kept")

    return check


@contextmanager
def watched(check: Check, *modules: str) -> Iterator[None]:
    """Check while Python code of others runs whose loops know of no stop.

    Python's profiling hook is called wherever that code calls anything. It raises only inside of functions of those
    modules, so that whoever called them cleans up as after any error of theirs.
    """
    if check is never_stop:
        yield
        return

    def hook(frame: FrameType, event: str, argument: Any) -> None:
        if event in ("call", "c_call") and frame.f_globals.get("__name__") in modules:
            check()

    before = sys.getprofile()
    sys.setprofile(hook)
    try:
        yield
    finally:
        sys.setprofile(before)
