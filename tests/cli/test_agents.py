"""`wmpaint agent` as a user types it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint import agents
from wmpaint.agents.parallel import Team
from wmpaint.cli.app import app

SMALL = ["--strokes", "2", "--side", "16", "--batch", "4", "--program", "dabs"]


def run(*given: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["agent", *map(str, given)])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stderr


def digits(path: Path, count: int = 30, **change: np.ndarray) -> Path:
    draw = np.random.default_rng(0)
    pictures = np.zeros((count, 28, 28), np.uint8)
    for picture in pictures:
        x, y = draw.integers(4, 16, 2)
        picture[y : y + 8, x : x + 8] = 255
    np.savez(path, **{"images": pictures, "labels": np.zeros(count, np.uint8), **change})
    return path


def test_train_writes_all_and_goes_on(tmp_path: Path) -> None:
    data, out = digits(tmp_path / "d.npz"), tmp_path / "a.safetensors"
    said = json.loads(run("train", "--data", data, "--steps", 3, "-o", out, *SMALL, "--json").splitlines()[-1])
    assert said["steps"] == 3 and said["pictures"] == 3 and 0 < said["dream_mse"] < 1 and not said["interrupted"]
    names = ["a.checkpoint.safetensors", "a.losses.csv", "a.safetensors", "a.sheet.png", "d.npz"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    run("train", "--data", data, "--steps", 5, "-o", out, *SMALL, "--resume")
    with (tmp_path / "a.losses.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["2", "4"] and all(float(row["error"]) > 0 for row in rows)
    whole = tmp_path / "b.safetensors"
    run("train", "--data", data, "--steps", 5, "-o", whole, *SMALL)
    assert agents.load(out).notes["steps"] == agents.load(whole).notes["steps"] == 5


def test_a_full_disk_does_not_end_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out = digits(tmp_path / "d.npz"), tmp_path / "a.safetensors"
    full, save = {"generator"}, safetensors.torch.save_file

    def save_file(tensors: dict[str, torch.Tensor], *rest: object, **more: object) -> None:
        if not full or full & tensors.keys():
            raise safetensors.SafetensorError("Error while serializing: No space left on device (os error 28)")
        save(tensors, *rest, **more)

    monkeypatch.setattr(safetensors.torch, "save_file", save_file)
    words = ["agent", "train", "--data", str(data), "--steps", "2", "-o", str(out), *SMALL]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0 and done.stderr.count("the disk is full; going on without a checkpoint") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.losses.csv", "a.safetensors", "a.sheet.png", "d.npz"]
    before = out.read_bytes()
    full.clear()  # of everything
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and done.stderr.splitlines()[-1].endswith("a.safetensors': the disk is full")
    assert out.read_bytes() == before


def test_paint_and_evaluate(tmp_path: Path) -> None:
    data = digits(tmp_path / "d.npz")
    found = json.loads(
        run("evaluate", "mnist-8", "--data", data, "--limit", 4, "--program", "dabs", "--json").splitlines()[-1]
    )
    assert found["pictures"] == 4 and found["strokes"] == 8 and 0 < found["dream_mse"] < 0.1
    assert {"dream_mse", "real_mse", "strokes", "pictures"} <= found.keys()
    said = run("paint", "mnist-8", "--data", data, "--limit", 2, "-o", tmp_path / "g.webp", "--cell", 32)
    assert said.split() == [str(tmp_path / "g.webp")]
    digit = tmp_path / "one.png"
    Image.fromarray(np.load(data)["images"][0]).save(digit)
    outputs = [tmp_path / name for name in ("one.wmp.json", "one.svg", "grid.png")]
    run("paint", "mnist-8", digit, *(part for path in outputs for part in ("-o", path)), "--strokes", 5, "--cell", 32)
    painting = wp.load(outputs[0])
    assert len(painting.strokes) == 5 and painting.brushes[0].name == "round"
    assert all(path.stat().st_size > 100 for path in outputs)
    photo = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(photo)
    run("paint", "photo", photo, "-o", tmp_path / "p.wmp.json", "--strokes", 12)
    assert wp.load(tmp_path / "p.wmp.json").canvas.aspect == 1.5


def test_the_list_names_what_is_bundled() -> None:
    rows = json.loads(run("list", "--json").splitlines()[-1])["agents"]
    assert {row["name"] for row in rows} == {"mnist-8", "kana-15", "photo"}
    assert all(row["brush"] and row["steps"] for row in rows)


def test_init_of_a_painting(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(photo)
    small = ["--strokes", "16", "--height", "40", "--steps", "5", "--no-film", "--no-real", "--json"]
    said = []
    for init in (["--init", "agent"], []):
        done = CliRunner().invoke(app, ["paint", str(photo), *small, *init, "-o", str(tmp_path / "o")])
        assert done.exit_code == 0, done.output
        said.append(json.loads(done.stdout.splitlines()[-1]))
    assert said[0]["strokes"] == said[1]["strokes"] == 16 and said[0]["steps"] == 2 and said[1]["steps"] == 5
    file = tmp_path / "o" / "painting.wmp.json"
    done = CliRunner().invoke(app, ["paint", str(photo), *small, "--init", str(file), "-o", str(tmp_path / "p.png")])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["paint", str(photo), *small, "--init", "mnist-8", "-o", str(tmp_path / "p.png")])
    assert done.exit_code == 2 and "kind tiles" in done.stderr


def test_ctrl_c_keeps_what_is_learned(tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    start = "from wmpaint.cli import app, common; common.SAY_EVERY = 1.0; app.app()"
    command = [sys.executable, "-c", start, "agent", "train", "--data", "digits", "--steps", "100000", "-o", str(out)]
    process = subprocess.Popen(
        [*command, *SMALL, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    noise = process.stderr.readline()  # said a second after the training began
    assert "training" in noise
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=200)
    assert process.returncode == 130, noise
    assert (
        json.loads(said.splitlines()[-1])["interrupted"]
        and len(agents.load(out).sketch(torch.zeros(1, 1, 16, 16))) == 1
    )


def test_pictures_that_are_no_numbers_end_it_and_name_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wmpaint.data.stack import Stack

    sample, calls = Stack.sample, iter(range(1000))

    def spoiled(self: Stack, *given: object, **more: object) -> object:
        examples = sample(self, *given, **more)  # type: ignore[arg-type]
        if next(calls) >= 4:
            examples.pictures.fill_(float("nan"))
        return examples

    monkeypatch.setattr(Stack, "sample", spoiled)
    out = tmp_path / "a.safetensors"
    said = run("train", "--data", digits(tmp_path / "d.npz"), "--steps", 20, "-o", out, *SMALL, code=2)
    assert "step 6" in said and said.count("\n") == 1
    assert all(bool(p.isfinite().all()) for p in agents.load(out).parameters())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--data", "nowhere.npz"], "nowhere.npz"),
        (["--data", "digits", "--loss", "l3=1"], "l2, variance"),
        (["--data", "digits", "--loss", "l2=-1"], "weight of 0"),
        (["--data", "digits", "-o", "a.pt"], "named .safetensors"),
        (["--data", "digits", "--kind", "tiles"], "colored"),
        (["--data", "digits", "--brush", "nobrush"], "nobrush"),
        (["--data", "digits", "--seed", "-1"], "--seed of 0"),
        (["--data", "digits", "--minutes", "0"], "minutes above 0"),
        (["--data", "digits", "--resume"], "none at"),
        (["--data", "digits", "--unroll", "0", "--kind", "recurrent"], "1 or more looks"),
        (["--data", "digits", "--batch", "0"], "batch of 1"),
        (["--data", "digits", "--side", "96"], "side of 16, 32, 64 or 128"),
    ],
)
def test_bad_options_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    small = [part for part in SMALL if part not in ("--batch", "4", "--side", "16")]
    said = run("train", *given, *(["--steps", "1"] if "--minutes" not in given else []), *small, code=2)
    assert words in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_failed_training_writes_over_nothing(tmp_path: Path) -> None:
    out, data = tmp_path / "a.safetensors", digits(tmp_path / "d.npz")
    out.write_bytes(b"an agent that took days")
    (tmp_path / "a.png").write_bytes(b"a photo")
    said = run("train", "--data", data, "--copy", 0.5, "--steps", 2, "-o", out, *SMALL, code=2)
    assert "known strokes" in said
    assert out.read_bytes() == b"an agent that took days" and len(list(tmp_path.iterdir())) == 3
    run("train", "--data", data, "--steps", 1, "-o", out, *SMALL)
    assert (tmp_path / "a.png").read_bytes() == b"a photo"
    before = out.read_bytes()
    assert "earlier training" in run("train", "--data", data, "--steps", 1, "-o", out, *SMALL, code=2)
    other = digits(tmp_path / "e.npz")
    said = run("train", "--data", other, "--steps", 2, "-o", out, *SMALL, "--resume", code=2)
    assert "same data" in said and out.read_bytes() == before


def test_bad_data_and_agents(tmp_path: Path) -> None:
    no_data = tmp_path / "text.npz"
    no_data.write_text("nothing")
    assert "expected" in run("train", "--data", no_data, "--steps", 1, *SMALL, "-o", tmp_path / "a.safetensors", code=2)
    other = digits(tmp_path / "d.npz", labels=np.zeros(3, np.uint8))
    assert "labels" in run("evaluate", "mnist-8", "--data", other, code=2)
    assert "mnist-8" in run("evaluate", "mnist-9", "--data", "digits", code=2)
    assert "not both" in run("paint", "mnist-8", code=2)
    assert "single picture" in run("paint", "mnist-8", "--data", "digits", "-o", tmp_path / "a.svg", code=2)
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    assert "wmpaint-agent-1" in run("evaluate", tmp_path / "a.safetensors", "--data", "digits", code=2)


def test_a_checkpoint_of_another_agent_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    run("train", "--data", "digits", "--steps", 1, "-o", out, *SMALL)
    said = run("train", "--data", "digits", "--steps", 3, "-o", out, *SMALL, "--brush", "ink", "--resume", code=2)
    assert "same painter" in said
    said = run("train", "--data", "digits", "--steps", 3, "-o", out, *SMALL[2:], "--strokes", 3, "--resume", code=2)
    assert "same agent" in said


def test_without_tensorboard_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    out = tmp_path / "a.safetensors"
    said = run("train", "--data", "digits", "--steps", 1, "-o", out, *SMALL, "--tensorboard", tmp_path, code=2)
    assert "pip install tensorboard" in said


def test_only_the_leader_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Team, "leads", property(lambda self: False))
    run("train", "--data", "digits", "--steps", 1, "-o", tmp_path / "a.safetensors", *SMALL)
    assert not list(tmp_path.iterdir())
