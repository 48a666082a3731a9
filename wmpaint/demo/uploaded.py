"""Paintings that visitors bring: read with care, since a file names brushes and painters by their paths."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..canvas import Canvas
from ..errors import FileError, InputError
from ..export.view import curves_of
from ..marks import Marks
from ..media import families, oil, programs
from ..media import ribbon as painters
from ..medium import Medium
from ..memory import check_painting as check_memory
from ..painting import Painting
from .limits import Limits
from .pictures import WIDEST, check_upload

__all__ = ["check_work", "opened_painting", "portable"]

LAYERS = 400.0  # how often strokes may cover the canvas; 1,000 large ones do some 50 times
TALLEST = 2160  # pixels at which a painting from a file is shown


def portable(painting: Painting) -> Painting:
    """The painting with its painters' files by name only: nothing of the server's folders, and still found when they
    lie beside it."""
    brushes = tuple(
        brush if brush.painter is None else replace(brush, painter=Path(brush.painter).name)
        for brush in painting.brushes
    )
    parameters = dict(painting.parameters)
    if str(parameters.get("brush")).endswith(".safetensors"):
        parameters["brush"] = Path(parameters["brush"]).name
    return replace(painting, brushes=brushes, parameters=parameters)


def opened_painting(path: Any, limits: Limits, own: dict[str, str]) -> Painting:
    """A painting from an uploaded .wmp.json, .svg or .html, painted with bundled brushes or the visitor's own.

    Raises:
        InputError: none, too large a one, or a brush that is neither. FileError: not a painting.
    """
    if not path:
        raise InputError("expected a painting: a .wmp.json file, or an .svg or .html that holds one")
    check_upload(path, limits.megabytes, "a painting")
    painting = Painting.load(path)
    if not len(painting.strokes):
        raise InputError("expected a painting with strokes, got an empty one")
    check_work(painting.strokes, painting.canvas, limits)
    height = min(painting.program_height, TALLEST)
    check_memory(len(painting.strokes), height, painting.canvas.aspect)
    found = []
    for brush in painting.brushes:
        name = None if brush.painter is None else Path(brush.painter).stem
        bundled = [*map(families.filed, painters.available()), *(f"oil/{name}" for name in oil.available())]
        if name is not None and name in own:
            painter: Medium = painters.load(own[name])
        elif brush.painter is None and brush.name in bundled:
            painter = families.named(brush.name)
        elif brush.painter is not None:
            raise InputError(
                f"expected a painting of bundled brushes or of those you trained here, got one of {brush.name!r} with "
                f"a painter of its own: train it in Brushes first"
            )
        else:
            raise InputError(f"expected a painting whose brush has a painter, got {brush.name!r}")
        if brush.definition is None and brush.name not in (*programs.bundled(), *bundled):
            raise FileError(f"expected a painting that holds its brush, got only the name {Path(brush.name).name!r}")
        if brush.weights is not None and brush.weights != painter.info.weights:
            raise InputError(f"expected the painter that {brush.name!r} was painted with, got other weights")
        found.append(painter)
    parameters = dict(painting.parameters)
    pens = parameters.get("pens")
    if not (isinstance(pens, list) and all(isinstance(pen, dict) for pen in pens)):
        parameters.pop("pens", None)  # a name would be looked for among the server's files
    return replace(painting, painters=tuple(found), folder=None, program_height=height, parameters=parameters)


def check_work(marks: Marks, canvas: Canvas, limits: Limits) -> None:
    """Refuse more than a painting of the page's own can be: in strokes, in their area, in proportions.

    Raises:
        InputError: so.
    """
    strokes = curves_of(marks, "the page")
    if len(strokes) > limits.strokes:
        raise InputError(f"expected a painting of up to {limits.strokes:,} strokes, got {len(strokes):,}")
    if not 1 / WIDEST <= canvas.aspect <= WIDEST:
        raise InputError(f"expected a canvas at most {WIDEST:g} times as long as wide, got one of {canvas.aspect:g}")
    length = (strokes.points[:, 1:] - strokes.points[:, :-1]).norm(dim=2).sum(1)
    layers = float(((length + 2 * strokes.radius) * 2 * strokes.radius).sum()) / canvas.aspect
    if layers > LAYERS:
        raise InputError(f"expected strokes that cover the canvas up to {LAYERS:g} times, got {layers:.0f} times")
