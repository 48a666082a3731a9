from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from flat import many
from PIL import Image
from works import bars, by_krita, painting

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.export.bitmap import flatten
from wmpaint.export.ora import OraLayer, split_layers, write_ora
from wmpaint.image import to_uint8
from wmpaint.painting import BrushRef
from wmpaint.strokes import Strokes


def opened(path: Path) -> tuple[zipfile.ZipFile, list[dict[str, str]], tuple[int, int]]:
    """The archive, its layers from the lowest up, and (height, width); what the format demands is there."""
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    first = archive.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
    assert path.read_bytes()[30:54] == b"mimetypeimage/openraster"  # where programs look for it
    root = ElementTree.fromstring(archive.read("stack.xml"))
    assert root.tag == "image" and root.get("version") == "0.0.6" and [child.tag for child in root] == ["stack"]
    layers = [dict(layer.attrib) for layer in reversed(root[0])]
    assert all(layer.tag == "layer" for layer in root[0])
    named = [
        "mimetype",
        *(layer["src"] for layer in layers),
        "stack.xml",
        "mergedimage.png",
        "Thumbnails/thumbnail.png",
    ]
    assert archive.namelist() == named
    for layer in layers:
        assert layer["composite-op"] == "svg:src-over" and float(layer["opacity"]) == 1
        assert layer["visibility"] == "visible"
    return archive, layers, (int(root.get("h", "")), int(root.get("w", "")))


def pixels(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """[H, W, 4] straight, 0..1."""
    with Image.open(io.BytesIO(archive.read(name))) as image:
        return np.asarray(image.convert("RGBA")) / 255


def merged(archive: zipfile.ZipFile, layers: list[dict[str, str]], size: tuple[int, int]) -> np.ndarray:
    """The layers laid over each other as a program does it, [H, W, 4] straight."""
    under = np.zeros((*size, 4))
    for layer in layers:
        top, x, y = pixels(archive, layer["src"]), int(layer["x"]), int(layer["y"])
        place = under[y : y + top.shape[0], x : x + top.shape[1]]
        assert place.shape == top.shape  # none reaches beyond the canvas
        place[:] = np.concatenate([top[..., :3] * top[..., 3:], top[..., 3:]], 2) + (1 - top[..., 3:]) * place
    alpha = under[..., 3:]
    return np.concatenate([under[..., :3] / np.maximum(alpha, 1e-9), alpha], 2)


def test_two_bars_by_hand(tmp_path):
    path = tmp_path / "a.ora"
    write_ora(path, painting(alpha=0.6, canvas=Canvas(1.0, (1.0, 1.0, 0.0), (254.0, 254.0))), layers=1)
    archive, layers, size = opened(path)
    assert size == (20, 20)
    assert [layer["name"] for layer in layers] == [
        "Ground", "From stroke 1: 1 stroke of charcoal", "From stroke 2: 1 stroke of charcoal",
    ]  # fmt: skip
    # The red bar covers rows 4 to 7, the blue one rows 10 to 17; their round ends reach the canvas' sides.
    assert [(layer["x"], layer["y"]) for layer in layers] == [("0", "0"), ("0", "4"), ("0", "10")]
    red = pixels(archive, layers[1]["src"])
    assert red.shape == (4, 20, 4) and red[1, 10].tolist() == [1, 0, 0, 0.6]
    assert pixels(archive, layers[0]["src"]).reshape(-1, 4).tolist() == [[1, 1, 0, 1]] * 400
    whole = pixels(archive, "mergedimage.png")
    assert np.allclose(whole[5, 10], [1, 0.4, 0, 1], atol=1 / 255)
    assert np.allclose(whole[13, 10], [0.4, 0.4, 0.6, 1], atol=1 / 255)
    assert np.allclose(pixels(archive, "Thumbnails/thumbnail.png"), whole)
    root = ElementTree.fromstring(archive.read("stack.xml"))
    assert root.get("xres") == root.get("yres") == "2"  # 20 pixels on 10 inches


@pytest.mark.parametrize("program", [None, "dabs"])
@pytest.mark.parametrize("background", [(0.9, 0.8, 0.1), None])
@pytest.mark.parametrize("layers", [7, "rounds"])
def test_the_layers_give_the_merged_picture_and_that_the_painting(tmp_path, program, background, layers):
    strokes = many(60, seed=2).replace(radius=torch.full((60,), 0.08))
    work = painting(strokes, alpha=0.7, canvas=Canvas(1.31, background), seed=3)
    path = tmp_path / "a.ora"
    write_ora(path, work, layers=layers, height=33, program=program)
    archive, found, size = opened(path)
    assert size == (33, 43) and len(found) == (9 if layers == 7 else 4) + (background is not None)
    whole = pixels(archive, "mergedimage.png")
    mine = merged(archive, found, size)
    seen = whole[..., 3] > 0.2  # the color of what is nearly clear is rounded coarsely
    assert np.abs(whole - mine)[seen].max() < 1.01 / 255 and np.abs(whole - mine)[..., 3].max() < 0.51 / 255
    real = work.render(33) if program is None else work.replay(program, 33)
    assert (
        np.abs(to_uint8(flatten(real)) / 255 - (whole[..., :3] * whole[..., 3:] + 1 - whole[..., 3:])).max() < 3 / 255
    )
    # The test can fail: in another order the layers give another picture.
    assert np.abs(whole - merged(archive, found[::-1], size)).max() > 0.1


def test_layers_are_of_the_strokes_own_grain(tmp_path):
    """Random numbers belong to a stroke's place in the painting, not to its place in the layer."""
    strokes = many(6, seed=4).replace(radius=torch.full((6,), 0.06))
    work = painting(strokes, canvas=Canvas(1.0, None))
    write_ora(tmp_path / "a.ora", work, layers=3, height=40, program="dabs")
    archive, found, _ = opened(tmp_path / "a.ora")
    lifted = torch.tensor([True] * 3 + [False] * 3)
    alone = to_uint8(painting(strokes.replace(lifted=lifted), canvas=work.canvas).replay("dabs", 40)) / 255
    top = pixels(archive, found[1]["src"])
    x, y = int(found[1]["x"]), int(found[1]["y"])
    assert np.array_equal(top, alone[y : y + top.shape[0], x : x + top.shape[1]])
    other = painting(strokes[3:], canvas=work.canvas).replay("dabs", 40)
    assert not np.array_equal(alone, to_uint8(other) / 255)


def test_another_ground(tmp_path):
    for ground, color in (("#336699", [0.2, 0.4, 0.6, 1]), ("transparent", [0, 0, 0, 0])):
        write_ora(tmp_path / "a.ora", painting(), ground=ground)
        archive, layers, _ = opened(tmp_path / "a.ora")
        assert (layers[0]["name"] == "Ground") == (ground != "transparent")
        assert pixels(archive, "mergedimage.png")[0, 0].tolist() == color


def test_names_are_text_whatever_they_are(tmp_path):
    name = "a\"<b>&'\x07\ud800 猫"
    write_ora(tmp_path / "a.ora", painting(brushes=(BrushRef(name),)), layers=2)
    _, layers, _ = opened(tmp_path / "a.ora")
    assert layers[1]["name"] == "From stroke 1: 2 strokes of a\"<b>&'\ufffd\ufffd 猫"


def test_no_strokes_and_lifted_ones(tmp_path):
    write_ora(tmp_path / "a.ora", painting(Strokes.empty()))
    archive, layers, _ = opened(tmp_path / "a.ora")
    assert [layer["name"] for layer in layers] == ["Ground"] and (pixels(archive, "mergedimage.png") == 1).all()
    write_ora(tmp_path / "a.ora", painting(bars().replace(lifted=torch.tensor([True, False]))), layers=1)
    archive, layers, _ = opened(tmp_path / "a.ora")
    assert layers[1]["name"] == "From stroke 1: no strokes"
    assert (pixels(archive, layers[1]["src"]) == 0).all() and (pixels(archive, "mergedimage.png")[5, 10] == 1).all()


def test_the_same_painting_is_the_same_file(tmp_path):
    for name in ("a.ora", "b.ora"):
        write_ora(tmp_path / name, painting())
    assert (tmp_path / "a.ora").read_bytes() == (tmp_path / "b.ora").read_bytes()


def sizes(rounds, count: int) -> list[int]:
    work = painting(many(count), provenance={} if rounds is None else {"rounds": rounds})
    found = split_layers(work, "rounds")
    assert [layer.start for layer in found] == [0, *(layer.stop for layer in found)][:-1]
    assert not found or found[-1].stop == count
    return [layer.stop - layer.start for layer in found]


def test_rounds_are_those_of_the_painting():
    assert sizes([30, 69, 150, 251], 500) == [30, 69, 150, 251]
    assert sizes([30, 69, 150, 247, 1, 3], 500) == [30, 69, 150, 251]  # a few, placed anew near the end
    assert sizes([1, 499], 500) == [1, 499]
    # Without them, or of other strokes than these: each about twice as many as the one before.
    for unknown in (None, [30, 60], [250.0, 250.0], [600, -100], "many", [], [True] * 15):
        assert sizes(unknown, 15) == [1, 2, 4, 8]
    assert sizes(None, 500) == [33, 67, 133, 267] and sizes(None, 1) == [1] and sizes(None, 0) == []


def test_layers_of_a_number_of_strokes():
    strokes = many(5).replace(brush=torch.tensor([0, 0, 1, 0, 1]))
    work = painting(strokes, brushes=(BrushRef("ink"), BrushRef("/home/me/oil.myb")), painters=())
    assert split_layers(work, 2) == [
        OraLayer("From stroke 1: 2 strokes of ink", 0, 2),
        OraLayer("From stroke 3: 2 strokes of ink and oil", 2, 4),
        OraLayer("From stroke 5: 1 stroke of oil", 4, 5),
    ]


@pytest.mark.parametrize("layers", [0, -1, 2.5, True, "colors", None])
def test_layers_that_are_none(layers):
    with pytest.raises(InputError, match='expected layers of "rounds" or a number of strokes of 1 or more, got'):
        split_layers(painting(), layers)


def test_too_many_layers():
    with pytest.raises(InputError, match="expected 3 strokes a layer or more, for 999 layers at most, got 2"):
        split_layers(painting(many(2000)), 2)


def test_what_breaks_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.ora"
    path.write_text("old")
    for options in ({"ground": "green"}, {"height": 0}, {"height": 20_000}, {"dpi": 0}, {"program": "gimp"}):
        with pytest.raises(InputError):
            write_ora(path, painting(), **options)
    with pytest.raises(FileError):
        write_ora(tmp_path / "no" / "a.ora", painting())
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_krita_shows_the_merged_picture(tmp_path):
    work = painting(many(40, seed=2).replace(radius=torch.full((40,), 0.08)), alpha=0.7)
    write_ora(tmp_path / "a.ora", work, layers=8, height=48, ground="transparent")
    shown = by_krita(tmp_path / "a.ora")
    whole = pixels(opened(tmp_path / "a.ora")[0], "mergedimage.png")
    seen = whole[..., 3] > 0.5
    assert np.abs(shown - whole)[seen].max() < 4.5 / 255 and np.abs(shown - whole)[..., 3].max() < 2.5 / 255
