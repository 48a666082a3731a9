from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest
import torch
from flat import Flat, many
from PIL import Image
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint.canvas import Canvas
from wmpaint.cli import paintings
from wmpaint.cli.app import app
from wmpaint.export.writers import FILM_HEIGHT, KINDS, WRITERS
from wmpaint.painting import BrushRef, Painting, result


def wmpaint(*args: object):
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def cat(tmp_path, monkeypatch):
    """A painting's file in an empty folder, with a flat brush for its painter and its program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(result, "painter_of", lambda *args: Flat(1.0))
    monkeypatch.setattr(result, "program_of", lambda *args: Flat(0.9))
    strokes = many(6).replace(lifted=None)
    Painting(strokes, Canvas(1.5), (BrushRef("round"),), program_height=32, seed=3).save("cat.wmp.json")
    return tmp_path / "cat.wmp.json"


@pytest.mark.parametrize("command", [paintings.replay, paintings.export])
def test_the_help_says_how_high_films_are(command):
    height = inspect.signature(command, eval_str=True).parameters["height"]
    text = height.annotation.__metadata__[0].help
    assert str(FILM_HEIGHT) in text and "films" in text


def test_a_relief_as_maps_and_bodies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture = torch.rand(3, 12, 16, generator=torch.Generator().manual_seed(0))
    wp.paint(picture, brush="oil/flat", strokes=8, height=32, steps=2).save("oil.wmp.json")
    names = [f"out{suffix}" for suffix in WRITERS if KINDS[suffix] == "relief"]
    done = wmpaint("export", "oil.wmp.json", *(word for name in names for word in ("-o", name)), "--height", "24")
    assert done.exit_code == 0 and all(Path(name).stat().st_size > 100 for name in names), done.output
    done = wmpaint("export", "oil.wmp.json", "-o", "a.stl", "--width", "12cm", "--base", "1mm", "--strength", "3")
    assert done.exit_code == 0, done.output
    done = wmpaint("relight", "oil.wmp.json", "left raking", "-o", "new.wmp.json", "-o", "new.png")
    assert done.exit_code == 0 and wp.load("new.wmp.json").light == wp.Light.parse("left raking"), done.output
    assert "flat" not in done.stderr
    wp.paint(picture, brush="ink", strokes=8, height=32, steps=2).save("ink.wmp.json")
    done = wmpaint("relight", "ink.wmp.json", "left", "-o", "same.png")
    assert done.exit_code == 0 and "note: this paint is flat" in done.stderr
    for words in (("relight", "oil.wmp.json", "sideways"), ("export", "ink.wmp.json", "-o", "a.stl")):
        assert wmpaint(*words).exit_code == 2


def test_every_kind_of_file_is_written(cat):
    names = [f"out{suffix}" for suffix in WRITERS if suffix != ".pdf" and KINDS[suffix] != "relief"]
    done = wmpaint("export", cat, *(word for name in names for word in ("-o", name)))
    assert done.exit_code == 0, done.output
    for name in names:
        assert (cat.parent / name).stat().st_size > 0, name


def test_options_go_to_the_files_that_know_them(cat):
    done = wmpaint(
        "export", cat, "-o", "a.svg", "-o", "a.tif", "-o", "a.html", "--bits", 16, "--style", "outline", "--height", 20,
        "--title", "Tom <3", "--dpi", 50,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    with Image.open("a.tif") as picture:
        assert picture.size == (30, 20) and round(picture.info["dpi"][0]) == 50
    assert "Tom &lt;3" in (cat.parent / "a.svg").read_text() and "Tom &lt;3" in (cat.parent / "a.html").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "a.svg", "--bits", 16], "options that a.svg can have, got --bits"),
        (["-o", "a.png", "--pens", "black", "--style", "brush"], "options that a.png can have, got --style"),
        (["-o", "a.png", "--pen-up"], "got --pen-up"),
        (["-o", "a.png", "--bits", 12], "expected bits"),
        (["-o", "a.svg", "--style", "oil"], "lines, outline"),
        (["-o", "a.gcode", "--paper", "a99"], "expected a page out of a0"),
        (["-o", "a.gcode", "--margin", "-3mm"], "margin of 0 mm or more"),
        (["-o", "a.gcode", "--margin", "150mm"], "page larger than its margins"),
        (["-o", "a.gcode", "--pens", "nowhere.toml"], "nowhere.toml"),
        (["-o", "a.gcode", "--pens", "own"], "painted with pens"),
        (["-o", "a.ora", "--layers", "²"], "layers"),
        (["-o", "a.svg", "--pens", "²"], "expected pens out of"),
        (["-o", "a.gcode", "--pens", "cmyk", "--paper", "9000x9000mm"], "10 km of lines"),
        (["-o", "a.gcode", "--draw-speed", 0], "speeds above 0"),
        (["-o", "a.gcode", "--machine", "lathe"], "servo, zaxis, laser"),
        (["-o", "a.hpgl", "--device", "lathe"], "expected a device out of"),
        (["-o", "a.mp4", "--seconds", 0], "seconds"),
        (["-o", "a.ora", "--layers", "many"], "layers"),
        (["-o", "a.xyz"], "ends in .wmp.json"),
        (["-o", "no/a.svg"], "does not exist"),
        (["-o", "a.json", "--target", "no.png"], "no.png"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(cat, options, message):
    before = sorted(cat.parent.iterdir())
    done = wmpaint("export", cat, *options)
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert message in said and said.startswith("wmpaint: ") and "Traceback" not in said
    assert sorted(cat.parent.iterdir()) == before


def test_a_plot_says_what_there_is_to_do(cat):
    done = wmpaint("export", cat, "--pens", 2, "--paper", "a5", "--fill", "center", "-o", "a.svg", "-o", "a.png")
    assert done.exit_code == 0, done.output
    assert "6 strokes on 210 x 148 mm" in done.stdout and "total" in done.stdout
    done = wmpaint("export", cat, "--pens", "fineliners", "-o", "a.gcode", "-o", "a.json", "--split", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    pens = [pen["name"] for pen in told["plot"]["pens"]]
    assert [name for name in told["outputs"] if name.endswith(".gcode")] == [
        f"a-{k}-{name}.gcode" for k, name in enumerate(pens, 1)
    ]


def test_parts_of_a_plot_do_not_replace_what_they_are_made_from(cat):
    assert wmpaint("export", cat, "-o", "a-1-black.svg").exit_code == 0
    before = (cat.parent / "a-1-black.svg").read_bytes()
    done = wmpaint("export", "a-1-black.svg", "-o", "a.svg", "--pens", "black", "--split")
    assert done.exit_code == 2 and "other than the input" in done.stderr
    assert (cat.parent / "a-1-black.svg").read_bytes() == before


def test_layers_by_number_and_films_as_webp(cat):
    done = wmpaint("export", cat, "-o", "a.ora", "--layers", 2)
    assert done.exit_code == 0, done.output
    done = wmpaint("export", cat, "-o", "a.webp", "--animate", "--seconds", 2, "--cursor", "--pace", "even")
    assert done.exit_code == 0, done.output
    with Image.open("a.webp") as film:
        assert film.n_frames > 3


def test_a_painting_comes_from_svg_too(cat):
    assert wmpaint("export", cat, "-o", "cat.svg").exit_code == 0
    assert wmpaint("export", "cat.svg", "-o", "again.wmp.json").exit_code == 0
    assert wp.load("again.wmp.json").to_json() == wp.load(cat).to_json()
    done = wmpaint("export", "cat.svg", "-o", "cat.svg")
    assert done.exit_code == 2 and "other than the input" in done.stderr


def test_replays_as_pictures_layers_and_films(cat):
    done = wmpaint("replay", cat, "-o", "a.tif", "-o", "a.ora", "-o", "a.gif", "-o", "a.jpg")
    assert done.exit_code == 0, done.output
    done = wmpaint("replay", cat, "-o", "a.svg")
    assert done.exit_code == 2 and "a replay named as a picture" in done.stderr
