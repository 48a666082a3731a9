"""Textured drawing against its dense twin, and against means and variances worked out by hand."""

from __future__ import annotations

import math

import dense
import pytest
import torch
from scenes import CAPS, Scene, scene, straight_ribbon
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.raster import Ribbons, composite
from wmpaint.raster.grain import Grain, grained

both = pytest.mark.parametrize("compile", [False, True], ids=["tensors", "compiled"])
SIZE = {"height": 19, "width": 26}


def normal(side: int) -> Tensor:
    """[side, side] normal numbers, one for each of as many equal shares of chance, shuffled."""
    share = (torch.arange(side * side, dtype=torch.float64) + 0.5) / side**2
    order = torch.randperm(side * side, generator=torch.Generator().manual_seed(1))
    return torch.special.ndtri(share)[order].view(side, side)


def windows(count: int, *, seed: int = 0) -> Tensor:
    chance = torch.Generator().manual_seed(seed)
    return (torch.rand(count, 4, generator=chance, dtype=torch.float64) - 0.5) * torch.tensor([3.0, 3.0, 99.0, 99.0])


def blanket(alpha: float, ratio: float, side: int) -> Scene:
    """One stroke of this alpha over all of a picture of side x side pixels, white on black."""
    points = torch.tensor([[[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]]], dtype=torch.float64) * side
    radius = torch.tensor([2.0 * side], dtype=torch.float64)
    one = torch.ones(1, 1, dtype=torch.float64)
    logits = straight_ribbon(alpha, ratio)[None]
    return Scene(Ribbons(points, radius, radius, logits, one, CAPS), torch.zeros_like(one[0]))


@both
@pytest.mark.parametrize("seed", range(3))
def test_like_the_twin(compile: bool, seed: int) -> None:
    given = scene(5, 19, 26, seed=seed)
    grain = Grain(normal(16), windows(5, seed=seed))
    slow, fast = dense.grained(*given, grain, **SIZE), grained(*given, grain, **SIZE, compile=compile)
    assert fast.shape == slow.shape == (3, 19, 26)
    assert float((fast - slow).abs().max()) < 2e-3  # the fast one reads rho from a table
    mean, _ = composite(*given, **SIZE)
    assert float((fast - mean).abs().max()) > 0.05


@both
def test_single_precision(compile: bool) -> None:
    given, grain = scene(5, 19, 26), Grain(normal(16), windows(5))
    double = grained(*given, grain, **SIZE, compile=compile)
    single = grained(*given.to(torch.float32), Grain(grain.field.float(), grain.window), **SIZE, compile=compile)
    assert single.dtype == torch.float32 and double.dtype == torch.float64
    assert float((single.double() - double).abs().max()) < 1e-3


@both
@pytest.mark.parametrize("alpha", [0.02, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("ratio", [0.003, 0.1, 0.5, 0.95])
def test_mean_and_variance(compile: bool, alpha: float, ratio: float) -> None:
    # Each pixel sees a number of its own, and together they see all: as good as all chances at one pixel.
    grain = Grain(normal(128), torch.tensor([[1.0, 0.0, 5.5, 7.5]]))
    picture = grained(*blanket(alpha, ratio, 128), grain, height=128, width=128, compile=compile)
    assert 0 <= picture.min() and picture.max() <= 1
    bound = alpha * (1 - alpha)
    assert float(picture.mean()) == pytest.approx(alpha, abs=1e-3 * math.sqrt(bound))
    assert float(picture.var(correction=0)) == pytest.approx(ratio * bound, rel=0.02)


@both
def test_one_value_by_hand(compile: bool) -> None:
    # At alpha 1/2 the variance is theta / (2 pi): half of 1/4 at theta = pi / 4, rho = 1 / sqrt(2).
    field = torch.full((4, 4), 0.8, dtype=torch.float64)
    picture = grained(*blanket(0.5, 0.5, 9), Grain(field, windows(1)), height=9, width=9, compile=compile)
    rho = math.sqrt(0.5)
    expected = (1 + math.erf(math.sqrt(rho) * 0.8 / math.sqrt(1 - rho) / math.sqrt(2))) / 2
    assert torch.allclose(picture, torch.tensor(expected, dtype=torch.float64), atol=1e-4)


@both
def test_the_field_is_turned_scaled_shifted_and_repeated(compile: bool) -> None:
    field = torch.zeros(8, 8, dtype=torch.float64)
    field[3, 2] = 2.0  # row 3, column 2
    # A quarter turn at 2 samples a pixel: u = -2 (y - 4.5) + 2 - 800, v = 2 x + 3 - 5 + 80, from the start at (0, 4.5).
    grain = Grain(field, torch.tensor([[0.0, 2.0, 2.0 - 800, 3.0 - 5 + 80]]))
    picture = grained(*blanket(0.5, 0.5, 9), grain, height=9, width=9, compile=compile)
    high = (picture[0] > 0.6).nonzero().tolist()
    # v = 3 at x = 2.5 and every 4 pixels from there; u = 2 at y = 4.5 and every 4 pixels.
    assert high == [[row, column] for row in (0, 4, 8) for column in (2, 6)]


@both
def test_no_variance_is_the_mean_picture(compile: bool) -> None:
    given = scene(6, 19, 26)
    logits = given.ribbons.logits.clone()
    logits[:, 1] = -30.0
    given = given.replace(logits=logits)
    mean, _ = composite(*given, **SIZE, compile=compile)
    picture = grained(*given, Grain(normal(16), windows(6)), **SIZE, compile=compile)
    assert float((picture - mean).abs().max()) < 1e-5


@both
def test_no_strokes(compile: bool) -> None:
    given = scene(0, 19, 26)
    picture = grained(*given, Grain(normal(16), windows(0)), **SIZE, compile=compile)
    assert torch.equal(picture, given.background[:, None, None].expand(3, 19, 26))


@pytest.mark.parametrize(
    ("field", "window"),
    [
        (torch.zeros(12, 12), windows(2)),
        (torch.zeros(8, 16), windows(2)),
        (torch.zeros(8, 8), windows(3)),
        (torch.zeros(8, 8), windows(2) * math.inf),
    ],
)
def test_refuses(field: Tensor, window: Tensor) -> None:
    with pytest.raises(InputError, match=r"expected (a field|finite windows)"):
        grained(*scene(2, 19, 26), Grain(field, window), **SIZE)
    with pytest.raises(InputError, match="points of stroke 0"):
        given = scene(2, 19, 26)
        grained(*given.replace(points=given.points * math.nan), Grain(normal(8), windows(2)), **SIZE)
