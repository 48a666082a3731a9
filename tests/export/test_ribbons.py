from __future__ import annotations

import math

import pytest
import torch
import toys
from flat import Flat, line, many

from wmpaint.canvas import Canvas
from wmpaint.export.ribbons import bend_ribbon, ribbons
from wmpaint.frame import Frame
from wmpaint.media.mixed import Mixed
from wmpaint.media.ribbon.drawing import HasRibbons
from wmpaint.medium import render
from wmpaint.strokes import Strokes

WIDE = Canvas(background=None)


def mass(patch):
    """Alpha summed over the canvas' plane."""
    return float(patch.alpha.sum()) * patch.step**2


@pytest.mark.parametrize(("alpha", "width"), [(1.0, 1.0), (0.4, 1.0), (0.8, 0.6)])
def test_a_flat_bar_is_found_by_looking(alpha, width):
    stroke = line(0.5, 0.1, (0.0, 0.0, 0.0), x=(0.3, 0.7))
    (ribbon,) = ribbons(Flat(alpha, width), stroke, height=400)
    patch = bend_ribbon(ribbon, stroke.points[0], 0.1, WIDE)
    r = 0.1 * width
    assert mass(patch) == pytest.approx(alpha * (0.4 * 2 * r + math.pi * r * r), rel=0.03)
    assert patch.alpha.max() == pytest.approx(alpha, abs=2e-4)
    # The middle of the patch is the middle of the bar.
    rows, columns = patch.alpha.shape
    assert patch.alpha[rows // 2, columns // 2] == pytest.approx(alpha, abs=2e-4)


def test_looking_finds_pressure_along_the_stroke():
    class Pressed(Flat):
        def lay(self, state, marks):
            self.alpha = float(marks.pressure.mean())
            return super().lay(state, marks)

    stroke = line(0.5, 0.05, (0.0, 0.0, 0.0), x=(0.2, 0.8)).replace(pressure=torch.tensor([[0.2, 0.9]]))
    (ribbon,) = ribbons(Pressed(), stroke, height=200)
    patch = bend_ribbon(ribbon, stroke.points[0], 0.05, WIDE)
    row = patch.alpha[round((0.5 - patch.y) / patch.step)]
    for x, expected in ((0.2, 0.2), (0.5, 0.55), (0.8, 0.9)):
        assert row[round((x - patch.x) / patch.step)] == pytest.approx(expected, abs=0.02)


def test_looking_knows_left_from_right():
    class Above(Flat):
        def lay(self, state, marks):
            moved = marks.points - torch.tensor([0.0, 1.0]) * marks.radius[:, None, None]
            return super().lay(state, marks.replace(points=moved))

    # Above a stroke that runs to the right is its left side; that of one that runs down lies to the east.
    points = torch.tensor([[[0.5, 0.2], [0.5, 0.5], [0.5, 0.8]]])
    stroke = Strokes(points, torch.tensor([0.05]), torch.ones(1, 2), torch.zeros(1, 3))
    (ribbon,) = ribbons(Above(), stroke, height=200)
    patch = bend_ribbon(ribbon, points[0], 0.05, WIDE)
    across = patch.x + patch.step * torch.arange(patch.alpha.shape[1]).double()
    body = torch.from_numpy(patch.alpha[patch.alpha.shape[0] // 2]).double()
    assert float((across * body).sum() / body.sum()) == pytest.approx(0.55, abs=0.005)


def test_a_painter_shows_its_own_ribbons():
    painter = toys.painter()
    assert isinstance(painter, HasRibbons) and not isinstance(Flat(), HasRibbons)
    strokes = toys.strokes(6, seed=2)
    strokes = strokes.replace(points=0.3 + 0.4 * strokes.points)
    for k, ribbon in enumerate(ribbons(painter, strokes, height=256)):
        patch = bend_ribbon(ribbon, strokes.points[k], float(strokes.radius[k]), WIDE)
        picture = render(painter, strokes[k], Frame(WIDE, 256)).mean[3]
        assert mass(patch) == pytest.approx(float(picture.sum()) / 256**2, rel=0.02)
        assert patch.alpha.max() == pytest.approx(float(picture.max()), abs=0.03)


def test_each_stroke_has_the_ribbon_of_its_own_brush():
    medium = Mixed([Flat(0.3), toys.painter(), Flat(0.9)])
    strokes = many(4).replace(brush=torch.tensor([2, 0, 1, 0]))
    tops = [float(r.logits[0, r.caps, r.logits.shape[2] // 2].sigmoid()) for r in ribbons(medium, strokes, height=128)]
    assert tops[0] == pytest.approx(0.9, abs=0.01)
    assert tops[1] == tops[3] == pytest.approx(0.3, abs=0.01)


def test_nothing_to_see():
    assert ribbons(Flat(), Strokes.empty(), height=64) == []
    stroke = line(0.5, 0.1, (0.0, 0.0, 0.0))
    (ribbon,) = ribbons(Flat(0.0), stroke, height=64)
    assert bend_ribbon(ribbon, stroke.points[0], 0.1, WIDE) is None
    away = line(5.0, 0.1, (0.0, 0.0, 0.0))
    (ribbon,) = ribbons(Flat(), away, height=64)
    assert bend_ribbon(ribbon, away.points[0], 0.1, WIDE) is None
