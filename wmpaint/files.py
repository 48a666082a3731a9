"""Whole files or none: `with atomic_path("cat.png") as temporary: ...` writes, then renames.

Every output goes through here, so a full disk, a closed folder or Ctrl-C leaves the folder as it
was: an older file of the same name stays, and nothing half-written appears. What a killed run leaves
behind is removed by the next one that writes there. `with locked("out", folder=True): ...` keeps a
second run out of the same output.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import temporaries
from .errors import FileError, WmpaintError
from .foreign import reason

__all__ = ["as_file_error", "atomic_path", "check_writable", "locked", "make_folder", "scratch_folder"]
__all__ += ["write_bytes", "write_json", "write_text"]

# What these raise in a block is about the file that they write. Their own types are no OSErrors.
WRITERS = (
    "PIL",
    "cairocffi",
    "cairosvg",
    "imageio_ffmpeg",
    "safetensors",
    "safetensors_rust",
    "svgwrite",
    "vpype",
    "zipfile",
)
_FULL = reason(OSError(errno.ENOSPC, ""))
_PROBE_BYTES = 4096  # a full disk often still takes an empty file
_swept: set[str] = set()  # folders that this process has looked through


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary name beside `path` to write to; it takes the place of `path` when the block ends well.

    The temporary name keeps the suffix, for writers that choose a format by it. A symbolic link is
    followed, as `open` would, and the file gets the permissions that `open` would give it: the old
    file's, or those of a new one. If the block raises, the temporary file is removed.

    Raises:
        FileError: no such folder, a folder or a device of that name, no permission, a full disk;
            also any other OSError of the block, since what a block does is write this file, what
            else the libraries that write files raise (`WRITERS`), and anything while the disk is full.
    """
    shown = os.fspath(path)
    with as_file_error(shown):
        target = _target(shown)
        _sweep_once(target.parent)
        temporary = target.with_name(_temporary_name(target))
        try:
            yield temporary
            if not temporary.exists():
                raise FileError(f"could not write {shown!r}: nothing was written")
            with contextlib.suppress(OSError):  # not every file system has permissions
                temporary.chmod(_mode(target))  # some writers make files that only the owner can read
            _sync(temporary)
            os.replace(temporary, target)
        except BaseException as error:
            why = _system_reason(error, temporary)
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            if why is None:
                raise
            raise FileError(f"could not write {shown!r}: {why}") from error
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
    # A name that is no text can be in a title; in JSON its escape means the same, and elsewhere it can be read.
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


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
    with as_file_error(shown):
        if folder:
            place = Path(os.path.realpath(shown))
            while not place.exists() and place != place.parent:
                place = place.parent
            if not place.is_dir():
                raise FileError(f"expected a folder to write to, got {shown!r}, where {str(place)!r} is a file")
        else:
            place = _target(shown).parent
        _sweep_once(place)
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
    with as_file_error(shown, "make the folder"):
        folder = Path(shown)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@contextlib.contextmanager
def scratch_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A hidden folder within a folder, for files on their way there; it is gone when the block ends.

    Raises:
        FileError: it cannot be made.
    """
    shown = os.fspath(folder)
    with as_file_error(shown):
        _sweep_once(Path(shown))
        scratch = Path(shown) / temporaries.temporary_name(kind="making")
        scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def locked(path: str | os.PathLike[str], *, folder: bool = False) -> Iterator[None]:
    """While this block runs, no other one of this or another process has `path`, a file or a `folder`, to itself.

    The system frees the lock when a process ends, however it ends. A folder is made if it is not there, and removed
    if it is empty in the end; a file's lock is a hidden file beside it, which is gone in the end. Where a file system
    knows no locks or cannot be written, the block runs without one: what is wrong with it is for those to say who
    write.

    Raises:
        FileError: another one has it.
    """
    shown = os.fspath(path)
    made: list[Path] = []
    descriptor = name = None
    try:
        try:
            name = None if folder else _lock_name(shown)
            descriptor = _folder_lock(Path(shown), made) if name is None else _file_lock(name)
        except BlockingIOError as error:
            raise FileError(
                f"expected {shown!r} for this run alone, got another run that is writing it: wait for it to end, "
                "or name another output"
            ) from error
        except (OSError, ValueError):  # no such folder, read-only, or without locks
            pass
        yield
    finally:
        if descriptor is not None:
            if name is not None:
                with contextlib.suppress(OSError):
                    name.unlink(missing_ok=True)
            os.close(descriptor)
        for place in reversed(made):
            with contextlib.suppress(OSError):  # there is something in it
                place.rmdir()


def _lock_name(shown: str) -> Path:
    target = Path(os.path.realpath(shown))
    digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    return target.with_name(f"{temporaries.LOCK}{digest}")


def _folder_lock(folder: Path, made: list[Path]) -> int:
    """A descriptor that holds the lock of a folder itself, so that no file is needed."""
    place, missing = Path(os.path.realpath(folder)), []
    while not place.exists():
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir()
        made.append(place)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    temporaries.sweep_temporaries(folder)
    return descriptor


def _file_lock(name: Path) -> int:
    """A descriptor that holds the lock of a file by this name, which is made."""
    temporaries.sweep_temporaries(name.parent)
    while True:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.lstat(name), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:  # whoever had it has just ended
            pass
        except BaseException as error:
            if isinstance(error, OSError) and not isinstance(error, BlockingIOError):  # a system without locks
                name.unlink(missing_ok=True)
            os.close(descriptor)
            raise
        os.close(descriptor)


def _sweep_once(folder: Path) -> None:
    """Remove what killed runs left in a folder, when this process first writes there."""
    place = os.path.realpath(folder)
    if place not in _swept:
        _swept.add(place)
        temporaries.sweep_temporaries(place)


def _system_reason(error: BaseException, temporary: Path) -> str | None:
    """Why the system did not take a file, if that is behind an error that does not say so itself; else None."""
    if not isinstance(error, Exception) or isinstance(error, MemoryError) or _FULL in str(error):
        return None
    if isinstance(error, OSError) and error.errno is not None:
        return None
    told = re.search(r"\(os error (\d+)\)", str(error))  # as programs in Rust say it
    if told is not None:
        return reason(OSError(int(told[1]), os.strerror(int(told[1]))))
    if _is_full(temporary):
        return _FULL
    return reason(error) if type(error).__module__.partition(".")[0] in WRITERS else None


def _is_full(temporary: Path) -> bool:
    """Whether the disk that a file is being written to takes no more."""
    try:
        with temporary.open("ab") as file:
            file.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


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
    return temporaries.temporary_name(suffix)


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
def as_file_error(shown: str, verb: str = "write") -> Iterator[None]:
    """What the system refuses is a FileError: could not write 'cat.png', and why."""
    try:
        yield
    except WmpaintError:
        raise
    except OSError as error:
        raise FileError(f"could not {verb} {shown!r}: {reason(error)}") from error
    except ValueError as error:
        if "null" not in str(error):  # an embedded null byte is the one ValueError a name can cause
            raise
        raise FileError(f"could not {verb} {shown!r}: the name holds a null byte") from error
