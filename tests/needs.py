"""System libraries that some tests need. Without one they are skipped, unless the environment demands it."""

from __future__ import annotations

import os
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
