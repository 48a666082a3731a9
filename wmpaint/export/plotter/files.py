"""A job as files: `write_job("cat.gcode", job, machine="servo", split=True)`. The suffix tells the kind."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ... import checks, files
from ...image import save_png
from . import gcode, hpgl, svg
from .plot import Plot
from .preview import preview

__all__ = ["JOB_WRITERS", "job_paths", "write_job"]


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
    """The files that `write_job` writes."""
    path = Path(path)
    if not split:
        return [path]
    names = [re.sub(r"[^\w-]+", "-", layer.pen.name).strip("-")[:40] or "pen" for layer in job.layers]
    return [path.with_name(f"{path.stem}-{k}-{name}{path.suffix}") for k, name in enumerate(names, 1)]


def write_job(path: str | Path, job: Plot, *, split: bool = False, **options: Any) -> list[Path]:
    """Write a job as the kind of file its suffix names; all files or, where one fails, those that were whole by then.

    Args:
        split: one file a pen, with the pen's number and name in the file's: cat-1-yellow.gcode.

    Returns:
        the files written.

    Raises:
        InputError: another suffix, or an option which that kind does not have.
        FileError: a file cannot be written.
    """
    path = Path(path)
    writer = JOB_WRITERS[checks.suffix("a plot", path, list(JOB_WRITERS))]
    checks.known_options(f"for {path.suffix}", options, list(inspect.signature(writer).parameters)[2:])
    paths = job_paths(path, job, split=split)
    for part in paths:
        files.check_writable(part)
    if not split:
        writer(path, job, **options)
    else:
        for part, layer, before in zip(paths, job.layers, job.before, strict=True):
            writer(part, replace(job, layers=(layer,), before=(before,)), **options)
    return paths
