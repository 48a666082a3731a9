"""Terms of strokes: by hand, downhill, and for strokes that hardly are any."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import strokes

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.geometry import bezier
from wmpaint.objectives import Objective, Scene
from wmpaint.objectives.colors import palette
from wmpaint.objectives.coverage import economy, ink, overlap
from wmpaint.objectives.field import align, flow
from wmpaint.objectives.goal import Goal
from wmpaint.objectives.penalty import Penalty, bending, boundary, curvature, lengths, pressures, radii, tangents
from wmpaint.strokes import Strokes

PICTURE = torch.linspace(0, 1, 3 * 12 * 16).reshape(3, 12, 16) ** 2
TERMS: dict[str, Objective] = {
    "curvature": curvature(),
    "long": lengths(low=2),
    "short": lengths(high=0.05),
    "thick": radii(low=0.2),
    "thin": radii(high=0.01),
    "firm": pressures(low=0.9),
    "soft": pressures(high=0.3),
    "boundary": boundary(margin=0.2),
    "overlap": overlap(),
    "economy": economy(),
    "ink": ink(0.1),
    "align": align(torch.tensor([[0.3]])),
    "picture": align(PICTURE),
    "flow": flow(),
    "palette": palette(["red", "#808080", (0, 0.2, 1)]),
    "main colors": palette(3, picture=PICTURE),
}
COLUMNS = ("points", "radius", "pressure", "color")


def scene(known: Strokes, **options: Any) -> Scene:
    return Scene.of(torch.ones(3, 8, 8), strokes=known, **options)


def cost(objective: Objective, known: Strokes, **options: Any) -> float:
    return objective(scene(known, **options)).item()


def curves(*points: Any, radius: float = 1e-3, pressure: float = 0.5) -> Strokes:
    """Strokes by their points."""
    known, n = torch.tensor(points, dtype=torch.float32), len(points)
    return Strokes(known, torch.full((n,), radius), torch.full((n, 2), pressure), torch.zeros(n, 3))


def leaves(known: Strokes) -> Strokes:
    return known.map(lambda value: value.detach().clone().requires_grad_())


QUARTER = [(1, 0), (1, 1), (0, 1)]  # turns by 90 degrees
STRAIGHT = [(0, 0), (0.3, 0.6), (0.5, 1)]
FOLD = [(0, 0), (1, 1), (0, 0)]
DOT = [(0.5, 0.5)] * 3


# All of them


@pytest.mark.parametrize("name", TERMS)
def test_five_steps_go_downhill(name: str) -> None:
    own = leaves(strokes(20))
    rates = {"points": 4e-3, "radius": 1e-3, "pressure": 3e-2, "color": 2e-2}
    optimizer = torch.optim.Adam([{"params": [getattr(own, column)], "lr": rates[column]} for column in COLUMNS])
    first = last = cost(TERMS[name], own)
    for _ in range(5):
        optimizer.zero_grad()
        TERMS[name](scene(own)).backward()
        optimizer.step()
        before, last = last, cost(TERMS[name], own)
        assert 0 <= last < before
    assert last < 0.98 * first


@pytest.mark.parametrize("name", TERMS)
def test_no_strokes_cost_nothing_and_keep_the_graph(name: str) -> None:
    assert cost(TERMS[name], Strokes.empty()) == 0
    none = leaves(strokes(3))[torch.zeros(3, dtype=torch.bool)]
    value = TERMS[name](scene(none))
    assert value.shape == () and value.item() == 0 and value.requires_grad


@pytest.mark.parametrize("name", TERMS)
def test_lifted_strokes_do_not_count(name: str) -> None:
    known = strokes(6)
    lifted = torch.tensor([False, True, False, True, False, False])
    assert cost(TERMS[name], known.replace(lifted=lifted)) == cost(TERMS[name], known[~lifted])
    assert cost(TERMS[name], known.replace(lifted=lifted)) != cost(TERMS[name], known)


@pytest.mark.parametrize("name", TERMS)
def test_one_stroke_in_double_precision(name: str) -> None:
    value = TERMS[name](scene(leaves(strokes(1).to(torch.float64))))
    assert value.shape == () and value.dtype == torch.float64 and value.requires_grad


SOME = st.sampled_from([0.0, 0.5, 0.5 + 1e-7, 1.0, 1e-20, 1e-9, -0.7, 3.0, 64.0])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.tuples(*[SOME] * 6), SOME.map(lambda x: (x,) * 6)),
            st.sampled_from([1e-9, 1e-3, 0.1, 16.0]),
            st.sampled_from([0.0, 1.0]),
            st.sampled_from([0.0, 0.5, 1.0]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([1 / 64, 1.5, 64.0]),
)
def test_gradients_are_finite_whatever_the_strokes(rows: list[Any], aspect: float) -> None:
    points, radius, pressure, color = zip(*rows, strict=True)
    known = Strokes(
        torch.tensor(points).reshape(-1, 3, 2),
        torch.tensor(radius),
        torch.tensor(pressure)[:, None].expand(-1, 2),
        torch.tensor(color)[:, None].expand(-1, 3),
    )
    for name, term in TERMS.items():
        own = leaves(known)
        value = term(scene(own, canvas=Canvas(aspect)))
        assert math.isfinite(value.item()) and value.item() >= -1e-8, name  # rounding
        value.backward()
        for column in COLUMNS:
            gradient = getattr(own, column).grad
            assert gradient is None or bool(gradient.isfinite().all()), (name, column)


@pytest.mark.parametrize("name", ["curvature", "long", "short", "boundary", "economy", "ink", "flow", "palette"])
def test_gradients_are_right(name: str) -> None:
    known = strokes(4).to(torch.float64)

    def value(*columns: torch.Tensor) -> torch.Tensor:
        return TERMS[name](scene(Strokes(*columns)))

    assert torch.autograd.gradcheck(value, [getattr(leaves(known), column) for column in COLUMNS], atol=1e-8)


def test_they_compose_with_a_photo_in_a_region() -> None:
    own = leaves(strokes(30))
    left = torch.zeros(8, 8)
    left[:, :4] = 1
    inside = (own.points.mean(1)[:, 0] < 0.5).detach()
    goal = curvature() + 0.5 * curvature().within(left) + (lambda done: 1 - done) * radii(high=0.01).named("thin")
    loss, terms = goal.evaluate(scene(own, progress=0.75))
    assert list(terms) == ["curvature", "curvature.2", "thin"]
    assert terms["curvature.2"] == pytest.approx(cost(curvature(), own[inside]))
    expected = terms["curvature"] + 0.5 * terms["curvature.2"] + 0.25 * terms["thin"]
    assert loss.item() == pytest.approx(expected)
    loss, terms = goal.evaluate(scene(own[~inside]))
    assert terms["curvature.2"] == 0


def test_other_settings_are_other_goals() -> None:
    digests = {Goal.of(term).identity() for term in (*TERMS.values(), lengths(low=1), boundary(), flow(2))}
    assert len(digests) == len(TERMS) + 3
    assert lengths(low=2).identity() == TERMS["long"].identity()


def test_a_penalty_says_what_it_wants() -> None:
    with pytest.raises(NotImplementedError, match="define judge"):
        Penalty()(scene(strokes(1)))


# Curvature


@pytest.mark.parametrize("points", [STRAIGHT, DOT])
def test_what_does_not_bend_costs_nothing(points: Any) -> None:
    assert cost(curvature(), curves(points)) == pytest.approx(0, abs=1e-9)


def test_curvature_of_a_quarter_turn() -> None:
    # The parabola y = x^2 / 2 from -1 to 1, up to size: length sqrt 2 + asinh 1, and the integral of squared
    # curvature is 2 (s - s^3 / 3) with s = sin 45 degrees.
    s = math.sqrt(0.5)
    exact = (math.sqrt(2) + math.asinh(1)) * 2 * (s - s**3 / 3)
    assert exact > (math.pi / 2) ** 2  # a circle's, the least there is
    known = curves(QUARTER)
    assert bending(known.points, known.radius).item() == pytest.approx(exact, rel=0.02)
    assert cost(curvature(), known) == pytest.approx(0.01 * exact / math.pi**2, rel=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_bending_is_the_integral_of_squared_curvature(seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    bow = (torch.rand(20, 2, generator=chance, dtype=torch.float64) - 0.5) * 0.6
    start, end = torch.tensor([[0.0, 0.0], [1.0, 0.0]], dtype=torch.float64).expand(20, 2, 2).unbind(1)
    points = torch.stack([start, (start + end) / 2 + bow, end], 1)
    at = bezier(points, torch.linspace(0, 1, 2001, dtype=torch.float64))
    pieces = at.diff(dim=1)
    angle = torch.atan2(pieces[..., 1], pieces[..., 0]).diff(dim=1)
    size = pieces.norm(dim=-1)
    exact = size.sum(1) * (angle.square() / ((size[:, 1:] + size[:, :-1]) / 2)).sum(1)
    found = bending(points, torch.full((20,), 1e-3, dtype=torch.float64))
    assert torch.allclose(found, exact, rtol=0.04)


def test_curvature_has_no_scale_and_no_direction() -> None:
    one = curves(QUARTER, radius=0.1)
    small = one.replace(points=one.points.flip(1) / 20 + 0.3, radius=one.radius / 20)
    assert cost(curvature(), small) == pytest.approx(cost(curvature(), one), rel=1e-3)


def test_a_fold_is_sharp_but_finite() -> None:
    assert 0.02 < cost(curvature(), curves(FOLD)) < 0.5
    costs = [cost(curvature(), curves([(0, 0), (0.5, bow), (0.1, 0)])) for bow in (0.05, 0.1, 0.2, 0.4, 0.8)]
    assert costs == sorted(costs, reverse=True)


def test_tangents() -> None:
    t = torch.tensor([0.0, 0.5, 1.0])
    known = curves(QUARTER)
    found, speed = tangents(known.points, known.radius, t)
    assert torch.allclose(found[0], torch.tensor([[0, 1], [-(0.5**0.5), 0.5**0.5], [-1, 0]]), atol=3e-3)
    assert torch.allclose(speed[0], torch.tensor([2.0, 2**0.5, 2.0]), rtol=3e-3)
    dot = curves(DOT, radius=0.1)
    found, speed = tangents(dot.points, dot.radius, t)
    assert not found.any() and (speed > 0).all()


# Ranges


def test_lengths_by_hand() -> None:
    known = curves([(0, 0), (0.1, 0), (0.2, 0)], [(0, 0), (0, 0.4), (0, 0.8)])  # 0.2 and 0.8 long
    assert cost(lengths(0.2, 0.8), known) == pytest.approx(0, abs=1e-9)
    assert cost(lengths(low=0.4), known) == pytest.approx(0.01 * 0.5**2 / 2)
    assert cost(lengths(high=0.4), known) == pytest.approx(0.01 * math.log(2) ** 2 / 2, rel=1e-5)
    assert cost(lengths(0.4, 0.4), known) == pytest.approx(0.01 * (0.5**2 + math.log(2) ** 2) / 2, rel=1e-5)


def test_dots_can_grow() -> None:
    own = leaves(curves(DOT, radius=0.05))
    lengths(low=0.3)(scene(own)).backward()
    assert own.points.grad is not None and own.points.grad[0, 0, 0] > 0 > own.points.grad[0, 2, 0]


def test_radii_and_pressures_by_hand() -> None:
    known = curves(STRAIGHT, STRAIGHT, radius=0.1, pressure=0.25)
    assert cost(radii(0.05, 0.2), known) == cost(pressures(0.2, 0.3), known) == 0
    assert cost(radii(low=0.2), known) == pytest.approx(0.01 * 0.25)
    assert cost(radii(high=0.05), known) == pytest.approx(0.01 * math.log(2) ** 2, rel=1e-5)
    assert cost(pressures(low=0.5), known) == pytest.approx(0.01 * 0.25)
    known.pressure[:, 1] = 1
    assert cost(pressures(low=0.5), known) == pytest.approx(0.01 * 0.25 / 2)


def test_boundary_by_hand() -> None:
    inside, outside = [(0.2, 0.5)] * 3, [(1.6, 1.3)] * 3
    assert cost(boundary(), curves(inside), canvas=Canvas(1.5)) == 0
    assert cost(boundary(), curves(outside), canvas=Canvas(1.5)) == pytest.approx(0.1**2 + 0.3**2, rel=1e-5)
    assert cost(boundary(), curves(inside, outside), canvas=Canvas(2)) == pytest.approx(0.3**2 / 2, rel=1e-5)
    assert cost(boundary(0.3), curves(inside)) == pytest.approx(0.1**2, rel=1e-5)
    bow = [(0.2, 0.1), (0.5, -0.1), (0.8, 0.1)]  # a point outside, and a curve that is not
    assert cost(boundary(), curves(bow)) == 0


def test_a_narrow_canvas_has_a_middle_to_stay_in() -> None:
    middle = [(0.1, 0.5)] * 3
    assert cost(boundary(0.5), curves(middle), canvas=Canvas(0.2)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: lengths(), "expected low, high or both for lengths, got neither"),
        (lambda: lengths(low=0), "expected lengths above 0, got 0"),
        (lambda: lengths(high=math.nan), "expected lengths above 0, got nan"),
        (lambda: lengths(0.3, 0.2), "expected lengths with low <= high, got 0.3 and 0.2"),
        (lambda: radii(high=math.inf), "expected radii above 0, got inf"),
        (lambda: radii(low="thin"), "expected radii above 0, got 'thin'"),
        (lambda: pressures(high=1.5), "expected pressures above 0, up to 1, got 1.5"),
        (lambda: boundary(-0.1), "expected a margin of 0 to 0.5, got -0.1"),
        (lambda: boundary(True), "expected a margin of 0 to 0.5, got True"),
    ],
)
def test_bad_bounds(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
