"""`paint`, `style` and `dream` for real, made small: what is painted, and what is refused."""

from __future__ import annotations

import itertools
import json
import re
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from wmpaint.cli.app import app
from wmpaint.image import load_image, resize, sample_photo, save_png
from wmpaint.media.ribbon.painter import load
from wmpaint.objectives.painterly import TONED
from wmpaint.painting import Painting

SMALL = ("--strokes", "8", "--height", "48", "--steps", "4", "--no-film", "--json")
PHOTO = str(sample_photo())


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wmpaint(*args: object):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def values(*args: object) -> dict:
    done = wmpaint(*args, *SMALL)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_a_painter_of_ones_own_paints_and_replays():
    load("ink").save("mine.safetensors")
    found = values("paint", "--brush", "mine.safetensors", "--checkpoint", "state", "-o", "one")
    assert found["strokes"] == 8 and found["real_psnr"] > 3
    again = values("paint", "--resume", "state", "-o", "two")
    assert again["dream_psnr"] == found["dream_psnr"]
    assert Painting.load("two/painting.wmp.json").provenance["source"] == "sample.jpg"


@pytest.mark.parametrize("name", ["photo", "sketch", "intrinsic", "economy"])
def test_objectives_by_name(name):
    found = values("paint", "--objective", name, "--no-real")
    assert len(found["terms"]) >= 2
    assert Painting.load("out/painting.wmp.json").parameters["objective"] == name


def test_style_reports_terms_of_the_photo_the_dream_and_the_replay():
    found = values("style", PHOTO, PHOTO, "--keep-color", "--style-weight", 2)
    assert found["photo_terms"]["content"] == 0
    assert found["dream_terms"]["style"] > found["photo_terms"]["style"]
    assert set(found["real_terms"]) == {"content", "style"}


def test_a_class_is_ranked_by_a_network_that_took_no_part():
    found = values("dream", "--class", "daisy", "--net", "lite0")
    assert found["class"].startswith("daisy")
    for name in ("dream_rank", "real_rank", "judge_dream_rank", "judge_real_rank"):
        assert 1 <= found[name] <= 1000
    saved = Painting.load("out/painting.wmp.json")
    assert saved.canvas.background == (0.5, 0.5, 0.48) and saved.parameters["nets"] == ["lite0"]


def test_no_judge_is_null():
    found = values("dream", "--class", "daisy", "--net", "lite0", "--net", "lite1", "--net", "lite2", "--no-real")
    assert found["judge_dream_rank"] is None and found["real_rank"] is None


def test_a_layer_dreams_on_a_photo():
    found = values("dream", PHOTO, "--layer", "block4", "--channel", 3)
    assert {"channel", "error"} <= set(found["terms"])
    assert "class" not in found


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("paint", "--objective", "foto"), "did you mean photo"),
        (("paint", "--brush", "charcol"), "charcoal"),
        (("paint", "--brush", "none.safetensors"), "none.safetensors"),
        (("paint", "--program", "gimp"), "gimp"),
        (("paint", "--steps", 0), "--steps of 1 or more, got 0"),
        (("style", PHOTO, "none.jpg"), "no such file"),
        (("style", PHOTO, PHOTO, "--style-weight", "nan"), "style weight"),
        (("style", PHOTO, PHOTO, "--scale", "0"), "scale"),
        (("style", PHOTO, PHOTO, "--net", "vgg"), "vgg16"),
        (("dream",), "got neither"),
        (("dream", "--class", "daisy", "--layer", "stem"), "got both"),
        (("dream", "--class", "daisy", "--channel", 3), "--channel beside --layer"),
        (("dream", "--class", "daisy", "--octaves", 3), "--octaves beside --layer"),
        (("dream", "--class", "dasy"), "daisy"),
        (("dream", "--layer", "blok3"), "block3"),
        (("dream", PHOTO, "--layer", "block4", "--channel", 999), "channel"),
        (("dream", PHOTO, "--layer", "block4", "--octaves", 0), "octaves"),
    ],
)
def test_bad_input_is_one_sentence(args, words, folder):
    done = wmpaint(*args)
    assert done.exit_code == 2
    message = done.stderr.strip()
    assert words in message and "\n" not in message
    assert not list(folder.iterdir())


def test_a_photo_is_painted_in_oil_unless_something_else_is_asked_for():
    values("paint", PHOTO, "--no-real", "-o", "oil")
    known = Painting.load("oil/painting.wmp.json")
    assert known.parameters["brush"] == "oil/flat" and known.parameters["objective"] == "painterly"
    assert known.canvas.background == pytest.approx(TONED) and known.has_relief
    for args, brush, objective in (
        (("--brush", "round"), "round", "photo"), (("--objective", "photo"), "oil/flat", "photo"),
        (("--objective", "sketch"), "acrylic", "sketch"), (("--pens", "black"), "round", "photo"),
        (("--brush", "filbert"), "filbert", "painterly"),
        (("--brush", "oil/fan"), "oil/fan", "painterly"), (("--brush", "oil,round"), ["oil/flat", "round"], "photo"),
    ):  # fmt: skip
        values("paint", PHOTO, *args, "--no-real", "-o", "other")
        parameters = Painting.load("other/painting.wmp.json").parameters
        assert (parameters["brush"], parameters["objective"]) == (brush, objective)


def test_resuming_needs_no_dials_and_no_objective_again():
    values("paint", "--wildness", 0.9, "--checkpoint", "state", "--no-real", "-o", "one")
    values("paint", "--resume", "state", "--no-real", "-o", "two")
    one, two = (Painting.load(f"{name}/painting.wmp.json") for name in ("one", "two"))
    assert one.parameters == two.parameters and two.parameters["wildness"] == 0.9
    assert one.canvas == two.canvas
    for wrong in (("--mixing", "pigment"), ("--surface", "paper"), ("--palette", "zorn"), ("--init", "agent")):
        done = wmpaint("paint", "--resume", "state", *wrong, "-o", "three")
        assert done.exit_code == 2 and not Path("three").exists() and wrong[0] in done.stderr


def test_a_painting_to_begin_with_says_how_it_was_painted():
    values("paint", PHOTO, "--background", "#203040", "-o", "one")
    values("paint", PHOTO, "--init", "one/painting.wmp.json", "--strokes", 12, "--no-real", "-o", "two")
    one, two = (Painting.load(f"{name}/painting.wmp.json") for name in ("one", "two"))
    assert one.canvas == two.canvas and two.parameters["objective"] == "painterly"
    assert {brush.name for brush in two.brushes} == {"oil/flat"}


def test_resuming_keeps_the_goal_and_the_program():
    values("paint", "--checkpoint", "state", "--no-real", "-o", "one")
    for args in (("--objective", "sketch"), ("--program", "gimp"), ("--strokes", 9)):
        done = wmpaint("paint", "--resume", "state", *args, "-o", "two")
        assert done.exit_code == 2 and not Path("two").exists()


def test_a_budget_that_is_over_still_lays_every_stroke():
    done = wmpaint("paint", "--budget", "1ms", "--strokes", 40, "--height", 48, "--no-real", "--no-film", "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["strokes"] == 40 and found["steps"] < 40 and found["dream_psnr"] > 5


@pytest.mark.parametrize(
    ("args", "other"),
    [
        (("dream", "--class", "daisy", "--net", "lite0"), ("dream", "--class", "goldfish", "--net", "lite0")),
        (("dream", PHOTO, "--layer", "block2", "--keep", 2), ("dream", PHOTO, "--layer", "block2", "--keep", 1)),
        (("style", PHOTO, PHOTO, "--scale", 0.5), ("style", PHOTO, PHOTO, "--scale", 0.6)),
        (("paint", PHOTO, "--objective", "economy"), ("paint", PHOTO, "--objective", "photo")),
    ],
)
def test_a_resumed_painting_still_says_what_it_was_made_with(args, other):
    values(*args, "--checkpoint", "state", "--no-real", "-o", "one")
    values(*args, "--resume", "state", "--no-real", "-o", "two")
    one, two = (Painting.load(f"{name}/painting.wmp.json").parameters for name in ("one", "two"))
    assert one == two and one["objective"] in (args[0], "economy")
    given = {name.lstrip("-"): said for name, said in itertools.pairwise(args) if str(name)[:2] == "--"}
    for name, said in given.items():
        assert two["nets"] == [said] if name == "net" else two[name] == said
    done = wmpaint(*other, "--resume", "state", "--no-real", "-o", "three")
    assert done.exit_code == 2 and "got another" in done.stderr and not Path("three").exists()


@pytest.mark.parametrize("height", [12, 48])
def test_the_last_layer_dreams_at_any_size(height):
    tiny = ("--strokes", 8, "--height", height, "--steps", 4, "--no-film", "--no-real", "--json")
    done = wmpaint("dream", "--layer", "block14", *tiny)
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout.splitlines()[-1])["terms"]) == {"loss", "layer"}
    assert Painting.load("out/painting.wmp.json").parameters["layer"] == "block14"


def test_a_tiny_photo_can_be_given_a_style():
    save_png("tiny.png", resize(load_image(PHOTO), 12, 16))
    found = values("style", "tiny.png", PHOTO)
    for which in ("photo_terms", "dream_terms", "real_terms"):
        assert set(found[which]) == {"content", "style"} and found[which]["style"] > 0
    assert found["photo_terms"]["content"] == 0 < found["dream_terms"]["content"]


def test_the_table_compares_the_photo_the_dream_and_the_replay():
    done = wmpaint("style", PHOTO, PHOTO, *SMALL[:-1])
    assert done.exit_code == 0, done.output
    for words in ("photo style", "dream content", "real style"):
        assert words in done.stdout


# --- names, grounds and sizes ---


@pytest.mark.parametrize("command", [("paint", "castle"), ("style", "castle", "starry_night"), ("paint", "sample")])
def test_bundled_pictures_are_goals_by_name(command, tmp_path):
    found = values(*command, "--no-real", "-o", "castle")  # the folder of outputs bears the name too
    assert found["strokes"] == 8
    assert Painting.load("castle/painting.wmp.json").provenance["source"] == command[1]
    assert values(*command, "--no-real", "-o", "castle")["dream_psnr"] == found["dream_psnr"]


def logo(path):
    pixels = np.zeros((48, 48, 4), np.uint8) + np.array([255, 255, 255, 0], np.uint8)
    pixels[12:36, 12:36, 3] = 255
    Image.fromarray(pixels).save(path)


def test_a_white_logo_is_painted_on_the_ground_that_is_asked_for():
    logo("logo.png")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        plain = ("paint", "logo.png", *SMALL, "--no-real", "--brush", "acrylic")
        done = wmpaint(*plain, "-o", "white")
    assert done.exit_code == 0
    assert "nearly nothing of 'logo.png' shows" in done.stderr and "one color everywhere" in done.stderr
    done = wmpaint(*plain, "--steps", 40, "--background", "#102030", "-o", "dark")
    assert done.exit_code == 0 and "note" not in done.stderr
    ground = (16 / 255, 32 / 255, 48 / 255)
    painting = Painting.load("dark/painting.wmp.json")
    assert painting.canvas.background == pytest.approx(ground)
    dream = load_image("dark/dream.png")
    assert dream[:, 24, 24].min() > 0.4, "the logo"
    assert (dream[:, 1, 1] - torch.tensor(ground)).abs().max() < 0.02, "the bare ground"


@pytest.mark.parametrize(
    "command",
    [("style", "logo.png", "starry_night"), ("dream", "logo.png", "--layer", "block4"), ("dream", "--class", "daisy")],
)
def test_style_and_dream_have_a_ground_too(command):
    logo("logo.png")
    values(*command, "--no-real", "--ground", "#800000", "-o", "a.wmp.json")
    assert Painting.load("a.wmp.json").canvas.background == pytest.approx((128 / 255, 0, 0))


def test_a_ground_goes_on_with_its_checkpoint():
    logo("logo.png")
    first = values(
        "paint", "logo.png", "--no-real", "--background", "#000", "--checkpoint", "state", "-o", "a.wmp.json"
    )
    again = values("paint", "logo.png", "--no-real", "--resume", "state", "-o", "b.wmp.json")
    assert again["dream_psnr"] == first["dream_psnr"]
    done = wmpaint("paint", "logo.png", "--resume", "state", "--background", "#804020", "--no-real", *SMALL)
    assert done.exit_code == 2 and "expected" in done.stderr
    done = wmpaint("paint", PHOTO, "--background", "reddish", *SMALL)
    assert done.exit_code == 2 and "expected a --background such as #1d4ed8" in done.stderr


def test_a_picture_of_one_color_is_told():
    Image.new("RGB", (40, 30), (200, 10, 10)).save("red.png")
    done = wmpaint("paint", "red.png", *SMALL, "--no-real")
    assert done.exit_code == 0 and "'red.png' has one color everywhere" in done.stderr


def test_paper_counts_in_every_file_that_has_a_size():
    """The cat lies, and so does its page of A5: 210 x 148 mm, 118 mm of which are painted."""
    names = ("a.pdf", "a.svg", "a.png", "a.tif", "a.jpg", "a.ora", "b.wmp.json")
    outputs = [word for name in names for word in ("-o", name)]
    values("paint", PHOTO, "--pens", "black", "--paper", "a5", "--no-real", *outputs)
    box = re.search(rb"/MediaBox \[ ?([\d. ]+)\]", Path("a.pdf").read_bytes())
    assert [float(v) / 72 * 25.4 for v in box[1].split()] == pytest.approx([0, 0, 210, 148], abs=0.01)
    svg = ElementTree.parse("a.svg").getroot()
    assert (svg.get("width"), svg.get("height")) == ("210mm", "148mm")
    left, top, wide, high = map(float, svg.get("viewBox").split())
    strokes = next(element for element in svg if element.get("id") == "strokes")
    assert strokes.get("clip-path") == "url(#canvas)", "margins stay bare"
    assert 1000 * 148 / high == pytest.approx(118, abs=0.01) and wide / high == pytest.approx(210 / 148, abs=1e-4)
    assert (-top, -left) == pytest.approx((15 * high / 148, (wide - 4000 / 3) / 2), abs=0.5)
    for name in ("a.png", "a.tif", "a.jpg"):
        with Image.open(name) as image:
            across, down = (25.4 * side / dpi for side, dpi in zip(image.size, image.info["dpi"], strict=True))
        assert down == pytest.approx(118, abs=4 if name == "a.jpg" else 0.2), name  # .jpg has whole dpi
        assert across / down == pytest.approx(4 / 3, abs=0.02)
    stack = ElementTree.fromstring(zipfile.ZipFile("a.ora").read("stack.xml"))
    assert stack.get("xres") == stack.get("yres") == str(round(48 / (118 / 25.4)))
    done = wmpaint("export", "b.wmp.json", "-o", "c.pdf", "-o", "c.png")
    assert done.exit_code == 0
    assert b"MediaBox" in Path("c.pdf").read_bytes() and box[0] in Path("c.pdf").read_bytes()


def test_paper_without_pens_changes_nothing():
    values("paint", PHOTO, "--no-real", "-o", "a.svg", "-o", "a.png")
    assert ElementTree.parse("a.svg").getroot().get("height") == "1000"
    with Image.open("a.png") as image:
        assert "dpi" not in image.info
