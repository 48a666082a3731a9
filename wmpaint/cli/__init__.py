"""The command line: `wmpaint paint photo.jpg`. Commands import what they need when they run, so help comes at once."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command of `sys.argv` and end the process: 0 done, 2 bad input, 130 stopped by Ctrl-C."""
    try:
        from .app import app

        app(prog_name="wmpaint")
    except KeyboardInterrupt:  # before or after a command, which have their own ways
        sys.exit(130)
