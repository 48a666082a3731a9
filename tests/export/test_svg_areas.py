from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import toys
from flat import Flat, line

from wmpaint.canvas import Canvas
from wmpaint.export.ribbons import ribbons
from wmpaint.export.svg.areas import area, levels_of, stroke_areas
from wmpaint.strokes import Strokes


def corners(curves, count=8):
    """A polygon along cubic curves [S, 4, 2]."""
    t = np.linspace(0, 1, count, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (curves[:, None, k] for k in range(4))
    return ((1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t * t * p2 + t**3 * p3).reshape(-1, 2)


def test_levels_that_can_be_worked_out():
    # With 0 among the levels, the best one for alphas spread evenly over 0..1 is 2/3, the best two are 0.4 and 0.8.
    even = (np.arange(20_000) + 0.5) / 20_000
    assert levels_of(even, 1) == pytest.approx([2 / 3], abs=0.01)
    assert levels_of(even, 2) == pytest.approx([0.4, 0.8], abs=0.01)
    assert levels_of(np.repeat([0.0, 0.5], 100), 8) == pytest.approx([0.5], abs=0.01)
    assert levels_of(np.zeros(10), 3) == [] and levels_of(np.full(10, 0.001), 3) == []


def test_fewer_levels_do_for_a_larger_error():
    even = (np.arange(20_000) + 0.5) / 20_000
    counts = [len(levels_of(even, 32, error)) for error in (0.2, 0.05, 0.02, 0.0)]
    assert counts == sorted(counts) and counts[0] <= 2 and counts[-1] > 25
    for most in (4, 8, 16):
        levels = np.array([0.0, *levels_of(even, most)])
        off = np.abs(even[:, None] - levels).min(1)
        # n levels and 0 for 0..1: cells of about 1 / (n + 1/2), off by that over the root of 12.
        assert math.sqrt((off**2).mean()) == pytest.approx(1 / (most + 0.5) / math.sqrt(12), rel=0.1)


def test_the_outline_of_a_bar():
    stroke = line(0.5, 0.1, (0.0, 0.0, 0.0), x=(0.3, 0.7))
    ((layer,),) = stroke_areas(ribbons(Flat(0.6), stroke, height=400), stroke, Canvas())
    assert layer.opacity == pytest.approx(0.6, abs=0.03)
    (curves,) = layer.outlines
    assert len(curves) <= 16  # two straight sides and two half circles
    assert abs(area(corners(curves))) == pytest.approx(0.4 * 0.2 + math.pi * 0.01, rel=0.05)
    assert curves[..., 0].min() == pytest.approx(0.2, abs=0.01) and curves[..., 1].max() == pytest.approx(0.6, abs=0.01)


def test_the_outline_narrows_with_the_pressure():
    class Pressed(Flat):
        def lay(self, state, marks):
            self.width = float(marks.pressure.mean())
            return super().lay(state, marks)

    stroke = line(0.5, 0.1, (0.0, 0.0, 0.0), x=(0.2, 0.8)).replace(pressure=torch.tensor([[1.0, 0.25]]))
    ((layer,),) = stroke_areas(ribbons(Pressed(), stroke, height=400), stroke, Canvas())
    edge = np.concatenate(layer.outlines)[:, 0]
    for x, half in ((0.2, 0.1), (0.8, 0.025)):
        there = edge[np.abs(edge[:, 0] - x) < 0.06]
        assert np.abs(there[:, 1] - 0.5).max() == pytest.approx(half, rel=0.35)


def test_layers_lie_within_each_other_and_add_up():
    strokes = toys.strokes(5, seed=1, radius=(0.08, 0.1))
    for layers in stroke_areas(ribbons(toys.painter(), strokes, height=256), strokes, Canvas(), levels=6):
        assert 2 <= len(layers) <= 6
        assert all(0 < layer.opacity <= 1 for layer in layers)
        sizes = [abs(sum(area(corners(curves)) for curves in layer.outlines)) for layer in layers]
        assert sizes == sorted(sizes, reverse=True)
        clear = math.prod(1 - layer.opacity for layer in layers)
        assert 0 <= clear < 1


def test_odd_strokes_have_outlines_or_none():
    strokes = toys.odd_strokes()
    found = stroke_areas(ribbons(toys.painter(), strokes, height=128), strokes, Canvas(), levels=4)
    assert len(found) == len(strokes)
    for layers in found:
        for layer in layers:
            assert all(np.isfinite(curves).all() for curves in layer.outlines)
    assert stroke_areas([], Strokes.empty(), Canvas()) == []
