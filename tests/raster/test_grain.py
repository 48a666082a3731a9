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
from wmpaint.raster.grain import COLUMNS, Grain, grained
from wmpaint.raster.relief import piled
from wmpaint.raster.tiles import Pile

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
    grain = Grain.turned(normal(16), windows(5, seed=seed))
    slow, fast = dense.grained(*given, grain, **SIZE), grained(*given, grain, **SIZE, compile=compile)
    assert fast.shape == slow.shape == (3, 19, 26)
    assert float((fast - slow).abs().max()) < 2e-3  # the fast one reads rho from a table
    mean, _ = composite(*given, **SIZE)
    assert float((fast - mean).abs().max()) > 0.05


@both
def test_single_precision(compile: bool) -> None:
    given, grain = scene(5, 19, 26), Grain.turned(normal(16), windows(5))
    double = grained(*given, grain, **SIZE, compile=compile)
    single = grained(*given.to(torch.float32), grain._replace(fields=grain.fields.float()), **SIZE, compile=compile)
    assert single.dtype == torch.float32 and double.dtype == torch.float64
    assert float((single.double() - double).abs().max()) < 1e-3


@both
@pytest.mark.parametrize("alpha", [0.02, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("ratio", [0.003, 0.1, 0.5, 0.95])
def test_mean_and_variance(compile: bool, alpha: float, ratio: float) -> None:
    # Each pixel sees a number of its own, and together they see all: as good as all chances at one pixel.
    grain = Grain.turned(normal(128), torch.tensor([[1.0, 0.0, 5.5, 7.5]]))
    picture = grained(*blanket(alpha, ratio, 128), grain, height=128, width=128, compile=compile)
    assert 0 <= picture.min() and picture.max() <= 1
    bound = alpha * (1 - alpha)
    assert float(picture.mean()) == pytest.approx(alpha, abs=1e-3 * math.sqrt(bound))
    assert float(picture.var(correction=0)) == pytest.approx(ratio * bound, rel=0.02)


@both
def test_one_value_by_hand(compile: bool) -> None:
    # At alpha 1/2 the variance is theta / (2 pi): half of 1/4 at theta = pi / 4, rho = 1 / sqrt(2).
    field = torch.full((4, 4), 0.8, dtype=torch.float64)
    picture = grained(*blanket(0.5, 0.5, 9), Grain.turned(field, windows(1)), height=9, width=9, compile=compile)
    rho = math.sqrt(0.5)
    expected = (1 + math.erf(math.sqrt(rho) * 0.8 / math.sqrt(1 - rho) / math.sqrt(2))) / 2
    assert torch.allclose(picture, torch.tensor(expected, dtype=torch.float64), atol=1e-4)


@both
def test_the_field_is_turned_scaled_shifted_and_repeated(compile: bool) -> None:
    field = torch.zeros(8, 8, dtype=torch.float64)
    field[3, 2] = 2.0  # row 3, column 2
    # A quarter turn at 2 samples a pixel: u = -2 (y - 4.5) + 2 - 800, v = 2 x + 3 - 5 + 80, from the start at (0, 4.5).
    grain = Grain.turned(field, torch.tensor([[0.0, 2.0, 2.0 - 800, 3.0 - 5 + 80]]))
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
    picture = grained(*given, Grain.turned(normal(16), windows(6)), **SIZE, compile=compile)
    assert float((picture - mean).abs().max()) < 1e-5


@both
def test_no_strokes(compile: bool) -> None:
    given = scene(0, 19, 26)
    picture = grained(*given, Grain.turned(normal(16), windows(0)), **SIZE, compile=compile)
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
    with pytest.raises(InputError, match=r"expected (fields|finite windows)"):
        grained(*scene(2, 19, 26), Grain.turned(field, window), **SIZE)
    with pytest.raises(InputError, match="points of stroke 0"):
        given = scene(2, 19, 26)
        grained(*given.replace(points=given.points * math.nan), Grain.turned(normal(8), windows(2)), **SIZE)


# Bent along the stroke


def streaked(count: int, *, tooth: float = 0.4, side: float = 6.0, pick: float = 0.3) -> Grain:
    """Streaks for strokes of `scene`, all that there is of it."""
    chance = torch.Generator().manual_seed(5)
    window = torch.zeros(count, COLUMNS, dtype=torch.float64)
    window[:, 0], window[:, 2], window[:, 3], window[:, 4], window[:, 5] = 3.0, 5.0, 16.0, 4.0, -3.0
    window[:, 6:] = torch.linspace(0, 6, COLUMNS - 6)
    fields = torch.stack([normal(32), normal(32).flip(0), normal(32).t(), normal(32).flip(1)])
    looks = torch.arange(4).expand(count, -1)
    strays = torch.tensor([0.1, 0.05, 0.5], dtype=torch.float64).expand(count, -1)
    shape = torch.tensor([tooth, side, pick, 2.0], dtype=torch.float64).expand(count, -1)
    surface = torch.randn(19, 26, generator=chance, dtype=torch.float64)
    return Grain(fields, surface, window, looks, strays, shape)


@pytest.mark.parametrize("seed", range(4))
def test_streaks_are_alike_compiled_or_not(seed: int) -> None:
    given, grain = scene(6, 19, 26, seed=seed), streaked(6)
    wet = [torch.zeros(19, 26, dtype=torch.float64) for _ in range(2)]
    one, other = (grained(*given, grain, **SIZE, compile=how, wet=wet[how]) for how in (False, True))
    assert float((one - other).abs().max()) < 2e-3 and float((wet[0] - wet[1]).abs().max()) < 2e-3
    assert float(wet[0].max()) > 0.3
    for less in () if seed else ({"tooth": 0.0}, {"side": 1e9}, {"pick": 0.0}):
        assert float((one - grained(*given, streaked(6, **less), **SIZE)).abs().max()) > 0.01, less


@both
def test_a_streak_is_as_far_along_as_the_pixel(compile: bool) -> None:
    # A straight stroke from (0, 4.5) to (9, 4.5): a field that is high in one column is high across the stroke, in one
    # that is high in one row along it.
    given = blanket(0.5, 0.5, 9)
    grain = streaked(1, tooth=0.0, side=1e9, pick=0.0)._replace(strays=torch.zeros(1, 3), surface=torch.zeros(1, 1))
    window = grain.window.clone()
    window[:, :6] = torch.tensor([1.0, 0.0, 0.5, 5.0, 1.0, 1.0])
    window[:, 6:] = torch.linspace(0, 9, COLUMNS - 6)
    for k in range(2):
        field = torch.zeros(16, 16, dtype=torch.float64)
        field[(slice(None), 3) if k == 0 else (3, slice(None))] = 2.0
        drawn = grained(*given, grain._replace(fields=field.expand(4, 16, 16), window=window), 9, 9, compile=compile)[0]
        high = (drawn > 0.6).nonzero()
        # Column 3 is 2.5 pixels from the start, row 3 two pixels to the right of the curve.
        assert set(high[:, 1 - k].tolist()) == {2 if k == 0 else 6} and len(high) == 9


@both
def test_only_wet_paint_is_picked_up(compile: bool) -> None:
    # Twice the same stroke, in all places: first on the dry ground, then on itself, of which it takes up 0.3 (0.7 far
    # along is what `scene` says of its mean).
    given = blanket(0.6, 1e-7, 9)
    grain = streaked(1, tooth=0.0, side=1e9)._replace(strays=torch.zeros(1, 3), surface=torch.zeros(1, 1))
    grain = grain._replace(shape=torch.tensor([[0.0, 1e9, 0.4, 1e-6]], dtype=torch.float64))
    once = grained(*given, grain, 9, 9, compile=compile)[0]
    assert float(once[4, 4]) == pytest.approx(1.0, abs=1e-4)  # 0.6 / (1 - 0.4): all of the ground is covered
    wet = torch.ones(9, 9, dtype=torch.float64)
    again = grained(*given, grain, 9, 9, compile=compile, wet=wet)[0]
    assert float(again[4, 4]) == pytest.approx(0.6, abs=1e-4)


def test_heights_stray_with_alphas() -> None:
    given, grain = scene(5, 19, 26), streaked(5, pick=0.0)
    ribbons = given.ribbons
    pile = Pile(torch.randn(ribbons.logits[:, 0].shape).to(ribbons.logits), ribbons.radius**0, 0 * ribbons.radius, CAPS)
    ground = torch.zeros(19, 26, dtype=torch.float64)
    flat, drawn = piled(ribbons, pile, ground), []
    for k in range(300):
        chance = torch.Generator().manual_seed(k)
        window = grain.window.clone()
        window[:, 2] = 32 * torch.rand(5, generator=chance, dtype=torch.float64)
        surface = torch.randn(19, 26, generator=chance, dtype=torch.float64)
        drawn.append(piled(ribbons, pile, ground, grain=grain._replace(window=window, surface=surface)))
    stack = torch.stack(drawn)
    assert float(stack.std(0).max()) > 0.1 and bool(stack.isfinite().all())
    assert float(stack.mean() / flat.mean()) == pytest.approx(1, abs=0.05)  # with a height that is cut at 0


def test_heights_are_numbers_where_there_is_no_paint() -> None:
    given, ground = scene(5, 19, 26), torch.zeros(19, 26, dtype=torch.float64)
    logits = given.ribbons.logits.clone()
    logits[:, 0] = -800.0  # an alpha of 0
    logits[:, 1] = 3.0
    pile = Pile(torch.zeros_like(logits[:, 0]), given.ribbons.radius, 0 * given.ribbons.radius, CAPS)
    drawn = piled(given.ribbons._replace(logits=logits), pile, ground, grain=streaked(5))
    assert bool(drawn.isfinite().all())
