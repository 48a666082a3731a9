"""Inner loops that Numba compiles: `with loops.in_turn("wmpaint.raster.kernel") as kernel: kernel.composite(...)`.

The first call in a new environment compiles for some seconds; what comes of it is kept beside the module, or in the
user's cache, or for now.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from . import temporaries
from .errors import MissingProgram

__all__ = ["in_turn", "module"]

_lock = threading.Lock()  # Numba's simplest threading layer may not be entered twice


def _unlock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a thread that holds it is not there in a forked process
    os.register_at_fork(after_in_child=_unlock)


@contextlib.contextmanager
def in_turn(name: str) -> Iterator[Any]:
    """A module of compiled loops that run on several threads; nobody else runs any meanwhile.

    Raises:
        MissingProgram: there is no folder to compile in.
    """
    with _lock:
        yield module(name)


def module(name: str) -> Any:
    """A module of compiled loops that run on the caller's thread.

    Raises:
        MissingProgram: there is no folder to compile in.
    """
    import numba

    try:
        found = importlib.import_module(name)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        # A package that may only be read, and no home: Numba would not even define a function.
        try:
            temporaries.sweep_temporaries(tempfile.gettempdir())
            folder = Path(tempfile.gettempdir(), temporaries.temporary_name(kind="numba", hidden=False))
            folder.mkdir(mode=0o700)
        except OSError:
            raise MissingProgram("expected a folder to compile in, got none: set NUMBA_CACHE_DIR to one") from error
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        found = importlib.import_module(name)
    # OpenMP's layer would share PyTorch's threads: change how many it uses, and leave idle ones spinning.
    numba.config.THREADING_LAYER = "workqueue"  # type: ignore[attr-defined]
    most = getattr(numba.config, "NUMBA_NUM_THREADS", 1)
    numba.set_num_threads(max(1, min(torch.get_num_threads(), most)))
    return found
