"""Strokes: columns of the right shape, kind and range."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from flat import many

from wmpaint.errors import InputError
from wmpaint.strokes import Strokes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", torch.zeros(4, 2, 2)), ("points", torch.tensor(0.0)), ("radius", torch.ones(3)),
        ("pressure", torch.ones(4)), ("color", torch.ones(4, 4)), ("brush", torch.zeros(3, dtype=torch.int64)),
        ("lifted", torch.zeros(4, 1, dtype=torch.bool)),
    ],
)  # fmt: skip
def test_shapes_that_disagree_are_refused(name: str, value: torch.Tensor) -> None:
    with pytest.raises(InputError, match="of shape"):
        many(4).replace(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", torch.zeros(4, 3, 2, dtype=torch.int64)), ("radius", torch.ones(4, dtype=torch.int32)),
        ("pressure", torch.ones(4, 2, dtype=torch.bool)), ("color", torch.ones(4, 3, dtype=torch.uint8)),
        ("color", torch.ones(4, 3, dtype=torch.complex64)), ("brush", torch.zeros(4)),
        ("brush", torch.zeros(4, dtype=torch.bool)), ("pen", torch.zeros(4)),
        ("pen", torch.zeros(4, dtype=torch.complex64)), ("lifted", torch.zeros(4, dtype=torch.int64)),
        ("lifted", torch.zeros(4)), ("radius", [1.0] * 4), ("points", None), ("lifted", [True] * 4),
    ],
)  # fmt: skip
def test_columns_of_another_kind_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"expected {name} as (real numbers|whole numbers|booleans|a tensor), got"):
        many(4).replace(**{name: value})


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_all_real_and_whole_numbers_are_taken(kind: torch.dtype) -> None:
    strokes = many(4).to(kind).replace(brush=torch.zeros(4, dtype=torch.uint8), pen=torch.zeros(4, dtype=torch.int32))
    assert strokes.points.dtype == kind and strokes.brush is not None and strokes.brush.dtype == torch.uint8


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", float("nan")), ("points", float("inf")), ("points", 1e30), ("radius", 0.0), ("radius", -1.0),
        ("radius", float("nan")), ("radius", 17.0), ("pressure", float("nan")), ("pressure", 5.0), ("color", -0.1),
    ],
)  # fmt: skip
def test_check_names_the_first_stroke_out_of_range(name: str, value: float) -> None:
    strokes = many(5)
    assert strokes.check() is strokes
    column = getattr(strokes, name).clone()
    column[[2, 4]] = value
    with pytest.raises(InputError, match=f"expected {name} of stroke 2 in"):
        strokes.replace(**{name: column}).check()


def test_some_of_them_and_several_batches() -> None:
    strokes = many(5).replace(lifted=torch.tensor([False, True, False, False, True]))
    assert len(strokes[-1]) == 1 and torch.equal(strokes[-1].points, strokes.points[4:])
    assert torch.equal(strokes[[3, 0]].radius, strokes.radius[[3, 0]])
    with pytest.raises(IndexError):
        strokes[5]
    both = Strokes.cat([strokes, many(2)])
    assert len(both) == 7 and both.lifted is not None and both.lifted.tolist() == [0, 1, 0, 0, 1, 0, 0]
    assert len(Strokes.cat([])) == len(Strokes.empty()) == 0
