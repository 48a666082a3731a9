from __future__ import annotations

import numpy as np
import pytest
import torch

from wmpaint.color import delta_e, to_lab
from wmpaint.export.plotter.inks import PenStrokes, mixed, nearest_pens, own_pens
from wmpaint.pens import Pen, PenSet, load_pens

WHITE = (1.0, 1.0, 1.0)
THREE = PenSet((Pen("red", (1, 0, 0)), Pen("blue", (0, 0, 1)), Pen("black", (0, 0, 0))))
# The inks of Demichel's equations: each takes one of three kinds of light, or all.
IDEAL = PenSet((Pen("c", (0, 1, 1)), Pen("m", (1, 0, 1)), Pen("y", (1, 1, 0)), Pen("k", (0, 0, 0))), mix=True)


def table(inks: PenStrokes, strokes: int, pens: int) -> np.ndarray:  # [N, P]
    found = np.zeros((strokes, pens))
    found[inks.stroke, inks.pen] = inks.coverage
    return found


def linear(value: float) -> float:
    return ((value + 0.055) / 1.055) ** 2.4


def test_the_nearest_pen_and_none_for_the_paper():
    colors = torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.1, 0.8], [0.1, 0.1, 0.1], [0.99, 1.0, 0.97], [1.0, 1.0, 1.0]])
    inks = nearest_pens(colors, THREE, WHITE, torch.ones(5))
    assert inks.stroke.tolist() == [0, 1, 2] and inks.pen.tolist() == [0, 1, 2]
    assert inks.coverage.tolist() == [1, 1, 1] and inks.bare.tolist() == [False] * 3 + [True] * 2
    # On black paper the black pen is of no use, and white strokes are not bare.
    colors[2] = 0.05
    inks = nearest_pens(colors, THREE, (0.0, 0.0, 0.0), torch.ones(5))
    assert 3 in inks.stroke and inks.bare.tolist() == [False, False, True, False, False]


def test_nearest_is_by_sight_not_by_rgb():
    # Nearer to blue by numbers, to a dark gray for the eye.
    pens = PenSet((Pen("blue", (0, 0, 1)), Pen("gray", (0.25, 0.25, 0.25))))
    dark = torch.tensor([[0.2, 0.2, 0.63]])
    by_numbers = (dark - torch.tensor([pen.color for pen in pens.pens])).norm(dim=1)
    by_sight = delta_e(to_lab(dark), to_lab(torch.tensor([pen.color for pen in pens.pens])))
    assert int(by_numbers.argmin()) != int(by_sight.argmin())
    assert nearest_pens(dark, pens, WHITE, torch.ones(1)).pen.tolist() == [int(by_sight.argmin())]


def test_a_faint_stroke_is_lighter():
    black = torch.zeros(3, 3)
    pens = PenSet((Pen("gray", (0.5, 0.5, 0.5)), Pen("black", (0, 0, 0))))
    inks = nearest_pens(black, pens, WHITE, torch.tensor([1.0, 0.5, 0.0]))
    assert inks.stroke.tolist() == [0, 1] and inks.pen.tolist() == [1, 0] and inks.bare.tolist() == [False, False, True]


def test_tones_of_one_pen():
    black = PenSet((Pen("black", (0, 0, 0)),))
    colors = torch.tensor([[0.0] * 3, [0.5] * 3, [0.75] * 3, [1.0] * 3])
    inks = nearest_pens(colors, black, WHITE, torch.ones(4), toned=True)
    # In linear light, the mean of a screen of lines is 1 - coverage.
    assert inks.stroke.tolist() == [0, 1, 2] and inks.bare.tolist() == [False, False, False, True]
    np.testing.assert_allclose(inks.coverage, [1, 1 - linear(0.5), 1 - linear(0.75)], atol=0.02)
    # The pen on whose way from the paper the color lies.
    pink = torch.tensor([[1.0, 0.7, 0.7]])
    inks = nearest_pens(pink, THREE, WHITE, torch.ones(1), toned=True)
    assert inks.pen.tolist() == [0] and inks.coverage[0] == pytest.approx(1 - linear(0.7), abs=0.02)
    assert nearest_pens(pink, THREE, WHITE, torch.tensor([0.5]), toned=True).coverage[0] == pytest.approx(
        (1 - linear(0.7)) / 2, abs=0.01
    )


def test_pure_pens_are_separated_into_themselves():
    for pens in (IDEAL, load_pens("cmyk")):
        colors = torch.tensor([pen.color for pen in pens.pens])
        found = table(mixed(colors, pens, WHITE, torch.ones(4)), 4, 4)
        assert np.diagonal(found).min() > 0.85
        assert (found - np.diag(np.diagonal(found))).max() < 0.12


def test_paper_is_bare_and_gray_needs_little_ink():
    colors = torch.tensor([[1.0] * 3, [0.5] * 3, [0.0] * 3])
    inks = mixed(colors, IDEAL, WHITE, torch.ones(3))
    assert inks.bare.tolist() == [True, False, False]
    gray = table(inks, 3, 4)[1]
    # Black alone gives it with one ink instead of three.
    assert gray[3] == pytest.approx(1 - linear(0.5), abs=0.08) and gray[:3].max() < 0.1


def test_overprints_by_hand():
    # Red lets through what neither magenta nor yellow takes; half of each is the mean of four colors.
    colors = torch.tensor([[1.0, 0.0, 0.0]])
    found = table(mixed(colors, IDEAL, WHITE, torch.ones(1)), 1, 4)[0]
    assert found[1] > 0.85 and found[2] > 0.85 and found[0] < 0.05


def test_a_separation_looks_like_the_color():
    colors = torch.rand(60, 3, generator=torch.Generator().manual_seed(3))
    pens = load_pens("cmyk")
    a = torch.tensor(table(mixed(colors, pens, WHITE, torch.ones(60)), 60, 4), dtype=torch.float32)
    through = torch.tensor([[linear(c) if c > 0.04045 else c / 12.92 for c in pen.color] for pen in pens.pens])
    light = (1 - a[..., None] * (1 - through)).prod(1)  # Demichel
    seen = torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.pow(1 / 2.4) - 0.055).clamp(0, 1)
    apart = delta_e(to_lab(seen), to_lab(colors))
    assert float(apart.median()) < 6
    # As for ideal inks, coverage 1 - rgb would be far off with these.
    naive = torch.stack([1 - colors[:, 2], 1 - colors[:, 0], 1 - colors[:, 1], torch.zeros(60)], 1)
    light = (1 - naive[..., None] * (1 - through)).prod(1)
    seen = torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.pow(1 / 2.4) - 0.055).clamp(0, 1)
    assert float(delta_e(to_lab(seen), to_lab(colors)).median()) > 2 * float(apart.median())


def test_faint_strokes_get_less_ink():
    colors = torch.zeros(2, 3)
    inks = mixed(colors, IDEAL, WHITE, torch.tensor([1.0, 0.5]))
    full, half = table(inks, 2, 4)
    np.testing.assert_allclose(half, full / 2, atol=0.04)


def test_own_pens_are_the_colors_light_to_dark():
    colors = torch.tensor([[0.2, 0.2, 0.4]] * 9 + [[0.8, 0.6, 0.2]] * 9 + [[1.0, 1.0, 1.0]] * 50)
    pens = own_pens(colors, torch.ones(68), 2, WHITE, width=0.7)
    assert [pen.name for pen in pens.pens] == ["#cc9933", "#333366"]
    assert [pen.width for pen in pens.pens] == [0.7, 0.7]
    # Fewer colors than pens.
    assert len(own_pens(colors, torch.ones(68), 6, WHITE, width=0.7)) == 2


def test_own_pens_weigh_strokes():
    colors = torch.tensor([[0.2, 0.2, 0.2], [0.4, 0.4, 0.4]])
    (even,) = own_pens(colors, torch.ones(2), 1, WHITE, width=0.4).pens
    (dark,) = own_pens(colors, torch.tensor([99.0, 1.0]), 1, WHITE, width=0.4).pens
    assert 0.28 < even.color[0] < 0.32 and 0.2 < dark.color[0] < 0.21
    many = torch.rand(50, 3, generator=torch.Generator().manual_seed(0))
    first, second = (own_pens(many, torch.ones(50), 5, WHITE, width=0.4, seed=4) for _ in range(2))
    assert first == second != own_pens(many, torch.ones(50), 5, WHITE, width=0.4, seed=5)
