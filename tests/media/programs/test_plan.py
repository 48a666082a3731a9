from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media.programs import Brush, Dabs, MyPaint, bundled
from wmpaint.media.programs._plan import LEAST_WORK, _worst, plan
from wmpaint.medium import render
from wmpaint.strokes import Strokes

ROUND = json.loads(Brush.load("round").data)
POINTS = np.array([[[5.0, 50.0], [40.0, -30.0], [80.0, 60.0]]])


def brush(**changes: tuple[float, dict[str, Any]]) -> Brush:
    value = copy.deepcopy(ROUND)
    for name, (base, inputs) in changes.items():
        value["settings"][name] = {"base_value": base, "inputs": inputs}
    return Brush("mine", json.dumps(value).encode())


def planned(brush: Brush, radius: float, height: int = 64, dear: float = 1000.0) -> None:
    plan(brush, POINTS, np.array([radius]), np.array([[0.5, 1.0]]), np.ones(1), height, height, dear)


def direction(low: float, high: float) -> dict[str, Any]:
    return {"direction_angle": [[0.0, low], [360.0, high]]}


DEAR = {
    "large and dense": (
        brush(radius_logarithmic=(2, {"pressure": [[0, 0], [1, 6]]}), dabs_per_basic_radius=(200, {})), 2,
    ),
    "large while it is slow": (
        brush(radius_logarithmic=(2, {"speed1": [[0, 5.5], [4, 5]]}), dabs_per_basic_radius=(200, {})), 2,
    ),
    "smudges from afar": (
        brush(smudge=(1, {}), smudge_radius_log=(1.6, direction(3.2, 3.2)), dabs_per_actual_radius=(200, {})), 8,
    ),
    "smudges where it turns": (
        brush(
            smudge=(0, {"speed1": [[0, 1], [4, 1]]}), smudge_radius_log=(0, direction(3.0, 3.2)),
            dabs_per_actual_radius=(200, {}),
        ), 8,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEAR)
def test_a_stroke_that_would_take_long_is_refused_before_it_is_drawn(name: str) -> None:
    mine, radius = DEAR[name]
    with pytest.raises(InputError, match=r"expected a stroke of brush mine to go over at most 1e\+09 pixels") as caught:
        planned(mine, radius)
    assert "in stroke 0" in str(caught.value)


@pytest.mark.usefixtures("libmypaint")
def test_both_programs_refuse_it() -> None:
    mine, radius = DEAR["large and dense"]
    strokes = Strokes(
        torch.tensor(POINTS / 64).float(), torch.tensor([radius / 64]), torch.ones(1, 2), torch.zeros(1, 3)
    )
    for program in (MyPaint(mine), Dabs(mine)):
        with pytest.raises(InputError, match="go over at most"):
            render(program, strokes, Frame(Canvas(), 64))


def test_what_a_brush_could_do_at_worst_is_no_reason() -> None:
    """The pen is never so light in this stroke."""
    lightly = {"pressure": [[0.0, 6.0], [0.4, 0.0], [1.0, 0.0]]}
    mine = brush(radius_logarithmic=(2, lightly), dabs_per_basic_radius=(200, {}))
    assert _worst(mine, np.array([2.0]), np.array([150.0]), 1000.0)[0] > LEAST_WORK
    planned(mine, 2)
    planned(brush(smudge=(0.9, {}), smudge_radius_log=(1.6, {})), 8)


def test_many_small_dabs_are_dear_where_each_is_python() -> None:
    dense = brush(dabs_per_actual_radius=(200, {}))
    planned(dense, 0.2, dear=MyPaint.dear)
    with pytest.raises(InputError, match="go over at most"):
        planned(dense, 0.2, dear=4e4)
    assert Dabs.dear > MyPaint.dear and LEAST_WORK / Dabs.dear >= 100_000  # dabs of a stroke in any picture


@pytest.mark.parametrize("name", bundled())
def test_bundled_brushes_are_painted_at_any_size(name: str) -> None:
    for height in (16, 512, 4096):
        for radius in (0.01, 0.05, 0.2):
            at = np.array([[[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]]]) * height
            pace = np.array([height / 512])
            planned = plan(
                Brush.load(name), at, np.array([radius * height]), np.ones((1, 2)), pace, height, 2 * height, Dabs.dear
            )
            assert planned is not None  # and nothing is refused
