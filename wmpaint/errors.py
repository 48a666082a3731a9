"""What can go wrong, as types. Each message is one sentence: what was expected, and what came."""

from __future__ import annotations

__all__ = ["BrushError", "FileError", "InputError", "MissingProgram", "WmpaintError"]


class WmpaintError(Exception):
    """Anything wmpaint refuses to do. The command line prints it in one line and exits with 2."""


class InputError(WmpaintError, ValueError):
    """A value outside what a function takes."""


class BrushError(InputError):
    """A brush that is unknown, broken, or beyond what a painter can imitate."""


class FileError(WmpaintError, OSError):
    """A file that cannot be read or written."""


class MissingProgram(WmpaintError, OSError):
    """A paint program, or an optional package, that is not installed."""
