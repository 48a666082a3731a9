"""Paintings kept in SVG and HTML: `painting_text(data, name, limit=...) -> the text of a painting's file`.

The text lies in the file as zlib's bytes in base64: other programs that save the file again may break lines, add
spaces or rename prefixes, and none of that matters.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from xml.parsers import expat

from ...errors import FileError

__all__ = ["HTML_ID", "NAMESPACE", "packed", "painting_text"]

NAMESPACE = "urn:wmpaint:painting:1"
HTML_ID = "wmpaint-painting"
_ELEMENT = f"{NAMESPACE} painting"
_DEEPEST = 256
_BLOCK = re.compile(rb'<script type="text/plain" id="' + HTML_ID.encode() + rb'">([^<]*)(</script>)?')


def packed(text: str) -> str:
    """A painting's text as it is kept."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def painting_text(data: bytes, name: str, *, limit: int) -> str:
    """The text of the painting in an SVG or HTML file; `name` is for messages.

    Entities and document types are refused, and nothing is fetched.

    Args:
        limit: bytes that the text may have at most.

    Raises:
        FileError: not such a file, cut off, none in it, a broken one, or a larger one.
    """
    kept = _in_html(data, name) if _is_html(data) else _in_svg(data, name)
    if kept is None:
        raise FileError(f"expected a painting in {name!r}, got a file without one, or one saved with embed=False")
    try:
        squeezed = base64.b64decode("".join(kept.split()), validate=True)
        opened = zlib.decompressobj()
        text = opened.decompress(squeezed, limit + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise FileError(f"expected a painting in {name!r}, got a damaged one: {error}") from error
    if len(text) > limit:
        raise FileError(f"expected a painting of at most {limit >> 20} MiB, got a larger one in {name!r}")
    if not opened.eof:
        raise FileError(f"expected a whole painting in {name!r}, got one that is cut off")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise FileError(f"expected a painting in {name!r}, got a damaged one: {error}") from error


def _is_html(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _in_html(data: bytes, name: str) -> str | None:
    found = _BLOCK.search(data)
    if found is None:
        if b"</html>" not in data[-1024:].lower():
            raise FileError(f"expected a whole page, got one that is cut off: {name!r}")
        return None
    if found[2] is None:
        raise FileError(f"expected a whole painting in {name!r}, got one that is cut off")
    return found[1].decode("latin-1")


def _in_svg(data: bytes, name: str) -> str | None:
    """The text of the first painting element."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    way: list[str] = []
    parts: list[str] = []
    found = False

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal found
        if not way and tag.rpartition(" ")[2] != "svg":
            raise FileError(f"expected an SVG file, got XML that begins with <{tag[:40]}>: {name!r}")
        if len(way) >= _DEEPEST:
            raise FileError(f"expected elements nested at most {_DEEPEST} deep, got more in {name!r}")
        way.append("" if found and tag == _ELEMENT else tag)
        found = found or tag == _ELEMENT

    def end(_tag: str) -> None:
        way.pop()

    def text(data: str) -> None:
        if way and way[-1] == _ELEMENT:
            parts.append(data)

    def refuse(*_: object) -> None:
        raise FileError(f"expected an SVG file without a document type, got one with it: {name!r}")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        whole = b"</svg" in data[-1024:]
        reason = f"broken XML: {error}" if whole or not data.strip() else f"one that is cut off or no XML: {error}"
        raise FileError(f"expected an SVG file, got {reason}, in {name!r}") from error
    except (ValueError, LookupError) as error:  # an encoding that is not known
        raise FileError(f"expected an SVG file, got {error}, in {name!r}") from error
    return "".join(parts) if found else None
