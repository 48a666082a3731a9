"""A picture as a painter goes about it: squinting at it, in long strokes along the form, thick lights over thin darks.

    goal = painterly("photo.jpg", detail=0.5, wildness=0.5, thickness=0.5)

The photo's error is still what counts most; opinions of the strokes are added to it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..explain import explained
from ..geometry import arc_lengths, evenly, spread_dots
from ..image import GOAL, load_image, resize
from ..strokes import Strokes
from .base import Objective
from .field import align, flow
from .focus import Striking, focus
from .penalty import PIECES, UNIT, Judged, Penalty, curvature
from .photo import photo
from .scene import Scene
from .start import Plan

__all__ = ["TONED", "impasto", "painterly", "slender", "squinted"]

TONED = (128 / 255, 102 / 255, 82 / 255)  # ground on which oils are begun: gaps read as canvas
SEEN = 640  # pixels of height of the picture that is squinted at
EDGE = (0.015, 0.985)  # paint is neither quite black nor quite white
FOCUS = 0.6  # how much more errors count where the eye goes
DETAILS = 0.5  # share of the strokes that are details, at most
BENT = 0.3
LIGHTS = torch.tensor([0.2126, 0.7152, 0.0722])


@explained
def painterly(
    picture: Any,
    *,
    detail: float = 0.5,
    wildness: float = 0.5,
    thickness: float = 0.5,
    background: tuple[float, float, float] = TONED,
) -> Objective:
    """A picture as a painter goes about it.

    Args:
        picture: whatever `load_image` takes.
        detail: 0 (large masses) to 1 (as much of the photo as strokes can hold).
        wildness: 0 (calm, true colors) to 1 (long strokes that swing, louder colors).
        thickness: of the paint, where the medium has a relief, 0 (thin) to 1 (impasto).
        background: of the canvas, a middle tone, so that gaps read as canvas.

    Raises:
        FileError, InputError: a picture that cannot be read, or a number outside 0..1.
    """
    detail, wildness, thickness = (
        checks.number(name, value, 0, 1)
        for name, value in (("detail", detail), ("wildness", wildness), ("thickness", thickness))
    )
    whole = load_image(picture, background=background, most=GOAL)
    masses = squinted(whole, 0.009 * (1 - detail) + 1e-3)
    place = focus(whole)
    clear = squinted(whole, 0.003 * (1 - detail) + 1e-3)
    seen = _louder(torch.lerp(masses, clear, resize(place[None], *masses.shape[1:])), 0.04 + 0.2 * wildness)
    goal = photo(seen, background=background) + FOCUS * Striking(seen, place, Plan(details=DETAILS * detail))
    goal = goal + (1.0 + wildness) * align(seen, scale=0.02 + 0.03 * (1 - detail)) + (0.2 + 0.5 * wildness) * flow()
    goal = goal + BENT * (1.5 - wildness) * curvature()
    return goal + 0.5 * slender(4.0 + 4.0 * wildness) + 0.5 * impasto(thickness)


@explained
def slender(ratio: float = 5.0) -> Penalty:
    """Strokes of at least `ratio` radii in length: a brush is drawn, not dabbed. One without length costs 0.01.

    Raises:
        InputError: a ratio not above 0.
    """
    return Judged("slender", partial(_stubby, checks.number("a ratio", ratio, 0, above=True)))


@explained
def impasto(thickness: float = 0.5) -> Penalty:
    """Thick lights over thin darks: how much paint the brush holds follows the strokes' lightness.

    Marks without a load do not mind.

    Raises:
        InputError: a thickness outside 0..1.
    """
    return Judged("impasto", partial(_loaded, checks.number("a thickness", thickness, 0, 1)), needs=("color",))


def squinted(picture: Tensor, size: float) -> Tensor:  # [3, H, W] -> [3, H, W]
    """Patches with crisp edges, as a painter sees who squints: each pixel is the mean of the calmest of the squares
    that touch it (Kuwahara 1976, weighed as by Papari 2007), twice.

    Args:
        size: of the squares, in canvas heights.
    """
    x = (
        picture
        if picture.shape[1] <= SEEN
        else resize(picture, SEEN, round(SEEN * picture.shape[2] / picture.shape[1]))
    )
    radius = max(1, round(size * x.shape[1]))
    if 2 * radius >= min(x.shape[1:]):
        return x
    for _ in range(2):
        pad = F.pad(x[None], (radius,) * 4, mode="reflect")
        mean, square = (F.avg_pool2d(v, radius + 1, 1)[0] for v in (pad, pad * pad))
        spread = (square - mean * mean).sum(0)
        h, w = x.shape[1:]
        corners = [(slice(i, i + h), slice(j, j + w)) for i in (0, radius) for j in (0, radius)]
        weight = torch.stack([(spread[corner] + 1e-5) ** -4 for corner in corners])
        means = torch.stack([mean[:, rows, columns] for rows, columns in corners])
        x = ((weight / weight.sum(0))[:, None] * means).sum(0)
    return x


def _louder(picture: Tensor, share: float) -> Tensor:
    """More color, and half as much more contrast."""
    gray = picture.mean(0, keepdim=True)
    picture = gray + (picture - gray) * (1 + share)
    return ((picture - 0.5) * (1 + share / 2) + 0.5).clamp(*EDGE)


def _stubby(ratio: float, strokes: Strokes, scene: Scene) -> Tensor:
    points = spread_dots(strokes.points, strokes.radius)  # so that dots can grow
    length = arc_lengths(points, evenly(points, PIECES))[:, -1]
    return UNIT * (1 - length / (ratio * strokes.radius)).relu().square().mean()


def _loaded(thickness: float, strokes: Strokes, scene: Scene) -> Tensor:
    load = getattr(strokes, "load", None)
    if load is None:
        return 0 * strokes.color.sum()
    light = strokes.color.detach() @ LIGHTS.to(strokes.color)
    wanted = (0.45 + 0.5 * thickness + 0.3 * (light - 0.5)).clamp(0.1, 1)
    return UNIT * (load - wanted).square().mean() * 4
