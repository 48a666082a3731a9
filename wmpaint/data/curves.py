"""Drawn paths as few quadratic curves: `cubics("M3,4c...") -> [C, 4, 2]`, `quadratics(paths, tolerance=...)`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import torch
from torch import Tensor

from ..errors import InputError

__all__ = ["cubics", "quadratics"]

SAMPLES = 96  # points of a whole path, at equal distances
FITTED = 17  # points that one curve is fitted to
PARTS = 16  # the most curves that a path may become
CORNER = math.cos(math.radians(50))  # a turn of more than this is meant
_DENSE = 24  # points of a cubic curve
_ROUNDS = 3
_HALVINGS = 6
_EVENING = 5
_TOKEN = re.compile(r"[A-Za-z]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "Z": 0}


def cubics(text: str) -> Tensor:  # [C, 4, 2]
    """An SVG path of one piece as cubic Bezier curves, in its own units.

    Moves, lines and cubic and quadratic curves are read, absolute or relative; no arcs.

    Raises:
        InputError: anything else.
    """
    tokens = _TOKEN.findall(text)
    refusal = InputError(f"expected an SVG path of one piece, of lines and curves, got {text[:60]!r}")
    if _TOKEN.sub("", text).strip(" ,\t\r\n") or not tokens or tokens[0] not in "Mm":
        raise refusal
    begin = x, y = 0.0, 0.0
    before: tuple[float, float] | None = None  # the last control point, which S mirrors
    found: list[list[float]] = []
    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            if at and tokens[at] in "Mm":
                raise refusal
            command = tokens[at]
            at += 1
        kind = command.upper()
        need = _ARGUMENTS.get(kind)
        values = tokens[at : at + (need or 0)]
        if need is None or len(values) < need or any(value.isalpha() for value in values):
            raise refusal
        at += need
        v = [float(value) for value in values]
        dx, dy = (x, y) if command.islower() else (0.0, 0.0)
        if kind == "H":
            v = [v[0] + dx, y]
        elif kind == "V":
            v = [x, v[0] + dy]
        elif kind == "Z":
            v, command = list(begin), ""
        else:
            v = [value + (dy if i % 2 else dx) for i, value in enumerate(v)]
        if kind == "M":
            begin = x, y = v[0], v[1]
            command = "l" if command == "m" else "L"
            continue
        if kind == "S":
            v = [*((x, y) if before is None else (2 * x - before[0], 2 * y - before[1])), *v]
        before = (v[2], v[3]) if kind in "CS" else None
        if kind == "Q":
            v = [x + (v[0] - x) * 2 / 3, y + (v[1] - y) * 2 / 3, v[2] + (v[0] - v[2]) * 2 / 3, v[3] + (v[1] - v[3]) * 2 / 3, *v[2:]]  # fmt: skip  # noqa: E501
        elif len(v) == 2:
            v = [x + (v[0] - x) / 3, y + (v[1] - y) / 3, v[0] + (x - v[0]) / 3, v[1] + (y - v[1]) / 3, *v]
        found.append([x, y, *v])
        x, y = v[-2:]
    if not found:
        raise refusal
    return torch.tensor(found).view(-1, 4, 2)


def quadratics(paths: Sequence[Tensor], *, tolerance: float, finest: float = 0.0) -> list[Tensor]:
    """Each path as the fewest quadratic curves that stay close to it, joined end to start.

    All paths are worked on at once. From the start of each, the longest stretch that one curve can follow is
    found by halving; then the tolerance is lowered as far as the same number of curves allows, which spreads
    the error, and so the curves, evenly. Where two curves meet in less than a corner, they are made to meet
    smoothly.

    Args:
        paths: N of [C, 4, 2], cubic curves joined end to start.
        tolerance: how far a path may lie from its curves, in the paths' own units.
        finest: for small paths: this share of the path's larger side instead, where that is less.

    Returns:
        N of [K, 3, 2].

    Raises:
        InputError: a path that would need more than 16 curves.
    """
    if not paths:
        return []
    even = _even(paths)
    size = (even.amax(1) - even.amin(1)).amax(1)
    high = (finest * size).clamp(max=tolerance) if finest else torch.full((len(paths),), float(tolerance))
    high = high.clamp(min=1e-6)
    curves, counts = _greedy(even, high)
    if (counts < 0).any():
        raise InputError(f"expected paths that {PARTS} curves can follow, got one that they cannot")
    several = (counts > 1).nonzero()[:, 0]
    low, high = torch.zeros(len(several)), high[several]
    for _ in range(_EVENING):
        middle = (low + high) / 2
        tried, found = _greedy(even[several], middle)
        good = found == counts[several]
        high, low = torch.where(good, middle, high), torch.where(good, low, middle)
        curves[several[good]] = tried[good]
    _smooth(curves, counts)
    return [row[:count].clone() for row, count in zip(curves, counts.tolist(), strict=True)]


def _even(paths: Sequence[Tensor]) -> Tensor:  # [N, SAMPLES, 2]
    """Points of each path at equal distances along it."""
    curve = torch.cat(list(paths)).double()
    t = torch.linspace(0, 1, _DENSE + 1, dtype=torch.float64)[:, None]
    weights = torch.cat([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], 1)
    dense = weights @ curve  # [T, DENSE + 1, 2]
    step = (dense[:, 1:] - dense[:, :-1]).square().sum(-1).sqrt().flatten()
    gone = torch.cat([step.new_zeros(1), step.cumsum(0)])
    bounds = torch.tensor([0, *(len(path) for path in paths)]).cumsum(0) * _DENSE
    first, last = bounds[:-1, None], bounds[1:, None]
    at = gone[first] + torch.linspace(0, 1, SAMPLES, dtype=torch.float64) * (gone[last] - gone[first])
    piece = torch.minimum(torch.maximum(torch.searchsorted(gone, at) - 1, first), last - 1)
    share = ((at - gone[piece]) / step[piece].clamp(min=1e-12)).clamp(0, 1)[..., None]
    start, stop = dense[:, :-1].flatten(0, 1)[piece], dense[:, 1:].flatten(0, 1)[piece]
    return (start + share * (stop - start)).float()


def _greedy(even: Tensor, tolerance: Tensor) -> tuple[Tensor, Tensor]:  # [N, PARTS, 3, 2], [N]
    """The longest stretches within a tolerance of each path; a count of -1 where `PARTS` do not suffice."""
    n = len(even)
    curves, counts = even.new_zeros(n, PARTS, 3, 2), torch.full((n,), -1)
    begin = torch.zeros(n)
    left = torch.arange(n)
    for part in range(PARTS):
        path, limit, start = even[left], tolerance[left], begin[left]
        curve, error = _fit(path, start, torch.ones_like(start))
        whole = error <= limit
        end, high = torch.where(whole, 1.0, start), torch.ones_like(start)
        for _ in range(_HALVINGS):  # the end lies between `end`, which is good, and `high`, which is not
            middle = (end + high) / 2
            tried, error = _fit(path, start, middle)
            good = (error <= limit) & ~whole
            curve = torch.where(good[:, None, None], tried, curve)
            end, high = torch.where(good, middle, end), torch.where(good | whole, high, middle)
        curves[left, part] = curve
        begin[left] = end
        counts[left[end >= 1]] = part + 1
        left = left[(end > start) & (end < 1)]
        if not len(left):
            break
    return curves, counts


def _fit(path: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """One curve for a stretch of each path: least squares for the control point, and its largest error.

    path [N, SAMPLES, 2], start and end [N] in 0..1 -> [N, 3, 2], [N]
    """
    t = torch.linspace(0, 1, FITTED)
    at = (start[:, None] + (end - start)[:, None] * t) * (SAMPLES - 1)
    floor = at.floor().clamp(0, SAMPLES - 2)
    pick = floor.long()[..., None].expand(-1, -1, 2)
    target = path.gather(1, pick)
    target = target + (at - floor)[..., None] * (path.gather(1, pick + 1) - target)
    p0, p2 = target[:, :1], target[:, -1:]
    t = t.expand(len(path), -1)[..., None]
    for turn in range(_ROUNDS):
        weight = 2 * t * (1 - t)
        rest = target - (1 - t) ** 2 * p0 - t**2 * p2
        p1 = (weight * rest).sum(1, keepdim=True) / weight.square().sum(1, keepdim=True).clamp(min=1e-9)
        bend, slope = p0 - 2 * p1 + p2, 2 * (p1 - p0)
        gap = (bend * t + slope) * t + p0 - target
        if turn < _ROUNDS - 1:  # one step of Newton's method towards the closest points
            speed = 2 * bend * t + slope
            down = (speed * speed + 2 * bend * gap).sum(-1, keepdim=True)
            size = speed.square().sum(-1, keepdim=True)
            move = (speed * gap).sum(-1, keepdim=True) / torch.maximum(down, 0.1 * size + 1e-9)
            t = torch.cat([t[:, :1], (t - move)[:, 1:-1].clamp(0, 1), t[:, -1:]], 1)
    return torch.cat([p0, p1, p2], 1), gap.square().sum(-1).amax(1).sqrt()


def _smooth(curves: Tensor, counts: Tensor) -> None:  # [N, PARTS, 3, 2] in place, [N]
    """Meeting points that are no corners, moved onto the line between the control points beside them."""
    control, joint = curves[:, :, 1], curves[:, 1:, 0]
    before, after = joint - control[:, :-1], control[:, 1:] - joint
    size = before.square().sum(-1).sqrt() * after.square().sum(-1).sqrt()
    there = torch.arange(1, curves.shape[1]) < counts[:, None]
    gentle = there & ((before * after).sum(-1) > CORNER * size) & (size > 1e-12)
    whole = before + after
    share = ((before * whole).sum(-1) / whole.square().sum(-1).clamp(min=1e-12)).clamp(0.05, 0.95)
    moved = torch.where(gentle[..., None], control[:, :-1] + share[..., None] * whole, joint)
    curves[:, 1:, 0] = torch.where(there[..., None], moved, curves[:, 1:, 0])
    curves[:, :-1, 2] = torch.where(there[..., None], moved, curves[:, :-1, 2])
