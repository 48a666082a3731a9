"""Drawn paths as few quadratic curves: `cubics("M3,4c...") -> [C, 4, 2]`, `quadratics(paths, tolerance=...)`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

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
_SHARES = (0.9, 0.7, 0.5, 0.35, 0.2, 0.1)  # of the tolerance, for curves that do not yet meet smoothly
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
    """Each path as few quadratic curves that stay close to it, joined end to start.

    All paths are worked on at once. From the start of each, the longest stretch that one curve can follow is
    found by halving; then the error is lowered as far as the same number of curves allows, which spreads the
    curves evenly. Where two meet in less than a corner, all are fitted once more so that they meet smoothly; if
    that leads too far away, more curves are taken.

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
    limit = torch.full((len(paths),), float(tolerance))
    if finest:
        size = (even.amax(1) - even.amin(1)).amax(1)
        limit = torch.minimum(limit, (finest * size).clamp(min=1e-6))
    found: list[Tensor] = [torch.empty(0)] * len(paths)
    left = torch.arange(len(paths))
    for share in _SHARES:
        pieces = _spread(even[left], limit[left] * share)
        fits = pieces.counts > 0
        if share == _SHARES[0] and not bool(fits.all()):
            raise InputError(f"expected paths that {PARTS} curves can follow, got one that they cannot")
        curves, error = pieces.curves.clone(), torch.zeros(len(left))
        several = (pieces.counts > 1).nonzero()[:, 0]
        curves[several], error[several] = _smooth(even[left[several]], pieces.of(several))
        good = fits & (error <= limit[left])
        for i, number in enumerate(left.tolist()):
            if good[i] or share == _SHARES[0]:  # should no share do, the first's curves are close, if not smooth
                found[number] = (curves if good[i] else pieces.curves)[i, : pieces.counts[i]].clone()
        left = left[~good]
        if not len(left):
            break
    return found


class _Pieces(NamedTuple):
    """The curves that N paths were cut into."""

    curves: Tensor  # [N, PARTS, 3, 2]
    counts: Tensor  # [N], or -1 where `PARTS` do not suffice
    bounds: Tensor  # [N, PARTS + 1] where each begins, 0..1 along its path; then 1

    def of(self, chosen: Tensor) -> _Pieces:
        return _Pieces(*(column[chosen] for column in self))

    def put(self, where: Tensor, other: _Pieces, chosen: Tensor) -> None:
        for mine, theirs in zip(self, other, strict=True):
            mine[where] = theirs[chosen]


def _spread(even: Tensor, tolerance: Tensor) -> _Pieces:
    """The fewest curves, with the smallest largest error."""
    pieces = _greedy(even, tolerance)
    several = (pieces.counts > 1).nonzero()[:, 0]
    low, high = torch.zeros(len(several)), tolerance[several]
    for _ in range(_EVENING):
        middle = (low + high) / 2
        tried = _greedy(even[several], middle)
        good = tried.counts == pieces.counts[several]
        high, low = torch.where(good, middle, high), torch.where(good, low, middle)
        pieces.put(several[good], tried, good)
    return pieces


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


def _greedy(even: Tensor, tolerance: Tensor) -> _Pieces:
    """The longest stretches within a tolerance of each path."""
    n = len(even)
    curves, counts, bounds = even.new_zeros(n, PARTS, 3, 2), torch.full((n,), -1), torch.ones(n, PARTS + 1)
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
        curves[left, part], bounds[left, part], begin[left] = curve, start, end
        counts[left[end >= 1]] = part + 1
        left = left[(end > start) & (end < 1)]
        if not len(left):
            break
    return _Pieces(curves, counts, bounds)


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


def _smooth(even: Tensor, pieces: _Pieces) -> tuple[Tensor, Tensor]:
    """Curves that meet smoothly, except in corners, and each path's largest distance from them.

    A meeting point lies on the line between the control points beside it, at a fixed share of it. So the curves
    are linear in the control points, which are least squares. Returns [N, PARTS, 3, 2] and [N].
    """
    curves, counts, bounds = pieces.curves.double(), pieces.counts, pieces.bounds.double()
    target, control = even.double(), curves[:, :, 1].clone()
    reach = [(curves[:, 1:, 0] - c).square().sum(-1).sqrt() for c in (control[:, :-1], control[:, 1:])]
    turn = ((curves[:, 1:, 0] - control[:, :-1]) * (control[:, 1:] - curves[:, 1:, 0])).sum(-1)
    gentle = (torch.arange(1, PARTS) < counts[:, None]) & (turn > CORNER * reach[0] * reach[1])
    share = (reach[0] / (reach[0] + reach[1]).clamp(min=1e-12)).clamp(0.2, 0.8)
    # of each sample: its curve, and where on it
    u = torch.linspace(0, 1, SAMPLES, dtype=torch.float64).expand(len(even), -1)
    piece = (u[..., None] >= bounds[:, None, 1:-1]).sum(-1).minimum((counts - 1).clamp(min=0)[:, None])
    begin, end = bounds.gather(1, piece), bounds.gather(1, piece + 1)
    t = ((u - begin) / (end - begin).clamp(min=1e-12)).clamp(0, 1)
    on = torch.nn.functional.one_hot(piece, PARTS).double()  # [N, SAMPLES, PARTS]
    none = gentle.new_zeros(len(even), 1)
    smooth_start, smooth_end = (torch.cat(g, 1).double() for g in ((none, gentle), (gentle, none)))  # [N, PARTS]
    half = share.new_full((len(even), 1), 0.5)
    to_start, to_end = torch.cat([half, share], 1), torch.cat([share, half], 1)
    spring = 1e-6 * torch.eye(PARTS, dtype=torch.float64)
    for _ in range(_ROUNDS):
        first, last = (on * ((1 - t) ** 2)[..., None], on * (t**2)[..., None])
        rows = on * (2 * t * (1 - t))[..., None]
        rows = rows + first * (smooth_start * to_start)[:, None] + last * (smooth_end * (1 - to_end))[:, None]
        rows[..., :-1] += (first * (smooth_start * (1 - to_start))[:, None])[..., 1:]
        rows[..., 1:] += (last * (smooth_end * to_end)[:, None])[..., :-1]
        fixed = first @ ((1 - smooth_start)[..., None] * curves[:, :, 0])
        fixed = fixed + last @ ((1 - smooth_end)[..., None] * curves[:, :, 2])
        solved = rows.mT @ (target - fixed) + spring @ control
        control = torch.linalg.solve(rows.mT @ rows + spring, solved)
        joint = control[:, :-1] + share[..., None] * (control[:, 1:] - control[:, :-1])
        start = torch.cat([curves[:, :1, 0], torch.where(gentle[..., None], joint, curves[:, 1:, 0])], 1)
        stop = torch.cat([torch.where(gentle[..., None], joint, curves[:, :-1, 2]), curves[:, -1:, 2]], 1)
        p0, p1, p2 = (on @ p for p in (start, control, stop))
        for _ in range(2):  # steps of Newton's method towards the closest points
            bend, slope, at = p0 - 2 * p1 + p2, 2 * (p1 - p0), t[..., None]
            gap, speed = (bend * at + slope) * at + p0 - target, 2 * bend * at + slope
            down = (speed * speed + 2 * bend * gap).sum(-1)
            move = (speed * gap).sum(-1) / torch.maximum(down, 0.1 * speed.square().sum(-1) + 1e-12)
            t = (t - move).clamp(0, 1)
    gap = (bend * t[..., None] + slope) * t[..., None] + p0 - target
    return torch.stack([start, control, stop], 2).float(), gap.square().sum(-1).amax(1).sqrt().float()
