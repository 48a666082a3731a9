"""One run at a time: `with exclusive(folder): ...`"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ... import files
from ...errors import InputError

__all__ = ["LOCK", "exclusive"]

LOCK = "lock"  # the file in the folder that is held


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made, and goes again if nothing is in it. Who is killed lets go of it.

    Raises:
        InputError: another process holds it. FileError: it cannot be made.
    """
    path = folder / LOCK
    held = _held(folder, path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(held), path.stat()):  # the folder may be another's by now
                path.unlink()
                folder.rmdir()
        os.close(held)


def _held(folder: Path, path: Path) -> int:
    while True:
        files.make_folder(folder)
        try:
            held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:  # the one who held it has just removed the folder
            continue
        try:
            with contextlib.suppress(OSError):  # not every file system has locks
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise InputError(
                        f"expected one run at a time, got another that paints into {str(folder)!r}"
                    ) from None
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(held), path.stat()):
                    return held
        except BaseException:
            os.close(held)
            raise
        os.close(held)
