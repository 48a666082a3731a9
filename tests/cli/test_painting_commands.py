"""`paint`, `style` and `dream` for real, made small: what is painted, and what is refused."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wmpaint.cli.app import app
from wmpaint.image import load_image, resize, sample_photo, save_png
from wmpaint.painters.zoo import load
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
