"""Whoever ends a command is heard as Ctrl-C is: `timeout`, `docker stop` and `systemd` (SIGTERM), a closed terminal.

What Ctrl-C means just then is known to the handler of SIGINT alone, whether that is
`common.StopOnInterrupt`, a painting's or Python's own. So the other signals are handed on to it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from types import FrameType

__all__ = ["code", "listen"]

OTHERS = (signal.SIGTERM, signal.SIGHUP)
AGAIN = 1.0  # seconds in which another of them is the same wish: a shell hands on what the system has sent already
_heard: list[tuple[int, float]] = []  # which, and when


def listen() -> None:
    """From now on; but `nohup` is obeyed, which has SIGHUP ignored."""
    for number in OTHERS:
        if signal.getsignal(number) == signal.SIG_DFL:
            with contextlib.suppress(ValueError):  # not the main thread, which alone hears of signals
                signal.signal(number, _hear)


def code() -> int:
    """The shell's code for a command that was ended: 130 by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP."""
    return 128 + (_heard[0][0] if _heard else signal.SIGINT)


def _hear(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if number == signal.SIGHUP:
        _let_go()
    if _heard and now - _heard[-1][1] < AGAIN:
        return
    _heard.append((number, now))
    ctrl_c = signal.getsignal(signal.SIGINT)
    if callable(ctrl_c):
        ctrl_c(signal.SIGINT, frame)
    else:  # it is ignored, as in a script's background; this signal is not
        raise KeyboardInterrupt


def _let_go() -> None:
    """What is written to a terminal that is closed goes nowhere, rather than being an error."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode) and not os.isatty(descriptor):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
