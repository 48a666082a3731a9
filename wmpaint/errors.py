"""What can go wrong, as types. Each message is one sentence: what was expected, and what came."""

from __future__ import annotations

import shlex

__all__ = ["BrushError", "FileError", "InputError", "MissingProgram", "Stopped", "WmpaintError"]
__all__ += ["clipped", "no_package"]

LONGEST = 500  # characters of a message; what people and files gave us is quoted in it, and may be of any length


def clipped(text: object, most: int = LONGEST) -> str:
    """One printable line of at most so many characters: the middle of a longer one is left out.

    Line breaks become spaces, and control characters, which could drive a terminal, escapes.
    """
    line = str(text)
    if len(line) > 4 * most:  # not worth the work of looking at all of it
        line = line[: 2 * most] + line[-2 * most :]
    line = " ".join(line.split())
    line = "".join(c if c.isprintable() or c == " " else ascii(c)[1:-1] for c in line)
    if len(line) <= most:
        return line
    tail = most // 3
    return f"{line[: most - tail - 3]} … {line[-tail:]}"


class WmpaintError(Exception):
    """Anything wmpaint refuses to do. The command line prints it in one line and exits with 2.

    Its text is one line of at most 500 characters, whatever is quoted in it.
    """

    def __str__(self) -> str:
        return clipped(super().__str__())


class InputError(WmpaintError, ValueError):
    """A value outside what a function takes."""


class BrushError(InputError):
    """A brush that is unknown, broken, or beyond what a painter can imitate."""


class FileError(WmpaintError, OSError):
    """A file that cannot be read or written."""


class MissingProgram(WmpaintError, OSError):
    """A paint program, or an optional package, that is not installed."""


def no_package(name: str, install: str) -> MissingProgram:
    """The error for a package that is not installed.

    Args:
        name: of the package, and what for: "mcp for --mcp".
        install: what pip is asked for: "wmpaint[demo]".
    """
    return MissingProgram(f"expected the package {name}, got none; install it with: pip install {shlex.quote(install)}")


class Stopped(WmpaintError):
    """Work that was given up half-way, since its caller's `stop` said so."""
