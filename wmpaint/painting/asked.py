"""What a run is asked for, made sense of: brushes and goals."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import torch
from torch import Tensor

from ..canvas import WHITE, Canvas
from ..errors import InputError
from ..image import GOAL, is_plain, load_image
from ..marks import Marks, widest
from ..media import families
from ..media.mixed import Mixed
from ..medium import Medium
from ..objectives.base import as_objective
from ..objectives.goal import Goal
from ..objectives.photo import photo
from .brush_ref import BrushRef
from .result import Painting

__all__ = ["Brushes", "RunOptions", "check_stretch", "each_of", "goal_of", "media_of", "names_of"]

Brushes = str | Path | Sequence[str | Path]


class RunOptions(TypedDict, total=False):
    """The options of `Run` and `paint`, for editors; see `Run`."""

    brush: Brushes | None
    strokes: int
    height: int
    seed: int
    canvas: Canvas | None
    budget: float | None
    steps: int | None
    painter: Medium | None
    pens: Any
    page: Any
    landscape: bool | None
    margin: Any
    fill: str
    palette: str | Sequence[str] | None
    init: Marks | Painting | None
    hold: bool | int
    device: torch.device | str


def each_of(painter: Medium) -> list[Medium]:
    """The media of a mixed one, or this one alone."""
    return painter.media if isinstance(painter, Mixed) else [painter]


def media_of(
    names: list[str | Path], painter: Medium | None, begun: Painting | None
) -> tuple[tuple[BrushRef, ...], list[Medium], tuple[int, ...]]:
    """The brushes, the media that paint with them, and which of them new marks may have.

    Those of a painting to begin with come first, since its marks count them; a brush that is among them is that one.
    """
    if painter is None:
        media: list[Medium] = [families.load(name) for name in names]
        files = [Path(name) if str(name).endswith(".safetensors") else None for name in names]
    else:
        media = each_of(painter)
        files = [None] * len(media)
    brushes = [BrushRef.of(medium, file) for medium, file in zip(media, files, strict=True)]
    if not all(medium.info.differentiable for medium in media):
        raise InputError("expected media with gradients to paint with, got a program: fit a painter to it")
    widest(medium.marks for medium in media)
    if begun is None:
        return tuple(brushes), media, tuple(range(len(media)))
    all_brushes, all_media, choices = list(begun.brushes), list(begun.painted_with()), []
    for brush, medium in zip(brushes, media, strict=True):
        same = [k for k, known in enumerate(all_media) if known.info.weights == medium.info.weights]
        if not same:
            all_brushes.append(brush)
            all_media.append(medium)
        choices.append(same[0] if same else len(all_media) - 1)
    return tuple(all_brushes), all_media, tuple(choices)


def names_of(names: list[str | Path], painter: Medium | None) -> str | list[str]:
    """What a painting's parameters call its brushes."""
    if painter is not None:
        names = [BrushRef.of(medium).name for medium in each_of(painter)]
    return str(names[0]) if len(names) == 1 else [str(name) for name in names]


def goal_of(goal: Any, canvas: Canvas | None, height: int) -> Goal:
    if isinstance(goal, Goal):
        return goal
    objective = as_objective(goal)
    return Goal.of(photo(_picture(goal, canvas, height)) if objective is None else objective)


def _picture(goal: Any, canvas: Canvas | None, height: int) -> Tensor:  # [3, H, W]
    """A picture on the ground that is painted on, as large as a painting of this height has use for."""
    ground = None if canvas is None else canvas.background
    found = load_image(goal, background=ground or WHITE, most=min(GOAL, max(1024, 4 * height)))
    if isinstance(goal, str | Path) and is_plain(found):
        warnings.warn(f"{str(goal)!r} has one color everywhere: there is nothing in it to paint", stacklevel=4)
    return found


def check_stretch(goal: Goal, canvas: Canvas) -> None:
    """Say that a picture has other proportions than the canvas that it is stretched to."""
    if goal.start.picture is None:
        return
    own = Canvas.like(goal.start.picture)
    pixel = 1 / min(goal.start.picture.shape[-2:])
    if abs(math.log(canvas.aspect / own.aspect)) > 0.03 + pixel:
        warnings.warn(
            f"the picture, {own.aspect:.2f} times as wide as high, is stretched to a canvas of {canvas.aspect:.2f}: "
            "crop it, or take Canvas.like(picture)", stacklevel=3,
        )  # fmt: skip
