"""Which suffix is written by what: `write("cat.svg", painting)`. New kinds of file are added to `WRITERS`.

A writer is `writer(path, work, **options)`. It sees a painting only as a `Exportable`, and writes whole files or none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from .. import checks, files
from ..errors import InputError
from ..light import Light
from ..media import measuring
from . import film, mixing, ora, pictures, reliefs, svg
from .film import FILM_HEIGHT
from .view import Exportable, ViewOptions, curves_of, page_of, trails_of

__all__ = ["FILM_HEIGHT", "KINDS", "WRITERS", "check_suffix", "is_plot", "options_of", "suffix_of", "write"]

TUFT = 1.6e-3  # canvas heights of a path of hairs: less than a pixel of most pictures


def _write_painting(path: Path, work: Exportable) -> None:
    """.wmp.json: the painting itself."""
    files.write_text(path, work.to_json())


def _write_report(path: Path, work: Exportable, *, target: Any = None, program: str | None = "auto") -> None:
    """.json: the report. `target` is a picture to compare with, `program` the one to replay in (None: do not)."""
    files.write_json(path, work.report(target, program=program).as_dict())


def _write_svg(
    path: Path,
    work: Exportable,
    *,
    style: str = "lines",
    animate: bool = False,
    seconds: float = 8.0,
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
    hairs: bool = True,
    light: Light | str | None = None,
    embed: bool = True,
) -> None:
    """.svg: the strokes as "lines", as each one's "outline", or as stacked outlines that look like the "brush".

    Brushes with `hairs` show them there as paths of their own, in the painting's light or another.

    With `animate` it paints itself in so many `seconds`. `measured` takes widths and opacities of lines from the
    painter rather than from radii; a brush has at most so many `levels` of opacity. The painting itself lies within,
    so that the file can be loaded again, unless `embed` is false.
    """
    drawn = _drawn(work, style, levels, measured, title, hairs, light, embed)
    svg.write_svg(path, **drawn, animate=animate, seconds=seconds, sheet=page_of(work))


def _write_html(
    path: Path,
    work: Exportable,
    *,
    style: str = "brush",
    seconds: float = 8.0,
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
    hairs: bool = True,
    light: Light | str | None = None,
    embed: bool = True,
) -> None:
    """.html: a page that plays the painting stroke by stroke, where strokes can be picked; options as for .svg."""
    svg.write_html(path, **_drawn(work, style, levels, measured, title, hairs, light, embed), seconds=seconds)


def _write_pdf(
    path: Path,
    work: Exportable,
    *,
    style: str = "lines",
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
    hairs: bool = True,
    light: Light | str | None = None,
) -> None:
    """.pdf: the same shapes as in .svg on a page: that which the painting was made for, if it was for one."""
    svg.write_pdf(path, **_drawn(work, style, levels, measured, title, hairs, light, embed=False), sheet=page_of(work))


def _drawn(
    work: Exportable, style: str, levels: int, measured: bool, title: str | None, hairs: bool,
    light: Light | str | None, embed: bool,
) -> dict[str, Any]:  # fmt: skip
    """What every file of shapes is told of the painting."""
    strokes, height = curves_of(work.strokes, "shapes"), work.program_height
    how: dict[str, Any] = {
        "strokes": strokes, "canvas": work.canvas, "style": style, "levels": levels, "height": height,
        "title": work.title if title is None else title, "metadata": work.metadata(),
        "painting": work.to_json() if embed else None,
    }  # fmt: skip
    if style != "lines":
        how["medium"], how["light"] = work.medium, Light.of(light) or work.light
        if style == "brush" and hairs:
            how["trails"] = trails_of(work, TUFT)
    elif measured:
        how["width"], how["opacity"] = measuring.measure(work.medium, strokes, height=height)
    return how


def _write_webp(path: Path, work: Exportable, *, animate: bool = False, **options: Any) -> None:
    """.webp: a picture, or with `animate` a film, and the options of that."""
    (film.write_film if animate else pictures.write_webp)(path, work, **options)


def _write_plot(path: Path, work: Exportable, **options: Any) -> None:
    """What a pen plotter draws: .hpgl, .plt, .gcode, .nc, and with `pens` also .svg, .png and .json.

    Options are those of `export.plotter.plan` and, for the file, of `export.plotter.files`; `pens="own"` are those it
    was painted with.
    """
    from .plotter import plan

    planned = {name: options.pop(name) for name in list(options) if name in _names(plan, 1)}
    plan(work, **planned).save(path, **options)


Writer = Callable[..., None]
PLOTS = (".hpgl", ".plt", ".gcode", ".nc")
PLOTS_WITH_PENS = (".svg", ".png", ".json")
WRITERS: dict[str, Writer] = {
    ".wmp.json": _write_painting,
    ".json": _write_report,
    ".png": pictures.write_png,
    ".tif": pictures.write_tiff,
    ".tiff": pictures.write_tiff,
    ".webp": _write_webp,
    ".jpg": pictures.write_jpeg,
    ".jpeg": pictures.write_jpeg,
    ".ora": ora.write_ora,
    ".svg": _write_svg,
    ".html": _write_html,
    ".pdf": _write_pdf,
    ".mp4": film.write_film,
    ".gif": film.write_film,
    ".height.png": reliefs.write_height,
    ".normal.png": reliefs.write_normal,
    ".stl": reliefs.write_stl,
    ".glb": reliefs.write_glb,
    ".csv": mixing.write_csv,
    ".txt": mixing.write_table,
    ".palette.html": mixing.write_swatches,
    **dict.fromkeys(PLOTS, _write_plot),
}

# What each is to who paints; all else is "other".
KINDS = dict.fromkeys(WRITERS, "other") | {".wmp.json": "painting", ".json": "report", ".svg": "svg"}
KINDS |= dict.fromkeys((".png", ".tif", ".tiff", ".webp", ".jpg", ".jpeg"), "picture")
KINDS |= dict.fromkeys((".mp4", ".gif"), "film")
KINDS |= dict.fromkeys((".height.png", ".normal.png", ".stl", ".glb"), "relief")


def suffix_of(path: str | Path) -> str | None:
    """The kind of file that a name asks for, or None if it is none we write."""
    name = Path(path).name.lower()
    # ".wmp.json" also ends with ".json", and ".height.png" with ".png".
    return max((suffix for suffix in WRITERS if name.endswith(suffix) and name != suffix), key=len, default=None)


def check_suffix(path: str | Path) -> str:
    """As `suffix_of`.

    Raises:
        InputError: none we write; the message lists those.
    """
    suffix = suffix_of(path)
    if suffix is None:
        raise InputError(f"expected a file name that ends in {', '.join(WRITERS)}, got {str(path)!r}")
    return suffix


def is_plot(path: str | Path, options: Collection[str] = ()) -> bool:
    """Whether a file with these options is one for a pen plotter.

    Raises:
        InputError: another suffix.
    """
    suffix = check_suffix(path)
    return suffix in PLOTS or (suffix in PLOTS_WITH_PENS and "pens" in options)


def options_of(path: str | Path, options: Mapping[str, Any]) -> list[str]:
    """The names of the options that a file can have, beside some that it is given already.

    Raises:
        InputError: another suffix.
    """
    suffix = check_suffix(path)
    if is_plot(path, options):
        from .plotter import plan
        from .plotter.files import JOB_WRITERS, Job

        names = [*_names(plan, 1), *_names(JOB_WRITERS[suffix], 2), *_names(Job.save, 2)]
        return [name for name in names if name not in ("canvas", "options")]
    if suffix == ".webp":
        return [*_names(film.write_film if options.get("animate") else pictures.write_webp, 2), "animate"]
    return _names(WRITERS[suffix], 2)


def write(path: str | Path, work: Exportable, **options: Any) -> None:
    """Write a painting as the kind of file its suffix names.

    Raises:
        InputError: another suffix, or an option which that kind does not have.
        FileError: the file cannot be written.
    """
    suffix, plot = check_suffix(path), is_plot(path, options)
    checks.known_options(f"for {'a plot' if plot else suffix}", options, options_of(path, options))
    (_write_plot if plot else WRITERS[suffix])(Path(path), work, **options)


def _names(writer: Callable[..., Any], first: int) -> list[str]:
    """The names of a function's arguments, from one on; `look` stands for those of a `ViewOptions`."""
    names = list(inspect.signature(writer).parameters)[first:]
    return [*names[:-1], *ViewOptions.__annotations__] if names[-1:] == ["look"] else names
