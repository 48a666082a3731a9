"""Strokes as SVG, PDF and an HTML player: `svg_text(strokes, canvas, style="lines") -> str`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from ... import checks, files
from ...canvas import Canvas
from ...errors import InputError, MissingProgram
from ...medium import Medium
from ...pens import Placement
from ...strokes import Strokes
from .animate import animation
from .fills import brush_shapes, outline_shapes
from .lines import line_shapes
from .page import Shape, page
from .player import player

__all__ = ["LEVELS", "SECONDS", "STYLES", "html_text", "svg_text", "write_html", "write_pdf", "write_svg"]

STYLES = ("lines", "outline", "brush")
SECONDS = 8.0
LEVELS = 16
_LONGEST = 3600.0
_MOST_LEVELS = 64


def svg_text(
    strokes: Strokes,
    canvas: Canvas,
    *,
    style: str = "lines",
    width: float | Tensor = 1.0,  # scalar or [N]
    opacity: float | Tensor = 1.0,  # scalar or [N]
    medium: Medium | None = None,
    height: int = 512,
    levels: int = LEVELS,
    animate: bool = False,
    seconds: float = SECONDS,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
    sheet: Placement | None = None,
) -> str:
    """The strokes as an SVG document, in paint order. Lifted strokes are left out.

    - "lines": a path a stroke, with its exact Bezier curve and color. Its stroke-width is 2 · radius · `width`;
      what a brush does along and across a stroke is for the other styles.
    - "outline": a filled path a stroke, as wide as the medium paints it from place to place, of one opacity.
    - "brush": a group of such paths a stroke, above each other, that together have the brush's soft edges.

    Args:
        width: of lines: painted width as a share of the brush's diameter, one for all or one a stroke.
        opacity: of lines: 0..1, one for all or one a stroke.
        medium: what paints the strokes; "outline" and "brush" look at it.
        height: pixels of the canvas that the strokes are meant for, for the medium.
        levels: of "brush": outlines a stroke at most, 2 to 64; large soft strokes need the most.
        animate: whether the document paints itself, stroke by stroke, where reduced motion is not asked for.
        seconds: that this takes, more than 0, at most 3600.
        title: the document's title.
        metadata: what to keep in `<metadata>`, as JSON.
        painting: a painting file's text, kept there so that the file can be loaded as the painting.
        sheet: the page that the canvas lies on, which the document then is.

    Raises:
        InputError: strokes out of range, `width` or `opacity` of another length, another style, a style that needs
            a medium without one, or seconds or levels out of range.
    """
    shapes = _shapes(strokes, canvas, style, width, opacity, medium, height, levels)
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
    width: float | Tensor = 1.0,  # scalar or [N]
    opacity: float | Tensor = 1.0,  # scalar or [N]
    medium: Medium | None = None,
    height: int = 512,
    levels: int = LEVELS,
    seconds: float = SECONDS,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
) -> str:
    """The strokes as a page that plays them: with a scrubber, and strokes that can be picked.

    One file that asks for no other: no network, no fonts, and a policy inside that forbids both.
    Arguments and errors as for `svg_text`.
    """
    shapes = _shapes(strokes, canvas, style, width, opacity, medium, height, levels)
    return player(
        shapes,
        strokes,
        canvas,
        seconds=checks.number("seconds", seconds, 0, _LONGEST, above=True),
        height=height,
        title=title,
        metadata=metadata,
        painting=painting,
    )


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


def _shapes(
    strokes: Strokes,
    canvas: Canvas,
    style: str,
    width: float | Tensor,
    opacity: float | Tensor,
    medium: Medium | None,
    height: int,
    levels: int,
) -> list[Shape]:
    checks.one_of("style …", style, STYLES)
    levels = checks.whole("… levels", levels, 2, _MOST_LEVELS)
    strokes.check()  # before rounding: the least radius in float32 is a little less in float64
    canvas.pixels(height)
    if style == "lines":
        return line_shapes(strokes, width, opacity)
    if medium is None:
        raise InputError(f"expected a medium for the style {style}, which shows what it paints, got none")
    if style == "outline":
        return outline_shapes(strokes, canvas, medium, height=height)
    return brush_shapes(strokes, canvas, medium, height=height, levels=levels)
