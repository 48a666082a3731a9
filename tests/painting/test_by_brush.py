from __future__ import annotations

import pytest
import torch
from flat import Flat, many

from wmpaint.canvas import Canvas
from wmpaint.media.programs import Dabs
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


def test_a_program_changes_brushes_on_one_sheet_and_every_stroke_keeps_its_random_numbers():
    strokes = many(9, seed=4).replace(radius=torch.full((9,), 0.06), brush=torch.tensor([0, 0, 1, 1, 1, 0, 2, 0, 2]))
    strokes = strokes.replace(lifted=torch.tensor([False, True, False, False, True, False, True, False, False]))
    for background in ((0.2, 0.7, 0.4), None):
        canvas = Canvas(1.25, background)
        # Three times the same brush: what one program paints of all the strokes.
        whole = Dabs("charcoal", 3).render(strokes, canvas, height=40)
        both = ByBrush(lambda index: Dabs("charcoal", 3))
        assert torch.equal(both.render(strokes, canvas, height=40), whole)
        *_, middle, last = both.grow(strokes, canvas, height=40, counts=[2, 6, 9])
        assert torch.equal(last, whole)
        assert torch.equal(middle, Dabs("charcoal", 3).render(strokes[:6], canvas, height=40))
    chance = [torch.Generator().manual_seed(8) for _ in range(2)]
    drawn = both.render(strokes, canvas, height=40, generator=chance[0])
    assert torch.equal(drawn, Dabs("charcoal").render(strokes, canvas, height=40, generator=chance[1]))
    assert not torch.equal(drawn, whole)


def test_a_program_and_another_renderer_lie_above_each_other():
    strokes = many(6, seed=4).replace(radius=torch.full((6,), 0.06), brush=torch.tensor([1, 0, 0, 1, 1, 0]))
    program, flat, canvas = Dabs("charcoal", 3), Flat(0.5), Canvas(1.25, (0.2, 0.7, 0.4))
    picture = ByBrush([program, flat].__getitem__).render(strokes, canvas, height=40)
    expected = flat.render(strokes[0], canvas, height=40)
    for start, stop in ((1, 3), (3, 5), (5, 6)):
        clear = Canvas(1.25, None)
        alone = torch.arange(6)
        lifted = strokes.replace(lifted=(alone < start) | (alone >= stop))
        brush = program if start != 3 else flat
        top = brush.render(lifted if brush is program else strokes[start:stop], clear, height=40)
        expected = top + (1 - top[3:]) * expected
    torch.testing.assert_close(picture, expected, atol=1e-6, rtol=0)
