"""Kinds of files that a painting can be had as: `write_format(painting, "Film (.mp4)", 512, "cat", made)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import checks
from ..painting import Painting
from .folders import Downloads

__all__ = ["FORMATS", "format_of", "write_format"]

# suffix, options, and whether it has a height
FORMATS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "Painting, to open again (.wmp.json)": (".wmp.json", {}, False),
    "Picture from the real program (.png)": (".png", {"program": "auto"}, True),
    "Picture, the dream (.png)": (".png", {}, True),
    "SVG, strokes as lines (.svg)": (".svg", {"style": "lines"}, False),
    "SVG, strokes as outlines (.svg)": (".svg", {"style": "outline"}, False),
    "SVG, as the brush paints (.svg)": (".svg", {"style": "brush"}, False),
    "SVG that paints itself (.svg)": (".svg", {"style": "brush", "animate": True}, False),
    "Page that plays it (.html)": (".html", {}, False),
    "Layers, for Krita or GIMP (.ora)": (".ora", {}, True),
    "Film (.mp4)": (".mp4", {}, True),
    "Film (.gif)": (".gif", {}, True),
    "Document (.pdf)": (".pdf", {}, False),
}
TALLEST_FILM = 1080


def format_of(kind: Any) -> tuple[str, dict[str, Any], bool]:
    """The row of a kind.

    Raises:
        InputError: there is none.
    """
    return FORMATS[checks.one_of("a kind of file", kind, FORMATS)]


def write_format(painting: Painting, kind: Any, height: int, name: str, made: Downloads) -> Path:
    """Write it, and say where.

    Raises:
        InputError: another kind. What `Painting.save` raises.
    """
    suffix, options, sized = format_of(kind)
    if sized:
        options = {**options, "height": min(height, TALLEST_FILM) if suffix in (".mp4", ".gif") else height}
    path = made.path(name + suffix)
    painting.save(path, **options)
    return path
