"""Which suffix is written by what: `write("cat.svg", painting)`. New kinds of file are added to `WRITERS`.

A writer is `writer(path, work, **options)`. It sees a painting only as a `Work`, and writes whole files or none.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import files
from ..errors import InputError
from ..image import save_png
from . import animation, look, svg
from .work import Work

__all__ = ["WRITERS", "Work", "check_suffix", "suffix_of", "write"]

FILM_HEIGHT = 1080  # a film of a larger painting is shown at this height unless told


def write_painting(path: Path, work: Work) -> None:
    """.wmp.json: the painting itself."""
    files.write_text(path, work.to_json())


def write_report(path: Path, work: Work, *, target: Any = None, program: str | None = "auto") -> None:
    """.json: the report. `target` is a picture to compare with, `program` the one to replay in (None: do not)."""
    write_json(path, work.report(target, program=program).as_dict())


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    """Plain values as indented JSON."""
    files.write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_picture(path: Path, work: Work, *, height: int | None = None) -> None:
    """.png: the dream, `height` pixels high."""
    save_png(path, work.render(height))


def write_svg(
    path: Path,
    work: Work,
    *,
    style: str = "lines",
    animate: bool = False,
    seconds: float = 8.0,
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
    embed: bool = True,
) -> None:
    """.svg: the strokes as "lines", as each one's "outline", or as stacked outlines that look like the "brush".

    With `animate` it paints itself in so many `seconds`. `measured` takes widths and opacities of lines from the
    painter rather than from radii; a brush has at most so many `levels` of opacity. The painting itself lies within,
    so that the file can be loaded again, unless `embed` is false.
    """
    how = {"style": style, "levels": levels, "animate": animate, "seconds": seconds}
    svg.write_svg(path, work.strokes, work.canvas, **how, **_drawn(work, style, measured, title, embed))


def write_html(
    path: Path,
    work: Work,
    *,
    style: str = "brush",
    seconds: float = 8.0,
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
    embed: bool = True,
) -> None:
    """.html: a page that plays the painting stroke by stroke, where strokes can be picked; options as for .svg."""
    how = {"style": style, "levels": levels, "seconds": seconds}
    svg.write_html(path, work.strokes, work.canvas, **how, **_drawn(work, style, measured, title, embed))


def write_pdf(
    path: Path,
    work: Work,
    *,
    style: str = "lines",
    title: str | None = None,
    measured: bool = True,
    levels: int = 16,
) -> None:
    """.pdf: the same shapes as in .svg on a page."""
    how = {"style": style, "levels": levels}
    svg.write_pdf(path, work.strokes, work.canvas, **how, **_drawn(work, style, measured, title, False))


def _drawn(work: Work, style: str, measured: bool, title: str | None, embed: bool) -> dict[str, Any]:
    """What every file of shapes is told of the painting."""
    title = work.title if title is None else title
    how: dict[str, Any] = {"height": work.program_height, "title": title, "metadata": work.metadata()}
    if embed:
        how["painting"] = work.to_json()
    if style != "lines":
        return how | {"renderer": work.renderer}
    if measured:
        how["width"], how["opacity"] = look.measure(work.renderer, work.strokes, height=work.program_height)
    return how


def write_film(
    path: Path,
    work: Work,
    *,
    height: int | None = None,
    frames: int = 150,
    fps: float = animation.FPS,
    program: str | None = None,
    seed: int | None = None,
) -> None:
    """.mp4 or .gif: the painting being painted, in at most `frames` steps, in the dream or in a `program`.

    `height` is at most 1080 pixels unless told; `seed` is the program's, the painting's if None.
    """
    renderer = work.renderer if program is None else work.in_program(program, seed)
    height = min(work.program_height, FILM_HEIGHT) if height is None else height
    pictures = animation.stroke_frames(
        renderer, work.strokes, work.canvas, height=height, frames=frames, hold=round(fps)
    )
    animation.write_film(path, pictures, fps=fps)


Writer = Callable[..., None]
WRITERS: dict[str, Writer] = {
    ".wmp.json": write_painting,
    ".json": write_report,
    ".png": write_picture,
    ".svg": write_svg,
    ".mp4": write_film,
    ".gif": write_film,
    ".pdf": write_pdf,
    ".html": write_html,
}


def suffix_of(path: str | Path) -> str | None:
    """The kind of file that a name asks for, or None if it is none we write."""
    name = Path(path).name.lower()
    # ".wmp.json" comes before ".json", which it also ends with.
    return next((suffix for suffix in WRITERS if name.endswith(suffix) and name != suffix), None)


def check_suffix(path: str | Path) -> str:
    """As `suffix_of`.

    Raises:
        InputError: none we write; the message lists those.
    """
    suffix = suffix_of(path)
    if suffix is None:
        raise InputError(f"expected a file name that ends in {', '.join(WRITERS)}, got {str(path)!r}")
    return suffix


def write(path: str | Path, work: Work, **options: Any) -> None:
    """Write a painting as the kind of file its suffix names.

    Raises:
        InputError: another suffix, or an option which that kind does not have.
        FileError: the file cannot be written.
    """
    suffix = check_suffix(path)
    writer = WRITERS[suffix]
    known = list(inspect.signature(writer).parameters)[2:]
    for name in options:
        if name not in known:
            raise InputError(f"expected options for {suffix} out of {', '.join(known) or 'none'}, got {name!r}")
    writer(Path(path), work, **options)
