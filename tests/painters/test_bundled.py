"""The bundled painters against the real program."""

from __future__ import annotations

import os

import pytest
import torch
import toys

from wmpaint.canvas import Canvas
from wmpaint.errors import MissingProgram
from wmpaint.metrics import psnr
from wmpaint.painters import available, evaluate, load
from wmpaint.programs import Brush, MyPaint

each = pytest.mark.parametrize("name", available())


@each
def test_it_was_made_for_this_very_brush(name: str) -> None:
    painter, brush = load(name), Brush.load(name)
    assert painter.brush == name and painter.brush_hash == brush.hash
    assert painter.info["report"]["strokes"] >= 200 and painter.info["program"].startswith("mypaint ")
    assert painter.config.radius == (0.5, 64.0)


@each
def test_it_paints_as_the_program_does(name: str) -> None:
    try:
        program = MyPaint(name)
    except MissingProgram as error:
        if os.environ.get("WMPAINT_REQUIRE_LIBMYPAINT") == "1":
            raise
        pytest.skip(str(error))
    painter = load(name)
    report = evaluate(painter, program, strokes=40, seeds=6, seed=11)
    assert report.error_share < 0.05
    assert report.std_error is None or report.std_error < 0.3


@each
def test_odd_strokes_are_finite(name: str) -> None:
    painter = load(name)
    strokes = toys.odd_strokes()._map(lambda value: value.clone().requires_grad_())
    picture, variance = painter.dream(strokes, Canvas(), height=48, program_height=192)
    (picture.sum() + variance.sum()).backward()
    assert picture.isfinite().all() and variance.isfinite().all() and variance.min() >= 0
    for column in ("points", "radius", "pressure", "color"):
        assert getattr(strokes, column).grad.isfinite().all(), column


@each
def test_a_smaller_picture_is_the_program_s_picture_reduced(name: str) -> None:
    painter, strokes = load(name), toys.strokes(12, radius=(0.01, 0.03), seed=1)
    full = painter.render(strokes, Canvas(), height=512)
    small = painter.render(strokes, Canvas(), height=128, program_height=512)
    assert psnr(torch.nn.functional.avg_pool2d(full[None], 4)[0], small) > 38
