"""How much is painted: area in all, paint over paint, and many strokes where a few would do."""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor

from .. import checks
from ..canvas import Canvas
from ..explain import explained
from ..geometry import arc_lengths, branches, coefficients, evenly
from ..raster.tiles import arrange, is_straight
from ..strokes import Strokes
from .penalty import PIECES, UNIT, Judged, Penalty
from .scene import Scene
from .start import Plan

__all__ = ["areas", "economy", "ink", "layers", "overlap"]

HALF = 0.3  # of a stroke's fair share of the canvas: with that area it counts half
LONG = 2.0  # sides of the square with that share: a dot costs twice as much as a stroke as long


@explained
def areas(strokes: Strokes, canvas: Canvas) -> Tensor:
    """Area of each stroke [N], as a share of the canvas: that of a straight one as long, 2 r L + pi r^2.

    What lies outside the canvas counts too. What a brush lays within that area depends on the brush.
    """
    radius = strokes.radius.clamp(min=0)
    return (2 * radius * _lengths(strokes) + math.pi * radius.square()) / canvas.aspect


@explained
def layers(strokes: Strokes, canvas: Canvas, rows: int) -> tuple[Tensor, Tensor]:
    """Paint laid on each place, and how much of the place it covers: [rows, columns] each, 1 is full.

    A stroke lays the share a of a place within its radius; n strokes cover 1 - (1 - a_1) ... (1 - a_n).
    """
    columns = max(1, round(rows * canvas.aspect))
    points, radius = strokes.points * rows, strokes.radius.clamp(min=0) * rows
    layout = arrange(points.detach(), radius.detach(), rows, columns, tile=1)  # a place is a tile
    place, stroke = layout.tiles.repeat_interleave(layout.starts.diff()), layout.strokes
    center = torch.stack([place % columns, place // columns], -1).to(points.dtype) + 0.5
    a, b, p0 = (c[stroke] for c in coefficients(points))
    with torch.no_grad():  # at the closest point the distance does not change with t
        t = _closest(a, b, p0 - center, is_straight(points)[stroke])[:, None]
    distance = (((a * t + b) * t + p0 - center).square().sum(-1) + 1e-12).sqrt()
    reach = radius[stroke]
    across = torch.minimum(reach, distance + 0.5) - torch.maximum(-reach, distance - 0.5)
    share = across.clamp(0, 1)
    none = share.new_zeros(rows * columns)
    laid = none.index_add(0, place, share)
    covered = -torch.expm1(none.index_add(0, place, torch.log1p(-share * (1 - 1e-4))))
    return laid.reshape(rows, columns), covered.reshape(rows, columns)


def _lengths(strokes: Strokes) -> Tensor:
    return arc_lengths(strokes.points, evenly(strokes.points, PIECES))[:, -1]


def _closest(a: Tensor, b: Tensor, q: Tensor, straight: Tensor) -> Tensor:  # [P, 2] each, [P] bool -> [P]
    t = torch.empty_like(q[:, 0])
    for kind in (True, False):
        (some,) = (straight == kind).nonzero(as_tuple=True)
        x, y, z = ((v[some, 0], v[some, 1]) for v in (a, b, q))
        t[some] = branches(x, y, z, kind).t
    return t


def _twice(rows: int, strokes: Strokes, scene: Scene) -> Tensor:
    """Paint that covers nothing new: laid less covered, as a share of the canvas."""
    laid, covered = layers(strokes, scene.canvas, rows)
    return UNIT * (laid - covered).mean()


def _spent(strokes: Strokes, scene: Scene) -> Tensor:
    """The share of strokes that paint, x / (x + HALF) of one with x fair shares of the canvas; long ones cost less."""
    fair = scene.canvas.aspect / len(strokes)
    # Half the weight on pressure: some brushes paint the same at any, and would escape that way.
    weight = (1 + strokes.pressure.mean(1).clamp(min=0)) / 2
    share = areas(strokes, scene.canvas) * weight * len(strokes)
    return UNIT * (share / (share + HALF) * 2 / (1 + _lengths(strokes) / (LONG * fair**0.5))).mean()


def _too_much(budget: float, strokes: Strokes, scene: Scene) -> Tensor:
    return UNIT * (areas(strokes, scene.canvas).sum() - budget).relu()


# What users call


@explained
def overlap(rows: int = 64) -> Penalty:
    """No paint over paint: the area that covers nothing new, 0.01 for a whole canvas.

    Strokes side by side cost nothing, two on the same place cost its area once, three twice. It shrinks strokes
    where others lie, and moves their edges apart; pressure and order do not matter.

    Good weights: 0.1 to 1.

    Args:
        rows: places from top to bottom at which it looks, 1 to 512. Finer ones tell thin strokes apart.

    Raises:
        InputError: rows out of range.
    """
    return Judged("overlap", partial(_twice, checks.whole("… rows", rows, 1, 512)))


@explained
def economy() -> Penalty:
    """Fewer, longer strokes: the share of strokes that paint, each the cheaper the longer it is.

    With x the area of a stroke in fair shares (1/N of the canvas), and l its length in sides of a square as large,
    it costs 0.02 x / (x + 0.3) / (1 + l / 2). The first factor is a sparse penalty (Geman and Reynolds, 1992) on the
    columns of a stroke as a group: what is large pays hardly more for growing, what is small is pulled at the
    harder the smaller it is, until it is a dot of the least radius and pressure that nobody sees, and is left out of
    the painting. The second draws out those that remain.

    Good weights: 0.3 to 3.
    """
    return Judged("economy", _spent, plan=Plan(sparse=True))


@explained
def ink(budget: float = 0.5) -> Penalty:
    """No more paint than a budget: the area of all strokes together, in canvases; with 1 all could be covered once.

    A canvas too much costs 0.01. It is linear, so that a weight that is large enough holds the budget.

    Good weights: 0.1 (a hint) to 3; 10 or more hold a budget far below what the picture asks for.

    Args:
        budget: 0 or more, in areas of the canvas.

    Raises:
        InputError: a budget that is no number of 0 or more.
    """
    return Judged("ink", partial(_too_much, checks.number("a budget", budget, 0.0)))
