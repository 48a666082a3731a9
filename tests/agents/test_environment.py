"""Canvases: marks laid one after the other are marks laid at once, whoever looks on the way."""

from __future__ import annotations

import pytest
import torch
from pupils import agent
from torch import Tensor
from toys import strokes

from wmpaint.agents.environment import Environment, resized
from wmpaint.medium import Picture
from wmpaint.strokes import Strokes

TARGET = torch.zeros(3, 1, 16, 16)


def setting(**config: object) -> tuple[Environment, Strokes]:
    place = agent(**config).environment  # type: ignore[arg-type]
    return place, Strokes.stack([strokes(4, seed=k) for k in range(3)])


def variance(picture: Picture) -> Tensor:
    assert picture.variance is not None
    return picture.variance


@pytest.mark.parametrize("channels", [1, 3])
def test_a_canvas_goes_on(channels: int) -> None:
    place, laid = setting(channels=channels, ground=(0.9, 0.2, 0.4))
    bare = place.bare(TARGET)
    seen = place.observe(bare)
    assert seen.shape == (3, channels, 16, 16)
    assert seen[1, :, 2, 3].tolist() == pytest.approx([0.0] if channels == 1 else [0.9, 0.2, 0.4], abs=1e-6)
    whole = place.lay(bare, laid)
    half = place.lay(bare, laid.span(0, 2))
    rest = place.lay(half, laid.span(2, 4))
    for one, two in zip(rest[:2], whole[:2], strict=True):
        torch.testing.assert_close(one, two, atol=2e-5, rtol=0)
    assert float(variance(whole).max()) > 1e-3
    assert float((whole.mean - half.mean).abs().max()) > 0.1 < float((half.mean - bare.mean).abs().max())


def test_without_noise_there_is_no_variance() -> None:
    place, laid = setting(noise=False)
    assert not place.info.random and float(variance(place.lay(place.bare(TARGET), laid)).abs().max()) < 1e-6


def test_ink_lies_on_the_way_from_ground_to_ink() -> None:
    colors = {"ground": (0.9, 0.2, 0.4), "ink": (0.1, 0.6, 0.4)}
    place, laid = setting(**colors)
    plain, _ = setting()
    amount = plain.observe(plain.lay(plain.bare(TARGET), laid.replace(color=torch.zeros_like(laid.color))))
    ink = laid.color.new_tensor(colors["ink"]).expand_as(laid.color)
    inked = place.lay(place.bare(TARGET), laid.replace(color=ink))
    torch.testing.assert_close(place.observe(inked), amount, atol=1e-5, rtol=0)
    torch.testing.assert_close(place.colors(amount), inked.mean[:, :3], atol=1e-5, rtol=0)
    black = plain.lay(plain.bare(TARGET), laid.replace(color=torch.zeros_like(laid.color)))
    torch.testing.assert_close(place.variance(inked), plain.variance(black), atol=1e-5, rtol=1e-3)


def test_a_color_on_its_own_color_brings_no_variance() -> None:
    place, laid = setting(channels=3, ground=(0.5, 0.5, 0.5))
    gray = laid.replace(color=torch.full_like(laid.color, 0.5))
    assert float(variance(place.lay(place.bare(TARGET), gray)).max()) < 1e-6
    assert float(variance(place.lay(place.bare(TARGET), laid)).max()) > 1e-3


def test_gradients_reach_the_strokes_and_not_the_canvas() -> None:
    place, laid = setting()
    mean, spread, *_ = place.bare(TARGET)
    points = laid.points.clone().requires_grad_()
    found = place.lay(Picture(mean.requires_grad_(), spread), laid.replace(points=points))
    found.mean.square().sum().backward()
    assert mean.grad is None and points.grad is not None and float(points.grad.abs().max()) > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_stages_are_canvases_on_the_way(channels: int) -> None:
    place, laid = setting(channels=channels)
    laid = laid.where(torch.tensor([[True] * 4, [True, False, True, False], [False] * 4]))
    stages = place.stages(laid, TARGET, 16)
    assert stages.shape == (3, 4, channels, 16, 16)
    for k in range(4):
        expected = place.observe(place.lay(place.bare(TARGET), laid.span(0, k)))
        torch.testing.assert_close(stages[:, k], expected, atol=2e-5, rtol=0)
    torch.testing.assert_close(place.stages(laid, TARGET, 16, 2), stages[:, ::2])


def test_improvements_add_up_and_only_those_are_kept() -> None:
    place, laid = setting(channels=3, sees=16)
    goal = place.observe(place.lay(place.bare(TARGET), laid))
    goal = torch.where(torch.tensor([True, False, True])[:, None, None, None], goal, 1.0)  # the second one's stays bare
    bare = place.bare(goal)
    found = place.improvement(bare, laid, goal, program_height=32)
    after = place.error(place.lay(bare, laid), goal)
    torch.testing.assert_close(found.sum(1), place.error(bare, goal) - after, atol=1e-6, rtol=1e-4)
    kept = place.improving(bare, laid, goal)
    assert kept.present[:, 0].tolist() == [True, False, True] and not kept.present[1].any()
    error = place.error(bare, goal)
    for k in range(1, 5):
        now = place.error(place.lay(bare, kept.span(0, k)), goal)
        assert bool((now <= error + 1e-7).all())
        error = now


def test_pictures_of_another_size() -> None:
    given = torch.arange(16.0).view(1, 1, 4, 4)
    assert resized(given, 4) is given
    assert resized(given, 2).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert resized(given, 8).shape == (1, 1, 8, 8) and resized(torch.full((1, 1, 6, 6), 0.3), 4).allclose(
        torch.tensor(0.3)
    )
