"""Grain: its field, what hangs on a stroke, and the pictures of a painter that has it."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
import toys
from torch import Tensor
from torch.nn import functional as F

from wmpaint.canvas import Canvas
from wmpaint.export.animation import stroke_frames
from wmpaint.frame import Frame
from wmpaint.media.mixed import Mixed
from wmpaint.media.ribbon import RibbonPainter, texture
from wmpaint.media.ribbon.ribbon import Ribbon
from wmpaint.medium import grow, render
from wmpaint.raster.grain import COLUMNS
from wmpaint.strokes import Strokes

WIDE = Canvas(1.5)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def covariance(field: Tensor) -> Tensor:
    """[dy, dx] of a periodic field."""
    return torch.fft.ifft2(torch.fft.fft2(field.double()).abs().square()).real / field.numel()


# The field


def test_the_field_is_normal_between_its_samples() -> None:
    field = texture.field()
    assert field.shape == (512, 512) and field.dtype == torch.float32
    assert abs(float(field.mean())) < 1e-4
    # Bilinear, at 7 x 7 places in each cell.
    right, down = field.roll(-1, 1), field.roll(-1, 0)
    corner = right.roll(-1, 0)
    parts = [(k + 0.5) / 7 for k in range(7)]
    seen = torch.stack(
        [torch.lerp(torch.lerp(field, right, f), torch.lerp(down, corner, f), g) for f in parts for g in parts]
    )
    assert float(seen.var()) == pytest.approx(1, abs=2e-3)
    for z, share in ((-2.0, 0.02275), (-1.0, 0.15866), (0.0, 0.5), (1.0, 0.84134), (2.0, 0.97725)):
        assert float((seen < z).double().mean()) == pytest.approx(share, abs=0.01)


def test_the_field_correlates_as_dabs_do() -> None:
    # MyPaint, benchmarks/grain.py: a half at 0.45 to 0.55 radii, little at 1, as much along as across.
    c = covariance(texture.field())
    along, across = ((line / c[0, 0])[:30] for line in (c[0], c[:, 0]))
    for line in (along, across):
        assert 0.44 < float((line < 0.5).nonzero()[0]) / texture.SCALE < 0.6
        assert abs(float(line[12])) < 0.1 and abs(float(line[18])) < 0.06
        expected = torch.exp(-((torch.arange(13) / texture.SCALE / texture.SIGMA) ** 2) / 2)
        assert float((line[:13] - expected).abs().max()) < 0.12
    assert float((along - across).abs().max()) < 0.06


# What hangs on a stroke


def test_grain_hangs_on_the_stroke() -> None:
    strokes = toys.strokes(9)
    window = texture.grain(strokes, 7, Frame(Canvas(), 100)).window
    order = torch.tensor([4, 0, 8, 2])
    assert torch.equal(texture.grain(strokes[order], 7, Frame(Canvas(), 100)).window, window[order])
    recolored = strokes.replace(color=1 - strokes.color)
    assert torch.equal(texture.grain(recolored, 7, Frame(Canvas(), 100)).window, window)
    assert torch.equal(texture.grain(strokes.to(torch.float64), 7, Frame(Canvas(), 100)).window, window)
    assert not torch.isclose(texture.grain(strokes, 8, Frame(Canvas(), 100)).window[:, 2], window[:, 2]).any()
    for a, b in pairwise(window[:, 2].sort().values.tolist()):
        assert a < b


def test_the_same_stroke_twice_has_two_grains() -> None:
    strokes = toys.strokes(3)[torch.tensor([0, 1, 0, 0, 2])]
    places = texture.grain(strokes, 7, Frame(Canvas(), 100)).window[:, 2]
    assert len(places.unique()) == 5
    assert torch.equal(places[:2], texture.grain(strokes[:2], 7, Frame(Canvas(), 100)).window[:, 2])


def test_numbers_from_all_of_the_stroke() -> None:
    stroke = toys.strokes(1)
    known = texture.grain(stroke, 0, Frame(Canvas(), 100)).window
    for change in (
        {"points": stroke.points + torch.tensor([0.0, 1e-6])},
        {"radius": stroke.radius * (1 + 1e-6)},
        {"pressure": stroke.pressure.flip(1)},
    ):
        assert not torch.isclose(
            texture.grain(stroke.replace(**change), 0, Frame(Canvas(), 100)).window[:, 2:], known[:, 2:]
        ).all()


def test_places_and_turns_are_even() -> None:
    window = texture.grain(toys.strokes(4000), 3, Frame(Canvas(), 100)).window
    for k in (2, 3):
        counts = torch.histc(window[:, k], 8, 0, texture.SIDE)
        assert float((counts - 500).abs().max()) < 110  # five standard deviations
    turns = torch.atan2(window[:, 1], window[:, 0])
    assert float((torch.histc(turns, 8, -math.pi, math.pi) - 500).abs().max()) < 110


def test_the_scale_is_the_stroke_and_the_pixel() -> None:
    stroke = toys.strokes(1).replace(radius=torch.tensor([0.03]))

    def samples(height: int, program_height: int | None = None) -> float:
        return float(
            texture.grain(stroke, 0, Frame(Canvas(), height, program_height=program_height)).window[0, :2].norm()
        )

    assert samples(100) == pytest.approx(12 / math.hypot(3, 1.5))
    assert samples(1000) == pytest.approx(12 / math.hypot(30, 1.5))
    assert samples(100, 400) == pytest.approx(12 / math.sqrt(9 + (1.5 / 4) ** 2 + 15 / 16))  # its own too
    assert samples(400, 100) == pytest.approx(12 / math.hypot(12, 6))  # magnified
    assert (
        texture.grain(stroke, 0, Frame(Canvas(), 100)).window[0, 2]
        == texture.grain(stroke, 0, Frame(Canvas(), 900)).window[0, 2]
    )


def test_no_strokes_have_no_grain() -> None:
    assert texture.grain(Strokes.empty(), 3, Frame(Canvas(), 10)).window.shape == (0, COLUMNS)


def test_larger_pixels_have_less_variance() -> None:
    logits = torch.stack([torch.zeros(2, 18, 17), torch.full((2, 18, 17), 0.0)], 1)
    ribbon = Ribbon(logits, torch.tensor([4.0, 4.0]), 3)
    assert texture.thinned(ribbon, torch.tensor([2.0, 30.0]), 1.0) is ribbon
    small, large = texture.thinned(ribbon, torch.tensor([2.0, 3000.0]), 4.0).logits[:, 1, 0, 0].sigmoid().tolist()
    assert large == pytest.approx(0.5, rel=1e-4)  # all that a pixel sees is one place
    # By summing exp(-(x - y)² / (2 s²)) over the box, s = 0.39 sqrt(6.25).
    x = (torch.arange(400, dtype=torch.float64) + 0.5) / 400 * math.sqrt(15)
    f = float(torch.exp(-(((x[:, None] - x) / (0.39 * 2.5)) ** 2) / 2).mean())
    assert small == pytest.approx(0.5 * f**2, rel=1e-3)


# Pictures


def test_without_a_generator_or_noise_it_is_the_mean() -> None:
    strokes = toys.strokes(5)
    painter, quiet = toys.painter(), toys.painter(noise=False)
    assert torch.equal(render(painter, strokes, Frame(WIDE, 32)).mean, render(painter, strokes, Frame(WIDE, 32))[:2][0])
    textured = render(quiet, strokes, Frame(WIDE, 32), generator=chance()).mean
    assert torch.equal(textured, render(quiet, strokes, Frame(WIDE, 32))[:2][0])


def test_the_seed_decides() -> None:
    painter, strokes = toys.painter(), toys.strokes(5)
    one, again, other = (render(painter, strokes, Frame(WIDE, 32), generator=chance(k)).mean for k in (1, 1, 2))
    assert torch.equal(one, again) and float((one - other).abs().max()) > 0.05
    generator = chance(1)
    first, second = (render(painter, strokes, Frame(WIDE, 32), generator=generator).mean for _ in range(2))
    assert torch.equal(first, one) and not torch.equal(second, one)


@pytest.mark.parametrize("background", [(0.9, 0.4, 0.2), None])
def test_mean_and_variance_over_seeds(background: tuple[float, float, float] | None) -> None:
    painter, strokes, canvas = toys.painter(), toys.strokes(4), Canvas(background=background)
    mean, variance = render(painter, strokes, Frame(canvas, 24))[:2]
    n = 600
    pictures = torch.stack([render(painter, strokes, Frame(canvas, 24), generator=chance(k)).mean for k in range(n)])
    assert pictures.min() >= 0 and pictures.max() <= 1 + 1e-6
    spread = pictures.var(0)
    error = (pictures.mean(0) - mean).abs() / (spread / n + 1e-10).sqrt()
    assert float(error.max()) < 5.5  # standard errors, of 2304 numbers
    found = spread.sum(0)
    assert float(found.sum() / variance.sum()) == pytest.approx(1, abs=0.03)
    strong = variance > variance.max() / 10
    assert int(strong.sum()) > 100
    assert float((found / variance)[strong].log().std()) < 0.15  # 1 / sqrt(300) for normal ones
    assert float((found / variance)[strong].log().abs().max()) < 0.5


def test_smaller_pictures_vary_as_averages_do() -> None:
    # Radii of 0.5 to 1.4 pixels of 24: most grain is finer than a pixel.
    painter, strokes, canvas = toys.painter(), toys.strokes(12, radius=(0.02, 0.06)), Canvas()

    def spread(height: int, pool: int) -> tuple[float, float]:
        drawn = [
            render(painter, strokes, Frame(canvas, height, program_height=96), generator=chance(k)).mean[:3]
            for k in range(120)
        ]
        pictures = F.avg_pool2d(torch.stack(drawn), pool)
        return float(pictures.var(0).sum(0).mean()), float(pictures.mean())

    averaged, small, large = spread(96, 4), spread(24, 1), spread(96, 1)
    assert small[0] == pytest.approx(averaged[0], rel=0.2) and averaged[0] < 0.75 * large[0]
    assert small[1] == pytest.approx(averaged[1], abs=2e-3)


def test_the_same_grain_at_another_height() -> None:
    painter, canvas = toys.painter(), Canvas()
    strokes = toys.strokes(4, radius=(0.08, 0.12))

    def stray(height: int) -> Tensor:
        both = (
            render(painter, strokes, Frame(canvas, height, program_height=64), generator=g).mean[:3]
            for g in (chance(3), None)
        )
        textured, mean = both
        return F.avg_pool2d(textured - mean, height // 32).flatten()

    a, b = stray(64), stray(128)
    assert float(torch.corrcoef(torch.stack([a, b]))[0, 1]) > 0.95


def test_lifting_a_stroke_leaves_the_grain_of_the_others() -> None:
    painter, strokes = toys.painter(), toys.strokes(6)
    lifted = torch.tensor([False, True, False, True, True, False])
    some = render(painter, strokes.replace(lifted=lifted), Frame(WIDE, 32), generator=chance()).mean
    assert torch.equal(some, render(painter, strokes[~lifted], Frame(WIDE, 32), generator=chance()).mean)


@pytest.mark.parametrize("background", [(0.9, 0.8, 0.1), None])
def test_a_film_ends_with_the_picture(background: tuple[float, float, float] | None) -> None:
    painter, strokes, canvas = toys.painter(), toys.strokes(9), Canvas(1.5, background)
    frames = list(stroke_frames(painter, strokes, Frame(canvas, 32), frames=4, hold=1, generator=chance(3)))
    ground = Canvas(1.5, background or (1.0, 1.0, 1.0))
    whole = render(painter, strokes, Frame(ground, 32), generator=chance(3)).mean[:3]
    torch.testing.assert_close(frames[-1], whole, atol=2e-6, rtol=0)
    assert float((whole - render(painter, strokes, Frame(ground, 32)).mean[:3]).abs().max()) > 0.05


def test_several_brushes_have_the_grain_of_one() -> None:
    strokes = toys.strokes(9)
    painter, many = toys.painter(), strokes.replace(brush=torch.tensor([0, 0, 1, 0, 1, 1, 0, 2, 2]))
    whole = render(painter, strokes, Frame(WIDE, 32), generator=chance(3)).mean
    by_brush = Mixed(lambda brush: painter, 3)
    torch.testing.assert_close(
        render(by_brush, many, Frame(WIDE, 32), generator=chance(3)).mean, whole, atol=2e-6, rtol=0
    )
    assert torch.equal(render(by_brush, strokes, Frame(WIDE, 32), generator=chance(3)).mean, whole)
    *_, last = grow(by_brush, many, Frame(WIDE, 32), [2, 5, 9], generator=chance(3))
    torch.testing.assert_close(last.mean, whole, atol=2e-6, rtol=0)


def test_no_strokes_odd_strokes_and_double_precision() -> None:
    painter = toys.painter()
    empty = render(painter, Strokes.empty(), Frame(Canvas(background=(0.2, 0.4, 0.6)), 8), generator=chance()).mean
    assert torch.equal(empty, torch.tensor([0.2, 0.4, 0.6, 1.0])[:, None, None].expand(4, 8, 8))
    for height in (1, 7, 48):
        odd = render(painter, toys.odd_strokes(), Frame(WIDE, height, program_height=40), generator=chance()).mean
        assert odd.shape == (4, *WIDE.pixels(height)) and bool(odd.isfinite().all())
        assert odd.min() >= 0 and odd.max() <= 1 + 1e-6
    single = render(painter, toys.strokes(5), Frame(WIDE, 32), generator=chance()).mean
    double: RibbonPainter = toys.painter().double()
    picture = render(double, toys.strokes(5), Frame(WIDE, 32), generator=chance()).mean
    assert picture.dtype == torch.float64 and float((picture - single.double()).abs().max()) < 1e-3


def test_textured_pictures_have_no_graph_and_mean_ones_do() -> None:
    painter, strokes = toys.painter(), toys.strokes(3)
    strokes = strokes.replace(points=strokes.points.clone().requires_grad_())
    assert not render(painter, strokes, Frame(WIDE, 16), generator=chance()).mean.requires_grad
    assert render(painter, strokes, Frame(WIDE, 16)).mean.requires_grad
