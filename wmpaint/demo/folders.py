"""Folders of a server's own for what visitors bring and take: nobody else may read them, and they go with it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
import weakref
from pathlib import Path

from .. import temporaries

__all__ = ["Downloads", "file_stem", "private_folder", "upload_folder"]

KIND = "demo"
VARIABLE = "GRADIO_TEMP_DIR"  # where Gradio looks, again and again
OLD = 3600.0  # seconds
_mine: list[Path] = []


def private_folder(base: Path | str | None = None) -> Path:
    """A new folder, of mode 0700, that says whose it is; those of servers that were killed are removed.

    Args:
        base: where, the system's folder for temporary files if None.
    """
    base = Path(base or tempfile.gettempdir())
    base.mkdir(parents=True, exist_ok=True)
    temporaries.sweep_temporaries(base)
    folder = base / temporaries.temporary_name(kind=KIND, hidden=False)
    folder.mkdir(mode=0o700)
    return folder


def upload_folder() -> Path:
    """The folder of this process's uploads, which Gradio is told of: for all pages in it, since Gradio has one."""
    told = os.environ.get(VARIABLE)
    mine = next((folder for folder in _mine if str(folder) == told), None)
    if mine is None or not mine.is_dir():
        mine = private_folder(told if mine is None else mine.parent)
        _mine.append(mine)
        os.environ[VARIABLE] = str(mine)
    return mine


class Downloads:
    """Files that visitors download: each in a folder of its own, removed by age; gone when the server ends.

    Args:
        old: seconds after which files are removed.
        folder: an empty one; a new one if None.
    """

    def __init__(self, old: float = OLD, folder: Path | None = None) -> None:
        self.root, self.old = folder or private_folder(), old
        # At the latest when Python ends.
        self.remove = weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Where to write a file of this name."""
        self.sweep()
        folder = self.root / secrets.token_hex(8)
        folder.mkdir()
        return folder / name

    def sweep(self) -> None:
        """Remove what is old."""
        for folder in self.root.iterdir() if self.root.exists() else ():
            try:
                if time.time() - folder.stat().st_mtime > self.old:
                    shutil.rmtree(folder, ignore_errors=True)
            except OSError:  # another visitor was faster
                continue


def file_stem(path: str | None, usual: str = "painting") -> str:
    """A name for files after an uploaded one: letters, digits, dashes."""
    stem = re.sub(r"[^\w-]+", "-", Path(path).stem if path else usual).strip("-_")
    return stem[:40] or usual
