"""Paint that mixes as pigment, by painters and programs: colors, grounds, batches, windows, variance, refusals."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
import toys
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.media import Mixed, families
from wmpaint.media.oil import OilBrush, OilProgram, OilStrokes
from wmpaint.media.oil.brush import Hairs
from wmpaint.media.programs import Brush, Dabs
from wmpaint.medium import Medium, Picture, gain, influence, mismatch, render
from wmpaint.pigment import mixed_picture, to_bands
from wmpaint.strokes import Strokes

YELLOW, BLUE = (0.97, 0.85, 0.09), (0.1, 0.25, 0.6)
GROUND = (0.5, 0.4, 0.3)
SMOOTH = Hairs(wet=0.0, tint=0.0, warmth=0.0, tooth=0.0, uneven=0.0, ragged=0.0)


def canvas(background: tuple[float, float, float] | None = GROUND, mixing: str = "pigment") -> Canvas:
    return Canvas(1.0, background, surface="smooth", mixing=mixing)


def media() -> dict[str, Medium]:
    return {
        "painter": families.load("charcoal"), "oil painter": families.load("oil/flat"), "dabs": Dabs("charcoal"),
        "oil": OilProgram("flat"), "mixed": Mixed([families.load("charcoal"), Dabs("charcoal"), OilProgram("flat")]),
    }  # fmt: skip


def marks(medium: Medium, count: int = 24) -> Strokes:
    found = toys.strokes(count, seed=5).to_kind(medium.marks)  # type: ignore[arg-type]
    return found.replace(brush=torch.arange(count) // 3 % 3) if isinstance(medium, Mixed) else found


def bar(color: tuple[float, ...], kind: type[Strokes] = Strokes) -> Strokes:
    points = torch.tensor([[[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]]])
    return Strokes(points, torch.tensor([0.2]), torch.ones(1, 2), torch.tensor([color])).to_kind(kind)


def close(one: Tensor, other: Tensor, atol: float = 2e-5) -> None:
    torch.testing.assert_close(one, other, atol=atol, rtol=0)


@pytest.mark.parametrize("name", media())
@pytest.mark.parametrize("background", [GROUND, None])
def test_one_picture_however_it_is_begun(name: str, background: tuple[float, float, float] | None) -> None:
    medium, frame = media()[name], Frame(canvas(background), 64)
    strokes = marks(medium)
    with torch.no_grad():
        whole = render(medium, strokes, frame)
        light = render(medium, strokes, Frame(canvas(background, "light"), 64))
        batch = medium.look(medium.lay(medium.begin(frame, batch=(2,)), type(strokes).stack([strokes, strokes])))
        window = Frame(frame.canvas, 64, window=(8, 16, 40, 32))
        part = render(medium, strokes, window)
        looked = medium.lay(medium.begin(frame), strokes[:12])
        medium.look(looked)
        looked = medium.look(medium.lay(looked, strokes[12:]))
    assert whole.bands is not None and light.bands is None and whole.mean.shape == (4, 64, 64)
    assert 0 <= whole.mean.min() and whole.mean.max() <= 1 and float((whole.mean - light.mean).abs().max()) > 0.02
    close(whole.mean[3], light.mean[3])  # the same shapes
    close(looked.mean, whole.mean)  # though what is seen between is six numbers reduced to three
    if name != "mixed":  # which takes turns mark by mark in a batch, so that oil finds no wet paint
        close(batch.mean[1], whole.mean)
    close(part.mean, window.cut(whole.mean), 1e-3)


@pytest.mark.parametrize("name", ["dabs", "oil", "painter"])
def test_a_ground_is_what_it_looks_like(name: str) -> None:
    medium, frame = media()[name], Frame(canvas(), 48)
    ground = Picture(torch.cat([torch.rand(3, 48, 48), torch.ones(1, 48, 48)]))
    found = render(medium, marks(medium)[:0], frame, ground=ground)
    close(found.mean, ground.mean, 2e-4)  # MyPaint's kind counts in steps
    strokes = marks(medium)
    with torch.no_grad():
        bands = render(medium, strokes, frame, ground=ground._replace(bands=mixed_picture(ground.mean)))
        close(render(medium, strokes, frame, ground=ground).mean, bands.mean)


def test_yellow_over_blue_is_green_and_what_covers_keeps_its_color() -> None:
    oil = OilProgram(OilBrush("plain", "", SMOOTH))
    thick = render(oil, bar(YELLOW, OilStrokes), Frame(canvas(BLUE), 64))
    close(thick.mean[:3, 32, 32], torch.tensor(YELLOW), 2e-3)
    painter = families.load("charcoal")
    with torch.no_grad():
        thin, light = (render(painter, bar(YELLOW), Frame(canvas(BLUE, m), 64)).mean[:3] for m in ("pigment", "light"))
        alpha = render(painter, bar(YELLOW), Frame(canvas(None), 64)).mean[3]
    some = (alpha > 0.3) & (alpha < 0.7)
    assert int(some.sum()) > 20
    greener = [(p[1] - p[:3:2].amax(0))[some].mean() for p in (thin, light)]
    assert greener[0] > greener[1] + 0.04 and greener[0] > 0.05


def test_wet_paint_is_dragged_along_as_pigment() -> None:
    wet = OilProgram(OilBrush("wet", "", SMOOTH._replace(wet=0.5)))
    both = OilStrokes.cat([bar(YELLOW, OilStrokes), bar(BLUE, OilStrokes)])
    pigment, light = (render(wet, both, Frame(canvas(GROUND, m), 64)).mean[:3, 32, 32] for m in ("pigment", "light"))
    assert pigment[1] - pigment[0] > light[1] - light[0] + 0.05


def test_gradients_reach_the_strokes() -> None:
    painter, frame = families.load("charcoal"), Frame(canvas(), 48)
    color = toys.strokes(6, seed=1).color.requires_grad_()
    strokes = toys.strokes(6, seed=1).replace(color=color)
    picture = render(painter, strokes, frame)
    assert picture.variance is not None
    (slope,) = torch.autograd.grad(picture.mean.square().mean() + picture.variance.mean(), color)
    assert bool(slope.isfinite().all()) and float(slope.abs().min()) > 0
    step = torch.zeros_like(color)
    step[2, 1] = 1e-2
    with torch.no_grad():
        ends = [render(painter, strokes.replace(color=color + sign * step), frame) for sign in (1, -1)]
        values = [float(p.mean.square().mean() + p.variance.mean()) for p in ends]  # type: ignore[union-attr]
    assert (values[0] - values[1]) / 2e-2 == pytest.approx(float(slope[2, 1]), rel=0.05)


@pytest.mark.parametrize("name", ["charcoal", "oil/flat"])
def test_variance_is_that_of_pictures_to_first_order(name: str) -> None:
    painter, frame = deepcopy(families.load(name)), Frame(canvas(), 96)
    painter.notes.pop("texture", None)  # streaks have tint and sides besides, of which the variance does not tell
    strokes = toys.strokes(20, seed=2).to_kind(painter.marks)  # type: ignore[arg-type]
    with torch.no_grad():
        told = render(painter, strokes, frame).variance
        drawn = [render(painter, strokes, frame, generator=torch.Generator().manual_seed(k)).mean for k in range(32)]
    assert told is not None
    found = torch.stack(drawn)[:, :3].var(0).sum(0)
    assert 0.75 < float(told.sum() / found.sum()) < 1.4
    assert float(torch.corrcoef(torch.stack([told.flatten(), found.flatten()]))[0, 1]) > 0.75


def test_what_strokes_do() -> None:
    painter, frame = families.load("charcoal"), Frame(canvas(), 64)
    same, other = bar(GROUND), bar(BLUE)
    assert float(influence(painter, same, frame)) < 1e-5 < 0.05 < float(influence(painter, other, frame))
    with torch.no_grad():
        below, goal = render(painter, same[:0], frame), render(painter, other, frame).mean[:3]
    assert float(gain(painter, other, frame, below, goal)) > 10 * abs(float(gain(painter, same, frame, below, goal)))
    assert float(mismatch(painter, other, frame, torch.tensor(BLUE)[:, None, None].expand(3, 64, 64))) < 1e-5


def test_brushes_that_change_their_color_are_refused() -> None:
    smudge, program = b'"smudge": {\n            "base_value": 0.', Dabs("round")
    program.style = Brush.load(program.style.data.replace(smudge + b"0", smudge + b"5"))
    assert not program.style.plain
    with pytest.raises(InputError, match="one color a stroke where pigments mix"):
        render(program, bar(BLUE), Frame(canvas(), 32))


def test_white_and_black_are_the_ends() -> None:
    found = render(Dabs("charcoal"), bar((1.0, 1.0, 1.0)), Frame(canvas((0.0, 0.0, 0.0)), 48))
    assert found.bands is not None
    close(found.bands[0], found.bands[5])  # gray all along
    close(found.bands[:6].amax(), to_bands(torch.ones(3)).max(), 0.3)
