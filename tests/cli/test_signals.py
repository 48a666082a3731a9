"""Whoever ends `wmpaint paint`, what is painted is kept; and what cannot be kept leaves nothing that stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wmpaint.cli import common, signals
from wmpaint.cli.app import app

# The command, which says when it paints, and when its first file is written but has not got its name yet.
COMMAND = """
import signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # with nohup it would be ignored, as it should
signal.signal(signal.SIGINT, signal.default_int_handler)
from wmpaint import files
from wmpaint.painting.run import Run
moment, sys.argv[1:] = sys.argv[1], sys.argv[2:]

def say():
    print("now", file=sys.stderr, flush=True)

if moment == "painting":
    step = Run.__next__

    def shown(self):
        found = step(self)
        if found.index == 1:
            say()
        time.sleep(0.02)
        return found

    Run.__next__ = shown
elif moment == "writing":
    sync = files._sync

    def slowly(path):
        files._sync = sync
        sync(path)
        say()
        time.sleep(1)

    files._sync = slowly
from wmpaint.cli import main
main()
"""
PAINT = ["paint", "--brush", "round", "--strokes", "8", "--height", "32", "--program", "dabs", "--no-film", "--no-real"]
TO = "-o {0}/out -o {0}/cat.svg"


@contextmanager
def painting(folder: Path, moment: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """The command, at a moment of its work."""
    words = [sys.executable, "-c", COMMAND, moment, *PAINT, "-o", "out", *more]
    with subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            heard = ""
            while heard != "now\n":
                heard = process.stderr.readline()
                assert heard, "it ended before"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"])
def test_what_is_painted_is_kept_whoever_ends_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with painting(tmp_path, "painting", "--steps", "5000", "--json") as process:
        second = CliRunner().invoke(app, [*PAINT, "-o", str(tmp_path / "out")])
        assert second.exit_code == 2 and "another run that is writing it" in second.stderr
        process.send_signal(number)
        process.send_signal(number)  # as a shell hands on what the system has sent
        said, notes = process.communicate(timeout=60)
    assert process.returncode == code, notes
    assert "keeping what is painted" in notes and '"interrupted": true' in said
    assert sorted(os.listdir(tmp_path / "out")) == ["dream.png", "painting.svg", "painting.wmp.json", "report.json"]
    assert os.listdir(tmp_path) == ["out"]


def test_a_signal_while_files_are_written_loses_none_of_them(tmp_path: Path) -> None:
    with painting(tmp_path, "writing", "--steps", "2", "-o", "a.json") as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(os.listdir(tmp_path / "out")) == 4 and sorted(os.listdir(tmp_path)) == ["a.json", "out"]


def test_what_a_kill_leaves_is_swept_by_the_next_run(tmp_path: Path) -> None:
    with painting(tmp_path, "writing", "--steps", "2", "-o", "cat.svg") as process:
        process.kill()
        process.communicate()
    places = (tmp_path, tmp_path / "out")
    left = {name[:10] for place in places for name in os.listdir(place)}
    assert left == {"out", ".wmpaint-p", ".wmpaint-l"}, "a file and a lock"
    (tmp_path / "photo.png").write_text("none")
    again = CliRunner().invoke(app, [*PAINT, str(tmp_path / "photo.png"), *TO.format(tmp_path).split()])
    assert again.exit_code == 2 and sorted(os.listdir(tmp_path)) == ["out", "photo.png"]
    assert os.listdir(tmp_path / "out") == []


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(signals, "_heard", [])
    before = {number: signal.getsignal(number) for number in signals.OTHERS}
    signals.listen()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_second_signal_drops_what_is_painted_once_it_is_meant(
    listening: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with common.StopOnInterrupt() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)
        assert stop.asked and signals.code() == 143
        monkeypatch.setattr(signals, "AGAIN", 0.0)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_it_is_heard_where_ctrl_c_is_ignored(listening: None) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)


def test_nohup_is_obeyed(listening: None) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals.listen()
        os.kill(os.getpid(), signal.SIGHUP)
        assert signals._heard == []
    finally:
        signal.signal(signal.SIGHUP, before)
