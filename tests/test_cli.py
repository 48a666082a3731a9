from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from flat import Flat, many
from PIL import Image
from typer.testing import CliRunner

from wmpaint.canvas import Canvas
from wmpaint.cli import session
from wmpaint.cli.app import app
from wmpaint.errors import FileError
from wmpaint.medium import MediumInfo
from wmpaint.painting import BrushRef, Painting, result


def wmpaint(*args: object):
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flat(monkeypatch):
    """A program, and a painter that has learned it but for a tenth of its alpha."""
    monkeypatch.setattr(result, "program_of", lambda *args: Flat(0.9))
    monkeypatch.setattr(result, "painter_of", lambda *args: Flat(1.0))


class FakeRun:
    """Lays one stroke a step, and is a painting at any moment."""

    def __init__(self, total: int = 6, stop_at: int | None = None) -> None:
        self.total, self.stop_at, self.done, self.saved = total, stop_at, 0, []
        self.goal, self.parameters, self.source = None, {}, None

    def __iter__(self):
        for k in range(self.total):
            self.done = k + 1
            if k == self.stop_at:
                import os
                import signal

                os.kill(os.getpid(), signal.SIGINT)
            yield SimpleNamespace(index=k, total=self.total, loss=0.1, terms={}, strokes=k, seconds=k, seconds_left=1.0)

    def save_checkpoint(self, path: Path) -> None:
        self.saved.append(self.done)
        Path(path).write_text("state")

    def painting(self) -> Painting:
        return Painting(
            many(self.done),
            Canvas(1.5),
            (BrushRef("charcoal"),),
            program_height=32,
            seed=3,
            terms={"pixel": 0.1},
            provenance={"steps": self.done, "seconds": 1.0},
            target=torch.rand(3, 32, 48),
        )


@pytest.fixture
def run(monkeypatch, flat):
    fake = FakeRun()
    monkeypatch.setattr(session, "_start", lambda *args: fake)
    return fake


def test_paint_writes_all_files_and_prints_a_table(run, folder):
    done = wmpaint("paint")
    assert done.exit_code == 0, done.output
    names = {"painting.wmp.json", "dream.png", "real.png", "painting.svg", "timelapse.mp4", "report.json"}
    assert {path.name for path in (folder / "out").iterdir()} == names
    for words in ("strokes", "seconds", "dream PSNR", "real PSNR", "transfer gap", *(f"out/{name}" for name in names)):
        assert words in done.stdout
    report = json.loads(Path("out/report.json").read_text())
    assert report["gap_db"] == pytest.approx(report["dream_psnr"] - report["real_psnr"])
    assert Painting.load("out/painting.wmp.json").to_json() == run.painting().to_json()
    with Image.open("out/real.png") as picture:
        assert picture.size == (48, 32)


def test_paint_json_is_the_last_line_and_all_of_stdout(run):
    done = wmpaint("paint", "--json", "-o", "a.svg", "-o", "b/", "--no-film", "--no-real")
    assert done.exit_code == 0, done.output
    values = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    wanted = {"strokes", "steps", "seconds", "dream_psnr", "real_psnr", "gap_db", "program", "seed", "outputs"}
    assert wanted <= set(values)
    assert (values["strokes"], values["steps"], values["seed"], values["real_psnr"]) == (6, 6, 3, None)
    assert all(Path(path).is_file() for path in values["outputs"]) and len(values["outputs"]) == 5
    assert not Path("b/real.png").exists() and not Path("b/timelapse.mp4").exists()


def test_a_full_disk_under_the_checkpoint_does_not_end_the_painting(run, folder, monkeypatch):
    monkeypatch.setattr(session, "CHECKPOINT_EVERY", 0.0)
    (folder / "c").write_text("the last good one")

    def full(path: Path) -> None:
        raise FileError(f"could not write {str(path)!r}: the disk is full")

    monkeypatch.setattr(run, "save_checkpoint", full)
    done = wmpaint("paint", "--checkpoint", "c", "-o", "ok", "--no-film")
    assert done.exit_code == 0 and (folder / "ok" / "painting.wmp.json").exists()
    assert done.stderr.count("the disk is full; going on without a checkpoint") == 1
    assert (folder / "c").read_text() == "the last good one"


def test_a_full_disk_under_one_output_spares_the_others(run, folder, monkeypatch):
    save = Painting.save

    def full(self: Painting, path: Path, **options: object) -> None:
        if path.suffix == ".svg":
            raise FileError(f"could not write {str(path)!r}: the disk is full")
        save(self, path, **options)

    monkeypatch.setattr(Painting, "save", full)
    done = wmpaint("paint", "-o", "a.svg", "-o", "ok", "--no-film")
    assert done.exit_code == 2 and "could not write 'a.svg': the disk is full" in done.stderr
    assert sorted(path.name for path in (folder / "ok").iterdir()) == [
        "dream.png", "painting.wmp.json", "real.png", "report.json",
    ]  # fmt: skip


def test_ctrl_c_keeps_what_is_painted(run):
    run.stop_at = 2
    done = wmpaint("paint", "--json", "--checkpoint", "state")
    assert done.exit_code == 130
    values = json.loads(done.stdout)
    assert (values["strokes"], values["interrupted"]) == (3, True)
    assert len(list(Path("out").iterdir())) == 6
    assert run.saved[-1] == 3 and Path("state").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--strokes", 0], "--strokes of 1 or more, got 0"),
        (["--strokes", -5], "--strokes of 1 or more, got -5"),
        (["--strokes", 10**9], "GiB of free memory"),
        (["--height", 0], "--height of 1 to 16,384"),
        (["--height", 20_000], "--height of 1 to 16,384"),
        (["--seed", -1], "--seed"),
        (["--budget", "soon"], "expected a time such as 20s"),
        (["-o", "a.bmp"], "expected a folder, or a file ending in"),
        (["--paper", "a4"], "--paper beside --pens"),
        (["--pens", "crayons"], "expected pens out of black"),
        (["--pens", "black", "--paper", "a99"], "expected a page out of"),
        (["-o", "no/a.svg"], "no' does not exist"),
        (["-o", "file/"], "file"),
        (["--checkpoint", "no/state"], "no' does not exist"),
        (["no.jpg"], "no such file: 'no.jpg'"),
        (["."], "folder"),
        (["file"], "expected a picture file"),
        (["cut.jpg"], "broken or cut short"),
        (["bomb.png"], "megapixels"),
        (["good.png", "-o", "good.png"], "other than the input"),
        (["good.png", "--checkpoint", "good.png"], "other than the input"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(args, words, folder):
    Path("file").write_text("no picture")
    Image.new("RGB", (16, 16)).save("good.png")
    Image.effect_noise((64, 64), 50).save("whole.jpg")
    Path("cut.jpg").write_bytes(Path("whole.jpg").read_bytes()[:900])
    if "bomb.png" in args:
        Image.new("1", (20_000, 20_000)).save("bomb.png")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = wmpaint("paint", *args)
    assert done.exit_code == 2
    assert words in done.stderr and done.stdout == ""
    assert done.stderr.startswith("wmpaint: ") and done.stderr.count("\n") == 1, done.stderr
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "args", [["paint", "--strokes", "many"], ["paint", "--nonsense"], ["nothing"], ["export", "a"]]
)
def test_usage_errors_end_with_2(args, folder):
    assert wmpaint(*args).exit_code == 2
    assert not list(folder.iterdir())


@pytest.fixture
def saved(flat):
    FakeRun().painting().save("p.wmp.json")
    Path("p.wmp.json").chmod(0o644)


def test_replay(saved):
    done = wmpaint("replay", "p.wmp.json", "--height", 64, "-o", "r.png", "-o", "r.gif", "--json")
    assert done.exit_code == 0, done.output
    with Image.open("r.png") as picture:
        assert picture.size == (96, 64)
    values = json.loads(done.stdout)
    assert values["program"] == "flat" and values["height"] == 64 and values["outputs"] == ["r.png", "r.gif"]
    assert wmpaint("replay", "p.wmp.json").stdout == "real.png\n"
    with Image.open("real.png") as picture:
        assert picture.size == (48, 32)


def test_export(saved):
    Image.new("RGB", (30, 20)).save("photo.png")
    names = ["e.png", "e.svg", "e.gif", "e.json", "e.wmp.json"]
    options = [arg for name in names for arg in ("-o", name)]
    done = wmpaint("export", "p.wmp.json", *options, "--height", 16, "--target", "photo.png")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == names
    with Image.open("e.png") as picture, Image.open("e.gif") as film:
        assert picture.size == film.size == (24, 16)
    assert json.loads(Path("e.json").read_text())["gap_db"] is not None
    assert Path("e.wmp.json").read_bytes() == Path("p.wmp.json").read_bytes()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["replay", "no.wmp.json"], "there is none at 'no.wmp.json'"),
        (["replay", "cut.wmp.json"], "expected a painting as JSON, got 'cut.wmp.json'"),
        (["replay", "p.wmp.json", "-o", "r.svg"], "expected a replay named as a picture"),
        (["replay", "p.wmp.json", "-o", "no/r.png"], "no' does not exist"),
        (["replay", "p.wmp.json", "--height", 0], "height"),
        (["replay", "p.wmp.json", "--height", 16_384], "sides of at most 16384"),
        (["replay", "p.wmp.json", "-o", "p.wmp.json"], "expected a replay"),
        (["export", "p.wmp.json", "-o", "p.wmp.json"], "other than the input"),
        (["export", "p.wmp.json", "-o", "e.bmp"], "expected a file name that ends in"),
        (["export", "p.wmp.json", "-o", "e.json", "--target", "no.png"], "no such file"),
        (["train-painter", "charcoal", "-o", "x.bin"], "expected weights named .safetensors"),
        (["train-painter", "charcoal", "--minutes", "0.2"], "--minutes of 0.5 to 600, got 0.2"),
        (["evaluate-painter", "charcoal", "--strokes", "0"], "--strokes of 1 or more"),
        (["brushes", "--sheet", "sheet.jpg"], "expected a sheet named .png"),
        (["brushes", "--sheet", "no/sheet.png"], "no' does not exist"),
    ],
)
def test_bad_input_of_the_other_commands(saved, args, words, folder):
    Path("cut.wmp.json").write_text(Path("p.wmp.json").read_text()[:300])
    before = sorted(folder.iterdir())
    done = wmpaint(*args)
    assert done.exit_code == 2
    assert words in done.stderr and done.stdout == ""
    assert done.stderr.startswith("wmpaint: ") and done.stderr.count("\n") == 1
    assert sorted(folder.iterdir()) == before


def test_help_has_an_example_for_each_command():
    commands = [command.name for command in app.registered_commands]
    assert commands == [
        "paint", "style", "dream", "video", "replay", "relight", "export", "brushes", "train-painter",
        "evaluate-painter", "demo", "gallery",
    ]  # fmt: skip
    agents = next(group.typer_instance for group in app.registered_groups if group.typer_instance.info.name == "agent")
    parts = [command.name for command in agents.registered_commands]
    assert parts == ["train", "paint", "evaluate", "list"]
    for name in [*commands, *(f"agent {part}" for part in parts)]:
        done = wmpaint(*name.split(), "--help")
        assert done.exit_code == 0 and f"Example: wmpaint {name}" in done.stdout


def test_help_comes_without_torch():
    """What makes it come at once: nothing heavy is imported to show it."""
    import subprocess
    import sys

    code = (
        "import sys; from wmpaint.cli.app import app\n"
        "try: app(['paint', '--help'])\n"
        "finally: print({'torch', 'numpy', 'kornia', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip().endswith("set()"), done.stdout + done.stderr


@pytest.fixture
def school(monkeypatch):
    """Painters and programs that answer at once; what they were asked is noted."""
    from wmpaint import painters, programs

    asked: dict = {}
    report = SimpleNamespace(brush="own", error_share=0.0123, std_error=None, strokes=50)
    asked["report"] = report

    class Pupil:
        brush, brush_hash = "own", ""

        def __init__(self) -> None:
            self.notes: dict = {}

        @property
        def info(self) -> MediumInfo:
            return MediumInfo("flat", self.brush, "1", self.brush_hash, self.notes.get("definition"))

        def save(self, path) -> None:
            Path(path).write_text(json.dumps(self.notes))

    def program(brush, seed=0):
        asked["program"] = brush
        return SimpleNamespace(info=MediumInfo("flat", "own", "1", programs.Brush.load(brush).hash))

    def fit(painter, teacher, *, seed, minutes, progress):
        asked.update(seed=seed, minutes=minutes)
        progress(0.5, "error 1 %")
        return report

    def evaluate(painter, teacher, **options):
        asked["evaluate"] = options
        return report

    def loaded(name):
        pupil = Pupil()
        if Path(name).exists():
            pupil.notes = {"definition": Path("own.myb").read_text()}
            pupil.brush_hash = programs.Brush.load("own.myb").hash
        else:
            pupil.brush, pupil.brush_hash = "charcoal", "5" * 64
        return pupil

    shared = {"kind": "ink", "noise": 0.25, "author": "[red]me"}
    listing = [
        {"name": "own", "plain": True, "why_not": "", **shared},
        {"name": "wet", "plain": False, "why_not": "smudge 0.8", **shared},
    ]
    for name, value in {"RibbonPainter": Pupil, "fit": fit, "evaluate": evaluate, "load": loaded}.items():
        monkeypatch.setattr(painters, name, value, raising=False)
    monkeypatch.setattr(painters, "sheet", lambda *args: torch.zeros(3, 4, 6), raising=False)
    monkeypatch.setattr(painters, "available", lambda: ["own"], raising=False)
    monkeypatch.setattr(programs, "program", program, raising=False)
    monkeypatch.setattr(programs, "brush_entries", lambda: listing)
    monkeypatch.setattr(programs, "contact_sheet", lambda *_: torch.ones(3, 5, 7), raising=False)
    source = Path(programs.__file__).parent / "brushes" / "charcoal.myb"
    Path("own.myb").write_bytes(source.read_bytes())
    return asked


def test_train_painter(school):
    done = wmpaint("train-painter", "own.myb", "-o", "my.safetensors", "--minutes", 0.5, "--seed", 4, "--json")
    assert done.exit_code == 0, done.output
    values = json.loads(done.stdout)
    assert (values["brush"], values["error_share"], values["strokes"]) == ("own", 0.0123, 50)
    assert values["outputs"] == ["my.safetensors", "my.png"]
    assert (school["seed"], school["program"]) == (4, "own.myb")
    assert 0.2 < school["minutes"] < 0.5 and "evaluate" not in school  # once is enough, and done by `fit`
    with Image.open("my.png") as picture:
        assert picture.size == (6, 4)
    assert done.stderr == ""


def test_a_painter_that_learned_little_is_said_to_have(school):
    school["report"].error_share = 0.0499
    assert wmpaint("train-painter", "own.myb", "-o", "my.safetensors").stderr == ""
    school["report"].error_share = 11.7
    done = wmpaint("train-painter", "own.myb", "-o", "my.safetensors", "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["error_share"] == 11.7
    assert done.stderr.startswith("wmpaint: note: an error of 1170% is more than 5%") and done.stderr.count("\n") == 1


def test_a_brush_beyond_painters_is_refused_before_training(monkeypatch):
    from wmpaint import programs

    brush = json.loads(programs.Brush.load("pencil").data)
    brush["settings"]["smudge"] = {"base_value": 0.5, "inputs": {}}
    Path("pencil.myb").write_text(json.dumps(brush))
    style = programs.Brush.load("pencil.myb")
    made = SimpleNamespace(info=MediumInfo("none", "pencil", "1", style.hash), style=style)  # that cannot paint at all
    monkeypatch.setattr(programs, "program", lambda brush: made)
    done = wmpaint("train-painter", "pencil.myb", "-o", "my.safetensors")
    assert done.exit_code == 2 and "got pencil with smudge 0.5" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["pencil.myb"]


def test_evaluate_painter(school):
    Path("my.safetensors").touch()
    done = wmpaint("evaluate-painter", "my.safetensors", "--strokes", 50, "--seed", 9, "--json")
    assert {"brush", "error_share", "std_error", "strokes"} <= set(json.loads(done.stdout))
    assert school["evaluate"] == {"strokes": 50, "seed": 9}
    assert school["program"].data == Path("own.myb").read_bytes()  # the brush that came with the painter
    said = wmpaint("evaluate-painter", "my.safetensors").stdout
    assert "1.23%" in said and "no noise" in said
    del school["evaluate"]
    done = wmpaint("evaluate-painter", "charcoal")  # learned from another brush than the bundled one of this name
    assert done.exit_code == 2 and "that charcoal learned from (hash 555555555555)" in done.stderr
    assert "evaluate" not in school


def test_brushes(school):
    done = wmpaint("brushes", "--sheet", "all.png")
    assert done.exit_code == 0, done.output
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert "plain or why not" in rows["name"] and "all.png" in rows
    assert all(words in rows["own"] for words in ("ink", "yes", "0.25", "plain", "[red]me"))
    assert all(words in rows["wet"] for words in ("no", "smudge 0.8"))
    with Image.open("all.png") as picture:
        assert picture.size == (7, 5)
    values = json.loads(wmpaint("brushes", "--json").stdout)
    assert values["brushes"][0]["painter"] is True and values["outputs"] == []
