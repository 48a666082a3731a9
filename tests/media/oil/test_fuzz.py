"""No number, size or brush crashes the interpreter: in compiled loops, a place that is no number becomes an address."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wmpaint.canvas import SURFACES, Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media.oil import OilBrush, OilProgram, OilStrokes
from wmpaint.media.oil.brush import RANGES, USUAL, Hairs
from wmpaint.medium import render

FEW = settings(max_examples=60, deadline=None)
anything = st.one_of(st.floats(width=32), st.sampled_from([0.0, -0.0, 1e-30, 1e30, math.nan, math.inf, 64.0, -64.0]))


@st.composite
def brushes(draw: st.DrawFn) -> OilBrush:
    ends = {name: draw(st.sampled_from([*RANGES[name], getattr(USUAL, name)])) for name in Hairs._fields}
    return OilBrush(
        "any", "", Hairs(**{n: int(v) if isinstance(getattr(USUAL, n), int) else v for n, v in ends.items()})
    )


@FEW
@given(
    brushes(), st.lists(st.floats(-300, 300), min_size=6, max_size=6), st.floats(1e-3, 200),
    st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(1, 70), st.integers(1, 70), st.integers(0, 40),
    anything,
)  # fmt: skip
def test_a_stroke_alone(
    brush: OilBrush, points: list[float], radius: float, shares: list[float], height: int, width: int, place: int,
    odd: float,
) -> None:  # fmt: skip
    numbers = [*points, radius, *shares]
    if place < len(numbers):  # one in four is anything
        numbers[place] = odd
    curve, (radius, *press), (load, bristle) = np.reshape(numbers[:6], (3, 2)), numbers[6:9], numbers[9:]
    try:
        found = OilProgram(brush).layers(
            curve, radius, (press[0], press[1]), height=height, width=width, load=load, bristle=bristle
        )
    except InputError:
        assert (
            place < len(numbers) or radius >= 16 * max(height, width) or np.abs(curve).max() > 64 * max(height, width)
        )
        return
    assert found.shape == (2, height, width) and 0 <= found.min() and found.max() <= 1 + 1e-6


@settings(max_examples=15, deadline=None)
@given(brushes(), st.integers(0, 2**31), st.floats(-60, 60), st.sampled_from([1e-6, 0.01, 0.3, 16.0]),
       st.integers(1, 32), st.sampled_from(SURFACES), st.sampled_from([1 / 64, 0.7, 5.0]))  # fmt: skip
def test_strokes_on_a_canvas(
    brush: OilBrush, seed: int, far: float, radius: float, height: int, surface: str, aspect: float
) -> None:
    canvas = Canvas(aspect, (0.2, 0.4, 0.6), surface=surface)
    chance = torch.Generator().manual_seed(seed)
    points = (torch.rand(4, 3, 2, generator=chance) - 0.5) * 4 + torch.tensor([far, 0.0])
    points[2, 1:], points[3, 2] = points[2, 0], points[3, 0]  # a dot, and one that comes back
    marks = OilStrokes(points, torch.full((4,), radius), torch.rand(4, 2, generator=chance), torch.rand(4, 3))
    picture = render(OilProgram(brush, seed), marks, Frame(canvas, height))
    assert bool(picture.mean.isfinite().all()) and picture.relief is not None and bool(picture.relief.isfinite().all())
    assert float(picture.mean.min()) >= -1e-5 and float(picture.mean.max()) <= 1 + 1e-5


def test_a_stroke_alone_may_be_larger_than_the_linen_it_lies_on() -> None:
    points = np.array([[100.0, 10.0], [1500.0, 20.0], [2900.0, 10.0]])
    found = OilProgram().alpha(points, 8.0, (1.0, 1.0), height=32, width=3000)
    assert found.shape == (32, 3000) and found[:, 100:1500].max() > 0.9
    for bad in ({"radius": -1.0}, {"radius": math.nan}, {"pressure": (2.0, 0.0)}, {"load": 2.0}, {"bristle": "hard"}):
        with pytest.raises(InputError, match="expected"):
            OilProgram().layers(
                **{"points": points, "radius": 3.0, "pressure": (1.0, 1.0), "height": 8, "width": 8, **bad}
            )  # type: ignore[arg-type]
