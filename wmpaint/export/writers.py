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
from . import film, look, ora, pictures, svg
from .film import FILM_HEIGHT
from .work import Work

__all__ = ["FILM_HEIGHT", "WRITERS", "Work", "check_suffix", "suffix_of", "write"]


def write_painting(path: Path, work: Work) -> None:
    """.wmp.json: the painting itself."""
    files.write_text(path, work.to_json())


def write_report(path: Path, work: Work, *, target: Any = None, program: str | None = "auto") -> None:
    """.json: the report. `target` is a picture to compare with, `program` the one to replay in (None: do not)."""
    write_json(path, work.report(target, program=program).as_dict())


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    """Plain values as indented JSON."""
    files.write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_svg(path: Path, work: Work, *, measured: bool = True, title: str | None = None) -> None:
    """.svg: one path a stroke; `measured` takes widths and opacities from the painter rather than from radii."""
    svg.write_svg(path, work.strokes, work.canvas, **_lines(work, measured, title))


def write_pdf(path: Path, work: Work, *, measured: bool = True, title: str | None = None) -> None:
    """.pdf: the same lines on a page."""
    svg.write_pdf(path, work.strokes, work.canvas, **_lines(work, measured, title))


def _lines(work: Work, measured: bool, title: str | None) -> dict[str, Any]:
    wide, clear = look.measure(work.renderer, work.strokes, height=work.program_height) if measured else (1.0, 1.0)
    title = work.title if title is None else title
    return {"width": wide, "opacity": clear, "title": title, "metadata": work.metadata()}


def write_webp(path: Path, work: Work, *, animate: bool = False, **options: Any) -> None:
    """.webp: a picture, or with `animate` a film, and the options of that."""
    _call(film.write_film if animate else pictures.write_webp, path, work, options)


Writer = Callable[..., None]
WRITERS: dict[str, Writer] = {
    ".wmp.json": write_painting,
    ".json": write_report,
    ".png": pictures.write_png,
    ".tif": pictures.write_tiff,
    ".tiff": pictures.write_tiff,
    ".webp": write_webp,
    ".jpg": pictures.write_jpeg,
    ".jpeg": pictures.write_jpeg,
    ".ora": ora.write_ora,
    ".svg": write_svg,
    ".mp4": film.write_film,
    ".gif": film.write_film,
    ".pdf": write_pdf,
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
    _call(WRITERS[check_suffix(path)], Path(path), work, options)


def _call(writer: Writer, path: Path, work: Work, options: Mapping[str, Any]) -> None:
    parameters = inspect.signature(writer).parameters.values()
    if not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):  # which hands them on to here
        suffix, known = suffix_of(path), [parameter.name for parameter in parameters][2:]
        for name in options:
            if name not in known:
                known += ["animate"] if suffix == ".webp" else []
                raise InputError(f"expected options for {suffix} out of {', '.join(known) or 'none'}, got {name!r}")
    writer(path, work, **options)
