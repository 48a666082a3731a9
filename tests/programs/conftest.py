from __future__ import annotations

import os

import pytest

from wmpaint.errors import MissingProgram
from wmpaint.programs._library import Library, library


@pytest.fixture(scope="session")
def libmypaint() -> Library:
    """The system's libmypaint. Without it a test is skipped, unless WMPAINT_REQUIRE_LIBMYPAINT=1 demands it."""
    try:
        return library()
    except MissingProgram as error:
        if os.environ.get("WMPAINT_REQUIRE_LIBMYPAINT") == "1":
            raise
        pytest.skip(str(error))
