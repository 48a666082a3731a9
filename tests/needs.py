"""What some tests need of the system. Without it they are skipped, unless the environment demands it."""

from __future__ import annotations

import importlib
import os
import shutil
from typing import Any

import pytest


def cairosvg() -> Any:
    """The package cairosvg, which needs the system's libcairo; WMPAINT_REQUIRE_CAIRO=1 makes its absence a failure."""
    try:
        import cairosvg
    except OSError as error:
        if os.environ.get("WMPAINT_REQUIRE_CAIRO") == "1":
            raise
        pytest.skip(f"no libcairo: {str(error).splitlines()[0]}")
    return cairosvg


def program(name: str) -> str:
    """The path of a program, such as inkscape; WMPAINT_REQUIRE_PROGRAMS=1 makes its absence a failure."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("WMPAINT_REQUIRE_PROGRAMS") == "1":
            pytest.fail(f"no {name} on this machine, and WMPAINT_REQUIRE_PROGRAMS=1")
        pytest.skip(f"no {name} on this machine")
    return found


def package(name: str) -> Any:
    """An optional package; WMPAINT_REQUIRE_PROGRAMS=1 makes its absence a failure, else the module is skipped."""
    try:
        return importlib.import_module(name)
    except ImportError:
        if os.environ.get("WMPAINT_REQUIRE_PROGRAMS") == "1":
            raise
        pytest.skip(f"no {name} installed", allow_module_level=True)


def libmypaint() -> Any:
    """The system's libmypaint; WMPAINT_REQUIRE_LIBMYPAINT=1 makes its absence a failure."""
    from wmpaint.errors import MissingProgram
    from wmpaint.media.programs._library import library

    try:
        return library()
    except MissingProgram as error:
        if os.environ.get("WMPAINT_REQUIRE_LIBMYPAINT") == "1":
            raise
        pytest.skip(str(error))
