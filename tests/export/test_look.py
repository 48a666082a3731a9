from __future__ import annotations

import pytest
import torch
from flat import Flat, many

from wmpaint.export.look import measure
from wmpaint.strokes import Strokes


@pytest.mark.parametrize(("alpha", "width"), [(1.0, 1.0), (0.5, 1.0), (0.8, 0.7)])
def test_a_flat_bar_is_measured_as_it_is(alpha, width):
    wide, clear = measure(Flat(alpha, width), many(12), height=400)
    torch.testing.assert_close(clear, torch.full((12,), alpha), atol=1e-4, rtol=0)
    # A bar's edges fall on whole pixels: one in a diameter of 4 or more here.
    torch.testing.assert_close(wide, torch.full((12,), width), atol=0.25, rtol=0)


def test_pressure_and_radius_are_interpolated():
    class Pressed(Flat):
        def render(self, strokes, canvas, **options):
            self.alpha = float(strokes.pressure.mean())
            return super().render(strokes, canvas, **options)

    strokes = many(30, seed=3)
    _, clear = measure(Pressed(), strokes, height=128)
    torch.testing.assert_close(clear, strokes.pressure.mean(1).clamp(0.15, 1), atol=1e-4, rtol=0)


def test_edge_cases():
    assert [len(x) for x in measure(Flat(), Strokes.empty(), height=64)] == [0, 0]
    wide, clear = measure(Flat(0.0), many(2), height=64)
    assert wide.tolist() == [1, 1] and clear.tolist() == [0, 0]
    assert measure(Flat(), many(1), height=64)[1].tolist() == pytest.approx([1.0])
