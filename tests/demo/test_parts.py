"""What the page is made of, without a server."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
import torch
import toys
from apart import apart

gr = needs.package("gradio")

from wmpaint import Canvas, Run, load, painters, sample_photo
from wmpaint.demo import Limits
from wmpaint.demo.drawing import MOST_LINES, strokes_of
from wmpaint.demo.easel import FORMATS, write_format
from wmpaint.demo.examples import CHANNELS, MANNERS, PHOTOS, TILE, channels
from wmpaint.demo.folders import Downloads, file_stem
from wmpaint.demo.live import StopEvents, strides
from wmpaint.demo.markup import OOPS, bar, plain_text, table, toasting
from wmpaint.demo.pictures import Photo, jpeg_uri, read_upload, stage
from wmpaint.demo.recipe import Recipe, call, command
from wmpaint.demo.studio import Studio
from wmpaint.demo.tabs import draw, dream, paint, style
from wmpaint.demo.uploaded import opened_painting, portable
from wmpaint.demo.work import Work, brush_names_of, finished
from wmpaint.errors import FileError, InputError
from wmpaint.export import writers
from wmpaint.frame import Frame
from wmpaint.medium import render
from wmpaint.objectives.presets import preset

# Words


def test_errors_tell_nothing_of_the_servers_folders() -> None:
    error = FileError(
        "expected a picture, got '/tmp/gradio/ab12/cat.jpg', or /srv/www/key.pem; see C:\\Users\\me\\x.png"
    )
    said = plain_text(error)
    assert "cat.jpg" in said and "key.pem" in said and said[0] == "E"
    assert not any(part in said for part in ("tmp", "gradio", "srv", "Users", "www"))


def test_our_errors_are_toasts_in_their_own_words_and_others_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    @toasting
    def ours() -> None:
        raise InputError("expected a photo, got none")

    @toasting
    def theirs() -> None:
        raise RuntimeError("secret /root/.ssh")

    @toasting
    async def stream() -> Any:
        yield 1
        raise InputError("expected more")

    for function, words in ((ours, "Expected a photo, got none"), (theirs, OOPS)):
        with pytest.raises(gr.Error) as caught:
            function()
        assert caught.value.message == words and caught.value.print_exception is False
    assert "secret" in caplog.text, "whoever runs the server reads it"

    heard = []

    async def listen() -> None:
        async for each in stream():
            heard.append(each)

    with pytest.raises(gr.Error, match="Expected more"):
        apart(listen())
    assert heard == [1]

    @toasting
    def full() -> None:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 1 GB")

    with pytest.raises(gr.Error, match="more memory than there is"):
        full()


def test_text_is_escaped_on_the_page() -> None:
    evil = "<script>alert(1)</script>\"'"
    for made in (bar(0.5, evil), table([(evil, evil)], evil), stage(None, evil), stage(torch.zeros(3, 4, 4), evil)):
        assert "<script" not in made and 'alt="<' not in made
    assert "value=50" in bar(0.5, "x") and "value=100" in bar(7, "x") and "value=0" in bar(-1, "x")
    assert jpeg_uri(torch.zeros(3, 4, 4)).startswith("data:image/jpeg;base64,/9j/")


def test_limits_are_above_zero() -> None:
    with pytest.raises(InputError, match="limit of strokes"):
        Limits(strokes=0)


# Recipes


def test_commands_are_quoted() -> None:
    options = {"brush": "mypaint/oil", "keep_color": True, "pens": None, "no": False}
    made = command(["paint", "my cat; rm -rf.jpg"], options)
    assert made == "wmpaint paint 'my cat; rm -rf.jpg' --brush mypaint/oil --keep-color"
    assert command(["x"], {"scale": 1.5, "seconds": 2.0}) == "wmpaint x --scale 1.5 --seconds 2"
    assert (
        call("f", ['"a"'], {"b": 'say "hi"', "c": 4 / 3, "d": None}) == 'f("a", b="say \\"hi\\"", c=1.3333333333333333)'
    )


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio(Limits(strokes=300, height=256))


def test_brushes_are_told_apart_by_their_full_names(studio: Studio) -> None:
    assert [studio.brush(name, {}) for name in ("oil", "mypaint/oil")] == ["oil/flat", "mypaint/oil"]
    assert studio.picture_of("oil") == studio.picture_of("oil/flat") != studio.picture_of("mypaint/oil")
    named = brush_names_of(["oil/round", "mypaint/oil", "/tmp/x/mine.safetensors", "ink"])
    assert named == ["oil/round", "mypaint/oil", "mine.safetensors", "ink"]


def painted(begun: Any) -> Work:
    run, finish = begun
    for _ in run:
        pass
    work: Work = finish(run.painting())
    return work


def begin_paint(studio: Studio, **changes: Any) -> Any:
    usual = {
        "photo": str(sample_photo()), "objective": "photo", "pens": "any color", "second": "none", "detail": 0.5,
        "wildness": 0.5, "thickness": 0.5, "brush": "round", "strokes": 20, "height": 64, "seed": 3, "budget": 0,
    }  # fmt: skip
    return paint.asked(studio, *(usual | changes).values(), own={})()


@pytest.fixture(scope="module")
def work(studio: Studio) -> Work:
    """A painting as its tab would have it, which nobody changes."""
    return painted(begin_paint(studio))


def same(one: Any, two: Any) -> bool:
    return all(torch.equal(getattr(one, n), getattr(two, n)) for n in ("points", "radius", "pressure", "color"))


def test_the_python_of_a_painting_paints_the_same(work: Work, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "sample.jpg").write_bytes(sample_photo().read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(work.recipe.python, {})
    assert same(load("sample.wmp.json").strokes, work.painting.strokes)
    assert (tmp_path / "sample.svg").is_file()


def test_the_command_of_a_painting_paints_the_same(studio: Studio, tmp_path: Path, monkeypatch: Any) -> None:
    import shlex

    from typer.testing import CliRunner

    from wmpaint.cli.app import app

    (tmp_path / "sample.jpg").write_bytes(sample_photo().read_bytes())
    monkeypatch.chdir(tmp_path)
    work = painted(begin_paint(studio, objective="economy"))
    further = work.further(10, 4)
    for _ in further:
        pass
    went_on = work.continued(further.painting(), 4)
    commands = went_on.recipe.command.split("\n")
    assert len(commands) == 2 and commands[0] == work.recipe.command
    for line, wanted in zip(commands, (work, went_on), strict=True):
        done = CliRunner().invoke(app, [*shlex.split(line)[1:], "--no-film", "--no-real"])
        assert done.exit_code == 0, done.output
        assert same(load("sample/painting.wmp.json").strokes, wanted.painting.strokes), line


def test_the_python_of_styles_and_dreams_runs(studio: Studio, tmp_path: Path, monkeypatch: Any) -> None:
    for path in (*PHOTOS, *MANNERS):
        (tmp_path / Path(path).name).write_bytes(Path(path).read_bytes())
    monkeypatch.chdir(tmp_path)
    small = ("round", 12, 64, 1, 0)
    run, finish = style.asked(studio, PHOTOS[1], MANNERS[0], MANNERS[1], 30, 1.0, 1.0, True, *small, own={})()
    next(run)
    recipe: Recipe = finish(run.painting()).recipe
    assert recipe.command == "", "the command line has no shares"
    assert "shares=[0.7, 0.3]" in recipe.python and "colors=wp.load_image" in recipe.python
    short = recipe.python.replace("seed=1", "seed=1, steps=2")
    exec(short, {})
    assert len(load("castle-style.wmp.json").strokes) == 12
    for *what, photo in (
        (dream.THING, "daisy", None, None, None), (dream.LAYER, None, next(iter(dream.LAYERS)), 3, PHOTOS[0]),
    ):  # fmt: skip
        run, finish = dream.asked(studio, *what, 2, photo, 1.0, *small, own={})()
        next(run)
        work = finish(run.painting())
        exec(work.recipe.python.replace("seed=1", "seed=1, steps=2"), {})
        assert len(load(f"{work.name}.wmp.json").strokes) == 12
        assert work.recipe.command.startswith("wmpaint dream")


def test_names_of_photos_are_written_so_that_python_reads_them(studio: Studio, tmp_path: Path) -> None:
    odd = tmp_path / 'a "quoted" \\ name.jpg'
    odd.write_bytes(sample_photo().read_bytes())
    run, finish = begin_paint(studio, photo=str(odd))
    next(run)
    line = next(line for line in finish(run.painting()).recipe.python.split("\n") if line.startswith("goal"))
    assert eval(line.removeprefix("goal = ")) == odd.name


def test_a_painting_that_was_stopped_says_so_and_can_be_repeated(
    studio: Studio, work: Work, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for done in (1, 3):
        run, finish = begin_paint(studio)
        for _ in range(done):
            next(run)
        left = finished(run, finish)
        words = f"it was stopped after {done} of {run.schedule.steps} steps"
        assert left.recipe.python.startswith(f"# {words}\n") and f"  # {words};" in left.recipe.command
        exec(left.recipe.python, {})
        assert same(load("sample.wmp.json").strokes, left.painting.strokes)
    assert "stopped" not in work.recipe.python


def test_recipes_after_bundled_pictures_run_in_an_empty_folder(
    studio: Studio, tmp_path: Path, monkeypatch: Any
) -> None:
    """Each picture that the page offers, as a photo in each tab and as a manner; by its name, which works anywhere."""
    import shlex

    from typer.testing import CliRunner

    from wmpaint.cli.app import app

    monkeypatch.chdir(tmp_path)
    small, like = ("round", 6, 64, 1, 0), (None, 0, 1.0, 1.0, True)
    deep = (dream.LAYER, None, next(iter(dream.LAYERS)), 3, 1)
    begun = [begin_paint(studio, photo=photo, strokes=6) for photo in PHOTOS]
    begun += [
        style.asked(studio, photo, manner, *like, *small, own={})()
        for photo, manner in zip(PHOTOS, MANNERS, strict=False)
    ]
    begun += [dream.asked(studio, *deep, PHOTOS[1], 1.0, *small, own={})()]
    names = {Path(each).stem for each in (*PHOTOS, *MANNERS)}
    for run, finish in begun:
        next(run)
        recipe = finish(run.painting()).recipe
        words = shlex.split(recipe.command)[1:]
        assert words[1] in names, recipe.command
        done = CliRunner().invoke(app, [*words, "--steps", "2", "--no-film", "--no-real"])
        assert done.exit_code == 0, done.output
        exec(recipe.python.replace("seed=1", "seed=1, steps=2").replace("seed=3", "seed=3, steps=2"), {})
    assert not [each for each in tmp_path.iterdir() if each.suffix in (".jpg", ".webp")]


def test_a_drawing_in_a_brush_of_ones_own_names_its_painter(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    painters.load("round").save(weights)
    drawn = strokes_of(json.dumps([line([[0.2, 0.5, 0.7], [0.9, 0.4, 0.7]])]))
    made = portable(draw._painting(drawn, Canvas(1.0), painters.load(weights), str(weights)))
    assert made.brushes[0].painter == "mine.safetensors" and str(tmp_path) not in made.to_json()
    made.save(tmp_path / "drawing.wmp.json")
    assert load(tmp_path / "drawing.wmp.json").render().shape[0] == 4, "its painter lies beside it"
    assert opened_painting(str(tmp_path / "drawing.wmp.json"), Limits(), {"mine": str(weights)}).painters


# Live


def test_a_painting_is_shown_from_its_first_step_and_can_be_stopped(studio: Studio) -> None:
    import threading

    run, _ = begin_paint(studio)
    stop = threading.Event()
    shown = (each for each in strides(run, stop) if each is not None)
    first = next(shown)
    assert first.picture.shape[0] == 3 and 0 < first.share < 0.1 and "strokes" in first.text
    stop.set()
    assert list(shown) == []
    assert len(run.painting().strokes) >= 1, "what there is is kept"
    run, _ = begin_paint(studio)
    assert len(list(strides(run, threading.Event(), seconds=0.0))) == 1, "time is up"


def test_stops_are_each_visitors_own() -> None:
    stops = StopEvents()
    one, two = stops.begin("a"), stops.begin("b")
    assert stops.stop("a") and one.is_set() and not two.is_set()
    assert not stops.begin("a").is_set(), "the next painting goes on"
    stops.forget("b")
    assert two.is_set() and [who for who, _ in stops._events] == ["a"] and not stops.stop("b")


# Works


def test_going_on_adds_strokes_and_undo_takes_them_back(studio: Studio) -> None:
    work = painted(begin_paint(studio, strokes=40))
    run = work.further(15, 3)
    for _ in run:
        pass
    more = work.continued(run.painting(), 3)
    assert len(more.painting.strokes) == 55 and run.schedule.steps == 3
    assert "init=wp.load" in more.recipe.python and 'goal = "sample"' in more.recipe.python
    back = more.undone()
    assert back.painting is work.painting and back.recipe == work.recipe
    rounds = work.painting.provenance["rounds"]
    assert len(rounds) > 1
    less = back.undone()
    assert len(less.painting.strokes) == sum(rounds[:-1])
    while len(less.painting.provenance["rounds"]) > 1:
        less = less.undone()
    with pytest.raises(InputError, match="only the first"):
        less.undone()
    with pytest.raises(InputError, match="none of both"):
        work.further(0, 0)


def test_the_python_of_going_on_and_of_undoing_paints_the_same(
    studio: Studio, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "sample.jpg").write_bytes(sample_photo().read_bytes())
    monkeypatch.chdir(tmp_path)
    work = painted(begin_paint(studio, strokes=40))
    run = work.further(9, 2)
    for _ in run:
        pass
    more = work.continued(run.painting(), 2)
    for wanted in (more, work.undone()):
        exec(wanted.recipe.python, {})
        assert same(load("sample.wmp.json").strokes, wanted.painting.strokes)


def test_what_was_drawn_by_hand_stays_when_it_goes_on_and_is_undone(studio: Studio) -> None:
    drawn = strokes_of(json.dumps([line([[0.2, 0.5, 0.7], [0.9, 0.4, 0.7]])]))
    goal = preset("photo", str(sample_photo()))
    run = Run(goal, brush="round", strokes=len(drawn) + 30, height=64, steps=8, init=drawn, hold=True)
    for _ in run:
        pass
    work = Work(run.painting(), goal, Recipe("", "x"), "by-hand", "round")
    assert work.held == len(drawn)
    run = work.further(5, 3)
    for _ in run:
        pass
    more = work.continued(run.painting(), 3)
    assert len(more.painting.strokes) == len(drawn) + 35 and f"hold={len(drawn)}" in more.recipe.python
    for each in (more, more.undone(), more.undone().undone()):
        assert same(each.painting.strokes[-len(drawn) :], drawn.to(torch.float32))
    assert len(more.undone().undone().painting.strokes) < len(drawn) + 30


def test_a_painting_in_pens_does_not_go_on(studio: Studio) -> None:
    run, finish = begin_paint(studio, pens="black")
    next(run)
    with pytest.raises(InputError, match="got one in a plotter's pens"):
        finish(run.painting()).further(5, 5)


def test_what_hangs_in_the_gallery_is_small(work: Work) -> None:
    assert work.painting.target is not None
    hung = work.hung()
    assert hung.goal is None and hung.painting.target is None and same(hung.painting.strokes, work.painting.strokes)


def test_a_painting_from_a_file_does_not_go_on(work: Work) -> None:
    with pytest.raises(InputError, match="without one: choose it"):
        replace(work, goal=None).further(5, 5)


def test_presets_name_what_there_is(studio: Studio) -> None:
    for brush, strokes, objective, pens in paint.RECIPES.values():
        assert brush in studio.choices and 1 <= strokes <= Limits().strokes
        assert objective in paint.PRESETS and pens in paint.PENS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"photo": None}, "a photo"), ({"brush": "../../etc/passwd"}, "a brush"), ({"brush": None}, "a brush"),
        ({"strokes": 301}, "strokes of 1 to 300"), ({"strokes": math.nan}, "strokes"), ({"height": 5000}, "a height"),
        ({"seed": -1}, "a seed"), ({"budget": 1e9}, "seconds"), ({"objective": "beauty"}, "objective"),
        ({"pens": "../x.toml"}, "colors"), ({"objective": "painterly", "wildness": 2}, "wildness"),
    ],
)  # fmt: skip
def test_what_a_visitor_gets_wrong_is_said(studio: Studio, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        begin_paint(studio, **changes)


# Uploads


def test_uploads_that_are_no_pictures_or_too_large(tmp_path: Path) -> None:
    limits = Limits(megabytes=1, megapixels=1)
    text = tmp_path / "cat.jpg"
    text.write_text("not a picture")
    half = tmp_path / "half.png"
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.png")
    half.write_bytes((tmp_path / "whole.png").read_bytes()[:20_000])
    wide = tmp_path / "wide.png"
    Image.new("RGB", (50_000, 30)).save(wide)
    heavy = tmp_path / "heavy.png"
    heavy.write_bytes(bytes(1_100_000))
    for path, words in ((text, "picture file"), (half, "broken|truncated"), (wide, "pixels"), (heavy, "1 MB")):
        with pytest.raises((FileError, InputError), match=words):
            read_upload(str(path), limits)
    with pytest.raises(InputError, match="removed after an hour"):
        read_upload(str(tmp_path / "gone.png"), limits)
    with pytest.raises(InputError, match="drop one into the frame"):
        read_upload(None, limits)
    assert max(read_upload(str(sample_photo()), Limits()).shape) <= 1400
    logo = np.full((40, 40, 4), 255, np.uint8)
    logo[:, :20, 3] = 0
    Image.fromarray(logo).save(tmp_path / "logo.png")
    seen = "one color everywhere, with white where it is transparent"
    with pytest.warns(UserWarning, match="nearly nothing"), pytest.warns(UserWarning, match=seen):
        read_upload(str(tmp_path / "logo.png"), Limits())  # outside of an event Gradio's toast is a warning


def test_the_photo_field_gives_the_path_of_whatever_was_uploaded(tmp_path: Path) -> None:
    from gradio.data_classes import ImageData

    path = tmp_path / "x.jpg"
    path.write_text("not a picture")
    assert Photo("photo").preprocess(ImageData(path=str(path))) == str(path)
    assert Photo("photo").preprocess(None) is None
    assert Photo("photo").get_config()["sources"] == ["upload", "webcam", "clipboard"], "of an image"
    import wmpaint.demo.pictures as module

    assert not Path(module.__file__).with_suffix(".pyi").exists(), "Gradio writes none beside it"


def test_a_painting_of_before_is_brought_with_mypaint_s_oil(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "gallery/cat_oil/painting.wmp.json"
    assert '"name": "oil"' in path.read_text("utf-8")
    brought = opened_painting(str(path), Limits(), {})
    assert brought.painters[0].info.full_name == brought.brushes[0].name == "mypaint/oil"


def test_paintings_that_are_brought(work: Work, tmp_path: Path) -> None:
    path = tmp_path / "cat.wmp.json"
    work.painting.save(path)
    brought = opened_painting(str(path), Limits(), {})
    assert same(brought.strokes, work.painting.strokes) and brought.painters
    known = json.loads(path.read_text())

    def spoiled(**brush: Any) -> str:
        changed = json.loads(path.read_text())
        changed["brushes"][0] |= brush
        other = tmp_path / f"other{len(list(tmp_path.iterdir()))}.wmp.json"
        other.write_text(json.dumps(changed))
        return str(other)

    assert known["brushes"][0]["name"] == "round"
    secret = tmp_path / "secret.safetensors"
    painters.load("round").save(secret)
    for bad, words in (
        (spoiled(painter=str(secret)), "a painter of its own"), (spoiled(name="/etc/passwd"), "has a painter"),
        (spoiled(weights="0" * 64), "other weights"), (str(sample_photo()), "painting"), (None, "a painting"),
    ):  # fmt: skip
        with pytest.raises((InputError, FileError), match=words) as caught:
            opened_painting(bad, Limits(), {})
        assert str(tmp_path) not in plain_text(caught.value)
    pens = json.loads(path.read_text())
    pens["parameters"]["pens"] = str(tmp_path / "secret.toml")
    (tmp_path / "pens.wmp.json").write_text(json.dumps(pens))
    assert "pens" not in opened_painting(str(tmp_path / "pens.wmp.json"), Limits(), {}).parameters, "nor a pen file"
    with pytest.raises(InputError, match="up to 10 strokes, got 20"):
        opened_painting(str(path), Limits(strokes=10), {})
    huge = work.painting.strokes.replace(points=work.painting.strokes.points * 40, radius=torch.full((20,), 10.0))
    replace(work.painting, strokes=huge).save(tmp_path / "huge.wmp.json")
    with pytest.raises(InputError, match="cover the canvas up to 400 times"):
        opened_painting(str(tmp_path / "huge.wmp.json"), Limits(), {})
    own = {"secret": str(secret)}
    assert opened_painting(spoiled(painter="anywhere/secret.safetensors"), Limits(), own).painters
    with pytest.raises(InputError, match="up to 1 MB"):
        big = tmp_path / "big.wmp.json"
        big.write_bytes(b" " * 1_100_000)
        opened_painting(str(big), Limits(megabytes=1), {})


def test_paintings_leave_without_the_servers_folders(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    painters.load("round").save(weights)
    run = Run(str(sample_photo()), brush=weights, strokes=5, height=48, steps=2)
    next(run)
    assert str(tmp_path) in run.painting().to_json(), "else there is nothing to hide"
    left = portable(run.painting())
    assert str(tmp_path) not in left.to_json() and left.brushes[0].painter == "mine.safetensors"


# Drawing


def line(points: Any, color: str = "#ff0000", radius: float = 0.02) -> dict[str, Any]:
    return {"points": points, "color": color, "radius": radius}


def test_a_drawn_line_becomes_curves_that_follow_it() -> None:
    t = np.linspace(0, 1, 60)
    wave = np.stack([0.1 + 0.8 * t, 0.5 + 0.2 * np.sin(9 * t), 0.3 + 0.6 * t], 1)
    strokes = strokes_of(json.dumps([line(wave.tolist())]))
    strokes.check()
    assert 2 <= len(strokes) <= 12
    from wmpaint.geometry import bezier

    where = bezier(strokes.points, torch.linspace(0, 1, 33).expand(len(strokes), 33)).reshape(-1, 2)
    gap = torch.cdist(torch.tensor(wave[:, :2], dtype=torch.float32), where).min(1).values
    assert float(gap.max()) < 0.012, "near every point of it"
    assert torch.allclose(strokes.points[1:, 0], strokes.points[:-1, 2], atol=2e-3), "without gaps"
    pressure = strokes.pressure.flatten()
    assert bool((pressure.diff() > -1e-3).all()) and float(pressure[0]) < 0.35 and float(pressure[-1]) > 0.85
    assert strokes.color.tolist() == [[1, 0, 0]] * len(strokes)


def test_touches_and_straight_lines_are_strokes_too() -> None:
    touch = strokes_of(json.dumps([line([[0.5, 0.5, 0.7]])]))
    assert len(touch) == 1 and bool((render(toys.painter(), touch, Frame(Canvas(), 32)).mean[3] > 0).any())
    straight = strokes_of(json.dumps([line([[0.1, 0.1, 0.7], [0.1, 0.1, 0.7], [0.9, 0.1, 0.7]])]))
    assert float(straight.points[..., 1].sub(0.1).abs().max()) < 1e-4
    assert len(strokes_of("[]")) == 0 and len(strokes_of("")) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        None, 5, "{", "{}", '"x"', json.dumps([{}]), json.dumps([line([])]), json.dumps([line([[0.1, 0.2]])]),
        json.dumps([line([[0.1, 0.2, 0.5]], color="red")]), json.dumps([line([[0.1, 0.2, 0.5]], color="#gg0000")]),
        json.dumps([line([[0.1, 0.2, 0.5]], radius=9)]), json.dumps([line([[0.1, 0.2, 0.5]], radius=math.nan)]),
        json.dumps([line([[1e9, 0.2, 0.5]])]), json.dumps([line([[0.1, 0.2, 7]])]),
        json.dumps([line([[0.1, 0.2, 0.5]])] * (MOST_LINES + 1)), json.dumps([line([[0.1, 0.2, 0.5]] * 4001)]),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        strokes_of(wrong)


# Files


def test_every_kind_of_file_is_written(work: Work) -> None:
    made = Downloads()
    for kind, (suffix, _, _) in FORMATS.items():
        if suffix in (".pdf",):
            needs.cairosvg()
        path = write_format(work.painting, kind, 80, "cat", made)
        assert path.stat().st_size > 100 and path.name == "cat" + suffix
        assert writers.suffix_of(path) == suffix
    with pytest.raises(InputError, match="a kind of file"):
        write_format(work.painting, "Word", 80, "cat", made)


def test_old_files_are_removed_and_new_ones_stay() -> None:
    made = Downloads(old=100)
    old, new = made.path("a"), made.path("b")
    for path in (old, new):
        path.write_text("x")
    past = time.time() - 200
    os.utime(old.parent, (past, past))
    made.path("c")
    assert not old.exists() and new.exists()
    assert made.root.exists()


def test_names_of_files_are_tame() -> None:
    assert file_stem("/tmp/x/Meine Katze (1).jpg") == "Meine-Katze-1"
    assert file_stem("../../..") == "painting" and file_stem(None) == "painting" and file_stem("a" * 300) == "a" * 40


def test_channels_have_their_thumbnails() -> None:
    for layer, count in CHANNELS.items():
        found = channels(layer)
        assert len(found) == count and all(each.size == (TILE, TILE) for each in found)
        spread = [np.asarray(each).std() for each in found]
        assert min(spread) > 8, "something is to be seen on each"


def test_a_visitors_brushes_are_found_only_by_them(studio: Studio, tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    painters.load("round").save(weights)
    assert studio.brush("mine", {"mine": str(weights)}) == str(weights)
    for wrong in ("mine", str(weights), "", 5):
        with pytest.raises(InputError, match="expected a brush"):
            studio.brush(wrong, {})


# Plots


def test_a_plot_that_takes_too_long_is_stopped(work: Work, monkeypatch: Any) -> None:
    from wmpaint.export import plotter

    seen = []

    def endless(*_: Any, **__: Any) -> None:
        seen.append("began")
        try:
            while True:
                time.sleep(0.01)
        finally:
            seen.append("ended")

    monkeypatch.setattr(plotter, "plan", endless)
    short = Studio(Limits(seconds=1))

    async def plan() -> list[Any]:
        return [each async for each in short.fetched("a", "plot-planning", work.painting.plot, "a plot")]

    with pytest.raises(InputError, match="a plot that takes at most 1 seconds"):
        apart(plan())
    assert seen == ["began", "ended"], "no thread goes on with it"
