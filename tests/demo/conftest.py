"""A page that is served for the tests, and a browser to look at it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Clients and browsers leave sockets to the garbage collector, which is theirs to mend."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name != "test_parts.py":
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True, scope="module")
def _swept() -> Iterator[None]:
    """What tests leave to the garbage collector is collected before those of another file could be blamed for it."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with small limits; at the end it stops at Ctrl-C, without a traceback."""
    page = Served(
        tmp_path_factory.mktemp("served"), "--max-strokes", "300", "--max-height", "256", "--max-seconds", "60",
        "--max-minutes", "1",
    )  # fmt: skip
    yield page
    words = page.words()
    assert page.stop() == 0
    assert "Traceback" not in words, words
