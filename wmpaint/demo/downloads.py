"""Files that visitors download: each in a folder of its own, removed by age."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import weakref
from pathlib import Path

from .folders import private

__all__ = ["Downloads", "name_of"]

OLD = 3600.0  # seconds


class Downloads:
    """A folder of folders, gone when the server ends.

    Args:
        old: seconds after which files are removed.
        folder: an empty one; a new one if None.
    """

    def __init__(self, old: float = OLD, folder: Path | None = None) -> None:
        self.root, self.old = folder or private(), old
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


def name_of(path: str | None, usual: str = "painting") -> str:
    """A name for files after an uploaded one: letters, digits, dashes."""
    stem = re.sub(r"[^\w-]+", "-", Path(path).stem if path else usual).strip("-_")
    return stem[:40] or usual
