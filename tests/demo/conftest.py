"""A page that is served for the tests, and a browser to look at it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Clients and browsers leave sockets to the garbage collector, which is theirs to mend."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name != "test_parts.py":
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


class Served:
    """The page, served by a process of its own with `wmpaint demo`.

    Attributes:
        url: where.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.said = (folder / "said.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wmpaint", "demo", "--no-browser", "--port", str(port), *options],
            stdout=self.said, stderr=subprocess.STDOUT, env={**os.environ, "GRADIO_TEMP_DIR": str(folder / "gradio")},
        )  # fmt: skip
        end = time.monotonic() + 90
        while "painting at" not in self.words():
            assert self.process.poll() is None and time.monotonic() < end, self.words()
            time.sleep(0.1)

    def words(self) -> str:
        """What the server has said so far."""
        self.said.flush()
        return Path(self.said.name).read_text("utf-8", errors="replace")

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.said.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with small limits; at the end it stops at Ctrl-C, without a traceback."""
    page = Served(
        tmp_path_factory.mktemp("served"), "--max-strokes", "300", "--max-height", "256", "--max-seconds", "60",
        "--max-minutes", "1",
    )  # fmt: skip
    yield page
    words = page.words()
    assert page.stop() in (0, 130)
    assert "Traceback" not in words, words


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium without a window."""
    path = needs.program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
