"""Marks: what follows from a column that is declared once; one picture's and several pictures'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from flat import many
from torch import Tensor

from wmpaint.columns import Column
from wmpaint.errors import InputError
from wmpaint.marks import KINDS, Marks, column
from wmpaint.strokes import Strokes

COLUMNS = ("points", "radius", "pressure", "color")


@dataclass(frozen=True, eq=False)
class Leaf(Marks):
    place: Tensor = column((2,), "place", low=-4, high=4, weight=1.0, names=("x", "y"))
    size: Tensor = column((), "length", low=1e-3, high=1, chart="log", usual=0.1, step=0.03)
    turn: Tensor = column((), "angle", low=-math.pi, high=math.pi, optional=True, usual=0.5)


def leaves(count: int = 3) -> Leaf:
    return Leaf(torch.linspace(0, 1, 2 * count).view(count, 2), torch.linspace(0.1, 0.4, count))


def batch(pictures: int = 2, count: int = 3, *, present: list[list[int]] | None = None, seed: int = 0) -> Strokes:
    strokes = many(pictures * count, seed)
    found = Strokes(**{n: getattr(strokes, n).unflatten(0, (pictures, count)) for n in COLUMNS})
    return found if present is None else found.where(torch.tensor(present).bool())


def same(one: Marks, two: Marks) -> bool:
    return all(torch.equal(getattr(one, n), getattr(two, n)) for n in one.columns())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("points", torch.zeros(2, 3, 6), "expected points of shape"), ("radius", torch.ones(2), "expected radius of"),
        ("radius", torch.ones(3, 2), "expected radius of shape"), ("pressure", torch.ones(2, 3), "expected pressure"),
        ("color", torch.ones(2, 3, 4), "expected color of shape"), ("points", torch.tensor(0.0), "expected points of"),
        ("color", torch.ones(2, 3, 3, dtype=torch.int64), "expected color as real numbers"),
        ("lifted", torch.ones(2, 3), "expected lifted as booleans"), ("radius", [1.0], "expected radius as a tensor"),
        ("lifted", torch.ones(2, 1, dtype=torch.bool), "expected lifted of shape"),
        ("brush", torch.ones(2, 3), "expected brush as whole numbers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(name: str, value: Any, message: str) -> None:
    columns: dict[str, Any] = {n: getattr(batch(), n) for n in COLUMNS}
    with pytest.raises(InputError, match=message):
        Strokes(**(columns | {name: value}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"unit": "miles"}, "expected a unit of place"), ({"chart": "square"}, "a chart of linear, log"),
        ({"usual": 2.0}, "a usual value in 0..1"), ({"chart": "log"}, "a range above 0"),
        ({"unit": "place"}, r"places of shape"),
    ],
)  # fmt: skip
def test_columns_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Column(**({"shape": (), "unit": "share", "low": 0.0, "high": 1.0} | given))


def test_a_kind_of_its_own_has_all_of_it() -> None:
    marks = leaves()
    assert marks.turn.tolist() == [0.5] * 3 and Leaf.titles() == ("x", "y", "size", "turn") and KINDS["leaf"] is Leaf
    assert torch.allclose(Leaf.unpack(marks.pack()).size, marks.size) and Leaf.width() == 4
    assert same(Leaf.from_table(marks.table()), marks) and marks.pack()[0, 2] == pytest.approx(math.log(0.1))
    moved = marks.moved(2.0, torch.tensor([1.0, 0.0]))
    assert torch.allclose(moved.place, 2 * marks.place + torch.tensor([1.0, 0.0]))
    assert torch.equal(moved.size, 2 * marks.size) and torch.equal(moved.turn, marks.turn)
    assert "3" in repr(marks) and len(repr(marks)) < 40
    with pytest.raises(InputError, match=r"expected size of mark 1 in 0.001..1, got \[2"):
        marks.replace(size=torch.tensor([0.1, 2.0, 0.1])).check()


def test_each_picture_and_mark_moves_by_its_own() -> None:
    given, scale = batch(), torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    offset = torch.arange(12.0).view(2, 3, 2)
    moved = given.moved(scale, offset)
    assert torch.allclose(moved.points[1, 2], 6 * given.points[1, 2] + offset[1, 2])
    assert torch.allclose(moved.radius, scale * given.radius) and torch.equal(moved.color, given.color)


def test_unbounded_numbers_stay_within_bounds() -> None:
    raw = 20 * torch.randn(4, 5, Leaf.width(), generator=torch.Generator().manual_seed(0))
    found = Leaf.squash(raw, {"place": (0.0, 1.0)})
    found.check()
    assert float(found.place.min()) >= 0 and float(found.place.max()) <= 1 and found.shape == (4, 5)
    middle = Leaf.squash(torch.zeros(1, Leaf.width()))
    assert float(middle.size) == pytest.approx(math.sqrt(1e-3)) and float(middle.turn) == pytest.approx(0, abs=1e-6)
    drawn = Leaf.sample(100, generator=torch.Generator().manual_seed(0), bounds={"size": (0.01, 0.1)})
    assert 0.01 <= float(drawn.size.min()) < 0.02 and 0.05 < float(drawn.size.max()) <= 0.1


def test_distance_weighs_each_column_in_its_chart() -> None:
    one = leaves(2)
    other = one.replace(size=2 * one.size, place=one.place + 0.1)
    expected = 2 * 0.1**2 + 0.01 * math.log(2) ** 2
    assert torch.allclose(one.distance(other), torch.full((2,), expected))


def test_one_picture_is_the_strokes_that_are_there() -> None:
    given = batch(present=[[1, 0, 1], [0, 0, 0]])
    assert len(given) == 2 and given.count == 3 and given.batch == (2,)
    assert torch.equal(given[0].radius, given.radius[0, [0, 2]]) and given[0].lifted is None
    assert len(given[1]) == 0 and len(given[-2]) == 2 and len(batch()[1]) == 3
    with pytest.raises(IndexError, match="picture 2 of 2"):
        given[2]


def test_flat_lifts_what_is_absent() -> None:
    given = batch(present=[[1, 0, 1], [0, 1, 1]])
    flat = given.flat()
    assert len(flat) == 6 and flat.lifted is not None and flat.lifted.tolist() == [0, 1, 0, 1, 0, 0]
    assert torch.equal(flat.points[4], given.points[1, 1]) and batch().flat().lifted is None
    apart = given.apart()
    assert len(apart) == 6 and apart.count == 1 and [len(apart[i]) for i in range(6)] == [1, 0, 1, 0, 1, 1]
    assert torch.equal(apart.radius[4, 0], given.radius[1, 1]) and len(flat.shown()) == 4


def test_parts_and_back() -> None:
    given = batch(4, 3, present=[[1, 0, 1], [1, 1, 1], [0, 0, 1], [1, 0, 0]])
    for index in (slice(1, 3), torch.tensor([3, 0, 3])):
        part = given[index]
        assert torch.equal(part.color, given.color[index]) and torch.equal(part.present, given.present[index])
    both = Strokes.cat([given.span(0, 1), given.span(1, 3)])
    assert same(both, given) and torch.equal(both.present, given.present) and given.span(2, 9).count == 1
    mixed = Strokes.cat([batch(4, 2), given])
    assert mixed.present[:, :2].all() and torch.equal(mixed.present[:, 2:], given.present)
    assert Strokes.cat([batch(), batch()]).lifted is None
    picked = given.pick(torch.tensor([[2, 2], [0, 1], [1, 0], [0, 0]]))
    assert torch.equal(picked.points[0, 1], given.points[0, 2]) and picked.lifted is None and picked.shape == (4, 2)


def test_where_never_brings_strokes_back() -> None:
    shown = batch(present=[[1, 0, 1], [1, 1, 1]]).where(torch.tensor([[True], [False]]))
    assert shown.present.tolist() == [[True, False, True], [False] * 3]
    some = batch().where(torch.tensor([[True, False, True], [False, True, False]]))
    assert some.present.tolist() == [[True, False, True], [False, True, False]]


def test_pictures_of_unlike_length_are_stacked() -> None:
    pictures = [many(2, 1), many(0), many(3, 2)]
    stacked = Strokes.stack(pictures)
    assert stacked.count == 3 and stacked.present.sum(1).tolist() == [2, 0, 3]
    assert all(same(stacked[i], strokes) for i, strokes in enumerate(pictures))
    stacked.flat().check()  # what fills the gaps is in range, too
    assert Strokes.stack([many(2, 1), many(2, 2)]).lifted is None
    with pytest.raises(InputError, match="one picture or more"):
        Strokes.stack([])


def test_detached_strokes_are_outside_the_graph() -> None:
    moved = batch().map(lambda value: value.requires_grad_()).detach()
    assert not any(getattr(moved, n).requires_grad for n in COLUMNS)


def test_moved_strokes_keep_which_there_are() -> None:
    given = batch(present=[[1, 0, 1], [1, 1, 1]])
    moved = given.to(torch.float64)
    assert moved.dtype == torch.float64 and moved.lifted is not None and moved.lifted.dtype == torch.bool
    assert torch.equal(moved.present, given.present) and batch().to(torch.float16).lifted is None
    assert given.to("meta").present.device.type == "meta"
