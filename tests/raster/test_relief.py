"""Piled paint against the recursion written out, stroke after stroke."""

from __future__ import annotations

import pytest
import torch
from scenes import CAPS, scene
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.raster import composite
from wmpaint.raster.relief import piled
from wmpaint.raster.tiles import Pile, Ribbons


def given(seed: int) -> tuple[Ribbons, Pile, Tensor]:
    """Ribbons with heights of their own, and a ground."""
    ribbons = scene(5, 19, 26, seed=seed)[0]
    chance = torch.Generator().manual_seed(seed)
    logits = torch.randn(ribbons.logits[:, 0].shape, generator=chance, dtype=torch.float64)
    unit, level = (
        torch.rand(5, generator=chance, dtype=torch.float64),
        torch.rand(5, generator=chance, dtype=torch.float64),
    )
    return ribbons, Pile(logits, unit, level, CAPS), torch.rand(19, 26, generator=chance, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(3))
def test_like_the_recursion(seed: int) -> None:
    ribbons, pile, ground = given(seed)
    wanted = ground
    for k in range(5):
        one = Ribbons(*(v[k : k + 1] for v in ribbons[:4]), torch.ones(1, 1, dtype=torch.float64), CAPS)  # type: ignore[arg-type]
        alpha, _ = composite(one, torch.zeros(1, dtype=torch.float64), 19, 26)
        tall = torch.stack([pile.logits[k], torch.full_like(pile.logits[k], -30.0)])[None]
        high, _ = composite(one._replace(logits=tall), torch.zeros(1, dtype=torch.float64), 19, 26)
        wanted = (1 - pile.level[k] * alpha[0]) * wanted + pile.unit[k] * high[0]
    found = piled(ribbons, pile, ground)
    assert torch.allclose(found, wanted, atol=1e-9) and float((found - ground).abs().max()) > 0.05


def test_ribbons_that_cannot_be_drawn_are_refused() -> None:
    ribbons, pile, ground = given(0)
    nan = ribbons.points.clone()
    nan[2, 1, 0] = float("nan")
    with pytest.raises(InputError, match="stroke 2"):
        piled(ribbons._replace(points=nan), pile, ground)
