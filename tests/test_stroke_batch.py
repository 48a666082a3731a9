"""The strokes of several pictures: there and back, and which of them there are."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from flat import many

from wmpaint.errors import InputError
from wmpaint.strokes import StrokeBatch, Strokes

COLUMNS = ("points", "radius", "pressure", "color")


def batch(pictures: int = 2, count: int = 3, *, present: list[list[int]] | None = None, seed: int = 0) -> StrokeBatch:
    strokes = many(pictures * count, seed)
    columns: dict[str, Any] = {n: getattr(strokes, n).unflatten(0, (pictures, count)) for n in COLUMNS}
    return StrokeBatch(**columns, present=None if present is None else torch.tensor(present).bool())


def same(one: StrokeBatch | Strokes, two: StrokeBatch | Strokes) -> bool:
    return all(torch.equal(getattr(one, n), getattr(two, n)) for n in COLUMNS)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("points", torch.zeros(2, 3, 6), "expected points of shape"), ("radius", torch.ones(2), "expected radius of"),
        ("radius", torch.ones(3, 2), "expected radius of shape"), ("pressure", torch.ones(2, 3), "expected pressure"),
        ("color", torch.ones(2, 3, 4), "expected color of shape"), ("points", torch.tensor(0.0), "expected points of"),
        ("color", torch.ones(2, 3, 3, dtype=torch.int64), "expected color as real numbers"),
        ("present", torch.ones(2, 3), "expected present as booleans"), ("radius", [1.0], "expected radius as a tensor"),
        ("present", torch.ones(2, 1, dtype=torch.bool), "expected present of shape"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(name: str, value: Any, message: str) -> None:
    columns: dict[str, Any] = {n: getattr(batch(), n) for n in COLUMNS}
    with pytest.raises(InputError, match=message):
        StrokeBatch(**(columns | {name: value}))


def test_one_picture_is_the_strokes_that_are_there() -> None:
    given = batch(present=[[1, 0, 1], [0, 0, 0]])
    assert len(given) == 2 and given.count == 3
    assert torch.equal(given[0].radius, given.radius[0, [0, 2]]) and given[0].lifted is None
    assert len(given[1]) == 0 and len(given[-2]) == 2 and len(batch()[1]) == 3


def test_flat_lifts_what_is_absent() -> None:
    given = batch(present=[[1, 0, 1], [0, 1, 1]])
    flat = given.flat()
    assert len(flat) == 6 and flat.lifted is not None and flat.lifted.tolist() == [0, 1, 0, 1, 0, 0]
    assert torch.equal(flat.points[4], given.points[1, 1]) and batch().flat().lifted is None
    apart = given.apart()
    assert len(apart) == 6 and apart.count == 1 and [len(apart[i]) for i in range(6)] == [1, 0, 1, 0, 1, 1]
    assert torch.equal(apart.radius[4, 0], given.radius[1, 1])


def test_parts_and_back() -> None:
    given = batch(4, 3, present=[[1, 0, 1], [1, 1, 1], [0, 0, 1], [1, 0, 0]])
    assert given.present is not None
    for index in (slice(1, 3), torch.tensor([3, 0, 3])):
        part = given.take(index)
        assert torch.equal(part.color, given.color[index]) and part.present is not None
        assert torch.equal(part.present, given.present[index])
    both = StrokeBatch.cat([given.span(0, 1), given.span(1, 3)])
    assert same(both, given) and both.present is not None and torch.equal(both.present, given.present)
    assert given.span(2, 9).count == 1
    mixed = StrokeBatch.cat([batch(4, 2), given])
    assert mixed.present is not None and mixed.present[:, :2].all() and torch.equal(mixed.present[:, 2:], given.present)
    assert StrokeBatch.cat([batch(), batch()]).present is None


def test_where_never_brings_strokes_back() -> None:
    given = batch(present=[[1, 0, 1], [1, 1, 1]])
    shown = given.where(torch.tensor([[True], [False]]))
    assert shown.present is not None and shown.present.tolist() == [[True, False, True], [False] * 3]
    some = batch().where(torch.tensor([[True, False, True], [False, True, False]]))
    assert some.present is not None and some.present.tolist() == [[True, False, True], [False, True, False]]


def test_pictures_of_unlike_length_are_stacked() -> None:
    pictures = [many(2, 1), many(0), many(3, 2)]
    stacked = StrokeBatch.stack(pictures)
    assert stacked.count == 3 and stacked.present is not None and stacked.present.sum(1).tolist() == [2, 0, 3]
    assert all(same(stacked[i], strokes) for i, strokes in enumerate(pictures))
    stacked.flat().check()  # what fills the gaps is in range, too
    assert StrokeBatch.stack([many(2, 1), many(2, 2)]).present is None
    with pytest.raises(InputError, match="one picture or more"):
        StrokeBatch.stack([])


def test_detached_strokes_are_outside_the_graph() -> None:
    given = batch()
    columns: dict[str, Any] = {n: getattr(given, n).requires_grad_() for n in COLUMNS}
    moved = StrokeBatch(**columns).detach()
    assert not any(getattr(moved, n).requires_grad for n in COLUMNS)


def test_moved_strokes_keep_which_there_are() -> None:
    given = batch(present=[[1, 0, 1], [1, 1, 1]])
    moved = given.to(torch.float64)
    assert {getattr(moved, n).dtype for n in COLUMNS} == {torch.float64} and moved.present is not None
    assert torch.equal(moved.present, given.present) and moved.present.dtype == torch.bool  # type: ignore[arg-type]
    assert given.to("meta").present.device.type == "meta" and batch().to(torch.float16).present is None  # type: ignore[union-attr]
