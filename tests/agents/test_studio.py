"""Canvases: strokes laid one after the other are strokes laid at once."""

from __future__ import annotations

import pytest
import torch
from pupils import agent
from toys import strokes

from wmpaint.agents.studio import Studio, resized
from wmpaint.strokes import Strokes


def setting(**config: object) -> tuple[Studio, Strokes]:
    return agent(**config).studio, Strokes.stack([strokes(4, seed=k) for k in range(3)])  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_canvas_goes_on(channels: int) -> None:
    studio, laid = setting(channels=channels, noise=False, ground=(0.9, 0.2, 0.4))
    bare = studio.bare(3)
    assert bare.shape == (3, channels, 16, 16)
    assert bare[1, :, 2, 3].tolist() == pytest.approx([0.0] if channels == 1 else [0.9, 0.2, 0.4])
    whole, _ = studio.lay(bare, laid)
    half, _ = studio.lay(bare, laid.span(0, 2))
    rest, variance = studio.lay(half, laid.span(2, 4))
    torch.testing.assert_close(rest, whole, atol=2e-5, rtol=0)
    assert float(variance.abs().max()) < 1e-6, "a painter without noise"
    assert float((whole - half).abs().max()) > 0.1 and float((half - bare).abs().max()) > 0.1


def test_ink_on_ink_has_the_variance_of_the_whole() -> None:
    # One stroke on another: ((1 - a)^2 + s) V + s (1 - m)^2, of which the last term is what the upper one brings.
    studio, laid = setting()
    below, _ = studio.lay(studio.bare(3), laid.span(0, 2))
    _, alone = studio.lay(studio.bare(3), laid.span(2, 3))
    _, brought = studio.lay(below, laid.span(2, 3))
    torch.testing.assert_close(brought, alone * (1 - below[:, 0]).square())
    assert float(brought.max()) > 1e-3


def test_a_color_on_its_own_color_brings_no_variance() -> None:
    studio, laid = setting(channels=3, ground=(0.5, 0.5, 0.5))
    gray = Strokes(laid.points, laid.radius, laid.pressure, torch.full_like(laid.color, 0.5))
    _, variance = studio.lay(studio.bare(3), gray)
    assert float(variance.max()) < 1e-6
    _, seen = studio.lay(studio.bare(3), laid)
    assert float(seen.max()) > 1e-3


def test_one_color_stroke_has_the_painters_variance() -> None:
    from wmpaint.media.ribbon.batch import dream_batch

    studio, laid = setting(channels=3, ground=(0.2, 0.7, 0.5))
    one = laid.span(0, 1)
    _, found = studio.lay(studio.bare(3), one)
    ground = torch.tensor([0.2, 0.7, 0.5])
    _, expected = dream_batch(studio.painter, one, ground=ground, height=16, program_height=32)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-3)


def test_gradients_reach_the_strokes_and_not_the_canvas() -> None:
    studio, laid = setting()
    canvas = studio.bare(3).requires_grad_()
    points = laid.points.clone().requires_grad_()
    picture, _ = studio.lay(canvas, Strokes(points, laid.radius, laid.pressure, laid.color))
    picture.square().sum().backward()
    assert canvas.grad is None and points.grad is not None and float(points.grad.abs().max()) > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_stages_are_canvases_on_the_way(channels: int) -> None:
    studio, laid = setting(channels=channels, noise=False)
    laid = laid.where(torch.tensor([[True] * 4, [True, False, True, False], [False] * 4]))
    stages = studio.stages(laid, 16)
    assert stages.shape == (3, 4, channels, 16, 16)
    for k in range(4):
        expected, _ = studio.lay(studio.bare(3), laid.span(0, k))
        torch.testing.assert_close(stages[:, k], expected, atol=2e-5, rtol=0)
    torch.testing.assert_close(studio.stages(laid, 16, 2), stages[:, ::2])


def test_pictures_of_another_size() -> None:
    given = torch.arange(16.0).view(1, 1, 4, 4)
    assert resized(given, 4) is given
    assert resized(given, 2).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert resized(given, 8).shape == (1, 1, 8, 8) and resized(torch.full((1, 1, 6, 6), 0.3), 4).allclose(
        torch.tensor(0.3)
    )
