"""Small good arguments, and values that are wrong nearly everywhere."""

from __future__ import annotations

import torch

import wmpaint as wp

_chance = torch.Generator().manual_seed(0)
PHOTO = torch.rand(3, 16, 24, generator=_chance)
NET = wp.features.load()
STROKES = wp.Strokes(
    torch.rand(3, 3, 2, generator=_chance), torch.full((3,), 0.1), torch.ones(3, 2), torch.rand(3, 3, generator=_chance)
)
PAINTING = wp.Painting.of(STROKES, "round", height=16)
WRONG = (None, [1], object(), "no_such", float("nan"), -1, 10**30, True, {})
