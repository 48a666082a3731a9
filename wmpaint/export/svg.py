"""Strokes as plain SVG: one quadratic path a stroke, round caps, one width and opacity each; and that as PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import torch
from torch import Tensor

from .. import files
from ..canvas import Canvas
from ..errors import InputError, MissingProgram
from ..strokes import Strokes

__all__ = ["svg_text", "write_pdf", "write_svg"]

NAMESPACE = "urn:wmpaint:painting:1"
UNITS = 1000  # the viewBox's height; its width is aspect times that
# Everything XML 1.0 has no way to write, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_svg(path: str | Path, strokes: Strokes, canvas: Canvas, **options: Any) -> None:
    """Write `svg_text(strokes, canvas, **options)` to a file.

    Raises:
        FileError: the file cannot be written.
        InputError: as for `svg_text`.
    """
    files.write_text(path, svg_text(strokes, canvas, **options))


def write_pdf(path: str | Path, strokes: Strokes, canvas: Canvas, **options: Any) -> None:
    """Write `svg_text(strokes, canvas, **options)` as a page of PDF, of the canvas' paper where it has one.

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


def svg_text(
    strokes: Strokes,
    canvas: Canvas,
    *,
    width: float | Tensor = 1.0,  # scalar or [N]
    opacity: float | Tensor = 1.0,  # scalar or [N]
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """The strokes as an SVG document, in paint order. Lifted strokes are left out.

    A path keeps the stroke's exact Bezier curve and color. Its stroke-width is 2 · radius · `width`;
    what a brush does along and across a stroke is for other exporters.

    Args:
        width: painted width as a share of the brush's diameter, one for all or one a stroke.
        opacity: 0..1, one for all or one a stroke.
        title: the document's title.
        metadata: what to keep in `<metadata>`, as JSON.

    Raises:
        InputError: strokes out of range, or `width` or `opacity` of another length.
    """
    import svgwrite

    strokes.check()  # before rounding: the least radius in float32 is a little less in float64
    strokes = strokes.detach().to("cpu", torch.float64)
    widths = _column("width", width, len(strokes)) * 2 * strokes.radius
    opacities = _column("opacity", opacity, len(strokes)).clamp(0, 1)
    if strokes.lifted is not None:
        kept = ~strokes.lifted
        strokes, widths, opacities = strokes[kept], widths[kept], opacities[kept]

    # The width is rounded to what the viewer will make of it, so that both sides of the box agree.
    box = round(canvas.aspect * UNITS, 3)
    size = (f"{canvas.paper[0]:g}mm", f"{canvas.paper[1]:g}mm") if canvas.paper else (_number(box), str(UNITS))
    # debug=False: svgwrite checks each attribute of each element otherwise, which takes seconds.
    drawing = svgwrite.Drawing(size=size, viewBox=f"0 0 {_number(box)} {UNITS}", debug=False)
    if title:
        drawing.set_desc(title=_clean(title))
    if metadata:
        element = Element("wmpaint", xmlns=NAMESPACE)
        element.text = _clean(json.dumps(metadata, ensure_ascii=False, default=str))
        drawing.set_metadata(element)
    if canvas.background is not None:
        drawing.add(drawing.rect((0, 0), (_number(box), UNITS), fill=_hex(canvas.background)))
    group = drawing.g(fill="none", stroke_linecap="round", stroke_linejoin="round", id="strokes")
    rows = zip(
        (strokes.points * UNITS).reshape(-1, 6).tolist(),
        (widths * UNITS).tolist(),
        opacities.tolist(),
        strokes.color.tolist(),
        strict=True,
    )
    for curve, wide, clear, color in rows:
        x0, y0, x1, y1, x2, y2 = map(_number, curve)
        style = {"stroke": _hex(color), "stroke_width": _number(wide)}
        if clear < 1:
            style["stroke_opacity"] = _number(clear)
        group.add(drawing.path(d=f"M{x0} {y0}Q{x1} {y1} {x2} {y2}", **style))
    drawing.add(group)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + drawing.tostring().replace("<path", "\n<path") + "\n"


def _column(name: str, value: float | Tensor, count: int) -> Tensor:  # [count]
    column = torch.as_tensor(value, dtype=torch.float64).detach().cpu()
    if column.ndim == 0:
        column = column.expand(count)
    if tuple(column.shape) != (count,):
        raise InputError(f"expected {name} to be one number or {count} of them, got shape {tuple(column.shape)}")
    if not (torch.isfinite(column).all() and (column >= 0).all()):
        raise InputError(f"expected {name} of finite numbers, 0 or more, got {column.tolist()[:8]}")
    return column


def _number(value: float) -> str:
    """Three decimals at most: a thousandth of a unit is 0.002 pixels of a picture 2000 pixels high."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _hex(color: tuple[float, ...] | list[float]) -> str:
    return "#" + "".join(f"{round(min(max(c, 0.0), 1.0) * 255):02x}" for c in color)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
