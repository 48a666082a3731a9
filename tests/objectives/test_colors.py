"""Few colors: the soft minimum by hand, and a picture's main colors."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch

from wmpaint.errors import InputError
from wmpaint.objectives import Objective, Scene
from wmpaint.objectives.colors import main_colors, palette
from wmpaint.strokes import Strokes


def strokes(*colors: tuple[float, float, float]) -> Strokes:
    n = len(colors)
    return Strokes(torch.zeros(n, 3, 2), torch.ones(n), torch.ones(n, 2), torch.tensor(colors))


def cost(objective: Objective, known: Strokes, **options: Any) -> float:
    return objective(Scene.of(torch.ones(3, 8, 8), strokes=known, **options)).item()


def test_by_hand() -> None:
    one = palette([(0.5, 0.5, 0.5)])
    assert cost(one, strokes((0.5, 0.5, 0.5))) == pytest.approx(0, abs=1e-9)
    assert cost(one, strokes((0.5, 0.6, 0.5))) == pytest.approx(0.01, rel=1e-4)
    assert cost(one, strokes((0.5, 0.5, 0.5), (0.5, 0.5, 0.2))) == pytest.approx(0.09 / 2, rel=1e-4)
    two, between = palette(["black", "white"], hardness=3), strokes((0.5, 0.5, 0.5))
    assert cost(two, between) == pytest.approx(0.75 * 2 ** (-1 / 3), rel=1e-4)
    assert cost(palette(["black", "white"], hardness=1000), between) == pytest.approx(0.75, rel=1e-2)


def test_how_colors_are_written() -> None:
    known = strokes((1, 0, 0), (0, 0, 128 / 255), (0.2, 0.4, 0.6))
    assert cost(palette(["#f00", "navy", "#336699"]), known) == pytest.approx(0, abs=1e-9)
    assert cost(palette(torch.tensor([[1.0, 0, 0], [0, 0, 128 / 255], [0.2, 0.4, 0.6]])), known) < 1e-8


@pytest.mark.parametrize("hardness", [1.0, 2.0, 8.0])
def test_each_color_finds_the_nearest_and_no_mixture(hardness: float) -> None:
    colors = torch.tensor([[0.1, 0.1, 0.1], [0.9, 0.2, 0.2], [0.2, 0.3, 0.9], [0.9, 0.9, 0.8]])
    own = torch.rand(40, 3, generator=torch.Generator().manual_seed(0))
    goal = palette(colors, hardness=hardness)
    columns = strokes(*[(0.0, 0.0, 0.0)] * 40).replace(color=own.requires_grad_())
    optimizer = torch.optim.Adam([own], lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        goal(Scene.of(torch.ones(3, 8, 8), strokes=columns)).backward()
        optimizer.step()
    assert torch.cdist(own, colors).amin(1).max() < 0.02
    assert torch.cdist(own, colors).argmin(1).unique().tolist() == [0, 1, 2, 3]


def test_a_schedule_hardens() -> None:
    seen: list[float] = []

    def harder(done: float) -> float:
        seen.append(done)
        return 1 + 9 * done

    goal, between = palette(["black", "white"], hardness=harder), strokes((0.5, 0.5, 0.5))
    soft, hard = cost(goal, between, progress=0.0), cost(goal, between, progress=1.0)
    assert seen == [0.0, 1.0]
    assert soft == pytest.approx(0.75 / 2, rel=1e-4) and hard == pytest.approx(0.75 * 2**-0.1, rel=1e-4)


def patches(*colors: tuple[float, float, float], sizes: tuple[int, ...]) -> torch.Tensor:
    return torch.cat([torch.tensor(c)[:, None, None].expand(3, 20, s) for c, s in zip(colors, sizes, strict=True)], 2)


def test_main_colors_of_patches() -> None:
    red, blue, gray = (0.8, 0.1, 0.1), (0.1, 0.2, 0.7), (0.5, 0.5, 0.5)
    picture = patches(red, blue, gray, sizes=(8, 20, 12))
    assert torch.allclose(main_colors(picture, 3), torch.tensor([blue, gray, red]), atol=1e-5)
    assert torch.allclose(main_colors(picture, 9)[:3], main_colors(picture, 3), atol=1e-5)
    assert torch.allclose(main_colors(picture, 1)[0], picture.mean((1, 2)), atol=1e-5)
    assert cost(palette(3, picture=picture), strokes(red, blue, gray)) == pytest.approx(0, abs=1e-6)


def test_main_colors_lessen_the_error() -> None:
    chance = torch.Generator().manual_seed(0)
    picture = torch.rand(3, 50, 70, generator=chance) ** 2
    pixels = picture.flatten(1).t()
    errors = [torch.cdist(pixels, main_colors(picture, k)).amin(1).square().mean().item() for k in (1, 2, 4, 8, 16)]
    assert all(after < 0.8 * before for before, after in pairwise(errors))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: palette([]), "expected a list of colors, or a number of them and a picture, got []"),
        (lambda p: palette("red"), "expected a list of colors, or a number of them and a picture, got 'red'"),
        (lambda p: palette(4), "expected a list of colors, or 1 to 256 and a picture, got 4 and no picture"),
        (lambda p: palette(0, picture=p), "expected a list of colors, or 1 to 256 and a picture, got 0 and a picture"),
        (lambda p: palette(["rde"]), "expected a color as #rrggbb, a name or 3 numbers in 0..1, got 'rde'"),
        (lambda p: palette([(0, 0, 2)]), "expected a color as #rrggbb, a name or 3 numbers in 0..1, got (0, 0, 2)"),
        (lambda p: palette([3]), "expected a color as #rrggbb, a name or 3 numbers in 0..1, got 3"),
        (lambda p: palette(["red"], hardness=0), "a schedule (progress -> hardness), got 0"),
        (lambda p: palette(["red"], hardness=math.inf), "a schedule (progress -> hardness), got inf"),
    ],
)
def test_bad_colors(make: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        make(torch.ones(3, 4, 4))
    assert message in str(caught.value)


def test_a_schedule_that_goes_astray() -> None:
    with pytest.raises(InputError, match="expected a hardness of 1 or more, got -1"):
        cost(palette(["red"], hardness=lambda done: -1.0), strokes((0.0, 0.0, 0.0)))
