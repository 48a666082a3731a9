"""What is done at one go, and yet can be left: `cancellable(lambda: painting.plot(…), 60, "a plot")`, for a queue."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from ..errors import InputError

__all__ = ["cancellable"]

LOOK = 0.05  # seconds between looks at it
GRACE = 2.0  # seconds in which it tidies up


class Cancelled(BaseException):
    """Nobody waits for it any more. Not an `Exception`, so that no handler on the way takes it for a fault."""


def cancellable(function: Callable[[], Any], seconds: float, what: str) -> Generator[Any, None, None]:
    """Do it in a thread of its own; yield None meanwhile, and in the end what it returns.

    It is stopped after so many seconds, or when the generator is closed: `Cancelled` is raised in it between two lines
    of Python, so that temporary files are removed on the way out; a call into a library is waited for.

    Raises:
        InputError: the time is up. Whatever the function raises.
    """
    found: list[Any] = []
    fault: list[BaseException] = []

    def do() -> None:
        try:
            found.append(function())
        except Cancelled:
            pass
        except BaseException as error:
            fault.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    end = time.monotonic() + seconds
    try:
        while thread.is_alive():
            thread.join(LOOK)
            if thread.is_alive():
                if time.monotonic() > end:
                    raise InputError(
                        f"expected {what} that takes at most {seconds:g} seconds, got a longer one: try a smaller size"
                    )
                yield None
        if fault:
            raise fault[0]
        yield found[0]
    finally:
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Cancelled))
            thread.join(GRACE)
