"""Standard output and error that take any text: `with standard_streams() as failed: ...`.

A command that has done its work is not ended by where its words go. What an encoding lacks gets a stand-in of ASCII,
a reader that has left is missed by nobody, and of a full disk the command's end tells.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import select
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, TextIO

__all__ = ["ERRORS", "as_json", "printable", "standard_streams", "text_stream"]

ERRORS = "wmpaint-stand-ins"  # the name for `errors=` of text streams
STAND_INS = {
    "…": "...", "×": "x", "–": "-", "—": "-", "−": "-", "·": ".", "•": "*", "→": "->", "←": "<-", "≥": ">=",
    "≤": "<=", "±": "+-", "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "°": " deg", "²": "2", "³": "3",
    "─": "-", "━": "-", "═": "=", "│": "|", "┃": "|", "║": "|", "╸": "-", "╺": "-", "█": "#",
}  # fmt: skip
_BOX, _SPINNER = range(0x2500, 0x2580), range(0x2800, 0x2900)
_JOINERS = "\u200c\u200d"  # no marks of their own, but parts of words and of emoji


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """ASCII for the characters that an encoding lacks; names of files as escapes, so that none is taken for another."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(character: str) -> str:
    if character in STAND_INS:
        return STAND_INS[character]
    number = ord(character)
    if number in _BOX:
        return "+"
    if number in _SPINNER:
        return "*"
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a name that is no text
        return f"\\x{number - 0xDC00:02x}"
    return character.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(ERRORS, _stand_in)


def printable(text: str) -> str:
    """One line that no terminal takes for a command: line ends, control characters and their kin as escapes."""
    return "".join(c if c.isprintable() or c in _JOINERS else _escape(c) for c in text)


def _escape(character: str) -> str:
    if unicodedata.category(character) == "Cs":  # which streams make readable
        return character
    return ascii(character)[1:-1]


def as_json(values: dict[str, Any], stream: TextIO) -> str:
    """One line of JSON: in letters where the stream has them, else in escapes, which mean the same."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        text = json.dumps(values, allow_nan=False)
    return text


class _Patient(io.RawIOBase):
    """Bytes to a descriptor; those that it does not take are lost, and the reason is kept."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.failed: OSError | None = None

    def fileno(self) -> int:
        return self.descriptor

    def isatty(self) -> bool:
        return os.isatty(self.descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        while left and self.failed is None:
            try:
                left = left[os.write(self.descriptor, left) :]
            except BlockingIOError:  # a pipe that does not wait by itself
                select.select([], [self.descriptor], [])
            except OSError as error:
                self.failed = error
        return len(data)


def text_stream(raw: io.RawIOBase, encoding: str, *, by_line: bool = False) -> io.TextIOWrapper:
    """Text to bytes in an encoding, with stand-ins."""
    # No `BufferedWriter` between them: it refuses what a signal's handler says while something is being said.
    return io.TextIOWrapper(raw, encoding, ERRORS, line_buffering=by_line or raw.isatty())  # type: ignore[arg-type]


@contextlib.contextmanager
def standard_streams() -> Iterator[Callable[[], OSError | None]]:
    """`sys.stdout` and `sys.stderr` that fail nobody, also where there are none; gives what tells why stdout did fail.

    A reader that has left, or a terminal that was closed, is no failure.
    """
    for descriptor in (0, 1, 2):  # where one is missing, the first file that is opened would take its place
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    encodings = [getattr(old, "encoding", None) or "utf-8" for old in (sys.stdout, sys.stderr)]
    raws = (_Patient(1), _Patient(2))
    out, err = text_stream(raws[0], encodings[0]), text_stream(raws[1], encodings[1], by_line=True)

    def failed() -> OSError | None:
        out.flush()
        why = raws[0].failed
        return why if why is not None and why.errno not in (errno.EPIPE, errno.EIO, errno.EBADF) else None

    sys.stdout, sys.stderr = out, err
    try:
        yield failed
    finally:
        for stream in (out, err):
            with contextlib.suppress(ValueError):
                stream.flush()
