"""Where what Numba compiles is kept, and what happens where nothing can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Only a folder that is named serves: as in a package that may only be read, without a home.
NOWHERE = """
import os, sys, tempfile
from numba.core import caching
caching.CacheImpl._locator_classes = [caching.UserProvidedCacheLocator]
if sys.argv[1] == "full":
    tempfile.tempdir = "/nonexistent"
from wmpaint.errors import WmpaintError
from wmpaint import loops
import numba
try:
    kernel = loops.module("wmpaint.raster.kernel")
    print(kernel.composite._cache.cache_path, numba.config.CACHE_DIR, oct(os.stat(numba.config.CACHE_DIR).st_mode))
except WmpaintError as error:
    print("refused:", error)
"""


def said(kind: str, **changes: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | changes
    done = subprocess.run(
        [sys.executable, "-c", NOWHERE, kind], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_a_place_to_keep_it_it_is_kept_until_the_end(tmp_path: Path) -> None:
    place, folder, mode = said("", TMPDIR=str(tmp_path)).split()
    assert Path(folder).parent == tmp_path and place.startswith(folder) and mode == "0o40700"
    assert not list(tmp_path.iterdir())  # removed when the process ended


def test_nowhere_at_all_is_one_sentence() -> None:
    words = said("full")
    assert words.startswith("refused: expected a folder to compile in") and "set NUMBA_CACHE_DIR" in words
