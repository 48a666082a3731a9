"""Oil paint: bits, sizes, windows, what is picked up, and strokes whose answers are on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import toys
from torch import Tensor
from torch.nn import functional as F

from wmpaint.canvas import Canvas
from wmpaint.errors import BrushError, InputError
from wmpaint.frame import Frame
from wmpaint.geometry import coefficients, open_hairpins
from wmpaint.light import lit
from wmpaint.media.oil import BRUSHES, OilBrush, OilProgram, OilStrokes
from wmpaint.media.oil.brush import Hairs
from wmpaint.media.oil.program import HIGHEST, TURN
from wmpaint.medium import HasLayers, Medium, Picture, render
from wmpaint.surface import bare_relief

PLAIN = Hairs(wet=0.0, tint=0.0, warmth=0.0, tooth=0.0, uneven=0.0, ragged=0.0)  # nothing by chance but edges
GROUND = (0.5, 0.4, 0.3)


def line(x0: float, x1: float, y: float = 0.5, *, color: tuple[float, ...] = (1.0, 1.0, 1.0), radius: float = 0.1,
         load: float = 0.75) -> OilStrokes:  # fmt: skip
    points = torch.tensor([[[x0, y], [(x0 + x1) / 2, y], [x1, y]]])
    return OilStrokes(
        points, torch.tensor([radius]), torch.ones(1, 2), torch.tensor([color]), load=torch.tensor([load])
    )


def many(count: int = 60, seed: int = 0) -> OilStrokes:
    strokes = toys.strokes(count, seed=seed).to_kind(OilStrokes)
    chance = torch.Generator().manual_seed(seed)
    return strokes.replace(load=torch.rand(count, generator=chance), bristle=torch.rand(count, generator=chance))


def psnr(one: Tensor, other: Tensor) -> float:
    return float(-10 * torch.log10((one - other).square().mean()))


def test_it_is_a_medium_and_can_be_learned_from() -> None:
    program = OilProgram()
    assert isinstance(program, Medium) and isinstance(program, HasLayers)
    assert program.info.full_name == "oil/flat" and program.info.reads_canvas and program.marks is OilStrokes
    assert not OilProgram(OilBrush("own", "", Hairs(wet=0))).info.reads_canvas


def test_the_same_bits_for_a_seed_and_others_for_another() -> None:
    frame = Frame(Canvas(1.5, GROUND), 96)
    first, again, other = (render(OilProgram(seed=s), many(), frame) for s in (1, 1, 2))
    assert torch.equal(first.mean, again.mean) and torch.equal(first.relief, again.relief)
    assert float((first.mean - other.mean).abs().max()) > 0.1
    assert first.relief.shape == (96, 144) and first.mean.shape == (4, 96, 144) and bool((first.mean[3] == 1).all())


def test_a_window_is_the_same_pixels_as_the_whole() -> None:
    frame = Frame(Canvas(1.5, GROUND), 160)
    whole = render(OilProgram(), many(), frame)
    for window in ((0, 0, 40, 30), (101, 57, 64, 64), (200, 120, 40, 40)):
        part = replace(frame, window=window)
        found = render(OilProgram(), many(), part)
        assert torch.equal(found.mean, part.cut(whole.mean)) and torch.equal(found.relief, part.cut(whole.relief))


def test_one_after_the_other_is_all_at_once() -> None:
    frame, program, strokes = Frame(Canvas(1.0, GROUND), 96), OilProgram(), many(40)
    state = program.begin(frame)
    for k in range(0, 40, 9):
        state = program.lay(state, strokes[k : k + 9])
    whole = render(program, strokes, frame)
    assert torch.equal(program.look(state).mean, whole.mean)
    lifted = strokes.replace(lifted=torch.arange(40) == 7)  # leaving one out changes none of the others' hairs
    without = render(OilProgram(OilBrush("dry", "", Hairs(wet=0))), lifted, frame)
    kept = render(OilProgram(OilBrush("dry", "", Hairs(wet=0))), strokes, frame)
    far = (without.mean - kept.mean).abs().amax(0) == 0
    assert 0.3 < float(far.float().mean()) < 1


def test_a_batch_is_each_picture_alone() -> None:
    frame, program = Frame(Canvas(1.0, GROUND), 64), OilProgram()
    pictures = [many(12, seed) for seed in range(3)]
    batch = OilStrokes.stack(pictures)
    together = render(program, batch, frame)
    assert together.mean.shape == (3, 4, 64, 64) and together.relief.shape == (3, 64, 64)
    for k, one in enumerate(pictures):
        alone = render(program, one, frame)
        assert torch.equal(together.mean[k], alone.mean) and torch.equal(together.relief[k], alone.relief)


@pytest.mark.parametrize("brush", BRUSHES)
def test_every_size_shows_the_same_picture(brush: str) -> None:
    strokes = many(30)
    strokes = strokes.replace(color=0.3 + 0.4 * strokes.color)  # as near to each other as in a painting
    small, large = (render(OilProgram(brush), strokes, Frame(Canvas(1.0, GROUND), height)) for height in (256, 1024))
    shown = lit(small.mean, small.relief, 256)
    for found, whole, least in (
        (small.mean, large.mean, 39), (shown, lit(large.mean, large.relief, 1024), 38)
    ):  # fmt: skip
        assert psnr(F.interpolate(whole[None], size=(256, 256), mode="area")[0], found) > least
    other = render(OilProgram(brush, seed=9), strokes, Frame(Canvas(1.0, GROUND), 256))
    assert psnr(other.mean, small.mean) < 35


def test_a_stroke_runs_dry_and_a_full_brush_later() -> None:
    frame = Frame(Canvas(4.0, (0.0, 0.0, 0.0), surface="smooth"), 64)

    def ink(load: float) -> Tensor:
        return render(OilProgram(OilBrush("x", "", PLAIN)), line(0.2, 3.8, load=load), frame).mean[0, 26:38].mean(0)

    dry, full = ink(0.3), ink(1.0)
    # load b.load (0.25 + load), less 1 in `dry` radii; gone where it is 0.22: 0.3 -> 0.55 -> (0.55 - 0.22) 13 radii.
    ends = 64 * (0.2 + 0.1 * 13 * (0.55 - 0.22))
    (covered,) = (dry > 0.5).nonzero(as_tuple=True)
    assert abs(float(covered.max()) - ends) < 8
    assert float(full[64 * 1] - dry[64 * 1]) > 0.9


def test_height_is_that_of_the_paint_and_new_paint_levels_the_old() -> None:
    frame = Frame(Canvas(2.0, GROUND, surface="smooth"), 128)
    program = OilProgram(OilBrush("x", "", PLAIN))
    bare, one = bare_relief(frame), render(program, line(0.3, 1.7), frame).relief
    assert float(bare.abs().max()) == 0 and 1e-4 < float(one.max()) < 0.02
    assert float(one[:20].abs().max()) == 0
    two = render(program, OilStrokes.cat([line(0.3, 1.7)] * 2), frame).relief
    assert float(one.mean()) < float(two.mean()) < 1.6 * float(one.mean())


def test_wet_paint_is_dragged_along_and_a_bare_canvas_gives_nothing() -> None:
    frame = Frame(Canvas(2.0, (0.0, 0.0, 0.0), surface="smooth"), 96)
    brush = OilBrush("x", "", PLAIN._replace(wet=0.5, load=3.0, dry=200.0))
    white, red = line(0.3, 1.7), line(0.95, 1.0, 0.5, color=(1.0, 0.0, 0.0), radius=0.4)
    over = render(OilProgram(brush), OilStrokes.cat([red, white]), frame).mean[:, 48]
    alone = render(OilProgram(brush), white, frame).mean[:, 48]
    assert float(alone[1, 96]) > 0.99 and float(over[1, 96]) < 0.9 and float(over[0, 96]) > 0.99
    assert float(over[1, 40]) > 0.99  # before it came to the red


def test_alpha_is_the_paint_of_a_stroke_alone() -> None:
    program = OilProgram(OilBrush("x", "", PLAIN))
    points = np.array([[20.0, 32.0], [50.0, 32.0], [80.0, 32.0]])
    alpha, height = program.layers(points, 10.0, (1.0, 1.0), height=64, width=110, seed=3)
    assert np.array_equal(alpha, program.alpha(points, 10.0, (1.0, 1.0), height=64, width=110, seed=3))
    assert alpha.shape == (64, 110) and alpha[32, 50] == pytest.approx(1, abs=1e-3) and alpha[5].max() == 0
    assert 0.2 < height[32, 50] * HIGHEST < 1.2 and height.max() <= 1
    wet = OilProgram(OilBrush("y", "", PLAIN._replace(wet=0.4)))
    assert wet.alpha(points, 10.0, (1.0, 1.0), height=64, width=110, seed=3)[32, 70] < 0.9  # white, on wet black


def test_curves_that_turn_back_are_opened_to_hairpins() -> None:
    radius = torch.full((3,), 0.05, dtype=torch.float64)
    back = [[[0.1, 0.5], [0.9, 0.5], [0.1, 0.5]], [[0.1, 0.5], [0.9, 0.5], [0.1, 0.501]]]
    points = torch.tensor([*back, [[0.1, 0.5], [0.5, 0.6], [0.9, 0.5]]], dtype=torch.float64)
    found = open_hairpins(points, radius, TURN)
    a, b, _ = coefficients(found)
    bend = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).square() / a.norm(dim=1) ** 3 / 2
    assert torch.allclose(bend[:2], TURN * radius[:2]) and torch.equal(found[2], points[2])
    assert torch.allclose(open_hairpins(found, radius, TURN), found) and open_hairpins(points, radius, 0.0) is points


def test_a_bend_has_no_seam() -> None:
    """Along a line across the inside of a tight bend, color and height change from pixel to pixel as hairs do."""
    frame = Frame(Canvas(1.0, (0.0, 0.0, 0.0), surface="smooth"), 512)
    hairpin = OilStrokes(
        torch.tensor([[[0.2, 0.46], [1.1, 0.5], [0.2, 0.54]]]), torch.tensor([0.12]), torch.ones(1, 2),
        torch.ones(1, 3), load=torch.ones(1),
    )  # fmt: skip
    smooth = PLAIN._replace(load=3.0, ridge=0.0, rim=0.0, head=0.0, heap=0.0)
    picture = render(OilProgram(OilBrush("x", "", smooth)), hairpin, frame)
    inside = (slice(225, 290), slice(275, 340))  # where the middle line bends
    assert float((1 - picture.mean[0][inside]).max()) < 0.04
    step = picture.relief[inside].diff(dim=0).abs().max() / picture.relief.max()
    assert float(step) < 0.08


def test_what_lies_beneath_is_kept() -> None:
    frame, program = Frame(Canvas(1.0, GROUND), 64), OilProgram()
    first = render(program, many(10), frame)
    again = render(program, OilStrokes.empty(), frame, ground=first)
    assert torch.equal(again.mean, first.mean) and torch.equal(again.relief, first.relief)
    with pytest.raises(InputError, match="ground"):
        program.begin(frame, ground=Picture(torch.zeros(4, 8, 8)))
    with pytest.raises(BrushError, match="did you mean filbert"):
        OilProgram("filbrt")


def test_plain_strokes_have_the_usual_load() -> None:
    frame = Frame(Canvas(1.0, GROUND), 64)
    plain = toys.strokes(5)
    assert torch.equal(
        render(OilProgram(), plain, frame).mean, render(OilProgram(), plain.to_kind(OilStrokes), frame).mean
    )
    with pytest.raises(InputError, match="pictures"):
        OilProgram().lay(OilProgram().begin(frame, batch=(2,)), plain)
