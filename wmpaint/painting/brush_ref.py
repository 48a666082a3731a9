"""A brush as a painting's file names it: `BrushRef`, and the painter and the program that go with it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import checks
from ..errors import FileError
from ..media import families, programs
from ..media.programs.choose import PROGRAMS
from ..medium import Medium

__all__ = ["BrushRef", "painter_of", "program_of"]


@dataclass(frozen=True)
class BrushRef:
    """A brush that a painting uses.

    Args:
        name: a bundled brush, or the path of a .myb file; MEDIUM/BRUSH of other media than MyPaint's, and of a brush
            whose name is a medium's: "oil", which is MyPaint's in older files, becomes "mypaint/oil".
        hash: of the brush's settings, to notice when they have changed; "" when not known.
        painter: the painter's .safetensors file, as it was given; where it is not there any more, it is looked for
            beside the painting's file. None for the bundled painter of that name.
        definition: the .myb file's text, for a brush that is not bundled, so that it replays anywhere.
        weights: hash of the painter's weights, to notice when they are others; None when not known.
    """

    name: str
    hash: str = ""
    painter: str | None = None
    definition: str | None = None
    weights: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", families.filed(self.name))

    @classmethod
    def of(cls, painter: Medium, file: str | Path | None = None) -> BrushRef:
        """The brush of a `RibbonPainter`; `file` is where its weights lie, if they are not bundled."""
        info = painter.info
        full = info.name in families.known() and info.name != "mypaint"
        place, name = None if file is None else str(file), info.full_name if full else info.brush
        return cls(name, info.brush_hash, place, info.definition, info.weights)


def painter_of(brush: BrushRef, folder: Path | None = None) -> Medium:
    """The painter of a brush; `folder` is where the painting's file lies."""
    if brush.painter is None:
        return _loaded(brush, None)
    given = Path(brush.painter)
    places = [given] if folder is None else [given, folder / given, folder / given.name]
    for place in places:
        try:
            known = place.stat()
        except (OSError, ValueError):  # nothing there, or no name of a file
            continue
        return _loaded(brush, str(place.absolute()), known.st_mtime_ns, known.st_size, known.st_ino)
    beside = "" if folder is None else f", or beside the painting in {str(folder)!r}"
    raise FileError(f"expected the painter of brush {brush.name!r} at {brush.painter!r}{beside}, and there is none")


@lru_cache(maxsize=16)
def _loaded(brush: BrushRef, source: str | None, *stamp: int) -> Medium:
    """The bundled painter, or that of a file; `stamp` tells a file from those that were there before it."""
    painter = families.named(brush.name) if source is None else families.load(source)
    _compare(brush, brush.hash, painter.info.brush_hash, "brush of the painter")
    _compare(brush, brush.weights, painter.info.weights or "", "painter")
    return painter


def program_of(program: str, brush: BrushRef, seed: int) -> Medium:
    """The real medium of a brush: that of its own family, or for MyPaint's brushes the program of that name.

    Raises:
        InputError: no program of that name.
    """
    own = families.replayed(brush.name, seed, brush.definition)
    if own is not None:
        checks.one_of("a program of …", program, ("auto", *PROGRAMS, own.info.name))
        return own
    source: Any = brush.name
    if brush.definition is not None:
        source = programs.Brush(families.split(source)[1], brush.definition.encode())
    if program == "auto":
        found = programs.program(source, seed=seed)
    else:
        found = programs.load_program(program, source, seed=seed)
    _compare(brush, brush.hash, found.info.brush_hash, "program's brush")
    return found


def _compare(brush: BrushRef, then: str | None, now: str, what: str) -> None:
    if then and now and then != now:
        warnings.warn(
            f"the {what} {brush.name!r} is not the one this painting was made with "
            f"(hash {now[:12]}, then {then[:12]}): it may look different",
            stacklevel=3,
        )
