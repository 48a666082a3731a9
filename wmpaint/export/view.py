"""What is seen of a painting: `view_of(work, program="mypaint").render(work.strokes, height=2048) -> [4, H, W]`.

In the dream, in the dream with its grain, or in a paint program; on the canvas, on another color, or on nothing. What
exporters see of it is an `Exportable`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypedDict

import numpy as np
import torch
from torch import Tensor

from .. import checks, memory
from ..canvas import Canvas
from ..errors import InputError
from ..frame import Frame
from ..light import Light
from ..marks import Marks
from ..media import families
from ..media.lit import Lit
from ..media.mixed import Mixed
from ..medium import HasTrails, Medium, Trail, render
from ..pens import Placement
from ..strokes import Strokes

__all__ = ["Exportable", "View", "ViewOptions"]
__all__ += ["curves_of", "ground_of", "page_of", "paper_inches", "picture_size", "trails_of", "view_of"]

INCH = 25.4  # mm


class Exportable(Protocol):
    """What an exporter may ask of a painting."""

    @property
    def strokes(self) -> Marks: ...
    @property
    def canvas(self) -> Canvas: ...
    @property
    def program_height(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def medium(self) -> Medium: ...
    @property
    def light(self) -> Light | None: ...
    def in_program(self, program: str = ..., seed: int | None = ...) -> Medium: ...
    def metadata(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def report(self, target: Any = ..., *, program: str | None = ...) -> Any: ...


def curves_of(marks: Marks, what: str) -> Strokes:
    """The marks as strokes along curves, which lines, outlines and pens follow.

    Raises:
        InputError: marks of another kind.
    """
    if not isinstance(marks, Strokes):
        raise InputError(
            f"expected strokes along curves for {what}, got {marks.kind}: save a picture, layers or a film"
        )
    return marks


class ViewOptions(TypedDict, total=False):
    """What `view_of` is told, as options of a file."""

    ground: str
    program: str | None
    seed: int | None
    grain: bool
    light: Light | str | None


@dataclass(frozen=True)
class View:
    """A medium and a canvas.

    Args:
        program_height: of the program that painters imitate.
        seed: of the grain in pictures of painters; None where there is none to be drawn.
    """

    medium: Medium
    canvas: Canvas
    program_height: int
    seed: int | None = None

    def generator(self) -> torch.Generator | None:
        """A new one, so that every picture of the same strokes has the same grain."""
        return None if self.seed is None else torch.Generator("cpu").manual_seed(self.seed)

    def frame(self, height: int) -> Frame:
        """The whole canvas, so many pixels high."""
        return Frame(self.canvas, height, program_height=self.program_height)

    def render(self, strokes: Marks, *, height: int) -> Tensor:
        """The picture [4, H, W], premultiplied.

        Raises:
            InputError: a bad height, or one that does not fit into memory; and what the medium raises.
        """
        memory.check_picture(*self.canvas.pixels(height))
        with torch.no_grad():
            return render(self.medium, strokes, self.frame(height), generator=self.generator()).mean


def view_of(
    work: Exportable,
    *,
    ground: str = "canvas",
    program: str | None = None,
    seed: int | None = None,
    grain: bool = False,
    light: Light | str | None = None,
) -> View:
    """What an exporter is asked to show.

    Args:
        ground: "canvas", "transparent", or a color, "#rrggbb".
        program: "mypaint", "dabs" or "auto" for the real picture; None for the dream.
        seed: of the program's randomness, or of the grain; the painting's when None.
        grain: whether painters draw the texture of their brush rather than its mean; programs always do.
        light: on paint with a relief, or one in words (see `Light.parse`); the painting's when None.

    Raises:
        InputError: another ground, a seed out of range, or no light.
    """
    seed = None if seed is None else checks.seed(seed)
    canvas = ground_of(work.canvas, ground)
    lamp = Light.of(light) or work.light
    if program is not None:
        return View(Lit(work.in_program(program, seed), lamp), canvas, work.program_height)
    drawn = int(work.metadata()["seed"]) if seed is None else seed
    return View(Lit(work.medium, lamp), canvas, work.program_height, drawn if grain else None)


def trails_of(work: Exportable, finest: float, even: bool = False) -> dict[int, Trail]:
    """By their numbers, what the hairs of those strokes leave whose brushes have any; see `HasTrails`."""
    names, strokes = [str(brush["name"]) for brush in work.metadata()["brushes"]], work.strokes.detach().to("cpu")
    brushes = torch.zeros(len(strokes), dtype=torch.int64, device="cpu") if strokes.brush is None else strokes.brush
    found: dict[int, Trail] = {}
    for number, name in enumerate(names):
        mine = (strokes.present & (brushes == number)).numpy()
        if families.split(name)[0] in (None, "mypaint") or not mine.any():  # whose brushes have none
            continue
        program = work.in_program("auto")
        one = program[number] if isinstance(program, Mixed) else program
        if isinstance(one, HasTrails):
            trails = one.trails(strokes, work.canvas, mine, finest, even)
            found |= dict(zip(np.flatnonzero(mine).tolist(), trails, strict=True))
    return found


def ground_of(canvas: Canvas, ground: str) -> Canvas:
    """The canvas with the ground of that name.

    Raises:
        InputError: neither "canvas" nor "transparent" nor "#rrggbb".
    """
    if ground == "canvas":
        return canvas
    if ground == "transparent":
        return replace(canvas, background=None)
    if not isinstance(ground, str) or not re.fullmatch("#[0-9a-fA-F]{6}", ground):
        raise InputError(f'expected a ground of "canvas", "transparent" or "#rrggbb", got {ground!r}')
    red, green, blue = bytes.fromhex(ground[1:])
    return replace(canvas, background=(red / 255, green / 255, blue / 255))


def picture_size(work: Exportable, height: int | None, dpi: float | None) -> tuple[int, float | None]:
    """(height, dpi) of a picture.

    Where the canvas has a paper's size, or was painted for a page, dpi follow from the height, and a height that is
    not told from the dpi.

    Raises:
        InputError: dpi outside 1 to 100,000, or a height that the canvas cannot have.
    """
    dpi = None if dpi is None else checks.number("dpi", dpi, 1, 100_000)
    high = paper_inches(work)
    if height is None:
        height = work.program_height if high is None or dpi is None else max(1, round(high * dpi))
    rows, _ = work.canvas.pixels(height)
    return rows, rows / high if dpi is None and high is not None else dpi


def page_of(work: Exportable) -> Placement | None:
    """The page that it was painted for with pens, margins and all, as a plot has them; None for other paintings.

    A canvas that has a paper's size itself keeps that.
    """
    known = work.metadata().get("parameters", {})
    if work.canvas.paper is not None or "pens" not in known or "page" not in known:
        return None
    try:
        return Placement.of(work.canvas, known["page"], margin=known.get("margin", "15mm"))
    except (InputError, TypeError):  # a painting that others wrote may say anything
        return None


def paper_inches(work: Exportable) -> float | None:
    """Height of the canvas on paper; None where that has no size."""
    if work.canvas.paper is not None:
        wide, high = work.canvas.paper
        return min(high, wide / work.canvas.aspect) / INCH
    sheet = page_of(work)
    return None if sheet is None else sheet.scale / INCH
