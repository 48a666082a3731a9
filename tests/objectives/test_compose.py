"""`+`, `-`, `*` and `/` of objectives, numbers and functions."""

from __future__ import annotations

import pytest
import torch
from wrong import PAINTING, PHOTO, STROKES

import wmpaint as wp
from wmpaint.errors import InputError
from wmpaint.objectives import Function, Scene

SCENE = Scene.of(PHOTO.clone(), strokes=STROKES)


def bright(scene: Scene) -> torch.Tensor:
    return scene.picture.mean()


def worth(goal: object) -> float:
    return float(goal(SCENE))  # type: ignore[operator]


def test_functions_are_added_and_taken_away_from_both_sides() -> None:
    ink, mean = worth(wp.edges(PHOTO.flip(1))), float(PHOTO.mean())
    goal = wp.edges(PHOTO.flip(1))
    for sum_, value in ((goal + bright, ink + mean), (bright + goal, ink + mean), (goal - bright, ink - mean),
                        (bright - goal, mean - ink), (-goal, -ink), (goal / 4, ink / 4), (-goal / 2, -ink / 2),
                        (2 * Function(bright), 2 * mean), (sum([goal, goal]), 2 * ink)):  # fmt: skip
        assert worth(sum_) == pytest.approx(value, abs=1e-6)
    assert (bright + goal).names() == ["bright", "edges"]


def test_what_cannot_be_composed_is_refused() -> None:
    goal = wp.edges(PHOTO)
    for number in (0, float("nan"), "2", None):
        with pytest.raises(InputError, match="expected a finite number, not 0, to divide an objective by"):
            goal / number  # type: ignore[operator]
    for other in (3, "x", None):
        with pytest.raises(TypeError, match="unsupported operand"):
            goal + other
        with pytest.raises(TypeError, match="unsupported operand"):
            other - goal


def test_a_painting_as_a_pillow_image() -> None:
    picture = PAINTING.image(24)
    assert (picture.mode, picture.size) == ("RGB", (24, 24)) and PAINTING.image(16, program="dabs").size == (16, 16)
