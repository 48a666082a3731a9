"""Written characters, drawn anew each time: `Glyphs.sample(count, side=64, generator=g)`, with their strokes.

A glyph is a person's strokes, each of one or several quadratic curves. A picture of it is written with a
hand that varies: the whole is turned, slanted, stretched, moved and bent a little, each stroke strays, each
point trembles, and the line swells and tapers as a brush's does. The known strokes are the ones drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..geometry import bezier
from ..strokes import Strokes
from .base import ENDLESS, Data, Examples, check_count, check_side, picture_numbers, repeatable_noise
from .ink import draw

__all__ = ["Glyphs", "WritingStyle"]

MARGIN = 0.02  # of the side, between ink and the picture's border
_RANGES = {"jitter": (0, 3), "thin": (1e-3, 0.5), "thick": (1e-3, 0.5), "slant": (0, 1), "taper": (0, 1)}
TRAIN, TEST = 0, 1  # streams of random numbers


@dataclass(frozen=True)
class WritingStyle:
    """How written characters vary. Lengths are shares of the picture's side.

    Args:
        jitter: how much they vary in shape and place, as a multiple of what is usual; 0 for not at all.
        thin, thick: the range of a line's width.
        slant: how far they lean at most, as the tangent of an angle.
        taper: how much the width varies along a stroke: 0 for not at all, up to 1.
    """

    jitter: float = 1.0
    thin: float = 0.03
    thick: float = 0.09
    slant: float = 0.15
    taper: float = 0.5

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            checks.number(f"{name} in …", getattr(self, name), low, high)
        if self.thin > self.thick:
            raise InputError(f"expected thin at most thick, got {self.thin:g} and {self.thick:g}")


@dataclass(frozen=True, eq=False)
class Glyphs(Data):
    """Characters as curves, and the pictures that are drawn of them; endless.

    `take(i)` writes glyph i modulo the number of glyphs, with a hand that depends on i alone. After `split`,
    the test part's hands are never those of the training part.

    Args:
        name: for reports.
        curves: [G, K, 3, 2] in a box from 0 to 1, y down; anything where absent.
        groups: [G, K] int64, which of the person's strokes each curve belongs to; -1 where absent.
        labels: [G] int64, which class each glyph belongs to.
        classes: what they mean.
        style: how the pictures vary.
        credit: whom the curves are owed to.
        stream: which random numbers `take` uses.
    """

    name: str
    curves: Tensor
    groups: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    style: WritingStyle = WritingStyle()
    credit: str = ""
    stream: int = TRAIN
    channels: int = 1

    @classmethod
    def make(
        cls,
        name: str,
        glyphs: Sequence[Sequence[Tensor]],
        classes: tuple[str, ...],
        *,
        labels: Sequence[int] | None = None,
        style: WritingStyle = WritingStyle(),
        credit: str = "",
    ) -> Glyphs:
        """Glyphs from lists of a person's strokes, each [K, 3, 2]; one for each class unless labels say otherwise."""
        size = max(sum(len(stroke) for stroke in glyph) for glyph in glyphs)
        curves, groups = torch.full((len(glyphs), size, 3, 2), 0.5), torch.full((len(glyphs), size), -1)
        for g, glyph in enumerate(glyphs):
            joined = torch.cat(list(glyph))
            curves[g, : len(joined)] = joined
            sizes = torch.tensor([len(stroke) for stroke in glyph])
            groups[g, : len(joined)] = torch.arange(len(glyph)).repeat_interleave(sizes)
        number = torch.arange(len(glyphs)) if labels is None else torch.tensor(labels)
        return cls(name, curves, groups, number, classes, style, credit)

    def __len__(self) -> int:
        return ENDLESS

    @property
    def count(self) -> int:
        """How many glyphs there are."""
        return len(self.curves)

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        """Random glyphs, each in a random hand."""
        glyph = torch.randint(self.count, (check_count(count),), generator=generator)
        return self.write(glyph, torch.rand(count, self._numbers, generator=generator), side=side)

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        """Glyph i modulo the number of glyphs, in a hand of its own for each i."""
        index = picture_numbers(index, ENDLESS)
        return self.write(index % self.count, repeatable_noise(index, self._numbers, self.stream), side=side)

    def split(self, held_out: float | int | None = None) -> tuple[Glyphs, Glyphs]:
        """The same glyphs in hands to train with, and in other hands."""
        if held_out is not None:
            raise InputError(f"expected no number for endless data, got {held_out!r}: see hold_out_characters")
        return replace(self, stream=TRAIN), replace(self, stream=TEST)

    def hold_out_characters(self, share: float = 0.1) -> tuple[Glyphs, Glyphs]:
        """Characters to train with, and others (a share of the classes) that are never seen in training.

        Labels and classes stay those of the whole set.

        Raises:
            InputError: a share that leaves one part empty.
        """
        n = len(self.classes)
        count = round(share * n) if 0 < share < 1 else 0
        if not 1 <= count < n:
            raise InputError(f"expected a share that holds out 1 to {n - 1} of {n} characters, got {share!r}")
        order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
        rare = torch.isin(self.labels, order[:count])
        return self._some(~rare, TRAIN), self._some(rare, TEST)

    def _some(self, chosen: Tensor, stream: int) -> Glyphs:
        return replace(
            self, curves=self.curves[chosen], groups=self.groups[chosen], labels=self.labels[chosen], stream=stream
        )

    @property
    def _numbers(self) -> int:
        return 24 + (9 + 4) * self.curves.shape[1]

    def write(
        self,
        glyph: Tensor,  # [B] int64
        chance: Tensor,  # [B, 24 + 13 K] in 0..1
        *,
        side: int,
    ) -> Examples:
        """Pictures of glyphs, in the hands that the random numbers say."""
        check_side(side)
        b, k = len(glyph), self.curves.shape[1]
        whole, by_stroke, by_curve = chance.split([24, 9 * k, 4 * k], 1)
        by_stroke, by_curve = by_stroke.view(b, k, 9), by_curve.view(b, k, 4)
        curves, groups = self.curves[glyph], self.groups[glyph]
        present = groups >= 0
        group = groups.clamp(min=0)
        mine = by_stroke.gather(1, group[..., None].expand(-1, -1, 9))  # each curve's stroke's own numbers
        width = self.style.thin * (self.style.thick / self.style.thin) ** whole[:, 0]
        half = (width / 2)[:, None, None] * _profile(curves, groups, mine[..., 4:], self.style.taper)
        points = self._placed(curves, group, present, whole, mine, by_curve, half)
        radius = half.masked_fill(~present[..., None], 0).amax((1, 2))
        strokes = Strokes(
            points,
            radius[:, None].expand(-1, k).contiguous(),
            (half / radius[:, None, None]).clamp(0, 1),
            torch.zeros(b, k, 3),
            lifted=None if bool(present.all()) else ~present,
        )
        pictures = draw(points, half, present, side=side)[:, None]
        return Examples(pictures, strokes, groups, self.labels[glyph])

    def _placed(
        self,
        curves: Tensor,  # [B, K, 3, 2]
        group: Tensor,  # [B, K]
        present: Tensor,  # [B, K]
        whole: Tensor,  # [B, 24] random numbers
        mine: Tensor,  # [B, K, 9] of the stroke that a curve belongs to
        by_curve: Tensor,  # [B, K, 4]
        half: Tensor,  # [B, K, 2]
    ) -> Tensor:  # [B, K, 3, 2]
        """Curves as one hand writes them; ends that meet still do."""
        size = self.style.jitter

        def around(value: Tensor, spread: float) -> Tensor:
            return (2 * value - 1) * (spread * size)

        # each stroke strays, turns and stretches around its own middle
        same = (group[:, :, None] == group[:, None, :]) & present[:, None, :]
        weight = same.float() / same.sum(2, keepdim=True).clamp(min=1)
        middle = torch.einsum("bkj,bjd->bkd", weight, curves.mean(2))[:, :, None]
        shift = around(mine[..., 0:2], 0.014)[:, :, None]
        turn, grow = around(mine[..., 2], 0.07), 1 + around(mine[..., 3], 0.06)
        points = (curves - middle) @ _rotation(turn, grow) + middle + shift
        # each point trembles; where a stroke goes on in the next curve, they share the point
        tremble = around(by_curve, 0.007).view(*by_curve.shape[:2], 2, 2)
        control, last = tremble.unbind(2)
        goes_on = ((group[:, 1:] == group[:, :-1]) & present[:, 1:])[..., None]
        first = torch.cat([last[:, :1] * 0, torch.where(goes_on, last[:, :-1], last[:, :-1].flip(-1))], 1)
        points = points + torch.stack([first, control + (first + last) / 2, last], 2)
        # the whole: bent by two slow waves, then turned, slanted, stretched and moved
        for wave in (whole[:, 1:6], whole[:, 6:11]):
            angle, phase = 2 * math.pi * wave[:, 0], 2 * math.pi * wave[:, 1]
            run = points @ torch.stack([angle.cos(), angle.sin()], 1)[:, None, :, None]  # [B, K, 3, 1]
            lift = torch.sin(run * (3 + 4 * wave[:, 2])[:, None, None, None] + phase[:, None, None, None])
            points = points + lift * around(wave[:, 3:5], 0.018)[:, None, None]
        slant = (2 * whole[:, 11] - 1) * self.style.slant * min(size, 1.0)
        turn, stretch = around(whole[:, 12], 0.08), around(whole[:, 13], 0.1).exp()
        grow = around(whole[:, 14], 0.12).exp()
        matrix = _rotation(turn, grow)
        lean = torch.eye(2).repeat(len(points), 1, 1)
        lean[:, 1, 0] = -slant
        lean[:, 0, 0], lean[:, 1, 1] = stretch, 1 / stretch
        points = (points - 0.5) @ (lean @ matrix)[:, None] + 0.5
        points = points + around(whole[:, 15:17], 0.05)[:, None, None]
        return _kept_inside(points, present, half)


def _rotation(angle: Tensor, scale: Tensor) -> Tensor:  # [...] -> [..., 2, 2], to multiply rows with
    cos, sin = angle.cos() * scale, angle.sin() * scale
    return torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -2)


def _kept_inside(points: Tensor, present: Tensor, half: Tensor) -> Tensor:
    """The curves, made smaller and moved just as far as their ink would leave the picture."""
    ink = half.amax((1, 2))[:, None] + MARGIN  # [B, 1]
    places = bezier(points, torch.linspace(0, 1, 9))
    gone = ~present[:, :, None, None]
    low = places.masked_fill(gone, math.inf).amin((1, 2))  # [B, 2]
    high = places.masked_fill(gone, -math.inf).amax((1, 2))
    shrink = ((1 - 2 * ink) / (high - low).amax(1, keepdim=True).clamp(min=1e-6)).clamp(max=1)
    middle, reach = (low + high) / 2, (high - low) / 2 * shrink + ink
    place = middle.maximum(reach).minimum(1 - reach)
    return (points - middle[:, None, None]) * shrink[:, :, None, None] + place[:, None, None]


def _profile(curves: Tensor, groups: Tensor, chance: Tensor, taper: float) -> Tensor:  # [B, K, 2] in 0..1
    """How wide the line is at each curve's ends, as a share of its widest, by where they lie on their stroke.

    A brush comes down, is steady or swells, and leaves: some strokes end in a sweep that thins out.
    """
    chord = (curves[:, :, 1:] - curves[:, :, :-1]).square().sum(-1).sqrt().sum(-1).clamp(min=1e-6)  # [B, K]
    same = (groups[:, :, None] == groups[:, None, :]).float()
    k = groups.shape[1]
    before = torch.tril(torch.ones(k, k), -1)
    total = torch.einsum("bkj,bj->bk", same, chord)
    start = torch.einsum("bkj,bj->bk", same * before, chord)
    at = torch.stack([start, start + chord], -1) / total[..., None]  # [B, K, 2] in 0..1
    down, body, swell, leave, sweep = chance.unbind(-1)
    first = 1 - taper * 0.7 * down**2
    belly = 1 - taper * 0.3 * body
    last = 1 - taper * torch.where(sweep < 0.4, 0.5 + 0.9 * leave, 0.5 * leave)
    knee = 0.35 + 0.3 * swell
    rise = (at / knee[..., None]).clamp(0, 1)
    fall = ((at - knee[..., None]) / (1 - knee[..., None])).clamp(0, 1)
    return first[..., None] * (1 - rise) + belly[..., None] * (rise - fall) + last[..., None] * fall
