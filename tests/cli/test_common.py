from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import typer

from wmpaint.cli import common, outputs
from wmpaint.errors import BrushError, FileError, InputError


@pytest.mark.parametrize(
    ("text", "seconds"), [("20s", 20), ("90", 90), ("1.5min", 90), (" 2 m ", 120), ("500ms", 0.5), ("1H", 3600)]
)
def test_durations(text, seconds):
    assert common.parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "-3s", "0", "0s", "1e9", "nan", "3 days", "1:30", "99999999h"])
def test_no_durations(text):
    with pytest.raises(InputError, match="expected a time such as 20s or 2min, got"):
        common.parse_duration(text)


def guarded(error: BaseException) -> int:
    @common.guarded
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        command()
    return caught.value.exit_code


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (BrushError("expected a brush,\n got none"), 2, "wmpaint: expected a brush, got none\n"),
        (FileNotFoundError(2, "No such file", "a.txt"), 2, "wmpaint: No such file: a.txt\n"),
        (MemoryError(), 2, "enough memory"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"),
            2,
            "enough memory",
        ),
        (RuntimeError("CUDA out of memory. Tried to allocate 9 GiB"), 2, "enough memory"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_errors_end_in_one_line(error, code, words, capsys):
    assert guarded(error) == code
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and said.out == ""


def test_what_torch_says_without_memory_ends_in_one_line(capsys):
    @common.guarded
    def command() -> None:
        import torch

        torch.empty(1 << 60, dtype=torch.uint8)

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == 2 and "enough memory" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError("1 // 0"), RuntimeError("shapes differ"), RecursionError("deep")])
def test_mistakes_of_ours_keep_their_traceback(error):
    @common.guarded
    def command() -> None:
        raise error

    with pytest.raises(type(error)):
        command()


def test_warnings_become_notes_and_only_ours(capsys):
    @common.guarded
    def command() -> None:
        warnings.simplefilter("always")
        warnings.warn("the brush\nhas changed", stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    command()
    assert capsys.readouterr().err == "wmpaint: note: the brush has changed\n"


def test_elapsed_counts_from_the_start_of_the_process():
    code = "import time; time.sleep(0.4); from wmpaint.cli.common import elapsed; print(elapsed())"
    before = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.4 <= float(done.stdout) <= time.monotonic() - before + 0.02


def test_stop_takes_one_ctrl_c_as_a_wish(capsys):
    before = signal.getsignal(signal.SIGINT)
    with common.StopOnInterrupt() as stop:
        assert not stop.asked
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "keeping what is painted" in capsys.readouterr().err


def test_tables_print_brackets_as_they_are(capsys):
    common.print_table([("a", "[red]x[/]"), ("b", "out/[1].png")], ("name", "value"))
    assert "[red]x[/]" in (said := capsys.readouterr().out) and "out/[1].png" in said


def test_outputs_never_are_the_inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.png").touch()
    Path("link.png").symlink_to("a.png")
    common.check_inputs_kept([Path("b.png")], [Path("a.png"), None])
    with pytest.raises(InputError, match="other than the input"):
        common.check_inputs_kept([Path("b.png"), tmp_path / "link.png"], [Path("a.png")])


def test_what_cannot_be_written_along_the_way_is_said_once_and_tried_again(capsys):
    spare = common.AlongTheWay()
    full = FileError("could not write 'c': the disk is full")
    for error in (full, full, None, OSError(28, "No space left on device")):
        with spare("a checkpoint"):
            if error is not None:
                raise error
        assert spare.lacks("a checkpoint") is (error is not None)
    with spare("the sheet"):
        raise OSError(28, "No space left on device")
    assert capsys.readouterr().err == (
        "wmpaint: note: could not write 'c': the disk is full; going on without a checkpoint\n"
        "wmpaint: note: the disk is full; going on without the sheet\n"
    )
    with pytest.raises(InputError), spare("a checkpoint"):
        raise InputError("another matter")


def test_a_file_that_cannot_be_written_does_not_keep_the_others_from_it(capsys):
    tried, done = common.EachTried(), []
    for number in range(4):
        with tried():
            if number < 2:
                raise FileError(f"no {number}")
            done.append(number)
    with pytest.raises(FileError, match="no 0"):
        tried.end()
    assert done == [2, 3] and capsys.readouterr().err == "wmpaint: no 1\n"
    common.EachTried().end()


def test_a_checkpoints_disk_may_be_full_and_its_folder_must_be_there(tmp_path, monkeypatch, capsys):
    with pytest.raises(FileError, match="does not exist"):
        outputs.check_state(tmp_path / "none" / "c")

    def full(self, *rest):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    outputs.check_state(tmp_path / "c")
    assert "the disk is full; it is tried again" in capsys.readouterr().err


def test_one_run_may_name_an_output_twice_and_another_may_not_have_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with common.alone([Path("a"), tmp_path / "a"], folders=[Path("out"), Path("out/")]):
        with pytest.raises(FileError, match="another run"), common.alone([Path("b"), Path("a")]):
            raise AssertionError
        with common.alone([Path("b")]):
            pass
    assert list(tmp_path.iterdir()) == []
