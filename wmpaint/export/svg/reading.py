"""Paintings kept in SVG and HTML: `painting_text(data, name) -> the text of a painting's file, in UTF-8`.

The text lies in the file as zlib's bytes in base64: other programs that save the file again may break lines, add
spaces or rename prefixes, and none of that matters.
"""

from __future__ import annotations

import base64
import re
import zlib
from xml.parsers import expat

import numpy as np

from ...errors import FileError
from ...foreign import LIMITS, foreign, inflate

__all__ = ["HTML_ID", "NAMESPACE", "packed", "painting_text"]

NAMESPACE = "urn:wmpaint:painting:1"
HTML_ID = "wmpaint-painting"
_ELEMENT = f"{NAMESPACE} painting"
_DEEPEST = 256
_PIECE = 1 << 20  # bytes that are parsed at once; a handler's refusal is heard after each
# What makes expat slow. An SVG of a million strokes has as many elements, of a handful of names and attributes.
_MOST_ELEMENTS = 4_000_000
_MOST_NAMES = 2_000  # of elements
_MOST_ATTRIBUTES = 10_000  # of one element: equals signs from one < to the next
_MOST_BREAKS = 16_000_000  # line breaks and entities, each of which is a call
_LONGEST = 32 << 20  # bytes of one tag or comment, which is looked at anew with every piece
_TAG = re.compile(rb"<[^>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^>\"']*+)*+>")
_BLOCK = re.compile(rb'<script type="text/plain" id="' + HTML_ID.encode() + rb'">([^<]*)(</script>)?')


def packed(text: str) -> str:
    """A painting's text as it is kept."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def painting_text(data: bytes, name: str, *, limit: int | None = None) -> bytearray:
    """The text, in UTF-8, of the painting in an SVG or HTML file; `name` is for messages.

    Entities and document types are refused, and nothing is fetched.

    Args:
        limit: bytes that the text may have at most, if fewer than those of any painting.

    Raises:
        FileError: not such a file, cut off, none in it, a broken one, or a larger one.
    """
    kept = _in_html(data, name) if _is_html(data) else _in_svg(data, name)
    if kept is None:
        raise FileError(f"expected a painting in {name!r:.160}, got a file without one, or one saved with embed=False")
    with foreign("a painting in base64", name):
        squeezed = base64.b64decode(kept.translate(None, b" \t\r\n\f\v"), validate=True)
    return inflate(squeezed, LIMITS["painting"], name, most=limit)


def _is_html(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _in_html(data: bytes, name: str) -> bytes | None:
    found = _BLOCK.search(data)
    if found is None:
        if b"</html>" not in data[-1024:].lower():
            raise FileError(f"expected a whole page, got one that is cut off: {name!r:.160}")
        return None
    if found[2] is None:
        raise FileError(f"expected a whole painting in {name!r:.160}, got one that is cut off")
    return found[1]


def _in_svg(data: bytes, name: str) -> bytes | None:
    """The text of the first painting element."""
    _count(data, name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    way: list[str] = []
    names: set[str] = set()
    parts: list[str] = []
    found = False

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal found
        if not way and tag.rpartition(" ")[2] != "svg":
            raise FileError(f"expected an SVG file, got XML that begins with <{tag[:40]}>: {name!r:.160}")
        if len(way) >= _DEEPEST:
            raise FileError(f"expected elements nested at most {_DEEPEST} deep, got more in {name!r:.160}")
        names.add(tag)
        if len(names) > _MOST_NAMES:
            raise _many("elements of", _MOST_NAMES, "names", name)
        way.append("" if found and tag == _ELEMENT else tag)
        found = found or tag == _ELEMENT

    def end(_tag: str) -> None:
        way.pop()

    def text(data: str) -> None:
        if way and way[-1] == _ELEMENT:
            parts.append(data)

    def refuse(*_: object) -> None:
        raise FileError(f"expected an SVG file without a document type, got one with it: {name!r:.160}")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    with foreign("an SVG file", name):
        try:
            for first in range(0, max(len(data), 1), _PIECE):
                parser.Parse(data[first : first + _PIECE], first + _PIECE >= len(data))
        except expat.ExpatError as error:
            whole = b"</svg" in data[-1024:]
            reason = f"broken XML: {error}" if whole or not data.strip() else f"one that is cut off or no XML: {error}"
            raise FileError(f"expected an SVG file, got {reason}, in {name!r:.160}") from error
        return "".join(parts).encode("ascii", "replace") if found else None


def _count(data: bytes, name: str) -> None:
    """Refuse what would take expat long, or much memory, before it sees any of it."""
    if data.count(b"<") > _MOST_ELEMENTS:
        raise _many("", _MOST_ELEMENTS, "elements", name)
    if sum(data.count(mark) for mark in (b"\n", b"\r", b"&")) > _MOST_BREAKS:
        raise _many("", _MOST_BREAKS, "lines and entities", name)
    signs, begun, last = 0, 0, -1  # equals signs so far, and before the last <; where that stands
    for start in range(0, len(data), _PIECE):
        marks = np.frombuffer(data, np.uint8, min(_PIECE, len(data) - start), start)
        tags = np.flatnonzero(marks == ord("<"))
        before = signs + np.cumsum(marks == ord("="), dtype=np.int32)
        signs = int(before[-1])
        edges = np.concatenate([[begun], before[tags], [signs]])
        if np.diff(edges).max() > _MOST_ATTRIBUTES:
            raise _many("elements of", _MOST_ATTRIBUTES, "attributes", name)
        places = np.concatenate([[last], tags + start, [len(data)] if start + _PIECE >= len(data) else []])
        for first in places[:-1][np.diff(places) > _LONGEST]:
            tag = _TAG.match(data, max(int(first), 0))
            if tag is None or tag.end() - first > _LONGEST:
                raise _many("tags of", _LONGEST, "bytes", name)
        if len(tags):
            begun, last = int(before[tags[-1]]), int(tags[-1]) + start
    for begin, stop in ((b"<!--", b"-->"), (b"<?", b"?>")):
        first = data.find(begin)
        while first >= 0:
            last = data.find(stop, first)
            last = len(data) if last < 0 else last
            if last - first > _LONGEST:
                raise _many("comments of", _LONGEST, "bytes", name)
            first = data.find(begin, last)


def _many(of: str, most: int, what: str, name: str) -> FileError:
    return FileError(f"expected an SVG file with {of and of + ' '}at most {most:,} {what}, got more in {name!r:.160}")
