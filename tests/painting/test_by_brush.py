from __future__ import annotations

import pytest
import torch
from flat import Flat, many

from wmpaint.canvas import Canvas
from wmpaint.painting.by_brush import ByBrush
from wmpaint.renderer import Renderer
from wmpaint.strokes import Strokes


@pytest.mark.parametrize("background", [(0.2, 0.7, 0.4), None])
def test_each_stroke_is_painted_by_its_own_brush_in_order(background):
    brushes = [Flat(0.9), Flat(0.3), Flat(0.6)]
    strokes = many(12).replace(brush=torch.tensor([0, 0, 1, 1, 1, 0, 2, 0, 2, 2, 1, 1]))
    both = ByBrush(brushes.__getitem__)
    assert isinstance(both, Renderer)
    picture = both.render(strokes, Canvas(1.25, background), height=24)
    # The obvious twin: one stroke after the other, each over what is there.
    expected = Flat().render(strokes[:0], Canvas(1.25, background), height=24)
    for k in range(12):
        top = Flat(brushes[int(strokes.brush[k])].alpha).render(strokes[k], Canvas(1.25, None), height=24)
        expected = top + (1 - top[3:]) * expected
    torch.testing.assert_close(picture, expected, atol=1e-6, rtol=0)
    assert [b.calls for b in brushes] == [[2, 1, 1], [3, 2], [1, 2]]


def test_one_brush_paints_on_the_ground_itself_and_gets_the_options():
    seen = []

    class Noting(Flat):
        def render(self, strokes, canvas, **options):
            seen.append((canvas.background, options["program_height"]))
            return super().render(strokes, canvas, **options)

    both = ByBrush(lambda index: Noting(), {"program_height": 300})
    both.render(many(4), Canvas(), height=8)
    both.render(many(4).replace(brush=torch.ones(4, dtype=torch.int64)), Canvas(), height=8)
    assert seen == [((1.0, 1.0, 1.0), 300)] * 2


def test_nothing_to_paint_asks_no_brush():
    def refuse(index: int) -> Renderer:
        raise AssertionError

    picture = ByBrush(refuse).render(Strokes.empty(), Canvas(2.0, (0.0, 0.5, 1.0)), height=3)
    assert picture.shape == (4, 3, 6) and picture[:, 0, 0].tolist() == [0, 0.5, 1, 1]
    lifted = many(2).replace(lifted=torch.tensor([True, True]))
    assert (ByBrush(refuse).render(lifted, Canvas(background=None), height=3) == 0).all()
