"""From numbers to marks, whatever their columns; and which mark stands for which, worked out by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from wmpaint.agents.action import ActionSpace, match
from wmpaint.agents.config import AgentConfig
from wmpaint.marks import Marks, column
from wmpaint.strokes import Strokes


@dataclass(frozen=True, eq=False)
class Stamps(Marks):
    """Marks with a column of each unit, in an order of their own."""

    color: Tensor = column((3,), "color", low=0, high=1)
    turn: Tensor = column((), "angle", low=-math.pi, high=math.pi)
    place: Tensor = column((2,), "place", low=-64, high=64)
    size: Tensor = column((2,), "length", low=1e-3, high=16, chart="log", usual=0.1)
    wet: Tensor = column((), "share", low=0, high=0.8)
    beads: Tensor = column((), "number", low=1, high=100, chart="log", usual=10.0)


# From numbers to marks


def test_numbers_become_strokes_in_range() -> None:
    space = ActionSpace(Strokes, AgentConfig(channels=3, radius=(0.02, 0.08), reach=0.5, pressure=(0.4, 1.0)))
    assert space.size == 12 and ActionSpace(Strokes, AgentConfig(stops=True)).size == 10
    strokes, going = space.actions(torch.zeros(1, 1, 12))
    assert going is None and strokes.lifted is None and isinstance(strokes, Strokes)
    torch.testing.assert_close(strokes.points, torch.full((1, 1, 3, 2), 0.5))
    torch.testing.assert_close(strokes.radius, torch.tensor([[0.04]]))  # the geometric mean
    torch.testing.assert_close(strokes.pressure, torch.full((1, 1, 2), 0.4 + 0.6 / (1 + math.exp(-1))))
    torch.testing.assert_close(strokes.color, torch.full((1, 1, 3), 0.5))
    for huge in (-1e4, 1e4):
        strokes = space.actions(torch.full((1, 2, 12), huge)).marks
        strokes.flat().check()
        torch.testing.assert_close(strokes.radius, torch.full((1, 2), 0.02 if huge < 0 else 0.08))
        torch.testing.assert_close(strokes.points, torch.full((1, 2, 3, 2), 0.0 if huge < 0 else 1.0))


def test_any_column_has_its_range() -> None:
    space = ActionSpace(Stamps, AgentConfig(channels=3, radius=(0.02, 0.08), reach=0.5, pressure=(0.4, 1.0)))
    assert space.size == 10
    stamps = space.actions(torch.zeros(1, 1, 10)).marks
    for name, expected in (
        ("color", 0.5), ("turn", 0.0), ("place", 0.5), ("size", 0.04), ("wet", 0.4 + 0.4 / (1 + math.exp(-1))),
        ("beads", 10.0),
    ):  # fmt: skip
        torch.testing.assert_close(getattr(stamps, name), torch.full_like(getattr(stamps, name), expected))
    space.actions(torch.full((1, 2, 10), 1e4)).marks.flat().check()
    ink = ActionSpace(Stamps, AgentConfig(ink=(0.1, 0.2, 0.3)))
    raw = torch.arange(1.0, 8.0).view(1, 1, 7) / 4  # turn first, since no color is chosen
    torch.testing.assert_close(ink.actions(raw).marks.turn, 2 * math.pi * raw[..., 0].sigmoid() - math.pi)
    assert ink.actions(raw).marks.color.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_marks_are_told_as_numbers_of_order_1() -> None:
    space = ActionSpace(Stamps, AgentConfig(channels=3))
    for seed in range(3):
        marks = Stamps.sample(
            2, 50, generator=torch.Generator().manual_seed(seed), bounds={"place": (0, 1), "size": (0.01, 0.3)}
        )
        seen = space.seen(marks.where(torch.arange(50) < 40))
        assert seen.shape == (2, 50, Stamps.width())
        assert float(seen.abs().max()) <= 1 and float(seen[:, :40].std()) > 0.3
        assert float(seen[:, 40:].abs().max()) == 0
    ones = torch.ones(1, 1, 3, 2)
    known = Strokes(0.75 * ones, math.exp(-3) * ones[..., 0, 0], ones[:, :, 0], 0 * ones[..., 0])
    expected = torch.tensor([0.5] * 6 + [0.0, 1, 1, -1, -1, -1])
    torch.testing.assert_close(ActionSpace(Strokes, AgentConfig()).seen(known)[0, 0], expected)


@pytest.mark.parametrize(("kind", "at"), [(Strokes, slice(0, 6, 2)), (Stamps, slice(4, 5))])
def test_a_color_begins_as_what_lies_beneath_the_mark(kind: type[Marks], at: slice) -> None:
    target = torch.zeros(1, 3, 8, 8)
    target[:, 0, :, 4:] = 1  # red on the right
    space = ActionSpace(kind, AgentConfig(channels=3, reach=0.5))
    raw = torch.zeros(1, 2, space.size)
    raw[0, 0, at], raw[0, 1, at] = -0.8, 0.8  # x
    marks = space.actions(raw, target).marks
    torch.testing.assert_close(marks.color, torch.tensor([[[0.0, 0, 0], [1, 0, 0]]]))  # type: ignore[attr-defined]


# Stopping


def test_after_a_stop_nothing_more_is_there() -> None:
    raw = torch.zeros(1, 4, 10)
    raw[0, :, -1] = torch.tensor([1.0, -1, 1, -1])
    for ends, expected in ((True, [1, 0, 0, 0]), (False, [1, 0, 1, 0])):
        space = ActionSpace(Strokes, AgentConfig(stops=True, per_look=4), ends)
        marks, going = space.actions(raw)
        assert going is not None and going.tolist() == [[1, -1, 1, -1]]
        assert marks.present.tolist() == [[bool(e) for e in expected]]
    seen = space.seen(marks)
    assert float(seen[0, 1].abs().max()) == 0 and float(seen[0, 0].abs().max()) > 0


def test_a_stop_has_a_loss_of_its_own() -> None:
    space = ActionSpace(Strokes, AgentConfig(stops=True, per_look=2))
    raw = torch.zeros(1, 2, 10).requires_grad_()
    right = torch.tensor([[True, False]])
    assert float(space.actions(raw).stop_loss(right).detach()) == pytest.approx(0.02 * math.log(2))
    (slope,) = torch.autograd.grad(space.actions(raw).stop_loss(right), raw)
    assert slope[0, 0, -1] < 0 < slope[0, 1, -1] and float(slope[..., :-1].abs().max()) == 0
    never = ActionSpace(Strokes, AgentConfig(per_look=2)).actions(torch.zeros(1, 2, 9))
    assert float(never.stop_loss(right)) == 0


# Which stands for which


def dots(places: list[list[float]], present: list[list[int]] | None = None, radius: float = 0.1) -> Strokes:
    """Strokes without a length at (x, 0)."""
    x = torch.tensor(places)
    points = torch.stack([x, torch.zeros_like(x)], 2)[:, :, None].expand(-1, -1, 3, -1)
    found = Strokes(points, torch.full_like(x, radius), torch.ones(*x.shape, 2), torch.zeros(*x.shape, 3))
    return found if present is None else found.where(torch.tensor(present).bool())


def test_the_closest_pairs_first() -> None:
    # 0.5 and 0.52 are the closest pair, though the other way round the sum would be no larger.
    assert match(dots([[0.9, 0.52, 0.1]]), dots([[0.0, 1.0, 0.5]])).tolist() == [[2, 0, 1]]
    # Greedy: 0.4 is closest to 0.5, so 0.0 has to take 2.0.
    assert match(dots([[0.4, 2.0]]), dots([[0.0, 0.5]])).tolist() == [[1, 0]]


def test_absent_ones_have_none() -> None:
    known = dots([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], [[1, 0, 1], [0, 0, 0]])
    assert match(dots([[0.5, 1.0, 0.0]] * 2), known).tolist() == [[2, -1, 1], [-1, -1, -1]]


def test_fewer_and_more_than_there_are_known() -> None:
    assert match(dots([[1.0]]), dots([[0.0, 0.9]])).tolist() == [[-1, 0]]
    assert match(dots([[0.3, 1.0, 0.01]]), dots([[0.0]])).tolist() == [[2]]


def test_any_column_counts() -> None:
    known = Stamps.usual(1, 2)
    known.turn[0, 1] = 1.0
    assert match(known.pick(torch.tensor([[1, 0]])), known).tolist() == [[1, 0]]
