"""Pixel objectives: distances known beforehand, gradients, masks, sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from objectives.downhill import assert_downhill
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.image import sample_photo
from wmpaint.metrics import ssim as ssim_of
from wmpaint.objectives import Objective, Scene, charbonnier, edges, l1, l2, lab, multiscale, sinkhorn, ssim
from wmpaint.objectives.goal import Goal

MAKERS: dict[str, Callable[[Any], Objective]] = {
    "l1": l1,
    "l2": l2,
    "charbonnier": charbonnier,
    "ssim": ssim,
    "lab": lab,
    "chroma": lambda picture: lab(picture, lightness=0.0),
    "edges": edges,
    "multiscale": multiscale,
    "multiscale ssim": lambda picture: multiscale(ssim(picture), levels=3),
}
all_makers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def flat(*rgb: float, height: int = 16, width: int = 16) -> Tensor:
    return torch.tensor(rgb, dtype=torch.float32)[:, None, None].expand(3, height, width).contiguous()


def noise(height: int = 16, width: int = 16, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    chance = torch.Generator().manual_seed(seed)
    return 0.1 + 0.8 * torch.rand(3, height, width, generator=chance, dtype=dtype)


def score(objective: Objective, picture: Tensor, **known: Any) -> float:
    return objective(Scene.of(picture, **known)).item()


# By hand

GRAY, LIGHT = flat(0.2, 0.2, 0.2), flat(0.7, 0.7, 0.7)
BLACK, WHITE, RED = flat(0, 0, 0), flat(1, 1, 1), flat(1, 0, 0)


@pytest.mark.parametrize(
    ("objective", "picture", "expected"),
    [
        (l1(GRAY), LIGHT, 0.5),
        (l1(BLACK), RED, 1 / 3),
        (l2(GRAY), LIGHT, 0.25),
        (l2(BLACK), WHITE, 1.0),
        (charbonnier(GRAY, eps=0.1), LIGHT, math.sqrt(0.26) - 0.1),
        (charbonnier(GRAY), LIGHT, 0.499),
        (ssim(GRAY), LIGHT, 1 - (2 * 0.14 + 1e-4) / (0.53 + 1e-4)),  # of the means alone; c1 = 0.01^2
        (lab(BLACK), WHITE, 1.0),
        (lab(BLACK, lightness=0.25), WHITE, 0.25),
        (lab(BLACK, lightness=0.0), WHITE, 0.0),
        (lab(WHITE), RED, ((100 - 53.24) ** 2 + 80.09**2 + 67.20**2) / 1e4),  # sRGB red in Lab under D65
        (edges(GRAY), LIGHT, 0.0),
        (multiscale(GRAY), LIGHT, 0.25),
        (multiscale(l1(GRAY), levels=2), LIGHT, 0.5),
    ],
)
def test_flat_pictures(objective: Objective, picture: Tensor, expected: float) -> None:
    assert score(objective, picture) == pytest.approx(expected, abs=2e-4)


def test_ssim_is_that_of_the_metrics() -> None:
    a, b = noise(20, 30), noise(20, 30, seed=1)
    assert score(ssim(a), b) == pytest.approx(1 - ssim_of(a, b), abs=1e-6)
    assert abs(score(ssim(a, window=5), b) - score(ssim(a), b)) > 1e-4


def test_edges_are_slopes() -> None:
    slope = (torch.arange(16) * 0.03).expand(3, 16, 16).contiguous()
    inner = torch.zeros(16, 16)
    inner[2:-2, 2:-2] = 1
    assert score(edges(slope), WHITE, mask=inner) == pytest.approx(0.03**2, rel=1e-4)
    assert score(edges(slope), slope + 0.4, mask=inner) == pytest.approx(0, abs=1e-9), "lightness is free"
    assert score(edges(slope), slope.flip(-1), mask=inner) == pytest.approx(0.06**2, rel=1e-4), "the sign is not"


def test_a_checkerboard_is_seen_by_the_finest_level_only() -> None:
    y, x = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")
    board = ((x + y) % 2).float().expand(3, 16, 16).contiguous()
    gray = flat(0.5, 0.5, 0.5)
    for levels in (1, 2, 4):
        assert score(multiscale(l1(gray), levels), board) == pytest.approx(0.5 / levels)
    assert score(multiscale(l1(gray), levels=9), board) == pytest.approx(0.5 / 5), "16, 8, 4, 2, 1"


def test_coarse_levels_see_further() -> None:
    """The gradient at the canvas's dot knows of the picture's dot two pixels away."""
    target, canvas = flat(1, 1, 1), flat(1, 1, 1)
    target[:, 6, 4], canvas[:, 6, 6] = 0, 0
    canvas.requires_grad_()
    near = torch.autograd.grad(l2(target)(Scene.of(canvas)), canvas)[0]
    far = torch.autograd.grad(multiscale(l2(target))(Scene.of(canvas)), canvas)[0]
    assert (near[:, 6, 5] == 0).all() and (far[:, 6, 5] > 0).all() and (far[:, 6, 7] < 0).all()


# All of them


@all_makers
def test_nothing_is_as_like_as_the_picture_itself(make: Callable[[Any], Objective]) -> None:
    objective = make(noise())
    assert score(objective, noise()) == pytest.approx(0, abs=1e-6)
    assert score(objective, noise(seed=1)) > 1e-3


@all_makers
def test_gradients(make: Callable[[Any], Objective]) -> None:
    objective, mask = make(noise(6, 7)), noise(6, 7, seed=2, dtype=torch.float64)[0]
    canvas = noise(6, 7, seed=1, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda picture: objective(Scene.of(picture, mask=mask)), canvas, fast_mode=True)


@all_makers
def test_only_what_lies_in_the_mask_counts(make: Callable[[Any], Objective]) -> None:
    target, canvas = noise(32, 32), noise(32, 32, seed=1)
    canvas[..., :24] = target[..., :24]  # right up to 8 pixels from the mask's region, where windows reach
    mask = torch.zeros(32, 32)
    mask[:, :12] = 1
    assert score(make(target), canvas) > 1e-3
    assert score(make(target), canvas, mask=mask) == pytest.approx(0, abs=1e-6)
    assert score(make(target), canvas, mask=1 - mask) > score(make(target), canvas)


@all_makers
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 5), (7, 3)])
def test_tiny_pictures(make: Callable[[Any], Objective], size: tuple[int, int]) -> None:
    canvas = noise(*size).requires_grad_()
    loss = make(noise(20, 30))(Scene.of(canvas))
    loss.backward()
    assert loss.isfinite() and canvas.grad is not None and canvas.grad.isfinite().all()


@all_makers
def test_downhill(make: Callable[[Any], Objective]) -> None:
    assert_downhill(make(sample_photo()))


@all_makers
def test_what_a_run_asks(make: Callable[[Any], Objective]) -> None:
    target = noise(12, 18)
    objective = make(target)
    start = Goal.of(objective).start
    assert start.canvas().aspect == 1.5 and start.target is start.picture
    assert start.picture is not None and torch.equal(start.picture, target)
    before = objective.identity()
    objective(Scene.of(noise(6, 9)))
    assert objective.identity() == before == make(target).identity() != make(1 - target).identity()


def test_parameters_count_in_the_identity() -> None:
    target = noise()
    made = [charbonnier(target), charbonnier(target, 0.1), ssim(target), ssim(target, 7), lab(target), lab(target, 2)]
    made += [multiscale(target), multiscale(target, 2), multiscale(l1(target))]  # type: ignore[list-item]
    assert len({Goal.of(objective).identity() for objective in made}) == len(made)


# Bad input


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: charbonnier(p, eps=0.0), "expected eps above 0, got 0"),
        (lambda p: charbonnier(p, eps=-1.0), "expected eps above 0, got -1"),
        (lambda p: charbonnier(p, eps=math.nan), "expected eps above 0, got nan"),
        (lambda p: charbonnier(p, eps="a"), "expected eps above 0, got 'a'"),
        (lambda p: ssim(p, window=10), "expected an odd window of 1 pixel or more, got 10"),
        (lambda p: ssim(p, window=-3), "expected an odd window"),
        (lambda p: ssim(p, window=5.0), "expected an odd window"),
        (lambda p: lab(p, lightness=-0.1), "expected a weight of lightness of 0 or more, got -0.1"),
        (lambda p: lab(p, lightness=math.inf), "expected a weight of lightness"),
        (lambda p: multiscale(p, levels=0), "expected 1 or more levels, got 0"),
        (lambda p: multiscale(p, levels=2.5), "expected 1 or more levels, as a whole number, got 2.5"),
        (lambda p: multiscale(sinkhorn(p)), "expected a picture or one pixel objective, as l1.photo., got 'sinkhorn'"),
        (lambda p: multiscale(l1(p) + l2(p)), "expected a picture or one pixel objective"),
        (lambda p: l1(None), "expected a picture"),
        (lambda p: l2(p * math.nan), "expected finite values"),
    ],
)
def test_bad_input(make: Callable[[Tensor], Objective], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make(noise())
    assert "\n" not in str(caught.value)
