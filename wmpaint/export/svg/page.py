"""The SVG document around a painting's shapes: `page(shapes, canvas, title=..., metadata=...) -> str`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from ... import checks
from ...canvas import Canvas
from ...color import to_hex
from ...pens import Placement
from ..curves import svg_number
from .reading import NAMESPACE, packed

__all__ = ["UNITS", "Shape", "clean", "describe", "page"]

UNITS = 1000  # the viewBox's height; its width is aspect times that. Numbers have thousandths of a unit
# What XML 1.0 has no way to write, escaped or not; and what turns the direction of the text after it.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Shape:
    """One stroke, as SVG paints it.

    Args:
        stroke: its number in the painting, from 0.
        color: "#rrggbb".
        paths: (path data in viewBox units, opacity) of what is painted, the first undermost.
        start: (x, y) where the stroke begins, viewBox units.
        width: of a line along the path, viewBox units; None where paths are areas to fill.
        box: (left, top, right, bottom) of the filled areas, viewBox units; None for lines.
        tints: a color of each path, where they differ from the stroke's.
    """

    stroke: int
    color: str
    paths: tuple[tuple[str, float], ...]
    start: tuple[float, float]
    width: float | None = None
    box: tuple[float, float, float, float] | None = None
    tints: tuple[str, ...] = ()


def page(
    shapes: Sequence[Shape],
    canvas: Canvas,
    *,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
    css: str = "",
    extras: Iterable[Mapping[str, str]] = (),
    sheet: Placement | None = None,
) -> str:
    """The document, in paint order.

    Args:
        title: the document's title.
        metadata: what to keep in `<metadata>`, as JSON for people to read.
        painting: the text of the painting's file, kept there to be loaded again.
        css: a style sheet.
        extras: more attributes of each shape's element.
        sheet: the page that the canvas lies on; None for a document of the canvas alone.
    """
    import svgwrite

    # The width is rounded to what the viewer will make of it, so that both sides of the box agree.
    box = round(canvas.aspect * UNITS, 3)
    view, size = f"0 0 {svg_number(box)} {UNITS}", (svg_number(box), str(UNITS))
    paper = canvas.paper if sheet is None else sheet.page
    if paper is not None:
        size = (f"{paper[0]:g}mm", f"{paper[1]:g}mm")
    if sheet is not None:
        unit = UNITS / sheet.scale  # of a millimetre
        view = " ".join(svg_number(unit * side) for side in (-sheet.left, -sheet.top, *sheet.page))
    # debug=False: svgwrite checks each attribute of each element otherwise, which takes seconds.
    drawing = svgwrite.Drawing(size=size, viewBox=view, debug=False)
    describe(drawing, title, metadata, painting)
    if css:
        drawing.defs.add(drawing.style(css))
    if canvas.background is not None:
        drawing.add(drawing.rect((0, 0), (svg_number(box), UNITS), fill=to_hex(canvas.background)))
    lines = any(shape.width is not None for shape in shapes)
    how = {"fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round"} if lines else {}
    if sheet is not None:  # margins stay bare, where strokes lie half beside the canvas
        clip = drawing.defs.add(drawing.clipPath(id="canvas"))
        clip.add(drawing.rect((0, 0), (svg_number(box), UNITS)))
        how |= {"clip_path": "url(#canvas)"}
    group = drawing.g(**how, id="strokes")
    more = iter(extras)
    for shape in shapes:
        group.add(_element(drawing, shape, next(more, {})))
    drawing.add(group)
    text = re.sub("<(path|g) ", r"\n<\1 ", drawing.tostring())
    return '<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n"


def describe(drawing: Any, title: str, metadata: Mapping[str, Any] | None, painting: str | None) -> None:
    """Put a title, and what `page` is told to keep, into a drawing."""
    if checks.instance("a title", title, str):
        drawing.set_desc(title=clean(title))
    if metadata:
        drawing.set_metadata(_named("wmpaint", clean(json.dumps(metadata, ensure_ascii=False, default=str))))
    if painting is not None:
        drawing.set_metadata(_named("painting", packed(painting), encoding="zlib base64"))


def _named(name: str, text: str, **attributes: str) -> Element:
    element = Element(name, {"xmlns": NAMESPACE, **attributes})
    element.text = text
    return element


def _element(drawing: Any, shape: Shape, extra: Mapping[str, str]) -> Any:
    """A path, or a group of a stroke's paths."""
    if shape.width is not None:
        ((d, opacity),) = shape.paths
        look = {"stroke": shape.color, "stroke_width": svg_number(shape.width)}
        if opacity < 1:
            look["stroke_opacity"] = svg_number(opacity)
        return drawing.path(d=d, **look, **extra)
    looks = [{"fill": tint} for tint in shape.tints] or [{} for _ in shape.paths]
    looks = [
        look | ({"fill_opacity": svg_number(o)} if o < 1 else {})
        for look, (_, o) in zip(looks, shape.paths, strict=True)
    ]
    paths = [drawing.path(d=d, **look) for look, (d, _) in zip(looks, shape.paths, strict=True)]
    top = paths[0] if len(paths) == 1 else drawing.g()
    for path in paths if len(paths) > 1 else ():
        top.add(path)
    top.update({"fill": shape.color, **extra})
    return top


def clean(text: str) -> str:
    """Text with U+FFFD for what XML cannot hold, and for what would turn the text around it."""
    return _FORBIDDEN.sub("\ufffd", text)
