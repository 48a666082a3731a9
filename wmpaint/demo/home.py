"""Folders of a server's own for what visitors bring and take: nobody else may read them, and they go with it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

__all__ = ["PREFIX", "private", "uploads"]

PREFIX = "wmpaint-demo-"
VARIABLE = "GRADIO_TEMP_DIR"  # where Gradio looks, again and again


def private(base: Path | str | None = None) -> Path:
    """A new folder, of mode 0700, that bears the process's number; those of servers that were killed are removed.

    Args:
        base: where, the system's folder for temporary files if None.
    """
    base = Path(base or tempfile.gettempdir())
    base.mkdir(parents=True, exist_ok=True)
    host = _host()
    for folder in base.glob(f"{PREFIX}{host}-*"):
        found = re.fullmatch(rf"{re.escape(PREFIX + host)}-(\d+)-.*", folder.name)
        if found and not _alive(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{host}-{os.getpid()}-", dir=base))


def uploads() -> Path:
    """The folder of this process's uploads, which Gradio is told of: for all pages in it, since Gradio has one."""
    told = os.environ.get(VARIABLE)
    mine = Path(told) if told and Path(told).name.startswith(f"{PREFIX}{_host()}-{os.getpid()}-") else None
    if mine is None or not mine.is_dir():
        mine = private(told if mine is None else mine.parent)
        os.environ[VARIABLE] = str(mine)
    return mine


def _host() -> str:
    """Containers that share a folder have processes of the same numbers."""
    return re.sub(r"\W", "", socket.gethostname())[:24] or "host"


def _alive(process: int) -> bool:
    if os.name == "nt":  # where asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
