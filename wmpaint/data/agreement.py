"""How far painted strokes follow a person's: `agreement(painted, known, groups) -> Agreement`.

Each place on a painted stroke is matched to the closest place on the person's strokes that runs roughly
along with it, or against it. What it says of order and direction is thereby independent of how many
pieces a line is painted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..geometry import bezier
from ..strokes import Strokes

__all__ = ["Agreement", "agreement", "agreements", "mean_agreement"]

SAMPLES = 32  # places on a curve
REACH = 0.06  # canvas units; what lies farther from all of the person's strokes follows none
JOIN = 0.02  # canvas units; a stroke that starts this close to the last one's end goes on with it
ALONG = 0.5  # cosine; what crosses a line at a steeper angle goes neither along nor against it
_ASIDE = 0.1  # canvas units that a place is farther away for if its line runs across


@dataclass(frozen=True)
class Agreement:
    """What painted strokes have in common with the person's.

    Args:
        order: share of the pairs of painted strokes that come in the person's order, 0..1. Pairs on the same spot
            do not count; with no pair left it is 1 where anything was matched, else 0.
        direction: share of the matched painted length that runs the person's way, 0..1.
        count: how many times more or less often the pen came down: |painted - person's|. Strokes that go on where
            the last one ended are one.
        coverage: share of the person's length that painted strokes run over, 0..1.
    """

    order: float
    direction: float
    count: float
    coverage: float


@dataclass(frozen=True)
class _Places:
    """Places on curves: where, which way (unit, or 0), how much length each stands for, and on which curve."""

    at: Tensor  # [M, 2]
    way: Tensor  # [M, 2]
    length: Tensor  # [M]
    curve: Tensor  # [M]


def agreement(
    painted: Strokes,
    known: Strokes,
    groups: Tensor,  # [len(known)] int64, or longer and -1 where no stroke is
    *,
    reach: float = REACH,
    join: float = JOIN,
) -> Agreement:
    """How far painted strokes follow known ones, which are parts of a person's strokes; both in paint order.

    Args:
        groups: which of the person's strokes (0, 1, ...) each known one is a part of.
        reach: how far a painted stroke may lie from the person's and still follow it, canvas units.
        join: how far apart strokes may lie and still be drawn without lifting the pen, canvas units.

    Raises:
        InputError: no known strokes, or groups of another number.
    """
    groups = groups[groups >= 0].cpu()
    if groups.shape != (len(known),) or not len(known):
        raise InputError(f"expected a group for each of 1 known stroke or more, got {len(groups)} for {len(known)}")
    if painted.lifted is not None:
        painted = painted[~painted.lifted]
    human = len(groups.unique())
    if not len(painted):
        return Agreement(0.0, 0.0, float(human), 0.0)
    mine = _places(painted.points)
    theirs = _places(known.points)
    apart = torch.cdist(mine.at, theirs.at)  # [M, H]
    along = mine.way @ theirs.way.T  # cosines
    cost = apart + _ASIDE * (1 - along.abs())
    match = cost.argmin(1)
    near = apart.gather(1, match[:, None])[:, 0] <= reach
    cosine = along.gather(1, match[:, None])[:, 0]

    counted = near & (cosine.abs() >= ALONG)
    total = float(mine.length[counted].sum())
    direction = float(mine.length[counted & (cosine > 0)].sum()) / total if total > 0 else 0.0

    parallel = (along.abs() >= ALONG) | (mine.way == 0).all(1)[:, None]
    covered = ((apart <= reach) & parallel).any(0)
    coverage = float(theirs.length[covered].sum() / theirs.length.sum())

    downs = 1 + int((_gaps(painted.points) > join).sum())
    order = _order(mine, match, near, groups[theirs.curve], _along_strokes(theirs, groups), len(painted), join)
    return Agreement(order, direction, float(abs(downs - human)), coverage)


def agreements(painted: Strokes, known: Strokes, groups: Tensor) -> list[Agreement]:  # groups [B, K]
    """`agreement` of each of several pictures."""
    return [agreement(painted[i], known[i], groups[i]) for i in range(len(painted))]


def mean_agreement(found: Sequence[Agreement]) -> Agreement:
    """The mean over pictures.

    Raises:
        InputError: no pictures.
    """
    found = checks.some("the agreement of one picture", found)
    return Agreement(*(sum(column) / len(found) for column in zip(*map(astuple, found), strict=True)))


def _places(points: Tensor) -> _Places:  # [K, 3, 2]
    """The middles of many short pieces."""
    points = points.detach().double().cpu()
    knots = bezier(points, torch.linspace(0, 1, SAMPLES + 1, dtype=points.dtype))
    step = knots[:, 1:] - knots[:, :-1]
    length = step.square().sum(-1).sqrt()
    way = torch.where(length[..., None] > 1e-9, step / length[..., None].clamp(min=1e-9), 0.0)
    curve = torch.arange(len(points)).repeat_interleave(SAMPLES)
    return _Places(((knots[:, 1:] + knots[:, :-1]) / 2).flatten(0, 1), way.flatten(0, 1), length.flatten(), curve)


def _gaps(points: Tensor) -> Tensor:  # [K, 3, 2] -> [K - 1]
    return (points[1:, 0] - points[:-1, 2]).detach().square().sum(-1).sqrt().cpu()


def _along_strokes(places: _Places, groups: Tensor) -> Tensor:  # [M]
    """How far along its person's stroke each place lies, canvas units."""
    gone = torch.zeros_like(places.length)
    for group in groups.unique():
        chosen = groups[places.curve] == group
        gone[chosen] = places.length[chosen].cumsum(0) - places.length[chosen] / 2
    return gone


def _order(
    mine: _Places,
    match: Tensor,  # [M]
    near: Tensor,  # [M] bool
    group: Tensor,  # [H] of each of the person's places
    gone: Tensor,  # [H]
    count: int,
    same: float,
) -> float:
    """Share of the pairs of painted strokes that come in the person's order."""
    times = []
    for k in range(count):
        chosen = near & (mine.curve == k)
        if not chosen.any():
            continue
        on, weight = group[match[chosen]], mine.length[chosen] + 1e-9
        stroke = int(torch.zeros(int(group.max()) + 1, dtype=weight.dtype).index_add(0, on, weight).argmax())
        there = on == stroke
        times.append((stroke, float((gone[match[chosen]] * weight)[there].sum() / weight[there].sum())))
    if not times:
        return 0.0
    right = pairs = 0
    for i, (stroke, at) in enumerate(times):
        for later, at_later in times[i + 1 :]:
            if later != stroke or abs(at_later - at) > same:
                pairs += 1
                right += (later, at_later) > (stroke, at)
    return right / pairs if pairs else 1.0
