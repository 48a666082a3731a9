"""A plot that shows and saves itself: `job.preview(dpi=150)`, `job.save("cat.gcode", machine="servo", split=True)`.

The suffix of a file tells its kind.
"""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from ... import checks, files
from ...color import to_hex
from ...image import save_png, to_uint8
from ..curves import fit_lines, path_data
from ..svg.page import clean, describe
from . import gcode, hpgl
from .plot import Plot
from .preview import preview
from .stopping import Stop

__all__ = ["JOB_WRITERS", "Job", "job_paths", "plot_svg_text"]

INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
TOLERANCE = 0.02  # mm between an SVG's curves and the lines


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


def _write_svg(path: Path, job: Plot, *, title: str | None = None, embed: bool = True) -> None:
    """.svg: real Bezier curves in mm, a top-level Inkscape layer a pen. `embed` keeps the painting inside."""
    files.write_text(path, plot_svg_text(job, title=title, embed=embed))


def _write_hpgl(
    path: Path, job: Plot, *, device: str = "hp7475a", velocity: int | None = None, absolute: bool = False
) -> None:
    """.hpgl, .plt: for a `device` that vpype knows; `velocity` in cm/s, `absolute` coordinates only."""
    files.write_text(path, hpgl.hpgl_text(job, device=device, velocity=velocity, absolute=absolute))


def _write_gcode(path: Path, job: Plot, *, machine: str | gcode.Machine = "servo") -> None:
    """.gcode, .nc: for a "servo" that lifts the pen, a "zaxis" or a "laser", or for a `Machine` of your own."""
    files.write_text(path, gcode.gcode_text(job, machine))


def _write_preview(path: Path, job: Plot, *, dpi: float = 150.0, pen_up: bool = False) -> None:
    """.png: what the plot will look like, with each pen's width and ink; `pen_up` shows the way through the air."""
    save_png(path, preview(job, dpi, pen_up=pen_up))


def _write_numbers(path: Path, job: Plot) -> None:
    """.json: page, pens, metres, lifts and minutes."""
    files.write_json(path, job.as_dict())


JOB_WRITERS: dict[str, Callable[..., None]] = {
    ".svg": _write_svg,
    ".hpgl": _write_hpgl,
    ".plt": _write_hpgl,
    ".gcode": _write_gcode,
    ".nc": _write_gcode,
    ".png": _write_preview,
    ".json": _write_numbers,
}


def job_paths(path: str | Path, job: Plot, *, split: bool = False) -> list[Path]:
    """The files that `job.save(path, split=split)` writes."""
    path = Path(path)
    if not split:
        return [path]
    names = [re.sub(r"[^\w-]+", "-", layer.pen.name).strip("-")[:40] or "pen" for layer in job.layers]
    return [path.with_name(f"{path.stem}-{k}-{name}{path.suffix}") for k, name in enumerate(names, 1)]


class Job(Plot):
    """What `plan` returns: a `Plot`, with pictures and files of it."""

    def preview(self, dpi: float = 150.0, *, pen_up: bool = False, stop: Stop | None = None) -> Tensor:
        """What the plot will look like, [3, H, W]; see `preview.preview`."""
        return preview(self, dpi, pen_up=pen_up, stop=stop)

    def save(self, path: str | Path, *, split: bool = False, **options: Any) -> list[Path]:
        """Write a file of the kind its suffix names: .svg, .hpgl or .plt, .gcode or .nc, .png (a preview), .json.

        Args:
            split: one file a pen, with the pen's number and name in the file's: cat-1-yellow.gcode. All are written
                or, where one fails, those that were whole by then.
            options: of that kind of file, see `wmpaint.export.plotter.files`.

        Returns:
            the files written.

        Raises:
            InputError: another suffix, or an option which that kind does not have.
            FileError: a file cannot be written.
        """
        path = Path(path)
        writer = JOB_WRITERS[checks.suffix("a plot", path, list(JOB_WRITERS))]
        checks.known_options(f"for {path.suffix}", options, list(inspect.signature(writer).parameters)[2:])
        paths = job_paths(path, self, split=split)
        for part in paths:
            files.check_writable(part)
        if not split:
            writer(path, self, **options)
        else:
            for part, layer, before in zip(paths, self.layers, self.before, strict=True):
                writer(part, replace(self, layers=(layer,), before=(before,)), **options)
        return paths

    def _repr_png_(self) -> bytes:
        from PIL import Image

        stream = io.BytesIO()
        Image.fromarray(to_uint8(self.preview(100))).save(stream, "PNG")
        return stream.getvalue()
