"""Optimal transport: distances known beforehand, gradients, and strokes that are pulled from afar."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from objectives.downhill import assert_downhill, painter
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.image import sample_photo
from wmpaint.medium import render
from wmpaint.objectives import Goal, Objective, Scene, l2, sinkhorn, sliced, transport
from wmpaint.objectives.transport import sinkhorn_divergence, sliced_distance
from wmpaint.strokes import Strokes

MAKERS: dict[str, Callable[[Any], Objective]] = {
    "sinkhorn": sinkhorn,
    "sinkhorn uniform": lambda picture: sinkhorn(picture, mass="uniform"),
    "sliced": lambda picture: sliced(picture, projections=200),
    "sliced uniform": lambda picture: sliced(picture, mass="uniform"),
}
all_makers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
by_ink = pytest.mark.parametrize("make", [sinkhorn, MAKERS["sliced"]], ids=["sinkhorn", "sliced"])


def random_cloud(count: int, dims: int = 5, seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Points in the unit cube, and masses that add up to 1."""
    chance = torch.Generator().manual_seed(seed)
    points = torch.rand(count, dims, generator=chance, dtype=dtype)
    mass = 0.1 + torch.rand(count, generator=chance, dtype=dtype)
    return points, mass / mass.sum()


def directions(count: int, dims: int = 5) -> Tensor:
    normal = torch.randn(count, dims, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return normal / normal.norm(dim=1, keepdim=True)


def square(row: int, column: int, size: int = 8, side: int = 40) -> Tensor:
    """A black square on white."""
    picture = torch.ones(3, side, side)
    picture[:, row : row + size, column : column + size] = 0
    return picture


# Clouds


@pytest.mark.parametrize("blur", [0.02, 0.05, 0.2])
def test_a_shift_costs_half_its_square(blur: float) -> None:
    x, a = random_cloud(40)
    shift = torch.tensor([0.3, -0.2, 0.0, 0.1, 0.0], dtype=torch.float64)
    expected = shift.square().sum().item() / 2
    assert sinkhorn_divergence(x, a, x + shift, a, blur).item() == pytest.approx(expected, rel=1e-3)
    theta = directions(50)
    sliced_expected = (theta @ shift).square().mean().item()
    assert sliced_distance(x, a, x + shift, a, theta).item() == pytest.approx(sliced_expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_on_a_line_transport_is_sorting(seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    x = torch.rand(120, 1, generator=chance, dtype=torch.float64)
    y = torch.rand(120, 1, generator=chance, dtype=torch.float64).square() + 0.3
    even = torch.full((120,), 1 / 120, dtype=torch.float64)
    exact = (x.sort(0).values - y.sort(0).values).square().mean().item()
    line = torch.ones(1, 1, dtype=torch.float64)
    assert sliced_distance(x, even, y, even, line).item() == pytest.approx(exact, rel=1e-9)
    assert sinkhorn_divergence(x, even, y, even, 0.02).item() == pytest.approx(exact / 2, rel=0.06)


def test_masses_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """1/4 at 0 and 3/4 at 1, to 1/2 at 0 and 1/2 at 1: a quarter goes a way of 1."""
    ends = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    a, b = torch.tensor([0.25, 0.75]).double(), torch.tensor([0.5, 0.5]).double()
    line = torch.ones(1, 1, dtype=torch.float64)
    assert sliced_distance(ends, a, ends, b, line).item() == pytest.approx(0.25)
    assert 0.75 < sinkhorn_divergence(ends, a, ends, b, 0.05).item() / 0.125 < 1, "the slowest case there is"
    monkeypatch.setattr(transport, "SETTLE", (0.9,) * 300 + (0.5,))
    assert sinkhorn_divergence(ends, a, ends, b, 0.05).item() == pytest.approx(0.125, rel=0.01)


def test_a_point_of_double_mass_is_two_points() -> None:
    x, a = random_cloud(7)
    y, b = random_cloud(9, seed=1)
    twice, half = torch.cat([x, x]), torch.cat([a, a]) / 2
    assert sliced_distance(twice, half, y, b, directions(5)).item() == pytest.approx(
        sliced_distance(x, a, y, b, directions(5)).item()
    )
    assert sinkhorn_divergence(twice, half, y, b, 0.1).item() == pytest.approx(
        sinkhorn_divergence(x, a, y, b, 0.1).item()
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 1000), st.sampled_from([0.01, 0.1, 1.0, 10.0]))
def test_never_below_zero_and_zero_for_equals(n: int, m: int, seed: int, blur: float) -> None:
    x, a = random_cloud(n, seed=seed)
    y, b = random_cloud(m, seed=seed + 1)
    assert sinkhorn_divergence(x, a, y, b, blur).item() >= -1e-5 * max(1, blur**2)
    assert sinkhorn_divergence(x, a, x, a, blur).item() == pytest.approx(0, abs=1e-5 * max(1, blur**2))
    assert sliced_distance(x, a, y, b, directions(4)).item() >= 0
    assert sliced_distance(x, a, x, a, directions(4)).item() == pytest.approx(0, abs=1e-12)


def test_gradients_of_the_sliced_distance() -> None:
    x, a = random_cloud(6)
    y, b = random_cloud(5, seed=1)
    inputs = [value.requires_grad_() for value in (x, a, y, b)]
    assert torch.autograd.gradcheck(
        lambda x, a, y, b: sliced_distance(x, a / a.sum(), y, b / b.sum(), directions(3)), inputs
    )


def test_gradients_of_the_divergence_at_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "SETTLE", (0.9,) * 60 + (0.5,))
    monkeypatch.setattr(transport, "OWN", 20)
    x, a = random_cloud(5, dims=2)
    y, b = random_cloud(4, dims=2, seed=1)
    inputs = [value.requires_grad_() for value in (x, a)]
    assert torch.autograd.gradcheck(
        lambda x, a: sinkhorn_divergence(x, a / a.sum(), y, b, 0.4), inputs, rtol=1e-3, atol=1e-5
    )


def test_the_gradient_points_home_before_the_optimum() -> None:
    """After the usual few updates all points together are pulled along the shift."""
    x, a = random_cloud(30)
    shift = torch.tensor([0.4, -0.3, 0.0, 0.0, 0.0], dtype=torch.float64)
    x.requires_grad_()
    sinkhorn_divergence(x, a, x.detach() + shift, a, 0.05).backward()
    assert x.grad is not None and torch.allclose(x.grad.sum(0), -shift, atol=0.02)


# Pictures


@by_ink
@pytest.mark.parametrize("move", [(0, 20), (12, 0), (12, -16)])
def test_a_square_that_moved(make: Callable[..., Objective], move: tuple[int, int]) -> None:
    column = 4 if move[1] >= 0 else 28
    expected = (move[0] ** 2 + move[1] ** 2) / 40**2 / 2
    got = make(square(10 + move[0], column + move[1]))(Scene.of(square(10, column))).item()
    assert got == pytest.approx(expected, rel=0.15), "less the ground's share of the mass, and the chance of directions"


def test_positions_weigh_quadratically() -> None:
    scene, target = Scene.of(square(16, 4)), square(16, 16)
    one, two = (sinkhorn(target, position=weight)(scene).item() for weight in (1.0, 2.0))
    assert two == pytest.approx(4 * one, rel=0.05)


def test_paint_goes_far_or_changes_its_color() -> None:
    """A red and a blue square that have changed places go back where ways are cheap, and else change color."""
    left, right = square(16, 8), square(16, 28)
    red, blue = 1 - torch.tensor([[1.0, 0, 0], [0, 0, 1.0]])[..., None, None]
    here = 1 - (1 - left) * red - (1 - right) * blue
    there = 1 - (1 - left) * blue - (1 - right) * red

    def cost(position: float) -> float:
        return sinkhorn(there, position=position)(Scene.of(here)).item()

    for position in (0.2, 0.5):
        assert cost(position) == pytest.approx((position * 0.5) ** 2 / 2, rel=0.15)
    assert cost(10.0) == pytest.approx(cost(20.0), rel=0.02), "nothing moves"
    assert 0.6 < cost(10.0) < 1, "|red - blue|^2 / 2 = 1, and less at the pale rims"


def test_ink_is_what_differs_from_the_ground() -> None:
    here, there = square(4, 4), square(20, 20)
    black = Canvas(background=(0.0, 0.0, 0.0))
    on_white = sinkhorn(there)(Scene.of(here)).item()
    on_black = sinkhorn(1 - there)(Scene.of(1 - here, canvas=black)).item()
    assert on_black == pytest.approx(on_white, rel=1e-4)
    assert sinkhorn(1 - there)(Scene.of(1 - here)).item() != pytest.approx(on_white, rel=0.1)
    clear = Scene.of(here, canvas=Canvas(background=None))
    assert sinkhorn(there)(clear).item() == pytest.approx(on_white, rel=1e-6)


@by_ink
def test_a_smooth_blob_is_pulled_where_the_pixels_are_silent(make: Callable[..., Objective]) -> None:
    y, x = torch.meshgrid((torch.arange(64) + 0.5) / 64, (torch.arange(64) + 0.5) / 64, indexing="ij")

    def blob(at: Tensor) -> Tensor:
        return (1 - (-((x - at[0]).square() + (y - at[1]).square()) / (2 * 0.05**2)).exp()).expand(3, 64, 64)

    home, at = torch.tensor([0.75, 0.3]), torch.tensor([0.25, 0.7], requires_grad=True)
    (silent,) = torch.autograd.grad(l2(blob(home))(Scene.of(blob(at))), at)
    (pulled,) = torch.autograd.grad(make(blob(home))(Scene.of(blob(at))), at)
    assert silent.norm() < 1e-6
    assert torch.cosine_similarity(pulled, at.detach() - home, dim=0) > 0.97
    assert pulled.norm() == pytest.approx((at - home).norm().item(), rel=0.25), "that of |d|^2 / 2"


@by_ink
def test_a_stroke_is_pulled_from_afar(make: Callable[..., Objective]) -> None:
    """A real painter's stroke, all but its place as it should be, far from home."""

    def stroke(x: float, y: float) -> Strokes:
        points = torch.tensor([[[x - 0.06, y - 0.035], [x + 0.005, y], [x + 0.06, y + 0.03]]])
        return Strokes(points, torch.tensor([0.06]), torch.full((1, 2), 0.9), torch.full((1, 3), 0.1))

    def dream(strokes: Strokes) -> tuple[Tensor, Tensor]:
        picture, variance = render(painter(), strokes, Frame(Canvas(), 64, program_height=512))[:2]
        return picture[:3].clamp(0, 1), variance

    def left_to_go(objective: Objective, steps: int = 20) -> float:
        start = stroke(0.25, 0.7)
        points = start.points.clone().requires_grad_()
        optimizer, chance = torch.optim.Adam([points], lr=0.03), torch.Generator().manual_seed(0)
        for _ in range(steps):
            now = start.replace(points=points)
            picture, variance = dream(now)
            loss = objective(Scene(picture, variance, now, Frame(Canvas(), 64), generator=chance))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return (points.detach().mean((0, 1)) - torch.tensor([0.75, 0.35])).norm().item()

    with torch.no_grad():
        target, _ = dream(stroke(0.75, 0.35))
    begin = math.hypot(0.5, 0.35)
    assert left_to_go(make(target)) < 0.6 * begin
    assert left_to_go(l2(target)) > 0.9 * begin


# All of them


@all_makers
def test_nothing_is_as_like_as_the_picture_itself(make: Callable[[Any], Objective]) -> None:
    target = square(8, 8)
    canvas = target.clone().requires_grad_()
    loss = make(target)(Scene.of(canvas))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert canvas.grad is not None and canvas.grad.abs().max() < 1e-3
    assert make(target)(Scene.of(square(20, 24))).item() > 1e-3


@all_makers
def test_only_what_lies_in_the_mask_counts(make: Callable[[Any], Objective]) -> None:
    mask = torch.zeros(40, 40)
    mask[:, :20] = 1
    here = torch.minimum(square(16, 4), square(4, 30))
    elsewhere = torch.minimum(square(16, 4), square(24, 28))
    objective = make(square(20, 8))
    a, b = (objective(Scene.of(picture, mask=mask)).item() for picture in (here, elsewhere))
    assert a == pytest.approx(b, rel=1e-3) and objective(Scene.of(here)).item() > 1.2 * a


@all_makers
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 90), (90, 2)])
def test_odd_sizes_and_blank_canvases(make: Callable[[Any], Objective], size: tuple[int, int]) -> None:
    canvas = torch.ones(3, *size, requires_grad=True)
    loss = make(torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0)))(Scene.of(canvas))
    loss.backward()
    assert loss.isfinite() and canvas.grad is not None and canvas.grad.isfinite().all()


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 2000))
def test_grids_are_small_enough(height: int, width: int, points: int) -> None:
    rows, columns = transport._grid(height, width, points)
    assert 1 <= rows <= height and 1 <= columns <= width and rows * columns <= points


@all_makers
def test_downhill(make: Callable[[Any], Objective]) -> None:
    assert_downhill(make(sample_photo()))


def test_directions_come_from_the_generator() -> None:
    objective, canvas = sliced(square(8, 8)), square(20, 24)

    def drawn(seed: int) -> float:
        return objective(Scene.of(canvas, generator=torch.Generator().manual_seed(seed))).item()

    assert drawn(1) == drawn(1) != drawn(2)
    assert objective(Scene.of(canvas)).item() == objective(Scene.of(canvas)).item()


def test_what_a_run_asks() -> None:
    target = torch.rand(3, 12, 18, generator=torch.Generator().manual_seed(0))
    made = [
        sinkhorn(target),
        sinkhorn(target, blur=0.1),
        sinkhorn(target, points=100),
        sinkhorn(target, mass="uniform"),
    ]
    made += [sliced(target), sliced(target, projections=5), sliced(target, position=2.0), sinkhorn(1 - target)]
    assert len({objective.identity() for objective in made}) == len(made)
    for objective in made:
        start = Goal.of(objective).start
        assert start.canvas().aspect == 1.5 and start.target is start.picture


# Bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 0}, "expected 1 or more points, got 0"),
        ({"points": 10.5}, "expected 1 or more points, as a whole number, got 10.5"),
        ({"blur": 0.0}, "expected a blur above 0, got 0"),
        ({"blur": -0.1}, "expected a blur above 0, got -0.1"),
        ({"blur": math.nan}, "expected a blur above 0, got nan"),
        ({"position": -1.0}, "expected a weight of positions above 0, got -1"),
        ({"mass": "inky"}, "expected a mass of ink or uniform, got 'inky'"),
    ],
)
def test_bad_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sinkhorn(square(8, 8), **options)


def test_bad_projections() -> None:
    for count in (0, -3, 2.5, True):
        with pytest.raises(InputError, match="expected 1 or more projections"):
            sliced(square(8, 8), projections=count)  # type: ignore[arg-type]
