"""Which tests are slow, and what the page to paint in and the site are both looked at with."""

from __future__ import annotations

import functools
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import pytest

TESTS = Path(__file__).parent
# What `pytest -m "not slow"` leaves out, beside all that a browser or another program looks at: whole pages and whole
# paintings, trainings, films, searches for crashes. `python .ci/times.py JUNIT.xml` says what else would belong here.
SLOW = (
    "agents/test_devices.py", "agents/test_evaluation.py", "agents/test_lessons.py", "agents/test_parallel.py",
    "agents/test_tiles.py", "agents/test_training.py", "cli/test_agents.py", "cli/test_painting_commands.py",
    "cli/test_video.py", "demo/test_api.py", "demo/test_browser.py", "demo/test_parts.py", "docs/test_blocks.py",
    "docs/test_notebooks.py",
    "docs/test_site.py", "objectives/test_dream.py", "objectives/test_style.py", "objectives/test_text.py",
    "media/ribbon/test_bundled.py", "media/ribbon/test_fitting.py", "painting/test_video.py",
    "media/programs/test_fuzz.py",
    "test_benchmarks.py", "test_cli.py", "test_features_classic.py", "test_gallery.py",
)  # fmt: skip
SERVERS = {"chromium", "served", "mounted"}  # fixtures that take a browser or a server to start
OTHERS = re.compile(r"^\s*import browser$|needs\.program\(", re.M)  # programs that are not ours

# Before PyTorch is loaded: what is as small as in tests is quicker on one thread, and processes share the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


def pytest_configure() -> None:
    """Signals are heard as in a terminal, also where the tests were begun in the background, which ignores some."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@functools.cache
def slow(path: Path) -> bool:
    """Whether a file's tests take long."""
    return path.relative_to(TESTS).as_posix() in SLOW or OTHERS.search(path.read_text("utf-8")) is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if slow(item.path) or not SERVERS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
            item.user_properties.append(("slow", "yes"))  # for JUnit's report
    if "PYTEST_XDIST_WORKER" in os.environ:  # what is long first, so that the processes end together
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n 2` a file's tests stay in one process, with what they share, in the order of collection."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium without a window."""
    path = needs.program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
