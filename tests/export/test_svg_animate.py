from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import browser
import numpy as np
import pytest
from flat import Flat, line, many

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.export.svg import svg_text
from wmpaint.export.svg.animate import animation_seconds, path_reach, starts
from wmpaint.export.svg.page import Shape

SVG = "{http://www.w3.org/2000/svg}"
STYLES = ("lines", "outline", "brush")


def written(folder, style, strokes=None, **options):
    path = folder / "a.svg"
    strokes = many(12, seed=5) if strokes is None else strokes
    path.write_text(svg_text(strokes, Canvas(1.5), style=style, medium=Flat(0.8), height=128, **options), "utf-8")
    return path


def test_the_first_stroke_begins_at_once_and_the_last_ends_in_time():
    for count in (1, 2, 20, 500, 5000):
        for seconds in (0.2, 8.0, 60.0):
            begin = starts(count, seconds)
            assert len(begin) == count and begin[0] == 0 and begin == sorted(begin)
            assert count == 1 or begin[-1] + animation_seconds(count, seconds) == pytest.approx(seconds)
            assert 0 < animation_seconds(count, seconds) <= seconds
    assert starts(0, 8.0) == []
    # Few strokes come evenly; of many the first come one by one: 8 a second, in the time all have to begin.
    even = np.diff(starts(20, 8.0))
    assert even == pytest.approx(np.full(19, even[0]), rel=0.01)
    early = np.diff(starts(5000, 8.0))
    assert early[0] == pytest.approx(1 / 8, rel=0.1) and early[-1] < 0.002


def test_the_circle_that_holds_all_of_a_shape():
    # A box 40 wide and 30 high, begun at its left upper corner: the far corner is 50 away.
    shape = Shape(0, "#000000", (("M0 0", 1.0),), (10.0, 20.0), box=(10.0, 20.0, 50.0, 50.0))
    assert path_reach(shape) == {"--x": "0.0%", "--y": "0.0%", "--r": "50px"}
    dot = Shape(0, "#000000", (("M0 0", 1.0),), (10.0, 20.0), box=(10.0, 20.0, 10.0, 20.0))
    assert path_reach(dot)["--r"] == "0px"


@pytest.mark.parametrize("style", STYLES)
def test_without_motion_all_is_there(style, tmp_path):
    still, moving = (written(tmp_path, style, animate=animate).read_text() for animate in (False, True))
    assert "animation" not in still and "<style" not in still
    css = ET.fromstring(moving.encode()).find(f"{SVG}defs/{SVG}style").text
    assert css.startswith("@media (prefers-reduced-motion:no-preference){") and css.count("{") == css.count("}")
    # Nothing but the style sheet hides a stroke, and cairosvg, which knows no animation, shows the picture.
    assert "visibility" not in moving.replace(css, "") and "dash" not in moving.replace(css, "")
    path = tmp_path / "a.svg"
    seen = browser.by_cairo(path, 80, 120)
    path.write_text(still)
    assert browser.psnr(seen, browser.by_cairo(path, 80, 120)) > 80


@pytest.mark.parametrize("style", STYLES)
def test_chromium_paints_it_stroke_by_stroke(style, tmp_path):
    strokes = many(12, seed=5)
    path = written(tmp_path, style, strokes, animate=True, seconds=6.0)
    start, half, end = (
        browser.by_chromium(browser.at(path, ms, tmp_path), 240, 360, tmp_path) for ms in (0, 3000, 6001)
    )
    assert start.min() == 255
    # Half way: those whose time is over are there, and those that have not begun are not.
    begin, each = starts(12, 6.0), animation_seconds(12, 6.0)
    over = sum(b + each <= 3 for b in begin)
    begun = sum(b < 3 for b in begin)
    assert 3 <= over < begun <= 9

    def up_to(count):
        first = written(tmp_path, style, strokes[:count])
        return browser.by_chromium(first, 240, 360, tmp_path)

    least, most = (browser.psnr(half, up_to(count)) for count in (over, begun))
    finished = browser.by_chromium(written(tmp_path, style, strokes), 240, 360, tmp_path)
    assert browser.psnr(end, finished) > 60
    assert max(least, most) > browser.psnr(half, finished) + 3
    assert browser.psnr(half, finished) < 30


def test_a_stroke_grows_from_its_start(tmp_path):
    stroke = line(0.5, 0.05, (0.0, 0.0, 0.0), x=(0.2, 1.3))
    for style in STYLES:
        path = written(tmp_path, style, stroke, animate=True, seconds=4.0)
        row = browser.by_chromium(browser.at(path, 2000, tmp_path), 200, 300, tmp_path)[100, :, 0] < 128
        assert row[45:120].all() and not row[210:].any(), style


def test_reduced_motion_shows_the_finished_picture(tmp_path):
    path = written(tmp_path, "outline", animate=True, seconds=3600.0)
    reduced = browser.by_chromium(path, 120, 180, tmp_path, "--force-prefers-reduced-motion")
    moving = browser.by_chromium(path, 120, 180, tmp_path)
    finished = browser.by_chromium(written(tmp_path, "outline"), 120, 180, tmp_path)
    assert browser.psnr(reduced, finished) > 60
    assert browser.psnr(moving, finished) < 30


def test_seconds_out_of_range():
    for seconds in (0, -1, math.inf, math.nan, 3601, "8", None, True):
        with pytest.raises(InputError, match="seconds above 0"):
            svg_text(many(2), Canvas(), animate=True, seconds=seconds)
    assert re.search(r"animation-delay:0s", svg_text(many(2), Canvas(), animate=True, seconds=0.5))
