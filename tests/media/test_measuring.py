from __future__ import annotations

import pytest
import torch
from flat import Flat, many

from wmpaint.media.measuring import measure
from wmpaint.strokes import Strokes


@pytest.mark.parametrize(("alpha", "width"), [(1.0, 1.0), (0.5, 1.0), (0.8, 0.7)])
def test_a_flat_bar_is_measured_as_it_is(alpha, width):
    strokes = many(12)
    strokes = strokes.replace(radius=4 * strokes.radius)
    wide, clear = measure(Flat(alpha, width), strokes, height=400)
    torch.testing.assert_close(clear, torch.full((12,), alpha), atol=1e-4, rtol=0)
    # A bar's edges fall on whole pixels: one in a diameter of 16 or more here, and of 60 on the average.
    off = (wide - width).abs()
    assert float(off.max()) <= 1 / (2 * 400 * float(strokes.radius.min())) and float(off.mean()) < 0.02


def test_pressure_and_radius_are_interpolated():
    class Pressed(Flat):
        def lay(self, state, marks):
            self.alpha = float(marks.pressure.mean())
            return super().lay(state, marks)

    strokes = many(30, seed=3)
    _, clear = measure(Pressed(), strokes, height=128)
    torch.testing.assert_close(clear, strokes.pressure.mean(1).clamp(0.15, 1), atol=1e-4, rtol=0)


def test_edge_cases():
    assert [len(x) for x in measure(Flat(), Strokes.empty(), height=64)] == [0, 0]
    wide, clear = measure(Flat(0.0), many(2), height=64)
    assert wide.tolist() == [1, 1] and clear.tolist() == [0, 0]
    assert measure(Flat(), many(1), height=64)[1].tolist() == pytest.approx([1.0])
