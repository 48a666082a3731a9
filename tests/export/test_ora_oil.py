"""Layers of paint with a relief: flat ones under one of light, which together are the lit painting."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
import toys
from PIL import Image
from works import by_krita

import wmpaint as wp
from wmpaint.image import to_uint8

HEIGHT = 64


@pytest.fixture(scope="module")
def work():
    return wp.Painting.of(toys.strokes(30, seed=2), "oil/flat", wp.Canvas(1.5, (0.5, 0.4, 0.32)), height=HEIGHT)


def read(path):
    archive = zipfile.ZipFile(path)
    layers = [dict(layer.attrib) for layer in reversed(ElementTree.fromstring(archive.read("stack.xml"))[0])]
    return layers, lambda name: np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGBA")) / 255


def laid(layers, picture, modes=("svg:src-over", "svg:hard-light")):
    """As the formulas of W3C's "Compositing and Blending" have it, [H, W, 3]."""
    under = np.zeros((HEIGHT, HEIGHT * 3 // 2, 3))
    for layer in layers:
        if layer["visibility"] == "visible" and layer["composite-op"] in modes:
            top, x, y = picture(layer["src"]), int(layer["x"]), int(layer["y"])
            place = under[y : y + top.shape[0], x : x + top.shape[1]]
            source, alpha = top[..., :3], top[..., 3:]
            if layer["composite-op"] == "svg:hard-light":
                source = np.where(source <= 0.5, 2 * source * place, 1 - 2 * (1 - source) * (1 - place))
            place[:] = alpha * source + (1 - alpha) * place
    return under


@pytest.mark.parametrize("program", [None, "auto"])
def test_layers_and_light_are_the_lit_painting(work, program, tmp_path):
    work.save(tmp_path / "a.ora", layers=10, program=program)
    layers, picture = read(tmp_path / "a.ora")
    assert [layer["name"] for layer in layers][-2:] == ["Light", "Relief"] and len(layers) == 6
    assert layers[-2]["composite-op"] == "svg:hard-light" and layers[-1]["visibility"] == "hidden"
    lit = to_uint8((work.render() if program is None else work.replay(program))[:3]) / 255
    assert np.abs(laid(layers, picture) - lit).max() < 2.01 / 255
    assert np.abs(picture("mergedimage.png")[..., :3] - lit).max() < 2.01 / 255
    assert np.abs(laid(layers, picture, modes=("svg:src-over",)) - lit).max() > 0.03  # without light it is another
    assert picture(layers[-1]["src"]).max() == 1 and picture(layers[-1]["src"]).std(axis=(0, 1))[0] > 0.05


def test_on_nothing_each_layer_is_lit_by_itself(work, tmp_path):
    work.save(tmp_path / "a.ora", layers=30, ground="transparent")
    ((layer,), picture) = read(tmp_path / "a.ora")
    work.save(tmp_path / "a.png", ground="transparent")
    whole = np.asarray(Image.open(tmp_path / "a.png").convert("RGBA")) / 255
    x, y = int(layer["x"]), int(layer["y"])
    seen = picture(layer["src"])
    assert np.abs(seen - whole[y : y + seen.shape[0], x : x + seen.shape[1]]).max() < 1.01 / 255


def test_krita_shows_the_lit_painting(work, tmp_path):
    work.save(tmp_path / "a.ora", program="auto")
    assert np.abs(by_krita(tmp_path / "a.ora")[..., :3] - to_uint8(work.replay("auto")[:3]) / 255).max() < 6 / 255
