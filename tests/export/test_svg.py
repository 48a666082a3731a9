from __future__ import annotations

import io
import json
import re
import sys
import xml.etree.ElementTree as ET

import needs
import numpy as np
import pytest
import torch
from flat import line, many

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError, MissingProgram
from wmpaint.export.svg import svg_text, write_pdf, write_svg
from wmpaint.strokes import Strokes

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str, height: int, width: int) -> np.ndarray:  # [H, W, 3 or 4], 0..255
    from PIL import Image

    png = needs.cairosvg().svg2png(text.encode(), output_width=width, output_height=height)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def test_a_line_covers_the_pixels_it_should():
    # Rows 40 to 59 of 100, columns 10 to 89, and half discs of radius 10 at the ends.
    text = svg_text(line(0.5, 0.1, (1.0, 0.0, 0.0), x=(0.2, 0.8)), Canvas())
    picture = drawn(text, 100, 100)
    assert (picture[40:60, 20:80] == (255, 0, 0, 255)).all()
    assert (picture[:39, :] == 255).all() and (picture[61:] == 255).all()
    assert (picture[:, :9] == 255).all() and (picture[:, 91:] == 255).all()
    red = (255 - picture[..., 1]).sum() / 255
    assert red == pytest.approx(20 * 60 + np.pi * 100, rel=0.005)


def test_the_curve_is_the_stroke_s_own():
    points = torch.tensor([[[0.1, 0.9], [0.5, -0.3], [0.9, 0.9]]])
    strokes = Strokes(points, torch.tensor([0.02]), torch.ones(1, 2), torch.zeros(1, 3))
    picture = drawn(svg_text(strokes, Canvas()), 200, 200)
    for t in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = ((1 - t) ** 2 * points[0, 0] + 2 * t * (1 - t) * points[0, 1] + t * t * points[0, 2]).tolist()
        assert picture[int(y * 200), int(x * 200), 0] == 0
    assert picture[100, 100, 0] == 255


def test_width_and_opacity_per_stroke():
    strokes = Strokes.cat([line(0.25, 0.1, (0.0, 0.0, 0.0)), line(0.75, 0.1, (0.0, 0.0, 0.0))])
    text = svg_text(strokes, Canvas(), width=torch.tensor([0.5, 1.0]), opacity=torch.tensor([1.0, 0.5]))
    picture = drawn(text, 100, 100)[:, 50, 0]
    assert (picture[20:30] == 0).all() and (picture[:19] == 255).all() and (picture[31:64] == 255).all()
    assert (abs(picture[65:85] - 127.5) <= 1).all()


def test_later_strokes_lie_above_and_lifted_ones_are_left_out():
    strokes = Strokes.cat([line(0.5, 0.1, c) for c in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))])
    assert drawn(svg_text(strokes, Canvas()), 50, 50)[25, 25].tolist() == [0, 0, 255, 255]
    strokes = strokes.replace(lifted=torch.tensor([False, False, True]))
    text = svg_text(strokes, Canvas(), opacity=torch.tensor([1.0, 1.0, 0.3]))
    assert drawn(text, 50, 50)[25, 25].tolist() == [0, 255, 0, 255]
    assert text.count("<path") == 2


def test_wide_canvas_background_and_paper():
    text = svg_text(Strokes.empty(), Canvas(2.0, (0.0, 0.4, 1.0), (297.0, 148.5)))
    root = ET.fromstring(text)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("297mm", "148.5mm", "0 0 2000 1000")
    assert (drawn(text, 10, 20) == (0, 102, 255, 255)).all()
    assert (drawn(svg_text(Strokes.empty(), Canvas(background=None)), 8, 8) == 0).all()


def test_text_is_escaped_and_comes_back():
    title = 'a <b> & "c" ]]> é 猫\x00\x1b'
    metadata = {"source": "</metadata><script>alert(1)</script>", "seed": 7}
    root = ET.fromstring(svg_text(many(3), Canvas(), title=title, metadata=metadata).encode())
    assert root.find(f"{SVG}title").text == 'a <b> & "c" ]]> é 猫\ufffd\ufffd'
    assert json.loads(root.find(f"{SVG}metadata")[0].text) == metadata
    assert not list(root.iter(f"{SVG}script"))


def test_values_out_of_range_are_named():
    bad = many(3).replace(radius=torch.tensor([0.1, float("nan"), 0.1]))
    with pytest.raises(InputError, match="radius of stroke 1"):
        svg_text(bad, Canvas())
    with pytest.raises(InputError, match="width to be one number or 3"):
        svg_text(many(3), Canvas(), width=torch.ones(2))
    with pytest.raises(InputError, match="opacity of finite"):
        svg_text(many(3), Canvas(), opacity=float("nan"))


def test_written_whole_or_not_at_all(tmp_path):
    write_svg(tmp_path / "a.svg", many(20), Canvas())
    assert len(ET.parse(tmp_path / "a.svg").getroot().find(f"{SVG}g")) == 20
    with pytest.raises(FileError):
        write_svg(tmp_path / "no" / "a.svg", many(2), Canvas())
    assert [p.name for p in tmp_path.iterdir()] == ["a.svg"]


def test_a_pdf_is_a_page_of_that_paper(tmp_path):
    needs.cairosvg()
    write_pdf(tmp_path / "a.pdf", many(9), Canvas(210 / 297, paper=(210.0, 297.0)), title="a <b>", opacity=0.5)
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    box = re.search(rb"/MediaBox \[ ?0 0 ([0-9.]+) ([0-9.]+) ?\]", data)
    points = [float(side) for side in box.groups()]
    assert points == pytest.approx([210 / 25.4 * 72, 297 / 25.4 * 72], abs=0.5)
    with pytest.raises(FileError):
        write_pdf(tmp_path / "no" / "a.pdf", many(2), Canvas())
    assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"]


def test_a_missing_libcairo_says_so(tmp_path, monkeypatch):
    class Without:
        def find_spec(self, name, path=None, target=None):
            if name == "cairosvg":
                raise OSError("no library called cairo-2 was found")

    monkeypatch.delitem(sys.modules, "cairosvg", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Without(), *sys.meta_path])
    with pytest.raises(MissingProgram, match="apt-get install libcairo2"):
        write_pdf(tmp_path / "a.pdf", many(2), Canvas())
    assert not list(tmp_path.iterdir())
