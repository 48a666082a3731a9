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
from ...image import save_png, to_uint8
from . import gcode, hpgl, svg
from .plot import Plot
from .preview import preview
from .stopping import Stop

__all__ = ["JOB_WRITERS", "Job", "job_paths"]


def _write_svg(path: Path, job: Plot, *, title: str | None = None, embed: bool = True) -> None:
    """.svg: real Bezier curves in mm, a top-level Inkscape layer a pen. `embed` keeps the painting inside."""
    files.write_text(path, svg.plot_svg_text(job, title=title, embed=embed))


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
