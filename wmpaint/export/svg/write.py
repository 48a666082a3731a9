"""Strokes as SVG, PDF and an HTML player: `svg_text(strokes, canvas, style="lines") -> str`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from ... import checks, files
from ...canvas import Canvas
from ...errors import MissingProgram
from ...pens import Placement
from ...strokes import Strokes
from .animate import animation
from .page import page
from .player import player
from .shapes import Drawn, stroke_shapes

__all__ = ["html_text", "svg_text", "write_html", "write_pdf", "write_svg"]

SECONDS = 8.0
_LONGEST = 3600.0


def svg_text(
    strokes: Strokes,
    canvas: Canvas,
    *,
    style: str = "lines",
    height: int = 512,
    animate: bool = False,
    seconds: float = SECONDS,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
    sheet: Placement | None = None,
    **drawn: Unpack[Drawn],
) -> str:
    """The strokes as an SVG document, in paint order. Lifted strokes are left out.

    Args:
        style: "lines", "outline" or "brush", see `stroke_shapes`.
        height: pixels of the canvas that the strokes are meant for.
        animate: whether the document paints itself, stroke by stroke, where reduced motion is not asked for.
        seconds: that this takes, more than 0, at most 3600.
        title: the document's title.
        metadata: what to keep in `<metadata>`, as JSON.
        painting: a painting file's text, kept there so that the file can be loaded as the painting.
        sheet: the page that the canvas lies on, which the document then is.
        drawn: width, opacity, medium and levels, as for `stroke_shapes`.

    Raises:
        InputError: seconds out of range, and as for `stroke_shapes`.
    """
    shapes = stroke_shapes(strokes, canvas, style, height=height, **drawn)
    css: str = ""
    extras: list[dict[str, str]] = []
    if animate:
        css, extras = animation(shapes, checks.number("seconds", seconds, 0, _LONGEST, above=True))
    return page(shapes, canvas, title=title, metadata=metadata, painting=painting, css=css, extras=extras, sheet=sheet)


def html_text(
    strokes: Strokes,
    canvas: Canvas,
    *,
    style: str = "brush",
    height: int = 512,
    seconds: float = SECONDS,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
    **drawn: Unpack[Drawn],
) -> str:
    """The strokes as a page that plays them: with a scrubber, and strokes that can be picked.

    One file that asks for no other: no network, no fonts, and a policy inside that forbids both.
    Arguments and errors as for `svg_text`.
    """
    shapes = stroke_shapes(strokes, canvas, style, height=height, **drawn)
    seconds = checks.number("seconds", seconds, 0, _LONGEST, above=True)
    return player(shapes, strokes, canvas, seconds, height, title=title, metadata=metadata, painting=painting)


def write_svg(path: str | Path, strokes: Strokes, canvas: Canvas, **options: Any) -> None:
    """Write `svg_text(strokes, canvas, **options)` to a file.

    Raises:
        FileError: the file cannot be written.
        InputError: as for `svg_text`.
    """
    files.write_text(path, svg_text(strokes, canvas, **options))


def write_html(path: str | Path, strokes: Strokes, canvas: Canvas, **options: Any) -> None:
    """Write `html_text(strokes, canvas, **options)` to a file.

    Raises:
        FileError: the file cannot be written.
        InputError: as for `svg_text`.
    """
    files.write_text(path, html_text(strokes, canvas, **options))


def write_pdf(path: str | Path, strokes: Strokes, canvas: Canvas, **options: Any) -> None:
    """Write `svg_text(strokes, canvas, **options)` as a page of PDF, of the paper that there is.

    Raises:
        FileError: the file cannot be written.
        InputError: as for `svg_text`.
        MissingProgram: libcairo is not installed.
    """
    try:
        import cairosvg
    except OSError as error:
        raise MissingProgram("expected libcairo to write .pdf, got none: sudo apt-get install libcairo2") from error
    text = svg_text(strokes, canvas, **options)
    with files.atomic_path(path) as temporary:
        temporary.write_bytes(cairosvg.svg2pdf(text.encode()))
