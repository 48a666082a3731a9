"""Tubes of oil paint and what they mix to: `Tubes.of("ultramarine, burnt sienna, titanium white").nearest(colors)`.

Of each tube two colors are known: from the tube (masstone), and one part in nine of titanium white (tint). In each band
of `pigment.py` these give how much it absorbs and scatters, K and S, after Kubelka and Munk (1931) for opaque paint:

    K / S = (1 - R)^2 / 2R        R = 1 + K / S - sqrt((K / S)^2 + 2 K / S)        white: S = 1
    tint: K_t / S_t = (0.1 K + 0.9 K_white) / (0.1 S + 0.9)

In a mixture both add up by parts, so that a little phthalo blue goes a long way, and black in yellow is green. The
colors are of usual artists' paints, by eye: tubes of other makers differ as much as those from each other.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from . import checks
from .color import parse_color, to_lab
from .errors import InputError
from .explain import explained
from .pigment import reflected, seen

__all__ = ["PALETTES", "TUBES", "Tubes"]

WHITE = "titanium white"
TUBES = {  # Colour Index name, masstone, tint
    WHITE: ("PW6", "#f7f6f1", "#f7f6f1"),
    "lemon yellow": ("PY3", "#f6dd1c", "#f8eea0"),
    "cadmium yellow": ("PY35", "#fcc010", "#fbe18c"),
    "cadmium yellow deep": ("PY37", "#f59a0c", "#f9d08e"),
    "naples yellow": ("PBr24", "#e6c382", "#f2e3c6"),
    "indian yellow": ("PY83", "#c9760f", "#f7cd72"),
    "yellow ochre": ("PY43", "#ba812e", "#e6cfa5"),
    "raw sienna": ("PBr7", "#965c23", "#dfbf99"),
    "cadmium orange": ("PO20", "#ee6612", "#f7b68d"),
    "cadmium red": ("PR108", "#cc231a", "#ed9a91"),
    "indian red": ("PR101", "#8c2f24", "#d09a91"),
    "burnt sienna": ("PBr7", "#6c301e", "#cfa392"),
    "alizarin crimson": ("PR177", "#500d1b", "#d98ba1"),
    "quinacridone rose": ("PV19", "#8e143a", "#e488ac"),
    "dioxazine violet": ("PV23", "#1d1131", "#a591c4"),
    "ultramarine": ("PB29", "#171a60", "#8d9bd2"),
    "cobalt blue": ("PB28", "#1b409b", "#90b1de"),
    "cerulean blue": ("PB35", "#18709b", "#96c5da"),
    "phthalo blue": ("PB15:3", "#0e1b46", "#70a4d3"),
    "prussian blue": ("PB27", "#0e1d31", "#80a0bb"),
    "phthalo green": ("PG7", "#07312d", "#63b9a7"),
    "viridian": ("PG18", "#104b41", "#8dc3b3"),
    "sap green": ("PG7+PY83", "#303d13", "#b5c28b"),
    "chromium oxide green": ("PG17", "#567140", "#aaba99"),
    "raw umber": ("PBr7", "#403122", "#b5a796"),
    "burnt umber": ("PBr7", "#36221b", "#b19b8f"),
    "ivory black": ("PBk9", "#1c1b1c", "#a2a3a6"),
    "lamp black": ("PBk6", "#161618", "#86888c"),
}
PALETTES = {
    "classic": (
        WHITE, "cadmium yellow", "yellow ochre", "cadmium red", "alizarin crimson", "burnt sienna", "ultramarine",
        "viridian", "ivory black",
    ),
    "zorn": (WHITE, "yellow ochre", "cadmium red", "ivory black"),
    "impressionist": (
        WHITE, "lemon yellow", "cadmium yellow", "cadmium red", "alizarin crimson", "viridian", "cobalt blue",
        "ultramarine",
    ),
    "primaries": (WHITE, "lemon yellow", "quinacridone rose", "phthalo blue"),
    "earth": (WHITE, "yellow ochre", "indian red", "raw umber", "ultramarine"),
}  # fmt: skip
MOST = 12
PARTS = (1, 2, 3, 4, 6, 9, 14, 24, 48)  # of one tube in a mixture
TINT = 0.1  # of the tube in its tint
DARKEST, LIGHTEST = 0.003, 0.97  # reflectance of any paint
FAINTEST, STRONGEST = 0.02, 8.0  # scattering, of titanium white's
UNSURE = 0.01  # of K / S, below which a tint says nothing of scattering
CELL = 2.5  # CIELAB: of mixtures that look more alike than that, the simplest is kept
ROWS = 1024  # colors that are looked for at a time


@explained
@dataclass(frozen=True, eq=False)
class Tubes:
    """Some tubes, and their mixtures of at most three that look different.

    Args:
        names: of `TUBES`.
        parts: [M, tubes] int64 of each tube in each mixture, the simplest first.
        colors: [M, 3] sRGB of the mixtures.
        lab: [M, 3] the same in CIELAB.
    """

    names: tuple[str, ...]
    parts: Tensor
    colors: Tensor
    lab: Tensor

    @classmethod
    @explained
    def of(cls, palette: str | Sequence[str]) -> Tubes:
        """
        Args:
            palette: 1 to 12 names of `TUBES`, with commas between or as a list; or one of `PALETTES`, such as "zorn".

        Raises:
            InputError: a tube that there is not, or too many.
        """
        given: Any = palette.split(",") if isinstance(palette, str) else palette
        names = [" ".join(str(name).lower().split()) for name in checks.some("one tube of paint", tuple(given))]
        if len(names) == 1 and names[0] in PALETTES:
            names = list(PALETTES[names[0]])
        names = list(dict.fromkeys(checks.one_of("a tube of paint", name, TUBES) for name in names))
        if len(names) > MOST:
            raise InputError(f"expected at most {MOST} tubes on a palette, got {len(names)}")
        return _mixtures(tuple(names))

    def mix(self, parts: Tensor) -> Tensor:  # [..., tubes] -> [..., 3]
        """The sRGB of mixtures, of 0 or more parts of each tube."""
        return _mix(self.names, parts)

    def nearest(self, colors: Tensor) -> Tensor:  # [N, 3] sRGB -> [N] int64
        """Which mixture comes nearest to each color, in CIELAB."""
        found = [torch.cdist(to_lab(some), self.lab.to(some)).argmin(1) for some in colors.detach().split(ROWS)]
        return torch.cat(found) if found else torch.zeros(0, dtype=torch.int64, device=colors.device)

    def recipe(self, mixture: int) -> dict[str, int]:
        """Parts of the tubes in a mixture, the most first."""
        parts = self.parts[mixture]
        order = parts.argsort(descending=True, stable=True).tolist()
        return {self.names[k]: int(parts[k]) for k in order if parts[k] > 0}


def _mix(names: Sequence[str], parts: Tensor) -> Tensor:
    both = torch.stack([_paint(name) for name in names])  # [tubes, 2, K]
    k, s = torch.einsum("...t,tpk->...pk", parts.double(), both).unbind(-2)
    return seen(_reflectance(k / s)).clamp(0, 1).float()


def _reflectance(ratio: Tensor) -> Tensor:
    return 1 + ratio - (ratio * ratio + 2 * ratio).sqrt()


@functools.cache
def _paint(name: str) -> Tensor:
    """[2, K] absorption and scattering."""
    _, *colors = TUBES[name]
    rgb = torch.tensor([parse_color(c) for c in (*colors, TUBES[WHITE][1])], dtype=torch.float64, device="cpu")
    light = reflected(rgb).clamp(DARKEST, LIGHTEST)
    own, tint, white = (1 - light).square() / (2 * light)
    share = TINT / (1 - TINT)
    more, less = (tint - white).clamp(min=0), share * (own - tint).clamp(min=0)
    s = (more + UNSURE * more.sum() / less.sum()) / (less + UNSURE)  # as in other bands, where it is as clear as white
    s = torch.ones_like(own) if name == WHITE else s.clamp(FAINTEST, STRONGEST)
    return torch.stack([own * s, s])


@functools.lru_cache(maxsize=8)
def _mixtures(names: tuple[str, ...]) -> Tubes:
    amounts = [p for n in (1, 2, 3) for p in itertools.product(PARTS, repeat=n) if math.gcd(*p) == 1]
    rows = []
    for count in range(1, min(3, len(names)) + 1):
        some = torch.tensor([p for p in amounts if len(p) == count], device="cpu")
        for chosen in itertools.combinations(range(len(names)), count):
            row = torch.zeros(len(some), len(names), dtype=torch.int64, device="cpu")
            row[:, list(chosen)] = some
            rows.append(row[row.sum(1).argsort(stable=True)])
    parts = torch.cat(rows)
    parts = parts[((parts > 0).sum(1) * 1000 + parts.sum(1)).argsort(stable=True)]
    colors = _mix(names, parts)
    lab = to_lab(colors)
    _, cells = (lab / CELL).round().long().unique(dim=0, return_inverse=True)
    number = torch.arange(len(parts), device="cpu")
    first = number.new_full((int(cells.max()) + 1,), len(parts)).scatter_reduce_(0, cells, number, "amin")
    keep = first.sort().values
    return Tubes(names, parts[keep], colors[keep], lab[keep])
