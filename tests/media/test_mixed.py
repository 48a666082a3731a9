"""Several brushes on one canvas: each mark by its own, in order, in one pass where ribbons are bent."""

from __future__ import annotations

import pytest
import torch
import toys
from flat import Flat, many
from leafy import LeafMarks

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.marks import widest
from wmpaint.media.mixed import Mixed
from wmpaint.media.oil import OilProgram, OilStrokes
from wmpaint.media.programs import Dabs
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter
from wmpaint.medium import HasInfluence, HasLayout, Medium, Picture, gain, grow, influence, mismatch, reach, render
from wmpaint.strokes import Strokes
from wmpaint.surface import bare_relief

ORDER = torch.tensor([0, 0, 1, 1, 1, 0, 2, 0, 2, 2, 1, 1])


@pytest.mark.parametrize("background", [(0.2, 0.7, 0.4), None])
def test_each_stroke_is_painted_by_its_own_brush_in_order(background: tuple[float, float, float] | None) -> None:
    brushes = [Flat(0.9), Flat(0.3), Flat(0.6)]
    strokes, frame = many(12).replace(brush=ORDER), Frame(Canvas(1.25, background), 24)
    both = Mixed(brushes)
    assert isinstance(both, Medium)
    picture = render(both, strokes, frame).mean
    expected = Picture(frame.bare())  # the obvious twin: one stroke after the other, each over what is there
    for k in range(12):
        expected = render(Flat(brushes[int(ORDER[k])].alpha), strokes[k], frame, ground=expected)
    torch.testing.assert_close(picture, expected.mean, atol=1e-6, rtol=0)
    assert [b.calls for b in brushes] == [[2, 1, 1], [3, 2], [1, 2]]


def test_nothing_to_paint_asks_no_brush() -> None:
    def refuse(index: int) -> Medium:
        raise AssertionError

    picture = render(Mixed(refuse, 2), Strokes.empty(), Frame(Canvas(2.0, (0.0, 0.5, 1.0)), 3)).mean
    assert picture.shape == (4, 3, 6) and picture[:, 0, 0].tolist() == [0, 0.5, 1, 1]
    lifted = many(2).replace(lifted=torch.tensor([True, True]))
    assert (render(Mixed(refuse, 2), lifted, Frame(Canvas(background=None), 3)).mean == 0).all()


def test_what_cannot_be_mixed_is_refused() -> None:
    with pytest.raises(InputError, match="one medium or more"):
        Mixed([])
    with pytest.raises(InputError, match="expected brush of 0 to 1, got 2"):
        render(Mixed([Flat(), Flat()]), many(1).replace(brush=torch.tensor([2])), Frame(Canvas(), 8))


def test_a_program_changes_brushes_on_one_sheet_and_every_stroke_keeps_its_random_numbers() -> None:
    strokes = many(9, seed=4).replace(radius=torch.full((9,), 0.06), brush=ORDER[:9])
    strokes = strokes.replace(lifted=torch.tensor([False, True, False, False, True, False, True, False, False]))
    for background in ((0.2, 0.7, 0.4), None):
        frame = Frame(Canvas(1.25, background), 40)
        # Three times the same brush: what one program paints of all the strokes.
        whole = render(Dabs("charcoal", 3), strokes, frame).mean
        both = Mixed(lambda index: Dabs("charcoal", 3), 3)
        assert torch.equal(render(both, strokes, frame).mean, whole)
        *_, middle, last = grow(both, strokes, frame, [2, 6, 9])
        assert torch.equal(last.mean, whole)
        assert torch.equal(middle.mean, render(Dabs("charcoal", 3), strokes[:6], frame).mean)
    chance = [torch.Generator().manual_seed(8) for _ in range(2)]
    drawn = render(both, strokes, frame, generator=chance[0]).mean
    assert torch.equal(drawn, render(Dabs("charcoal"), strokes, frame, generator=chance[1]).mean)
    assert not torch.equal(drawn, whole)


def test_a_program_and_another_medium_lie_above_each_other() -> None:
    strokes = many(6, seed=4).replace(radius=torch.full((6,), 0.06), brush=torch.tensor([1, 0, 0, 1, 1, 0]))
    program, flat, frame = Dabs("charcoal", 3), Flat(0.5), Frame(Canvas(1.25, (0.2, 0.7, 0.4)), 40)
    picture = render(Mixed([program, flat]), strokes, frame).mean
    expected = render(flat, strokes[0], frame)
    for start, stop in ((1, 3), (3, 5), (5, 6)):
        alone = torch.arange(6)
        lifted = strokes.replace(lifted=(alone < start) | (alone >= stop))
        brush: Medium = program if start != 3 else flat
        expected = render(brush, lifted if brush is program else strokes[start:stop], frame, ground=expected)
    torch.testing.assert_close(picture, expected.mean, atol=1e-6, rtol=0)


def test_ribbons_of_several_painters_are_one_picture_with_its_variance_and_gradients() -> None:
    painters = [toys.painter(k) for k in range(3)]
    frame = Frame(Canvas(1.25, (0.9, 0.8, 0.7)), 40, program_height=80)
    strokes = toys.strokes(12).replace(brush=ORDER).map(lambda v: v.requires_grad_() if v.is_floating_point() else v)
    both = Mixed(painters)
    picture = render(both, strokes, frame)
    state: Picture | None = None
    for k in range(12):
        state = render(painters[int(ORDER[k])], strokes[k], frame, ground=state)
    assert state is not None and picture.variance is not None and state.variance is not None
    torch.testing.assert_close(picture.mean, state.mean, atol=1e-5, rtol=0)
    torch.testing.assert_close(picture.variance, state.variance, atol=1e-5, rtol=0)
    found = []
    for one in (picture, state):
        assert one.variance is not None
        loss = one.mean.square().sum() + one.variance.sum()
        found.append(torch.autograd.grad(loss, [strokes.points, strokes.color], retain_graph=True))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, atol=2e-3, rtol=1e-3)


def test_ribbons_of_other_sizes_are_resampled() -> None:
    fine, coarse = toys.painter(0), toys.painter(1, body=6, caps=2, columns=9)
    strokes, frame = toys.strokes(6).replace(brush=ORDER[:6]), Frame(Canvas(), 48)
    picture = render(Mixed([fine, coarse]), strokes, frame).mean
    expected: Picture | None = None
    for k in range(6):
        expected = render((fine, coarse)[int(ORDER[k])], strokes[k], frame, ground=expected)
    assert expected is not None
    assert float((picture - expected.mean).abs().max()) < 0.01 and float((picture - frame.bare()).abs().max()) > 0.3


def test_what_shows_of_each_stroke_is_that_of_its_own_brush() -> None:
    painters, frame = [toys.painter(0), toys.painter(5)], Frame(Canvas(), 32)
    strokes = toys.strokes(5).replace(brush=torch.tensor([0, 1, 0, 1, 1]))
    both = Mixed(painters)
    assert isinstance(both, HasInfluence) and isinstance(both, HasLayout)
    layout = both.layout(strokes, frame, slack=0.01)
    a, b = render(both, strokes, frame), render(both, strokes, frame, layout=layout)
    torch.testing.assert_close(a.mean, b.mean, atol=1e-5, rtol=0)
    goal, bare = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0)), Picture(frame.bare())
    won, boxes = gain(both, strokes, frame, bare, goal), reach(both, strokes, frame)
    shown, off = influence(both, strokes, frame), mismatch(both, strokes, frame, goal)
    assert boxes.shape == (5, 4) and off.shape == (5,) and bool((shown > 0).any())
    for k in range(5):
        painter = painters[int(strokes.brush[k])]  # type: ignore[index]
        alone = render(painter, strokes[k], frame)
        assert alone.variance is not None
        error = (alone.mean[:3] - goal).square().sum() + alone.variance.sum()
        assert float(won[k]) == pytest.approx(float((bare.mean[:3] - goal).square().sum() - error), abs=2e-3)
        rows, columns = (alone.mean != bare.mean).any(0).nonzero(as_tuple=True)
        left, top, right, bottom = boxes[k].tolist()
        assert columns.min() >= left - 1 and columns.max() <= right and rows.min() >= top - 1 and rows.max() <= bottom


def test_pictures_of_a_batch_change_brushes_where_they_like() -> None:
    media = [Dabs("charcoal", 3), toys.painter(1), toys.painter(2)]
    frame = Frame(Canvas(1.0, (0.5, 0.6, 0.7)), 32)
    pictures = [
        toys.strokes(4, seed=k).replace(brush=torch.tensor(b)) for k, b in ((0, [0, 1, 2, 0]), (1, [1, 1, 0, 2]))
    ]
    batch = Strokes.stack(pictures)
    together = render(Mixed(media), batch, frame).mean
    for k, strokes in enumerate(pictures):
        torch.testing.assert_close(together[k], render(Mixed(media), strokes, frame).mean, atol=2e-4, rtol=0)
    ribbons = render(Mixed(media[1:]), batch.replace(brush=(batch.brush > 1).long()), frame)  # type: ignore[operator]
    assert ribbons.variance is not None and ribbons.variance.shape == (2, 32, 32)


def test_grain_of_several_painters_is_that_of_each() -> None:
    painters, frame = [toys.painter(k) for k in range(2)], Frame(Canvas(), 40)
    strokes = toys.strokes(6).replace(brush=torch.tensor([0, 1, 1, 0, 1, 0]))

    def chance() -> torch.Generator:
        return torch.Generator().manual_seed(3)

    textured = render(Mixed(painters), strokes, frame, generator=chance()).mean
    state: Picture | None = None
    for k in range(6):
        state = render(painters[int(strokes.brush[k])], strokes[k], frame, ground=state, generator=chance())  # type: ignore[index]
    assert state is not None
    torch.testing.assert_close(textured, state.mean, atol=1e-5, rtol=0)
    assert float((textured - render(Mixed(painters), strokes, frame).mean).abs().max()) > 0.02


def test_oil_and_ink_on_one_canvas() -> None:
    oil = RibbonPainter(
        RibbonConfig(hidden=8, marks="oil", shares=("load", "bristle"), relief=(0.002, 0.02, 0.75, 0.8))
    )
    oil.requires_grad_(False)
    both, frame = Mixed([oil, toys.painter()]), Frame(Canvas(), 48)
    assert both.marks is OilStrokes and Mixed([toys.painter(), oil]).marks is OilStrokes
    strokes = toys.strokes(8).to_kind(OilStrokes).replace(brush=torch.tensor([0, 1] * 4))
    picture = render(both, strokes, frame)
    assert picture.relief is not None and picture.relief.shape == (48, 48)
    bare = bare_relief(frame)
    flat = render(both, strokes.replace(brush=torch.ones(8, dtype=torch.int64)), frame)
    assert flat.relief is None or torch.equal(flat.relief, bare)  # ink lies on what there is
    alone = render(oil, strokes[torch.arange(0, 8, 2)].replace(brush=None), frame)
    assert torch.allclose(picture.relief, alone.relief, atol=1e-7)
    with pytest.raises(InputError, match="one kind of marks"):
        widest([OilStrokes, LeafMarks])


def test_the_relief_of_oil_stays_under_what_is_laid_on_it_in_programs() -> None:
    frame, strokes = Frame(Canvas(), 48), toys.strokes(6).to_kind(OilStrokes)
    both = Mixed([OilProgram(), Dabs("ink")])
    beneath = render(both, strokes[:4].replace(brush=torch.zeros(4, dtype=torch.int64)), frame)
    over = render(both, strokes.replace(brush=torch.tensor([0, 0, 0, 0, 1, 1])), frame)
    assert over.relief is not None and torch.equal(over.relief, beneath.relief)
    again = render(both, strokes.replace(brush=torch.tensor([0, 0, 1, 1, 0, 0])), frame)
    assert again.relief is not None and not torch.equal(again.relief, beneath.relief)


def test_oil_brushes_change_on_one_sheet() -> None:
    frame, seeds = Frame(Canvas(), 64), 3
    strokes = toys.strokes(9).to_kind(OilStrokes)
    one = render(OilProgram("flat", seeds), strokes, frame)
    same = render(Mixed([OilProgram("flat", seeds), OilProgram("flat", seeds)]),
                  strokes.replace(brush=torch.tensor([0, 1, 0, 1, 1, 0, 0, 1, 0])), frame)  # fmt: skip
    assert torch.equal(one.mean, same.mean) and torch.equal(one.relief, same.relief)
