"""`wmpaint video` as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch
from typer.testing import CliRunner

from wmpaint.cli.app import app
from wmpaint.image import save_png
from wmpaint.painting.video.reading import open_film

SMALL = ["--brush", "round", "--strokes", "12", "--steps", "2", "--steps-first", "4"]


def film(folder: Path, frames: int = 3) -> Path:
    folder.mkdir()
    for k in range(frames):
        picture = torch.full((3, 32, 48), 0.7)
        picture[:, 10:22, 6 + 6 * k : 16 + 6 * k] = 0.1
        save_png(folder / f"{k}.png", picture)
    return folder


def test_a_folder_becomes_a_film(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = CliRunner().invoke(app, ["video", str(film(tmp_path / "in")), "-o", str(out), *SMALL, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["frames"] == 3 and said["afresh"] == 1 and said["flicker"] >= 0 and said["outputs"] == [str(out)]
    with open_film(out) as written:
        assert len(list(written.frames)) == 3


def test_bad_input_is_one_sentence_and_code_2(tmp_path: Path) -> None:
    for words, given in (
        ("there is none", [str(tmp_path / "none.mp4")]),
        ("--strokes of 1", [str(tmp_path), "--strokes", "0"]),
        ("named .mp4", [str(tmp_path), "-o", str(tmp_path / "out.avi")]),
    ):
        done = CliRunner().invoke(app, ["video", *given, *([] if "-o" in given else ["-o", str(tmp_path / "o.mp4")])])
        assert done.exit_code == 2 and words in done.stderr and done.stderr.count("\n") == 1
        assert not list(tmp_path.glob("o*"))


def test_ctrl_c_keeps_a_film_and_goes_on(tmp_path: Path) -> None:
    source, out = film(tmp_path / "in", 8), tmp_path / "out.gif"
    command = [sys.executable, "-m", "wmpaint", "video", str(source), "-o", str(out), *SMALL[:-1], "200", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    folder = tmp_path / "out.gif.strokes"
    while not list(folder.glob("0*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = json.loads(process.communicate(timeout=120)[0].splitlines()[-1])
    assert process.returncode == 130 and said["interrupted"] and 1 <= said["frames"] < 8 and out.exists()
    done = CliRunner().invoke(app, [*command[3:], "--resume"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["frames"] == 8 and not folder.exists()
