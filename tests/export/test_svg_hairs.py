"""Oil as SVG: each stroke as paths of its tufts, lit, near to the painting in the program."""

from __future__ import annotations

import re
from dataclasses import replace

import browser
import numpy as np
import pytest
import torch
import toys

import wmpaint as wp
from wmpaint.color import to_hex
from wmpaint.export.svg.hairs import trail_paths
from wmpaint.export.view import trails_of
from wmpaint.image import to_uint8
from wmpaint.light import Light
from wmpaint.medium import Trail

HEIGHT, WIDTH = 480, 720
FLAT = Light.parse("flat")


@pytest.fixture(scope="module")
def work():
    return wp.Painting.of(toys.strokes(40, seed=2), "oil/flat", wp.Canvas(1.5, (0.5, 0.4, 0.32)), height=HEIGHT)


@pytest.fixture(scope="module")
def real(work):
    return to_uint8(work.replay("auto")[:3]).astype(float)


def seen(work, tmp_path, **options):
    work.save(tmp_path / "oil.svg", style="brush", **options)
    text = (tmp_path / "oil.svg").read_text()
    return browser.by_cairo(tmp_path / "oil.svg", HEIGHT, WIDTH), text


def detail(one, other):
    """Correlation of what is finer than three pixels."""
    fine = [x[1:-1, 1:-1] - sum(x[i : i + HEIGHT - 2, j : j + WIDTH - 2] for i in range(3) for j in range(3)) / 9
            for x in (one, other)]  # fmt: skip
    return np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1]


def test_it_looks_like_the_lit_painting(work, real, tmp_path):
    hairs, text = seen(work, tmp_path)
    plain, _ = seen(work, tmp_path, hairs=False)
    assert "<image" not in text and len(text) / len(work.strokes) < 20_000
    assert browser.psnr(hairs, real) > 22
    assert detail(hairs, real) > 1.4 * detail(plain, real)  # hairs lie where the program has them
    other, _ = seen(work.relit("right low"), tmp_path)
    assert np.abs(other - hairs).mean() > 1
    flat, _ = seen(work, tmp_path, light="flat")
    assert browser.psnr(flat, to_uint8(work.relit("flat").replay("auto")[:3]).astype(float)) > browser.psnr(hairs, real)


def test_a_path_for_each_run_in_tints_of_its_own(work):
    trails = trails_of(work, 4e-3)
    assert list(trails) == list(range(40))
    trail = trails[max(trails, key=lambda k: trails[k].alpha.size)]
    paths = trail_paths(trail, FLAT)
    assert 9 <= len(paths) <= len(trail.runs()) and len({color for _, color in paths}) > 4
    numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", paths[0][0].split("q")[0])]
    line, first, _ = trail.runs()[0]
    start = trail.points(np.array([first]), trail.edges[line, :1])[0] * 1000
    assert np.abs(np.array(numbers[:2]) - start).max() < 0.06


def test_a_tuft_that_leans_toward_the_lamp_is_lighter():
    places, sides = np.stack([np.full(9, 0.5), np.linspace(0.8, 0.2, 9)], 1), np.tile([-0.03, 0.0], (9, 1))  # upwards
    edges = np.array([[-1, -1 / 3], [-1 / 3, 1 / 3], [1 / 3, 1]])  # from right to left
    height = np.outer([2e-3, 6e-3, 2e-3], np.ones(9))
    trail = Trail(places, sides, edges, np.ones((3, 9)), height, np.full((3, 9, 3), 0.5))
    right, top, left = (int(color[1:3], 16) for _, color in trail_paths(trail, Light.parse("left")))
    assert right < top - 2 and left > top + 2 and abs(top - 128) < 4
    assert {color for _, color in trail_paths(trail, FLAT)} == {"#808080"}


def test_other_styles_and_brushes_have_none(work, tmp_path):
    work.save(tmp_path / "lines.svg", style="lines")
    assert (tmp_path / "lines.svg").read_text().count("<path") == 40
    plain = wp.Painting.of(toys.strokes(6), "acrylic")
    assert trails_of(plain, 1e-3) == {}
    brushes = (*plain.brushes, *wp.Painting.of(toys.strokes(1), "oil/knife").brushes)
    mixed = replace(plain, strokes=plain.strokes.replace(brush=torch.arange(6) % 2), brushes=brushes)
    assert list(trails_of(mixed, 1e-2)) == [1, 3, 5]
    mixed.save(tmp_path / "mixed.svg", style="brush", levels=2)
    colors = re.findall('<g fill="(#......)"', (tmp_path / "mixed.svg").read_text())
    assert colors == [to_hex(color) for color in mixed.strokes.color.tolist()]  # in paint order


def test_pages_and_films_of_it_play(work, tmp_path):
    work.save(tmp_path / "oil.html", hairs=True)
    work.save(tmp_path / "grows.svg", style="brush", animate=True)
    assert (tmp_path / "grows.svg").read_text().count("animation-delay") == 40
    assert wp.load(tmp_path / "oil.html").strokes.count == 40
