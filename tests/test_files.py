"""Files are whole or absent, and every refusal is a FileError of one sentence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wmpaint import files
from wmpaint.errors import FileError, InputError
from wmpaint.files import atomic_path, check_writable, make_folder, write_bytes, write_text


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert text and "\n" not in text
    return text


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "première\n")
    assert path.read_bytes() == "première\n".encode()
    write_bytes(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_new_files_get_the_ordinary_mode(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def secretly(path: Path) -> None:
    """As safetensors does, and all that write by way of a temporary file of their own."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_the_mode_does_not_depend_on_the_writer(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        with atomic_path(tmp_path / "weights") as temporary:
            secretly(temporary)
        write_text(tmp_path / "text", "x")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("weights", "text")] == [mode, mode]
    assert sorted(os.listdir(tmp_path)) == ["text", "weights"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / "kept").chmod(mode)
    write_text(tmp_path / "kept", "new")
    assert (tmp_path / "kept").stat().st_mode & 0o777 == mode


def test_temporary_name_keeps_suffix_and_folder(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "film.mp4") as temporary:
        assert temporary.parent == tmp_path.resolve() and temporary.suffix == ".mp4"
        assert temporary.name != "film.mp4"
        temporary.write_bytes(b"1")
    assert os.listdir(tmp_path) == ["film.mp4"]


@pytest.mark.parametrize("failure", [RuntimeError("boom"), KeyboardInterrupt(), InputError("bad")])
def test_failing_block_leaves_the_old_file_and_its_own_error(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(type(failure)) as caught, atomic_path(path) as temporary:
        temporary.write_text("half")
        raise failure
    assert caught.value is failure
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


def test_full_disk(tmp_path: Path) -> None:
    def fill(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        with open("/dev/full", "wb", buffering=0) as full:  # the kernel's own ENOSPC
            full.write(b"more")

    with pytest.raises(FileError, match="the disk is full") as caught, atomic_path(tmp_path / "cat.png") as temporary:
        fill(temporary)
    assert "cat.png" in one_sentence(caught.value)
    assert isinstance(caught.value.__cause__, OSError) and caught.value.__cause__.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == []


def test_write_that_the_system_cuts_short(tmp_path: Path) -> None:
    """A real write that fails half way, for any user: the limit on a file's size, in a child process."""
    code = (
        "import resource, sys; from wmpaint.files import write_bytes; from wmpaint.errors import FileError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try: write_bytes(sys.argv[1], bytes(50_000))\n"
        "except FileError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "big")], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == f"could not write {str(tmp_path / 'big')!r}: file too large"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/a.png", "does not exist"),
        ("file/a.png", "is a file|ot a directory"),
        ("folder", "expected a file to write, got the folder"),
        ("new/", "expected a file to write, got the folder"),
        ("", "expected a file to write, got the folder"),
        ("n" * 300, "too long"),
        ("a\0b.png", "null byte"),
    ],
)
def test_refused_targets(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    target = f"{tmp_path}/{name}" if name else ""
    for attempt in (lambda: write_text(target, "x"), lambda: check_writable(target)):
        with pytest.raises(FileError, match=reason) as caught:
            attempt()
        one_sentence(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"] and os.listdir(tmp_path / "folder") == []


@pytest.mark.parametrize("target", ["/proc/cat.png", "/sys/cat.png"])
def test_folders_that_not_even_root_can_write(target: str) -> None:
    for attempt in (lambda: write_text(target, "x"), lambda: check_writable(target)):
        with pytest.raises(FileError, match="could not write") as caught:
            attempt()
        assert target in one_sentence(caught.value)
    with pytest.raises(FileError, match="could not write"):
        check_writable("/proc/out/new", folder=True)
    with pytest.raises(FileError, match="could not make the folder"):
        make_folder("/proc/out/new")


def test_permission_denied_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=r"could not write .*: permission denied"):
        check_writable(tmp_path, folder=True)


def test_devices_are_not_replaced() -> None:
    before = os.stat("/dev/null")
    with pytest.raises(FileError, match="device or pipe"):
        write_text("/dev/null", "x")
    assert os.stat("/dev/null").st_rdev == before.st_rdev != 0


def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "a.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real" / "a.txt").read_text() == "new"


def test_nothing_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nothing was written"), atomic_path(tmp_path / "a"):
        pass


def test_other_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of the block") as caught, atomic_path(tmp_path / "a"):
        raise ValueError("of the block")
    assert not isinstance(caught.value, FileError)


def test_check_writable_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.png")
    check_writable(tmp_path, folder=True)
    check_writable(tmp_path / "new" / "deeper", folder=True)
    assert os.listdir(tmp_path) == []
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="is a file"):
        check_writable(tmp_path / "file" / "out", folder=True)


def test_make_folder(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert make_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="could not make the folder"):
        make_folder(tmp_path / "file")


def test_a_writer_that_loses_the_systems_reason_is_asked_whether_the_disk_is_full(tmp_path: Path) -> None:
    for error in (ValueError("encoder error -2"), OSError("encoder error -2"), FileError("expected ffmpeg to do it")):
        with pytest.raises(FileError, match=r"the disk is full$") as caught, atomic_path(tmp_path / "a") as temporary:
            temporary.symlink_to("/dev/full")
            raise error
        assert caught.value.__cause__ is error and os.listdir(tmp_path) == []


class Alien(Exception):
    """As libraries in other languages raise it."""


@pytest.mark.parametrize(
    ("text", "module", "words"),
    [
        ("I/O error: No space left on device (os error 28)", "safetensors_rust", "the disk is full"),
        ("Error while serializing: I/O error: File too large (os error 27)", "elsewhere", "file too large"),
        ("cairo returned 11: error while writing", "cairocffi", "cairo returned 11: error while writing"),
    ],
)
def test_errors_of_foreign_writers_are_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, module: str, words: str
) -> None:
    monkeypatch.setattr(Alien, "__module__", module)
    with pytest.raises(FileError) as caught, atomic_path(tmp_path / "a.png") as temporary:
        temporary.write_text("half")
        raise Alien(text)
    assert str(caught.value) == f"could not write {str(tmp_path / 'a.png')!r}: {words}" and os.listdir(tmp_path) == []


def test_safetensors_that_the_system_does_not_take(tmp_path: Path) -> None:
    """All four writers of them go through one function; a real one, cut short by the limit on a file's size."""
    import resource

    import torch
    from safetensors.torch import save_file

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(FileError, match="file too large"), atomic_path(tmp_path / "a.safetensors") as temporary:
            save_file({"a": torch.zeros(10_000)}, str(temporary))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.listdir(tmp_path) == []
    writers = [path for path in Path(files.__file__).parent.rglob("*.py") if "save_file(" in path.read_text("utf-8")]
    assert len(writers) == 3 and all("with atomic_path(" in path.read_text("utf-8") for path in writers)
