"""A job as SVG for plotters: `plot_svg_text(job)`, in mm, curves rather than polylines, a top-level layer a pen."""

from __future__ import annotations

from ...color import to_hex
from ..curves import fit_lines, path_data
from ..svg.page import clean, describe
from .plot import Plot

__all__ = ["plot_svg_text"]

INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
TOLERANCE = 0.02  # mm between curves and lines


def plot_svg_text(job: Plot, *, title: str | None = None, embed: bool = True) -> str:
    """The job as an SVG document of the page's size.

    Each pen is a group at the top level, as plotters' software wants it (a wrapper would make all of it one layer),
    named in AxiDraw's code. Translucent ink multiplies, where a viewer can do that. Paper that is not white lies in a
    layer of its own, whose name begins with "%": software for plotters leaves such layers out.

    Args:
        title: of the document; the painting's if None.
        embed: whether the painting's file is kept inside, strokes and all; the plan's settings always are.
    """
    import svgwrite

    width, height = job.placement.page
    drawing = svgwrite.Drawing(size=(f"{width:g}mm", f"{height:g}mm"), viewBox=f"0 0 {width:g} {height:g}", debug=False)
    drawing.attribs["xmlns:inkscape"] = INKSCAPE
    about = {"plot": {**job.settings, **job.as_dict()}}
    describe(drawing, job.title if title is None else title, about, job.painting if embed else None)
    if min(job.paper) < 1:
        ground = drawing.g(id="paper")
        ground.attribs |= {"inkscape:groupmode": "layer", "inkscape:label": "%paper"}
        ground.add(drawing.rect((0, 0), (width, height), fill=to_hex(job.paper)))
        drawing.add(ground)
    for number, layer in enumerate(job.layers, 1):
        pen = layer.pen
        group = drawing.g(
            id=f"pen{number}", fill="none", stroke=to_hex(pen.color), stroke_width=f"{pen.width:g}",
            stroke_linecap="round", stroke_linejoin="round",
        )  # fmt: skip
        group.attribs |= {"inkscape:groupmode": "layer", "inkscape:label": clean(pen.layer_name(number))}
        if not pen.covers(job.paper):
            group.attribs["style"] = "mix-blend-mode:multiply"
        if pen.opacity < 1:
            group.attribs["opacity"] = f"{pen.opacity:g}"  # of the layer: lines of one pen that cross do not darken
        for curves in fit_lines(layer.paths, TOLERANCE):
            group.add(drawing.path(d=path_data(curves)))
        drawing.add(group)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + drawing.tostring().replace("<path", "\n<path") + "\n"
