"""How much is painted: areas and layers by hand, and beside a slow twin."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from toys import strokes

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.geometry import bezier
from wmpaint.objectives import Objective, Scene
from wmpaint.objectives.coverage import areas, economy, ink, layers, overlap
from wmpaint.objectives.goal import Goal
from wmpaint.strokes import Strokes


def cost(objective: Objective, known: Strokes, **options: Any) -> float:
    return objective(Scene.of(torch.ones(3, 8, 8), strokes=known, **options)).item()


def bars(*heights: float, radius: float = 0.1, pressure: float = 1.0) -> Strokes:
    """Level strokes from x = 0.2 to 0.8."""
    points = torch.tensor([[[0.2, y], [0.5, y], [0.8, y]] for y in heights])
    n = len(heights)
    return Strokes(points, torch.full((n,), radius), torch.full((n, 2), pressure), torch.zeros(n, 3))


BAR = 2 * 0.1 * 0.6 + math.pi * 0.1**2


def test_areas_by_hand() -> None:
    assert areas(bars(0.3, 0.5), Canvas()).tolist() == pytest.approx([BAR, BAR])
    assert areas(bars(0.5), Canvas(2.0)).item() == pytest.approx(BAR / 2)


def test_layers_of_a_bar_have_its_area_and_place() -> None:
    laid, covered = layers(bars(0.5), Canvas(), 100)
    assert laid.shape == (100, 100) and torch.allclose(laid, covered, atol=1e-3)
    assert laid.mean().item() == pytest.approx(BAR, rel=0.01)
    assert laid[50, 50] == 1 and laid[50, 5] == 0 and laid[35, 50] == 0
    assert layers(bars(0.5), Canvas(1.5), 64)[0].shape == (64, 96)


def test_a_thin_line_has_its_area_too() -> None:
    laid, _ = layers(bars(0.505, radius=1e-3), Canvas(), 50)
    assert laid.mean().item() == pytest.approx(2e-3 * 0.6, rel=0.05)


@pytest.mark.parametrize("aspect", [0.5, 1.6])
def test_layers_beside_a_slow_twin(aspect: float) -> None:
    known, rows = strokes(12, seed=3), 24
    columns = round(rows * aspect)
    laid, covered = layers(known, Canvas(aspect), rows)
    curve = bezier(known.points, torch.linspace(0, 1, 4001)) * rows
    for y in range(rows):
        for x in range(columns):
            distance = (curve - torch.tensor([x + 0.5, y + 0.5])).norm(dim=-1).amin(1)
            r = known.radius * rows
            share = (torch.minimum(r, distance + 0.5) - torch.maximum(-r, distance - 0.5)).clamp(0, 1)
            assert laid[y, x].item() == pytest.approx(share.sum().item(), abs=2e-3)
            assert covered[y, x].item() == pytest.approx(1 - (1 - share).prod().item(), abs=2e-3)


def test_overlap_by_hand() -> None:
    assert cost(overlap(), bars(0.5)) == pytest.approx(0, abs=1e-5)
    assert cost(overlap(), bars(0.25, 0.75)) == pytest.approx(0, abs=1e-5)
    assert cost(overlap(), bars(0.5, 0.5)) == pytest.approx(0.01 * BAR, rel=0.05)
    assert cost(overlap(), bars(0.5, 0.5, 0.5)) == pytest.approx(0.02 * BAR, rel=0.05)
    assert 0 < cost(overlap(), bars(0.45, 0.55)) < 0.01 * BAR


def test_overlap_pushes_strokes_apart_and_makes_them_thinner() -> None:
    known = bars(0.45, 0.55)
    points, radius = known.points.requires_grad_(), known.radius.requires_grad_()
    overlap()(Scene.of(torch.ones(3, 8, 8), strokes=known)).backward()
    assert points.grad is not None and radius.grad is not None
    assert points.grad[0, 1, 1] > 0 > points.grad[1, 1, 1] and (radius.grad > 0).all()


def test_ink_by_hand() -> None:
    assert cost(ink(0.2), bars(0.3, 0.7)) == pytest.approx(0.01 * (2 * BAR - 0.2), rel=1e-4)
    assert cost(ink(2 * BAR + 0.01), bars(0.3, 0.7)) == 0
    assert cost(ink(0), bars(0.3)) == pytest.approx(0.01 * BAR)


def test_economy_counts_strokes() -> None:
    assert Goal.of(economy()).plan.sparse and not Goal.of(overlap() + ink()).plan.sparse
    assert cost(economy(), bars(0.5)) == pytest.approx(0.02 * BAR / (BAR + 0.3) / (1 + 0.6 / 2))
    assert cost(economy(), bars(0.5, pressure=0.0)) == pytest.approx(0.02 * BAR / (BAR + 0.6) / (1 + 0.6 / 2))
    half = torch.full((10, 3, 2), 0.5)
    known = Strokes(half, torch.full((10,), (0.03 / math.pi) ** 0.5), torch.ones(10, 2), torch.zeros(10, 3))
    assert cost(economy(), known) == pytest.approx(0.01, rel=1e-3)


def test_economy_prefers_one_long_stroke_to_two_halves() -> None:
    x = [0.2, 0.35, 0.5, 0.65, 0.8]
    halves = torch.tensor([[[x[i], 0.5], [x[i + 1], 0.5], [x[i + 2], 0.5]] for i in (0, 2)])
    two = bars(0.5, 0.5).replace(points=halves)
    one = bars(0.5, 0.5, radius=0.1)
    one.points[1], one.radius[1] = 0.5, 1e-3
    assert cost(economy(), one) < 0.8 * cost(economy(), two)


def test_economy_draws_out_what_paints_and_shrinks_what_does_not() -> None:
    points = bars(0.3, 0.7).points.requires_grad_()
    known = bars(0.3, 0.7).replace(points=points, radius=torch.tensor([0.2, 0.002]))
    economy()(Scene.of(torch.ones(3, 8, 8), strokes=known)).backward()
    assert points.grad is not None
    assert points.grad[0, 2, 0] < 0 < points.grad[1, 2, 0]


def test_economy_pulls_the_harder_the_smaller() -> None:
    known = bars(0.3, 0.7)
    radius = torch.tensor([0.1, 0.01]).requires_grad_()
    pressure = known.pressure.requires_grad_()
    economy()(Scene.of(torch.ones(3, 8, 8), strokes=known.replace(radius=radius))).backward()
    assert radius.grad is not None and radius.grad[1] > 2 * radius.grad[0] > 0
    assert pressure.grad is not None and (pressure.grad > 0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: overlap(0), "expected 1 to 512 rows, got 0"),
        (lambda: overlap(2.5), "expected 1 to 512 rows, as a whole number, got 2.5"),  # type: ignore[arg-type]
        (lambda: ink(-1), "expected a budget of 0 or more, got -1"),
        (lambda: ink(math.nan), "expected a budget of 0 or more, got nan"),
    ],
)
def test_bad_settings(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
