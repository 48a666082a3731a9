"""Which stroke stands for which, worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from wmpaint.agents.matching import matched, stroke_distance
from wmpaint.strokes import Strokes


def dots(places: list[list[float]], present: list[list[int]] | None = None, radius: float = 0.1) -> Strokes:
    """Strokes without a length at (x, 0)."""
    x = torch.tensor(places)
    points = torch.stack([x, torch.zeros_like(x)], 2)[:, :, None].expand(-1, -1, 3, -1)
    found = Strokes(points, torch.full_like(x, radius), torch.ones(*x.shape, 2), torch.zeros(*x.shape, 3))
    return found if present is None else found.where(torch.tensor(present).bool())


def test_distance() -> None:
    one = dots([[0.0, 0.5]])
    assert stroke_distance(one, one).tolist() == [[0.0, 0.0]]
    # Three points off by 0.2, and a radius twice as large.
    assert stroke_distance(dots([[0.2, 0.5]]), one)[0, 0].item() == pytest.approx(3 * 0.04)
    assert stroke_distance(dots([[0.0, 0.5]], radius=0.2), one)[0, 1].item() == pytest.approx(0.02 * math.log(2) ** 2)
    light = Strokes(one.points, one.radius, one.pressure - 0.5, one.color + 1)
    assert stroke_distance(light, one)[0, 0].item() == pytest.approx(0.01 * 2 * 0.25 + 0.05 * 3)


def test_the_closest_pairs_first() -> None:
    # 0.5 and 0.52 are the closest pair, though the other way round the sum would be no larger.
    assert matched(dots([[0.9, 0.52, 0.1]]), dots([[0.0, 1.0, 0.5]])).tolist() == [[2, 0, 1]]
    # Greedy: 0.4 is closest to 0.5, so 0.0 has to take 2.0.
    assert matched(dots([[0.4, 2.0]]), dots([[0.0, 0.5]])).tolist() == [[1, 0]]


def test_absent_ones_have_none() -> None:
    known = dots([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], [[1, 0, 1], [0, 0, 0]])
    assert matched(dots([[0.5, 1.0, 0.0]] * 2), known).tolist() == [[2, -1, 1], [-1, -1, -1]]


def test_fewer_and_more_than_there_are_known() -> None:
    assert matched(dots([[1.0]]), dots([[0.0, 0.9]])).tolist() == [[-1, 0]]
    assert matched(dots([[0.3, 1.0, 0.01]]), dots([[0.0]])).tolist() == [[2]]
