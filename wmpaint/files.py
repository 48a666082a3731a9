"""Whole files or none: `with atomic_path("cat.png") as temporary: ...` writes, then renames.

Every output goes through here, so a full disk, a closed folder or Ctrl-C leaves the folder as it
was: an older file of the same name stays, and nothing half-written appears.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .errors import FileError, WmpaintError

__all__ = ["atomic_path", "check_writable", "make_folder", "write_bytes", "write_json", "write_text"]

_PROBE_BYTES = 4096  # a full disk often still takes an empty file


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary name beside `path` to write to; it takes the place of `path` when the block ends well.

    The temporary name keeps the suffix, for writers that choose a format by it. A symbolic link is
    followed, as `open` would, and the file gets the permissions that `open` would give it: the old
    file's, or those of a new one. If the block raises, the temporary file is removed.

    Raises:
        FileError: no such folder, a folder or a device of that name, no permission, a full disk;
            also any other OSError of the block, since what a block does is write this file.
    """
    shown = os.fspath(path)
    with _as_file_error(shown):
        target = _target(shown)
        temporary = target.with_name(_temporary_name(target))
        try:
            yield temporary
            if not temporary.exists():
                raise FileError(f"could not write {shown!r}: nothing was written")
            with contextlib.suppress(OSError):  # not every file system has permissions
                temporary.chmod(_mode(target))  # some writers make files that only the owner can read
            _sync(temporary)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        with contextlib.suppress(OSError):  # not every file system can sync a folder
            _sync(target.parent)


def write_bytes(path: str | os.PathLike[str], data: bytes | bytearray | memoryview) -> None:
    """Write a whole file or nothing.

    Raises:
        FileError: as `atomic_path`.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Write a whole UTF-8 file or nothing; line ends stay as given (``\n`` on every system).

    Raises:
        FileError: as `atomic_path`.
    """
    write_bytes(path, text.encode("utf-8"))


def write_json(path: str | os.PathLike[str], value: Mapping[str, Any]) -> None:
    """Write plain values as indented JSON, a whole file or nothing.

    Raises:
        FileError: as `atomic_path`.
    """
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def check_writable(path: str | os.PathLike[str], *, folder: bool = False) -> None:
    """Find out in advance, before long work, whether a file (or a `folder`'s files) can be written.

    Leaves nothing behind and makes no folder. A file's folder must exist; for `folder=True` the
    nearest folder that exists is tried, since `make_folder` makes the rest.

    Raises:
        FileError: it cannot.
    """
    shown = os.fspath(path)
    with _as_file_error(shown):
        if folder:
            place = Path(os.path.realpath(shown))
            while not place.exists() and place != place.parent:
                place = place.parent
            if not place.is_dir():
                raise FileError(f"expected a folder to write to, got {shown!r}, where {str(place)!r} is a file")
        else:
            place = _target(shown).parent
        probe = place / _temporary_name(Path("probe"))
        try:
            with probe.open("xb") as file:
                file.write(bytes(_PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """The folder `path`, made with its parents if it was not there.

    Raises:
        FileError: it cannot be made, or is a file.
    """
    shown = os.fspath(path)
    with _as_file_error(shown, "make the folder"):
        folder = Path(shown)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _target(shown: str) -> Path:
    """The file behind `shown`, if a file may be written there."""
    target = Path(os.path.realpath(shown))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    if stat.S_ISDIR(mode) or shown.endswith(("/", os.sep)) or not target.name:
        raise FileError(f"expected a file to write, got the folder {shown!r}")
    if not stat.S_ISREG(mode):  # renaming onto /dev/null would replace it
        raise FileError(f"expected a file to write, got the device or pipe {shown!r}")
    if not target.parent.is_dir():
        what = "is a file" if target.parent.exists() else "does not exist"
        raise FileError(f"could not write {shown!r}: the folder {str(target.parent)!r} {what}")
    return target


def _temporary_name(target: Path) -> str:
    """A short name of its own (a long one plus an ending could pass the 255 bytes of most systems)."""
    suffix = target.suffix if len(target.suffix.encode("utf-8", "surrogateescape")) <= 32 else ""
    return f".wmpaint-{secrets.token_hex(8)}{suffix}"


def _mode(target: Path) -> int:
    """The permissions of a file that is there, or those that a new one gets."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(target.stat().st_mode)
    # The mask of permissions can only be asked by setting it, for all threads; a file that is made shows it.
    probe = target.with_name(_temporary_name(Path("probe")))
    descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        return stat.S_IMODE(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)
        probe.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_file_error(shown: str, verb: str = "write") -> Iterator[None]:
    try:
        yield
    except WmpaintError:
        raise
    except OSError as error:
        raise FileError(f"could not {verb} {shown!r}: {_reason(error)}") from error
    except ValueError as error:
        if "null" not in str(error):  # an embedded null byte is the one ValueError a name can cause
            raise
        raise FileError(f"could not {verb} {shown!r}: the name holds a null byte") from error


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied"
    if error.errno == errno.EROFS:
        return "the disk is read-only"
    text = error.strerror or next(iter(str(error).splitlines()), "") or type(error).__name__
    return text[:1].lower() + text[1:]
