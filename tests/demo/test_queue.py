"""The queue as a visitor sees it in a real Chromium: a place in it, how long it will take, and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import needs
import pytest

needs.package("gradio")
needs.package("playwright")

from gradio_client import Client, handle_file
from windows import window

from wmpaint import sample_photo


@pytest.fixture
def crowd(served: Any) -> Iterator[list[Any]]:
    """Four others, whose paintings take a while."""
    clients = [Client(served.url, verbose=False) for _ in range(4)]
    long = {"photo": handle_file(str(sample_photo())), "strokes": 300, "height": 256, "api_name": "/paint"}
    jobs = [client.submit(seed=seed, **long) for seed, client in enumerate(clients)]
    yield jobs
    for job in jobs:
        job.cancel()
    for client in clients:
        client.close()


def test_who_waits_sees_the_place_in_every_tab_and_can_leave(served: Any, chromium: Any, crowd: list[Any]) -> None:
    with window(chromium, served.url, 1360) as found:
        page = found.page
        for tab in ("Paint", "Dream", "Style"):
            name = tab.lower()
            found.tab(tab)
            page.click(f"#{name}-go")
            words = page.wait_for_function(
                f"document.querySelector('#{name}-doing output')?.innerText.match(/in the queue: .*/)?.[0]"
            ).json_value()
            assert re.search(r"(you are next|you are number \d+) · about \d+ (s|minutes)$", words), words
            assert page.locator(f"#{name}-doing progress").bounding_box()["height"] > 3
            assert page.locator(f"#{name}-keep").is_hidden(), "nothing is there to keep"
            page.click(f"#{name}-cancel")
            page.locator(f"#{name}-cancel").wait_for(state="hidden")
            assert found.text(f"#{name}-doing") == "" and page.locator(f"#{name}-stage figcaption").is_visible()
        # A tab that is closed leaves the queue as well, and nobody waits for it.
        found.tab("Paint")
        page.click("#paint-go")
        page.wait_for_selector("#paint-cancel", state="visible")
        with window(chromium, served.url, 1360) as other:
            other.page.click("#paint-go")
            other.page.wait_for_selector("#paint-cancel", state="visible")
            page.goto("about:blank")
            found.faults[:] = [it for it in found.faults if "Abort" not in it and "Connection errored" not in it]
            other.page.wait_for_selector("#paint-keep", state="visible")  # it is painted
            other.page.click("#paint-cancel")
            other.page.locator("#paint-cancel").wait_for(state="hidden")


def test_a_broken_file_is_refused_while_others_wait(served: Any, crowd: list[Any], tmp_path: Any) -> None:
    (tmp_path / "cat.jpg").write_text("no picture")
    client = Client(served.url, verbose=False)
    job = client.submit(photo=handle_file(str(tmp_path / "cat.jpg")), strokes=300, height=256, api_name="/paint")
    with pytest.raises(Exception, match="picture file"):
        job.result(timeout=60)
    assert not any(each.done() for each in crowd), "it was not behind them"
    client.close()
