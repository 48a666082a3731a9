"""The command line: `wmpaint paint photo.jpg`. Commands import what they need when they run, so help comes at once."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..foreign import reason
from . import signals
from .streams import standard_streams

__all__ = ["main"]

STOPPED = 130  # as commands say it, however they were stopped


def main() -> None:
    """Run the command of `sys.argv` and end the process.

    0 done, 2 bad input, or an output that could not be written; 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
    """
    signals.listen()
    with standard_streams() as failed:
        code = _code(_run)
        if (why := failed()) is not None:
            print(f"wmpaint: could not write to standard output: {reason(why)}", file=sys.stderr)
            code = code or 2
    sys.exit(code)


def _run() -> None:
    from .app import app

    app(prog_name="wmpaint")


def _code(command: Callable[[], None]) -> int:
    try:
        command()
    except KeyboardInterrupt:  # before or after a command, which have their own ways
        return signals.code()
    except SystemExit as ended:
        if ended.code == STOPPED:
            return signals.code()
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
