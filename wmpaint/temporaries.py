"""What killed runs leave behind: `temporary_name()` says whose a file is, `sweep_temporaries(folder)` removes them.

No process can clean up after `kill -9` or a power cut. So a temporary file or folder bears the number of its process,
when that began, and on which system, and the next run that writes into the same folder removes those whose process
is gone. What another machine or container may still be writing is left alone for a day.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import time
from pathlib import Path

__all__ = ["LOCK", "sweep_temporaries", "temporary_name"]

LOCK = ".wmpaint-lock-"
OLD = 86_400.0  # seconds without a change after which nobody is at work on it, whoever that was
_NAMED = re.compile(r"\.?wmpaint-(?:[a-z]+-)?p(\d{1,10})-(\d{1,20})-([0-9a-f]{12})-[0-9a-f]{8}(?:\.[^/]*)?", re.DOTALL)
# As earlier versions named them, with no word of whose they are.
_UNNAMED = re.compile(r"\.wmpaint-[0-9a-f]{16}(?:\.[^/]*)?|\.making\.[a-z0-9_]{8}", re.DOTALL)
_LOCKED = re.compile(re.escape(LOCK) + r"[0-9a-f]{16}")


def temporary_name(suffix: str = "", *, kind: str = "", hidden: bool = True) -> str:
    """A name that nobody else has, for what this process writes for a while.

    Args:
        suffix: ".png", for writers that choose a format by it.
        kind: a word of small letters, for people who find it.
        hidden: whether it begins with a dot.
    """
    pid = os.getpid()
    whose = f"p{pid}-{_began(pid) or 0}-{_system()}-{secrets.token_hex(4)}"
    return f"{'.' if hidden else ''}wmpaint-{f'{kind}-' if kind else ''}{whose}{suffix}"


def sweep_temporaries(folder: str | os.PathLike[str]) -> None:
    """Remove from a folder what processes left behind that are gone. Whatever cannot be removed stays, in silence."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if "wmpaint-" not in entry.name and not entry.name.startswith(".making."):
                continue
            with contextlib.suppress(OSError):
                if _LOCKED.fullmatch(entry.name):
                    _unlock(Path(entry.path))
                elif _left(entry.name, entry.stat(follow_symlinks=False)):
                    _remove(Path(entry.path))


def _left(found: str, state: os.stat_result) -> bool:
    """Whether a temporary file of this name is nobody's any more."""
    if state.st_uid != os.geteuid():
        return False
    named = _NAMED.fullmatch(found)
    if named is not None and named[3] == _system():
        return not _alive(int(named[1]), int(named[2]))
    return (named is not None or _UNNAMED.fullmatch(found) is not None) and time.time() - state.st_mtime > OLD


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _unlock(path: Path) -> None:
    """Remove the file of a lock that nobody holds."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.lstat(path), os.fstat(descriptor)):
                path.unlink()
    finally:
        os.close(descriptor)


def _alive(pid: int, began: int) -> bool:
    """Whether the process of this number runs, and began then: numbers are given out again."""
    if found := _began(pid):
        return began in (found, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's, perhaps
        return True
    return not Path("/proc/self/stat").exists()  # with /proc, it has ended, and only its parent has not looked yet


def _began(pid: int) -> int:
    """When a process began, in ticks since the system did; 0 where it is not known, or has ended."""
    try:
        # Field 22; the fields before it start after the name's last bracket, and the first of them is its state.
        with open(f"/proc/{pid}/stat", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return 0 if fields[0] in "ZX" else int(fields[19])
    except (OSError, ValueError, IndexError):
        return 0


@functools.cache
def _system() -> str:
    """Where numbers of processes mean the same: a machine since it was started, and a container on it."""
    known = [platform.node()]
    for path in ("/proc/sys/kernel/random/boot_id", "/etc/machine-id"):
        with contextlib.suppress(OSError), open(path, errors="replace") as file:
            known.append(file.read())
    with contextlib.suppress(OSError):
        known.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return hashlib.sha256("\n".join(known).encode("utf-8", "replace")).hexdigest()[:12]
