"""Where strokes point: fields, pictures and neighbors, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.objectives import Objective, Scene
from wmpaint.objectives.field import align, flow, nearest, orientation, stroke_field
from wmpaint.painting.placing import directions
from wmpaint.strokes import Strokes


def cost(objective: Objective, known: Strokes, **options: Any) -> float:
    return objective(Scene.of(torch.ones(3, 8, 8), strokes=known, **options)).item()


def sticks(*sticks: tuple[float, float, float]) -> Strokes:
    """Straight strokes 0.2 long, each by x, y of its middle and its angle in degrees."""
    known = torch.tensor(sticks)
    turn = known[:, 2].deg2rad()
    along = 0.1 * torch.stack([turn.cos(), turn.sin()], -1)
    points = torch.stack([known[:, :2] - along, known[:, :2], known[:, :2] + along], 1)
    n = len(sticks)
    return Strokes(points, torch.full((n,), 0.01), torch.ones(n, 2), torch.zeros(n, 3))


def sines(degrees: float) -> float:
    return 0.01 * math.sin(math.radians(degrees)) ** 2


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 135.0, 210.0])
def test_align_by_hand(angle: float) -> None:
    field = torch.full((4, 6), math.radians(angle))
    for own in (angle, angle + 180, angle - 20, angle + 45, angle + 90):
        found = cost(align(field), sticks((0.5, 0.5, own)))
        assert found == pytest.approx(sines(own - angle), abs=3e-5)


def test_a_field_covers_the_whole_canvas() -> None:
    field = np.array([[0.0, math.pi / 2]])  # left half level, right half upright
    along, across = sticks((0.2, 0.5, 0), (1.8, 0.5, 90)), sticks((0.2, 0.5, 90), (1.8, 0.5, 0))
    assert cost(align(field), along, canvas=Canvas(2.0)) == pytest.approx(0, abs=1e-5)
    assert cost(align(field), across, canvas=Canvas(2.0)) == pytest.approx(0.01, rel=0.01)


def test_align_turns_and_does_not_move() -> None:
    known = sticks((0.5, 0.5, 20))
    points = known.points.requires_grad_()
    align(torch.zeros(2, 2))(Scene.of(torch.ones(3, 8, 8), strokes=known)).backward()
    assert points.grad is not None
    assert points.grad.sum(1).abs().max() < 1e-6  # no force
    assert points.grad[0, 2, 1] > 0 > points.grad[0, 0, 1]  # a torque towards level


def stripes(angle: float, size: int = 64) -> torch.Tensor:
    """Lines at an angle, degrees."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    across = -math.sin(math.radians(angle)) * x + math.cos(math.radians(angle)) * y
    return (0.5 + 0.5 * (0.6 * across).sin()).expand(3, size, size)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 120.0])
def test_lines_of_a_picture(angle: float) -> None:
    along = orientation(stripes(angle))[:, 32, 32]
    expected = torch.tensor([math.cos(math.radians(2 * angle)), math.sin(math.radians(2 * angle))])
    assert torch.allclose(along, expected, atol=0.05)
    assert cost(align(stripes(angle)), sticks((0.5, 0.5, angle))) < 2e-4
    assert cost(align(stripes(angle)), sticks((0.5, 0.5, angle + 90))) > 0.009


def test_lines_agree_with_where_strokes_begin() -> None:
    picture = torch.rand(3, 30, 40, generator=torch.Generator().manual_seed(0))
    angle, coherence = directions(picture)
    expected = torch.stack([(2 * angle).cos(), (2 * angle).sin()]) * coherence
    assert torch.allclose(orientation(picture), expected, atol=1e-4)


def test_a_plain_picture_asks_for_nothing() -> None:
    assert cost(align(torch.full((3, 20, 20), 0.4)), sticks((0.5, 0.5, 33))) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 1, 40), (3, 2, 3), (3, 700, 5)])
def test_pictures_of_any_shape(shape: tuple[int, ...]) -> None:
    picture = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    for scale in (0.003, 0.5):
        assert 0 <= cost(align(picture, scale=scale), sticks((0.5, 0.5, 33))) <= 0.01


def test_flow_by_hand() -> None:
    assert cost(flow(), sticks((0.1, 0.1, 30), (0.5, 0.5, 30), (0.9, 0.9, 210))) == pytest.approx(0, abs=1e-5)
    assert cost(flow(), sticks((0.1, 0.1, 0), (0.5, 0.5, 90))) == pytest.approx(0.01, rel=0.01)
    assert cost(flow(), sticks((0.1, 0.1, 10), (0.5, 0.5, 40))) == pytest.approx(sines(30), rel=0.02)
    assert cost(flow(), sticks((0.5, 0.5, 10))) == 0


def test_only_the_nearest_count() -> None:
    pairs = sticks((0.1, 0.1, 0), (0.2, 0.1, 0), (0.8, 0.8, 90), (0.9, 0.8, 90))
    assert cost(flow(1), pairs) == pytest.approx(0, abs=1e-5)
    assert cost(flow(3), pairs) == pytest.approx(0.01 * 2 / 3, rel=0.01)


def test_dots_have_no_direction() -> None:
    known = sticks((0.1, 0.1, 0), (0.5, 0.5, 90))
    known.points[1] = 0.5
    assert cost(flow(), known) == cost(align(torch.full((2, 2), 1.5)), known[1:]) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("width", [1.0, 1e-3, 0.0])  # where all have one x, all others must be looked at
def test_nearest_beside_a_table_of_all_distances(width: float) -> None:
    points = torch.rand(2100, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([width, 1.0])
    distance = torch.cdist(points, points).fill_diagonal_(math.inf)
    found = nearest(points, 3)
    assert found.shape == (2100, 3) and not (found == torch.arange(2100)[:, None]).any()
    assert torch.allclose(distance.gather(1, found), distance.topk(3, largest=False).values, atol=1e-6)


@pytest.mark.parametrize("total", [1, 2, 5])
def test_few_have_few_neighbors(total: int) -> None:
    found = nearest(torch.zeros(total, 2), 3)
    assert found.shape == (total, min(3, total - 1))
    assert all(len(set(row)) == len(row) and k not in row for k, row in enumerate(found.tolist()))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: align(torch.tensor([[0.0, math.nan]])),
            "expected finite angles [H, W], got some that are not, or none",
        ),
        (lambda: align(torch.zeros(0, 3)), "expected finite angles [H, W], got some that are not, or none"),
        (lambda: align(torch.zeros(2, 2), scale=0), "expected a scale of 0.003 to 0.5, got 0"),
        (lambda: flow(0), "expected 1 to 64 neighbors, got 0"),
        (lambda: flow(True), "expected 1 to 64 neighbors, got True"),
    ],
)
def test_bad_settings(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message


def test_a_picture_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="gone"):
        align(tmp_path / "gone.png")


def test_a_strong_edge_turns_strokes_only_next_to_it() -> None:
    """A dark tower before a sky that is lighter below: level strokes in the sky, upright ones along the tower."""
    sky = torch.linspace(0.4, 0.8, 96)[None, :, None].expand(3, 96, 144).clone()
    sky[:, 20:, 70:74] = 0.05
    field, plain = stroke_field(sky, 0.05), orientation(sky, 0.05 * 96)
    assert field[0, 60, 69] < -0.8, "upright, at the edge"
    assert field[0, 60, 58] > 0.8 > 0 > plain[0, 60, 58], "level, ten pixels from it, where the blurred one is upright"
