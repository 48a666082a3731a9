from __future__ import annotations

import needs
import pytest

from wmpaint.media.programs._library import Library


@pytest.fixture(scope="session")
def libmypaint() -> Library:
    """The system's libmypaint."""
    return needs.libmypaint()
