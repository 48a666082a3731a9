"""Streaks: their fields, what a file says of them, and what is measured of a program's strokes."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import toys
from torch import Tensor
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.frame import Frame
from wmpaint.media.oil import load
from wmpaint.media.ribbon import RibbonPainter, measure, texture
from wmpaint.media.ribbon.measure import Case
from wmpaint.media.ribbon.texture import ACROSS, ALONG, SIDE, Texture
from wmpaint.medium import render

# Long along and thin across.
NUMBERS = (*(-1.5 * k for k in range(len(ALONG))), 0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -4.0)
TEXTURE = Texture(NUMBERS, NUMBERS, NUMBERS, NUMBERS[: len(ALONG)], (0.0, 0.0, 0.3), (0.0, 1.0), 0.0, 0.5, 0.9, 1.0)


def toy(**more: Any) -> RibbonPainter:
    painter = toys.painter()
    painter.notes["texture"] = dataclasses.replace(TEXTURE, **more).as_dict()
    return painter


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# Fields


def test_streaks_have_the_spectrum_that_is_asked_for() -> None:
    # One wave an octave: twice the amplitude is four times the power.
    flat = (0.0,) * len(ALONG), (0.0,) * len(ACROSS)
    plain, _ = texture.streaks((*flat[0], *flat[1]), 15)
    raised = list(flat[0])
    raised[ALONG.index(0)] = 1.0
    field, _ = texture.streaks((*raised, *flat[1]), 15)
    powers = [torch.fft.rfft2(v.double()).abs().square().mean(0) for v in (plain, field)]
    one = round(SIDE / texture.FINE_ALONG)  # where there is a wave a radius
    ratio = powers[1] / powers[0]
    assert float(ratio[one] / ratio[8 * one]) == pytest.approx(4, rel=1e-6)
    assert float(ratio[one // 2] / ratio[8 * one]) == pytest.approx(1, rel=1e-6)


def test_streaks_are_normal_and_lose_what_is_finer_than_a_pixel() -> None:
    before = 0.0
    for level in (0, 4, 8, 12):
        field, variance = texture.streaks(NUMBERS, level)
        middle = (field + field.roll(1, 0) + field.roll(1, 1) + field.roll((1, 1), (0, 1))) / 4
        assert float(middle.var()) <= 1 + 1e-3 and float(field.var()) >= 1 - 1e-3
        assert variance > before
        before = variance
    lag = [
        float((field * field.roll(k, axis)).mean()) for axis, k in ((1, texture.FINE_ALONG), (0, texture.FINE_ACROSS))
    ]
    assert lag[0] > 0.5 > 0.2 > abs(lag[1])  # a radius off, along and across


# In a file


def test_a_file_keeps_the_texture_beside_the_same_weights(tmp_path: Path) -> None:
    painter = toy()
    painter.save(tmp_path / "toy.safetensors")
    again = RibbonPainter.load(tmp_path / "toy.safetensors")
    assert again.texture == TEXTURE and again.weights_hash() == toys.painter().weights_hash()
    assert toys.painter().texture is None


@pytest.mark.parametrize(
    "bad",
    [
        {"alpha": (0.0,) * 3}, {"alpha": (math.nan,) * 15}, {"sides": (99.0,) * 8}, {"strays": (-1.0, 0.0, 0.0)},
        {"pick": (1.0, 1.0)}, {"pick": (0.5, 0.0)}, {"tooth": 1.1}, {"spread": 0.0}, {"side": "wide"},
        {"strength": 9.0},
        {"height": "abc"},
    ],
)  # fmt: skip
def test_refuses_what_is_no_texture(bad: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"of a texture|picked up over"):
        dataclasses.replace(TEXTURE, **bad)
    painter = toys.painter()
    painter.notes["texture"] = TEXTURE.as_dict() | {"more": 1}
    painter.save(tmp_path / "bad.safetensors")
    with pytest.raises(FileError, match="texture"):
        RibbonPainter.load(tmp_path / "bad.safetensors")


# Pictures


def test_mean_and_variance_over_seeds_are_the_painters() -> None:
    # Apart from the sides, whose chance is another.
    painter, strokes, n = toy(side=1.0, spread=1.0), toys.strokes(3, radius=(0.1, 0.2)), 400
    mean, variance, *_ = render(painter, strokes, Frame(Canvas(), 24))
    pictures = torch.stack([render(painter, strokes, Frame(Canvas(), 24), generator=chance(k)).mean for k in range(n)])
    assert float((pictures.mean(0) - mean).abs().max()) < 0.04
    assert variance is not None
    assert float(pictures.var(0).sum() / variance.sum()) == pytest.approx(1, abs=0.1)


def test_the_same_streaks_at_another_height_and_in_a_window() -> None:
    painter, strokes = toy(tooth=0.4), toys.strokes(4, radius=(0.08, 0.12))

    def stray(height: int) -> Tensor:
        frame = Frame(Canvas(surface="smooth"), height, program_height=64)
        drawn, mean = (render(painter, strokes, frame, generator=g).mean[:3] for g in (chance(3), None))
        return F.avg_pool2d(drawn - mean, height // 32).flatten()

    assert float(torch.corrcoef(torch.stack([stray(64), stray(128)]))[0, 1]) > 0.93
    whole = render(painter, strokes, Frame(Canvas(), 64), generator=chance(3)).mean
    part = render(painter, strokes, Frame(Canvas(), 64, window=(8, 16, 56, 48)), generator=chance(3)).mean
    torch.testing.assert_close(part, whole[:, 16:64, 8:64], atol=1e-5, rtol=0)


def test_streaks_lie_along_bent_strokes() -> None:
    # Around a bow: alphas change less along the stroke than across it, though the canvas' axes turn.
    painter = toy()
    stroke = wp.Strokes(
        torch.tensor([[[0.2, 0.8], [0.2, 0.2], [0.8, 0.2]]]), torch.tensor([0.1]), torch.ones(1, 2), torch.zeros(1, 3)
    )
    t = torch.linspace(0.2, 0.8, 40)
    curve = torch.stack(
        [
            (1 - t) ** 2 * 0.2 + 2 * t * (1 - t) * 0.2 + t * t * 0.8,
            (1 - t) ** 2 * 0.8 + 2 * t * (1 - t) * 0.2 + t * t * 0.2,
        ],
        1,
    )
    slope = torch.stack([2 * t * 0.6, -2 * (1 - t) * 0.6], 1)
    slope = slope / slope.norm(dim=1, keepdim=True)
    off = torch.linspace(-0.05, 0.05, 30)
    grid = curve[:, None] + off[None, :, None] * torch.stack([-slope[:, 1], slope[:, 0]], 1)[:, None]
    steps = torch.zeros(2)
    for seed in range(6):
        found = render(painter, stroke, Frame(Canvas(background=None), 256), generator=chance(seed)).mean[3:]
        rows = F.grid_sample(found[None], 2 * grid[None] - 1, align_corners=False)[0, 0]
        away = (curve[1:] - curve[:-1]).norm(dim=1).mean() / (off[1] - off[0])
        steps += torch.stack([rows.diff(dim=0).square().mean() / away**2, rows.diff(dim=1).square().mean()])
    assert float(steps[0]) < 0.25 * float(steps[1])


def test_a_film_of_strokes_laid_after_one_another_is_the_picture() -> None:
    painter, strokes, frame = toy(pick=(0.3, 1.0)), toys.strokes(6), Frame(Canvas(), 32)
    whole = render(painter, strokes, frame, generator=chance(3)).mean
    state = painter.begin(frame, generator=chance(3))
    for k in range(0, 6, 2):
        state = painter.lay(state, strokes[k : k + 2])
        found = painter.look(state).mean
    torch.testing.assert_close(found, whole, atol=2e-6, rtol=0)


# Measured


def test_what_a_program_does_is_found() -> None:
    program = wp.OilProgram("flat")
    known, found = program.style.numbers, measure._full(program, 0)
    assert found.spread == pytest.approx(known.thinnest, abs=0.03)
    assert found.pick[0] == pytest.approx(known.wet, rel=0.1) and found.pick[1] == pytest.approx(1.6, rel=0.15)
    assert 0.8 < found.side < 0.95  # sides waver between 0.82 and 1
    assert found.strays[0] == pytest.approx(known.tint * 0.27, rel=0.3)
    still = dataclasses.replace(program.style, numbers=known._replace(tint=0.0, warmth=0.0, wet=0.0))
    plain = measure._full(wp.OilProgram(still), 0)
    assert plain.strays[0] < 1e-3 and plain.pick[0] == 0


def test_powers_are_told_by_octave() -> None:
    x = torch.arange(320) / 20  # radii
    wave = torch.sin(2 * math.pi * x).expand(2, 40, 320)
    found = measure.powers(wave, 20.0)
    assert int(found[: len(ALONG)].nan_to_num(0).argmax()) == ALONG.index(0)
    assert int(found[len(ALONG) :].nan_to_num(0).argmax()) == 0


def test_dabs_have_no_streaks() -> None:
    assert measure.measured(toys.painter(), toys.SoftRound(noise=0.2)) is None


@pytest.mark.parametrize("name", ["flat", "dry"])
def test_a_textured_dream_of_oil_strays_as_its_program(name: str) -> None:
    painter, program = load(name), wp.OilProgram(name)
    assert painter.texture is not None
    powers = torch.zeros(2, len(ALONG) + len(ACROSS), dtype=torch.float64)
    variance = torch.zeros(2)
    for case in (Case(14.0, 0.8, 0.6), Case(24.0, 0.6, 0.5)):
        for k, medium in enumerate((painter, program)):
            alphas = torch.cat([case.alphas(medium, seed) for seed in (5, 6)])
            stray = alphas - alphas.mean(0)
            variance[k] += stray.var(0).mean()
            powers[k] += measure.powers(stray[case.inside(0.65 * case.force, 0, measure.LONG)], case.radius).nan_to_num(
                0
            )
    assert float(variance[0] / variance[1]) == pytest.approx(1, abs=0.35)  # of 16 seeds each
    shares = powers[1] / powers[1].sum()
    ratio = (powers[0] / powers[1])[shares > 0.02].log2()
    assert len(ratio) > 3 and float(ratio.abs().mean()) < 0.6 and float(ratio.abs().max()) < 1.5
    # Without its texture it is nothing like that.
    painter.notes.pop("texture")
    alphas = case.alphas(painter, 5)
    case_powers = measure.powers((alphas - alphas.mean(0))[case.inside(0.5, 0, measure.LONG)], case.radius)
    assert float((case_powers[len(ALONG) + 4] / powers[1][len(ALONG) + 4]).log2()) < -2
