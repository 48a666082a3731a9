"""Temporaries of the dead are swept, those of the living never; and an output belongs to one run at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wmpaint import files, temporaries
from wmpaint.errors import FileError

DAYS = 2 * temporaries.OLD


def child(code: str, *given: object, **options: object) -> subprocess.Popen[str]:
    """A Python of its own that says when it is there, and then sleeps."""
    told = f"import sys, time\nfrom pathlib import Path\nfrom wmpaint import files, temporaries\n{code}"
    return subprocess.Popen([sys.executable, "-c", told, *map(str, given)], stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


LEAVES = """
place = Path(sys.argv[1])
(place / temporaries.temporary_name(".png")).write_text("half")
folder = place / temporaries.temporary_name(kind="making")
folder.mkdir()
(folder / "film.mp4").write_text("half")
print("there", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_leaves_is_swept_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    process = child(LEAVES, tmp_path)
    assert said(process) == "there"
    (tmp_path / "ours").touch()
    before = sorted(os.listdir(tmp_path))
    temporaries.sweep_temporaries(tmp_path)
    assert sorted(os.listdir(tmp_path)) == before and len(before) == 3
    killed(process)
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) == ["ours"]


def test_a_process_whose_parent_has_not_looked_yet_is_gone(tmp_path: Path) -> None:
    process = child(LEAVES, tmp_path)
    said(process)
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) == []
    killed(process)


def test_a_number_that_was_given_out_again_fools_nobody(tmp_path: Path) -> None:
    own = temporaries.temporary_name()
    pid, began, *rest = own.removeprefix(".wmpaint-p").split("-")
    older = f".wmpaint-p{pid}-{int(began) - 1}-{'-'.join(rest)}"
    for name in (own, older):
        (tmp_path / name).touch()
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) == [own]


@pytest.mark.parametrize("name", [".wmpaint-p7-7-0123456789ab-01234567.png", ".wmpaint-0123456789abcdef.png"])
def test_what_may_be_another_machines_is_left_for_a_day(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    temporaries.sweep_temporaries(tmp_path)
    assert path.exists()
    os.utime(path, (time.time() - DAYS,) * 2)
    temporaries.sweep_temporaries(tmp_path)
    assert not path.exists()


def test_names_that_are_not_ours_are_left(tmp_path: Path) -> None:
    mine = [".wmpaint", ".wmpaint-notes", "wmpaint-p1.txt", ".making.of", "a.wmpaint-p1-1-0123456789ab-01234567"]
    for name in mine:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - DAYS,) * 2)
    temporaries.sweep_temporaries(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted(mine)


def test_a_link_is_removed_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a").touch()
    place = tmp_path / "place"
    place.mkdir()
    own = temporaries.temporary_name()
    pid = own.split("-")[1]
    (place / own.replace(pid, f"p{1 << 30}")).symlink_to(tmp_path / "kept")
    temporaries.sweep_temporaries(place)
    assert os.listdir(place) == [] and os.listdir(tmp_path / "kept") == ["a"]


def test_sweeping_where_nothing_can_be_done_is_silent(tmp_path: Path) -> None:
    temporaries.sweep_temporaries(tmp_path / "none")
    temporaries.sweep_temporaries("/proc")
    assert list(tmp_path.iterdir()) == []


def test_the_next_write_sweeps(tmp_path: Path) -> None:
    process = child(LEAVES, tmp_path)
    said(process)
    killed(process)
    files.write_text(tmp_path / "a.txt", "a")
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_scratch_folder_is_gone_in_the_end_and_swept_after_a_kill(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), files.scratch_folder(tmp_path) as scratch:
        (scratch / "a").touch()
        assert scratch.parent == tmp_path and scratch.name.startswith(".wmpaint-making-")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


LOCKS = """
with files.locked(sys.argv[1], folder=sys.argv[2] == "folder"):
    print("locked", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_second_run_is_refused_until_the_first_one_ends_however(tmp_path: Path, kind: str) -> None:
    target, folder = tmp_path / "new" / "deep" if kind == "folder" else tmp_path / "cat.png", kind == "folder"
    process = child(LOCKS, target, kind)
    assert said(process) == "locked"
    with pytest.raises(FileError, match=r"for this run alone, got another run that is writing it"):
        files.locked(target, folder=folder).__enter__()
    with files.locked(tmp_path / "another.png"), files.locked(tmp_path / "another", folder=True):
        pass
    killed(process)
    with files.locked(target, folder=folder):
        pass
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) in ([], ["new"])


def test_locks_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with files.locked(tmp_path / "a.png"), files.locked(tmp_path / "a" / "b", folder=True):
        assert (tmp_path / "a" / "b").is_dir() and len(os.listdir(tmp_path)) == 3
    with files.locked(tmp_path / "there", folder=True), files.locked(tmp_path / "full" / "b", folder=True):
        (tmp_path / "full" / "b" / "painting").touch()
    assert sorted(os.listdir(tmp_path)) == ["full", "there"]


def test_a_lock_that_nobody_holds_is_swept_and_one_that_is_held_is_not(tmp_path: Path) -> None:
    process = child(LOCKS, tmp_path / "a.png", "file")
    said(process)
    (name,) = os.listdir(tmp_path)
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) == [name]
    killed(process)
    assert os.listdir(tmp_path) == [name]
    temporaries.sweep_temporaries(tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("target", ["/proc/out/new", "/proc/cat.png", "a\0b", "missing/cat.png"])
def test_no_lock_is_needed_where_there_cannot_be_one(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (False, True):
        with files.locked(target, folder=folder):
            pass
    assert os.listdir(tmp_path) == []


def test_a_file_system_without_locks_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(descriptor: int, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", none)
    for folder in (False, True):
        with files.locked(tmp_path / "out", folder=folder), files.locked(tmp_path / "out", folder=folder):
            files.write_text(tmp_path / "a.txt", "a")
    assert os.listdir(tmp_path) == ["a.txt"]
