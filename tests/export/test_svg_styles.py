"""Each style against the dream, and in three programs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import browser
import pytest
import torch
import toys
from flat import Flat, line, many

import wmpaint as wp
from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.export.svg import STYLES, html_text, svg_text
from wmpaint.frame import Frame
from wmpaint.image import to_uint8
from wmpaint.medium import render
from wmpaint.strokes import Strokes

SVG = "{http://www.w3.org/2000/svg}"
HEIGHT, WIDTH = 192, 256
LEAST = {"lines": 20.0, "outline": 24.0, "brush": 32.0}  # dB from the dream


@pytest.fixture(scope="module")
def painting():
    return wp.paint(wp.sample_photo(), brush="acrylic", strokes=60, height=HEIGHT, steps=8, seed=1)


@pytest.fixture(scope="module")
def folder(painting, tmp_path_factory):
    made = tmp_path_factory.mktemp("styles")
    for style in STYLES:
        painting.save(made / f"{style}.svg", style=style)
    return made


def dream(painting):
    return to_uint8(painting.render()[:3]).astype(float)


@pytest.mark.parametrize("style", STYLES)
def test_it_looks_like_the_dream(painting, folder, style):
    seen = browser.by_cairo(folder / f"{style}.svg", HEIGHT, WIDTH)
    assert browser.psnr(seen, dream(painting)) > LEAST[style]


def test_the_comparison_can_fail(painting, tmp_path):
    thin = painting.strokes.replace(radius=painting.strokes.radius / 2)
    other = svg_text(thin, painting.canvas, style="brush", medium=painting.medium, height=HEIGHT)
    (tmp_path / "thin.svg").write_text(other)
    assert browser.psnr(browser.by_cairo(tmp_path / "thin.svg", HEIGHT, WIDTH), dream(painting)) < LEAST["lines"]


@pytest.mark.parametrize("style", STYLES)
def test_chromium_and_inkscape_agree_with_cairo(folder, style, tmp_path):
    path = folder / f"{style}.svg"
    cairo = browser.by_cairo(path, 2 * HEIGHT, 2 * WIDTH)
    for seen in (
        browser.by_chromium(path, 2 * HEIGHT, 2 * WIDTH, tmp_path),
        browser.by_inkscape(path, 2 * HEIGHT, 2 * WIDTH, tmp_path),
    ):
        assert browser.psnr(seen, cairo) > 36  # edges are smoothed in different ways
        worst = abs(seen - cairo).mean(2)
        assert (worst > 40).mean() < 0.002


def test_that_comparison_can_fail_too(folder, tmp_path):
    text = (folder / "outline.svg").read_text()
    moved = re.sub(r'd="M(\d)', r'd="M2\1', text)  # each outline begins elsewhere
    (tmp_path / "moved.svg").write_text(moved)
    seen = browser.by_chromium(tmp_path / "moved.svg", 2 * HEIGHT, 2 * WIDTH, tmp_path)
    assert browser.psnr(seen, browser.by_cairo(folder / "outline.svg", 2 * HEIGHT, 2 * WIDTH)) < 30


def test_odd_strokes_look_like_the_dream_too(tmp_path):
    chance = torch.Generator().manual_seed(0)

    def uniform(*shape):
        return torch.rand(*shape, generator=chance)

    n = 12
    kinds = {
        "thin": Strokes(uniform(n, 3, 2), 0.001 + 0.003 * uniform(n), 0.5 + 0.5 * uniform(n, 2), uniform(n, 3)),
        "huge": Strokes(64 * uniform(n, 3, 2) - 32, torch.full((n,), 16.0), uniform(n, 2), uniform(n, 3)),
        "dots": Strokes(uniform(n, 1, 2).expand(-1, 3, -1), 0.01 + 0.05 * uniform(n), uniform(n, 2), uniform(n, 3)),
        "odd": toys.odd_strokes(),
    }
    painter = wp.painters.load("acrylic")
    for name, strokes in kinds.items():
        goal = to_uint8(render(painter, strokes, Frame(Canvas(), 256)).mean[:3]).astype(float)
        text = svg_text(strokes, Canvas(), style="brush", medium=painter, height=256)
        (tmp_path / "a.svg").write_text(text)
        assert browser.psnr(browser.by_cairo(tmp_path / "a.svg", 256, 256), goal) > 34, name


def test_real_curves_in_paint_order(folder, painting):
    for style in ("outline", "brush"):
        root = ET.parse(folder / f"{style}.svg").getroot()
        shapes = list(root.find(f"{SVG}g"))
        colors = ["#" + "".join(f"{round(c * 255):02x}" for c in color) for color in painting.strokes.color.tolist()]
        assert [shape.get("fill") for shape in shapes] == colors
        for path in root.iter(f"{SVG}path"):
            assert re.fullmatch(r"(M-?[\d.]+[ -]?[\d.]+c[-\d. ]+z)+", path.get("d"))
    assert all(len(shape) > 1 for shape in shapes if shape.tag == f"{SVG}g")
    for path in ET.parse(folder / "outline.svg").getroot().find(f"{SVG}g"):
        assert path.tag == f"{SVG}path"


def test_path_data_is_read_as_it_was_meant(tmp_path):
    # The outline of a bar, in tenths: the bar's own pixels.
    stroke = line(0.5, 0.1, (0.0, 0.0, 0.0), x=(0.3, 0.7))
    (tmp_path / "a.svg").write_text(svg_text(stroke, Canvas(), style="outline", medium=Flat(), height=200))
    picture = browser.by_cairo(tmp_path / "a.svg", 100, 100)[..., 0]
    assert (picture[42:58, 25:75] < 12).all()
    assert (picture[:38] == 255).all() and (picture[62:] == 255).all() and (picture[:, :18] == 255).all()


@pytest.mark.parametrize("style", STYLES)
def test_later_strokes_lie_above_and_lifted_ones_are_left_out(style, tmp_path):
    strokes = Strokes.cat([line(0.5, 0.1, c) for c in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))])
    for lifted, expected in (([False] * 3, [0, 0, 255]), ([False, False, True], [0, 255, 0])):
        text = svg_text(strokes.replace(lifted=torch.tensor(lifted)), Canvas(), style=style, medium=Flat(), height=64)
        (tmp_path / "a.svg").write_text(text)
        assert abs(browser.by_cairo(tmp_path / "a.svg", 50, 50)[25, 25] - expected).max() < 12
        assert len(ET.fromstring(text.encode()).find(f"{SVG}g")) == 3 - sum(lifted)


@pytest.mark.parametrize("style", STYLES)
def test_no_strokes(style):
    for options in ({}, {"animate": True}):
        text = svg_text(Strokes.empty(), Canvas(2.0), style=style, medium=Flat(), **options)
        assert "<path" not in text
        ET.fromstring(text.encode())
    assert "<path" not in html_text(Strokes.empty(), Canvas(), style=style, medium=Flat())


def test_bad_options(painting, tmp_path):
    with pytest.raises(InputError, match=r"expected style lines, outline or brush, got 'oil'"):
        painting.save(tmp_path / "a.svg", style="oil")
    with pytest.raises(InputError, match="expected style lines, outline or brush, got 'oil'"):
        painting.save(tmp_path / "a.html", style="oil")
    with pytest.raises(InputError, match="seconds above 0"):
        painting.save(tmp_path / "a.html", seconds=0)
    with pytest.raises(InputError, match="medium for the style brush"):
        svg_text(many(2), Canvas(), style="brush")
    for levels in (1, 65, 2.5, True):
        with pytest.raises(InputError, match="2 to 64 levels"):
            svg_text(many(2), Canvas(), style="brush", medium=Flat(), levels=levels)
    with pytest.raises(InputError, match="radius of stroke 1"):
        bad = many(3).replace(radius=torch.tensor([0.1, float("nan"), 0.1]))
        svg_text(bad, Canvas(), style="outline", medium=Flat())
    (tmp_path / "file").write_text("")
    for name in ("a.svg", "a.html", "a.pdf"):
        with pytest.raises(FileError):
            painting.save(tmp_path / "file" / name, style="outline")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_pdf_of_another_style(painting, tmp_path):
    sizes = []
    for style in STYLES:
        painting.save(tmp_path / "a.pdf", style=style)
        data = (tmp_path / "a.pdf").read_bytes()
        assert data.startswith(b"%PDF-")
        sizes.append(len(data))
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]
