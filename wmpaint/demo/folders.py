"""Folders of a server's own for what visitors bring and take: nobody else may read them, and they go with it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .. import temporaries

__all__ = ["private", "uploads"]

KIND = "demo"
VARIABLE = "GRADIO_TEMP_DIR"  # where Gradio looks, again and again
_mine: list[Path] = []


def private(base: Path | str | None = None) -> Path:
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


def uploads() -> Path:
    """The folder of this process's uploads, which Gradio is told of: for all pages in it, since Gradio has one."""
    told = os.environ.get(VARIABLE)
    mine = next((folder for folder in _mine if str(folder) == told), None)
    if mine is None or not mine.is_dir():
        mine = private(told if mine is None else mine.parent)
        _mine.append(mine)
        os.environ[VARIABLE] = str(mine)
    return mine
