"""The bundled painters against the real program."""

from __future__ import annotations

from pathlib import Path

import needs
import pytest
import torch
import toys
from PIL import Image

from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.media.programs import Brush, MyPaint
from wmpaint.media.ribbon import RibbonPainter, available, evaluate, load
from wmpaint.media.ribbon.sheet import HEIGHT
from wmpaint.medium import render
from wmpaint.metrics import psnr

SHEETS = Path(__file__).parents[3] / "wmpaint" / "media" / "ribbon" / "weights"  # of the repository; the wheel has none
each = pytest.mark.parametrize("name", available())


@each
def test_it_was_made_for_this_very_brush(name: str) -> None:
    painter, brush = load(name), Brush.load(name)
    assert painter.brush == name and painter.brush_hash == brush.hash
    assert painter.notes["program"].startswith("mypaint ")
    assert painter.config.radius == (0.5, 64.0)


def limit(painter: RibbonPainter) -> float:
    """The share of error that is allowed; where dabs turn with the stroke there is more to learn."""
    return 0.03 if painter.config.direction else 0.01


@each
def test_what_was_measured_after_training_is_good(name: str) -> None:
    painter = load(name)
    report = painter.notes["report"]
    assert report["strokes"] >= 200 and 0 < report["error_share"] <= limit(painter)
    assert (report["std_error"] is None) == (not painter.config.noise)
    assert report["std_error"] is None or 0 < report["std_error"] <= 0.15


@each
def test_a_contact_sheet_lies_beside_the_weights(name: str) -> None:
    path = SHEETS / f"{name}.png"
    with Image.open(path) as picture:
        assert picture.size == (2 * HEIGHT, 2 * HEIGHT)
    assert path.stat().st_size < 150_000


@each
def test_it_paints_as_the_program_does(name: str) -> None:
    needs.libmypaint()
    program = MyPaint(name)
    painter = load(name)
    report = evaluate(painter, program, strokes=40, seeds=6, seed=11)
    assert 0 < report.error_share < limit(painter)
    assert report.std_error is None or 0 < report.std_error < 0.2  # 6 seeds know the deviation to some 30 %


@each
def test_odd_strokes_are_finite(name: str) -> None:
    painter = load(name)
    strokes = toys.odd_strokes().map(lambda value: value.clone().requires_grad_())
    picture, variance = render(painter, strokes, Frame(Canvas(), 48, program_height=192))[:2]
    (picture.sum() + variance.sum()).backward()
    assert picture.isfinite().all() and variance.isfinite().all() and variance.min() >= 0
    for column in ("points", "radius", "pressure", "color"):
        assert getattr(strokes, column).grad.isfinite().all(), column


@each
def test_a_smaller_picture_is_the_program_s_picture_reduced(name: str) -> None:
    painter, strokes = load(name), toys.strokes(12, radius=(0.01, 0.03), seed=1)
    full = render(painter, strokes, Frame(Canvas(), 512)).mean
    small = render(painter, strokes, Frame(Canvas(), 128, program_height=512)).mean
    assert psnr(torch.nn.functional.avg_pool2d(full[None], 4)[0], small) > 38
