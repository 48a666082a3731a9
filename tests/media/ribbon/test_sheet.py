"""The contact sheet: program, mean, painter, difference."""

from __future__ import annotations

import torch
import toys

from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.media.ribbon import sheet
from wmpaint.media.ribbon.sheet import HEIGHT, _strokes
from wmpaint.medium import render


def test_four_pictures() -> None:
    program, painter = toys.SoftRound(noise=0.5), toys.painter()
    made = sheet(painter, program, seeds=3)
    assert made.shape == (3, 2 * HEIGHT, 2 * HEIGHT) and made.min() >= 0 and made.max() <= 1
    first, mean = made[:, :HEIGHT, :HEIGHT], made[:, :HEIGHT, HEIGHT:]
    dream, difference = made[:, HEIGHT:, :HEIGHT], made[:, HEIGHT:, HEIGHT:]
    strokes = _strokes()
    assert program.calls == 3 * len(strokes)
    assert torch.equal(dream, render(painter, strokes, Frame(Canvas(), HEIGHT)).mean[:1].expand(3, -1, -1))
    assert (first - mean).abs().mean() > 1e-3, "one painting is noisier than the mean"
    off = (mean - dream)[0]
    assert torch.allclose(difference[1], 1 - (4 * off).abs().clamp(max=1), atol=1e-6)
    # Red (green and blue gone) where the painter is darker than the program: too much paint.
    red = difference[0] - difference[2]
    assert (red[off > 0.05] > 0.1).all() and (red[off < -0.05] < -0.1).all()


def test_it_shows_every_kind_of_stroke() -> None:
    strokes = _strokes().check()
    folded = (strokes.points[:, 0] - strokes.points[:, 2]).norm(dim=1) < 1e-6
    assert folded.any() and (strokes.radius.max() / strokes.radius.min()) > 8
    assert ((strokes.points - strokes.points[:, :1]).abs().amax((1, 2)) == 0).any(), "a dot"
