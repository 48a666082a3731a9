"""Ink that covers, on dark paper: pens, painting, separation, preview and SVG agree."""

from __future__ import annotations

import io

import needs
import numpy as np
import pytest
import torch
from PIL import Image
from plots import SQUARE, bar

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.export.plotter import Job, Pen, PenSet, load_pens, plan, preview
from wmpaint.export.plotter.files import plot_svg_text
from wmpaint.export.plotter.inks import mixed, plot_order
from wmpaint.export.plotter.plot import Effort, PlotLayer
from wmpaint.painting.strategies.inks import Inks

DPI = 254  # ten pixels a millimetre
NIGHT, WHITE, CREAM = (0.2, 0.2, 0.2), (1.0, 1.0, 1.0), (1.0, 0.98, 0.9)


def job(*layers: PlotLayer, paper: tuple[float, float, float] = WHITE) -> Job:
    return Job(layers, SQUARE, paper, tuple(Effort(0, 0, 0, 0) for _ in layers))


def across(y: float) -> tuple[np.ndarray, ...]:
    return (np.array([[20.0, y], [80.0, y]]),)


def test_lighter_than_the_paper_is_opaque_unless_it_says_otherwise():
    white, red, black = Pen("w", WHITE), Pen("r", (0.8, 0.1, 0.1)), Pen("k", (0.0, 0.0, 0.0))
    assert [pen.covers(NIGHT) for pen in (white, red, black)] == [True, True, False]
    assert [pen.covers(WHITE) for pen in (white, red, black)] == [False] * 3 and white.covers(CREAM)
    assert Pen("k", (0.0, 0.0, 0.0), opaque=True).covers(WHITE) and not Pen("w", WHITE, opaque=False).covers(NIGHT)
    assert white.on(NIGHT) == WHITE and Pen("w", WHITE, opaque=False).on(NIGHT) == NIGHT
    assert Pen("y", (1.0, 0.8, 0.1), opaque=False).on((0.5, 0.9, 0.9)) == (0.5, 0.8, 0.1)


def test_a_pen_file_says_it(tmp_path):
    path = tmp_path / "pens.toml"
    path.write_text('[[pen]]\nname = "gel"\ncolor = "#ffffff"\nopaque = true\n')
    (pen,) = load_pens(path).pens
    assert pen.opaque is True and load_pens([pen.as_dict()]).pens == (pen,)
    path.write_text('[[pen]]\nname = "gel"\ncolor = "#ffffff"\nopaque = 1\n')
    with pytest.raises(FileError, match=r"expected opaque of pen 'gel' as true or false, got 1, in .*, line 4"):
        load_pens(path)


def test_opaque_ink_covers_in_the_preview_by_hand():
    blue, half = Pen("b", (0.1, 0.2, 0.9), 8.0, opaque=True), Pen("y", (1.0, 0.9, 0.1), 8.0, 0.5)
    down = (np.array([[50.0, 20.0], [50.0, 80.0]]),)
    picture = preview(job(PlotLayer(blue, across(50)), PlotLayer(half, down), paper=NIGHT), DPI)
    place = lambda x, y: picture[:, 10 * y, 10 * x].numpy()  # noqa: E731
    np.testing.assert_allclose(place(10, 10), NIGHT, atol=1e-6)
    np.testing.assert_allclose(place(30, 50), [0.1, 0.2, 0.9], atol=1e-6)
    np.testing.assert_allclose(place(50, 30), [0.6, 0.55, 0.15], atol=1e-6)  # half yellow, half paper
    np.testing.assert_allclose(place(50, 50), [0.55, 0.55, 0.5], atol=1e-6)  # half yellow, half blue


def test_translucent_pens_come_first_and_then_opaque_ones_dark_to_light():
    pens = PenSet((Pen("white", WHITE), Pen("black", (0.0, 0.0, 0.0)), Pen("red", (0.9, 0.2, 0.2)),
                   Pen("gray", (0.1, 0.1, 0.1))))  # fmt: skip
    assert [pens.pens[k].name for k in plot_order(pens, NIGHT)] == ["gray", "black", "red", "white"]
    assert [pens.pens[k].name for k in plot_order(pens, WHITE)] == ["white", "red", "gray", "black"]


def test_opaque_inks_are_mixed_as_they_are_laid():
    pens = PenSet((Pen("white", WHITE), Pen("red", (1.0, 0.0, 0.0))))
    inks = mixed(
        torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), pens, (0.0, 0.0, 0.0), torch.ones(3)
    )
    found = np.zeros((3, 2))
    found[inks.stroke, inks.pen] = inks.coverage
    assert found[0, 0] > 0.9 and found[1, 1] > 0.9 and found[1, 0] < 0.1 and inks.bare.tolist() == [False, False, True]


def test_pens_that_show_nowhere_are_refused_before_anything_is_painted():
    for pens, paper in (([Pen("white", WHITE, opaque=False)], NIGHT), (["#ffffff"], WHITE)):
        with pytest.raises(
            InputError, match=r"expected a pen that shows on paper of the color #.*, got (white|#ffffff)"
        ):
            Inks.of(pens, wp.Canvas(background=paper))
    dark = wp.Canvas(background=NIGHT)
    with pytest.raises(InputError, match="a pen that shows on paper of the color #333333, got white"):
        plan(bar((20, 50), (80, 50), 5, WHITE), [Pen("white", WHITE, opaque=False)], canvas=dark)


def test_a_white_square_on_dark_paper_is_painted_drawn_and_shown():
    goal = torch.full((3, 32, 32), 0.2)
    goal[:, 8:24, 8:24] = 1
    place = {"page": "a6", "margin": "5mm", "canvas": wp.Canvas(1, NIGHT)}
    painting = wp.paint(goal, pens="#ffffff", strokes=12, height=64, steps=20, **place)
    dream = painting.render()[0]
    assert dream[24:40, 24:40].mean() > 0.8 and dream[:4].mean() < 0.25
    plot = painting.plot()
    seen = plot.preview(60)[0].numpy()
    rows, columns = seen.shape
    middle = slice(rows // 2 - 20, rows // 2 + 20), slice(columns // 2 - 20, columns // 2 + 20)
    assert seen[middle].mean() > 0.8 and seen[:10].max() == pytest.approx(0.2, abs=0.01) and plot.total.drawn > 3
    text = plot_svg_text(plot)
    assert "multiply" not in text and 'inkscape:label="%paper"' in text and 'fill="#333333"' in text
    png = needs.cairosvg().svg2png(bytestring=text.encode(), output_width=columns, output_height=rows)
    drawn = np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.float32) / 255
    assert drawn[middle].mean() > 0.8 and drawn[:10].max() == pytest.approx(0.2, abs=0.01)
    assert np.abs(drawn - seen).mean() < 0.03


def test_white_paper_has_no_ground_and_translucent_inks_multiply():
    text = plot_svg_text(job(PlotLayer(Pen("red", (0.8, 0.1, 0.1), 2.0), across(50))))
    assert "multiply" in text and "%paper" not in text and "<rect" not in text
    covering = plot_svg_text(job(PlotLayer(Pen("red", (0.8, 0.1, 0.1), 2.0, opaque=True), across(50))))
    assert "multiply" not in covering
