"""The sheet of the Draw tab in a real Chromium, before a server that takes its time: no line is lost, none twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import needs
import pytest

needs.package("gradio")
needs.package("playwright")

from windows import Watched, window

# What the page asks of the server takes so long, and is written down: the lines that each request holds.
SLOW = """(milliseconds) => { const ask = window.fetch; window.asked = [];
  window.fetch = async (...given) => {
    if (String(given[0]?.url || given[0]).includes("queue/join")) {
      const drawn = JSON.parse(given[1].body).data[0];
      if (String(drawn).startsWith("[{")) window.asked.push(JSON.parse(drawn));
      await new Promise((done) => setTimeout(done, milliseconds));
    }
    return ask(...given);
  } }"""
LATEST = "(window.asked.at(-1) || [])"


class Sheet:
    """The canvas, and a hand."""

    def __init__(self, watched: Watched) -> None:
        self.page = watched.page
        watched.tab("Draw")
        canvas = self.page.locator("#draw-sheet canvas[data-ready]")
        canvas.wait_for()
        canvas.scroll_into_view_if_needed()
        self.box = canvas.bounding_box()

    def to(self, x: float, y: float) -> None:
        self.page.mouse.move(self.box["x"] + x * self.box["height"], self.box["y"] + y * self.box["height"])

    def line(self, y: float, points: int = 5) -> None:
        self.to(0.2, y)
        self.page.mouse.down()
        for k in range(1, points):
            self.to(0.2 + 0.6 * k / (points - 1), y)
        self.page.mouse.up()

    def event(self, kind: str, pointer: int, x: float, y: float, touch: str = "touch") -> None:
        """A finger, as the browser tells of it."""
        self.page.evaluate(
            """([kind, pointer, x, y, touch]) => { const it = document.querySelector("#draw-sheet canvas");
            const box = it.getBoundingClientRect();
            it.dispatchEvent(new PointerEvent(kind, { pointerId: pointer, pointerType: touch, bubbles: true,
              cancelable: true, buttons: kind === "pointerup" ? 0 : 1, clientX: box.left + x * box.height,
              clientY: box.top + y * box.height })) }""",
            [kind, pointer, x, y, touch],
        )

    def heard(self, count: int) -> list[dict[str, Any]]:
        """The lines that the server was told of last, once there are so many and their picture has come."""
        self.page.wait_for_function(f"{LATEST}.length === {count}")
        self.page.wait_for_function("document.querySelector('#draw-sheet img').src.startsWith('data:image/jpeg')")
        found: list[dict[str, Any]] = self.page.evaluate(LATEST)
        return found


@pytest.fixture
def watched(served: Any, chromium: Any) -> Iterator[Watched]:
    with window(chromium, served.url, 1360) as found:
        yield found


def heights(lines: list[dict[str, Any]]) -> list[float]:
    return [round(line["points"][0][1], 1) for line in lines]


def test_five_quick_lines_before_a_slow_server_are_five(watched: Watched) -> None:
    watched.page.evaluate(SLOW, 2000)
    sheet = Sheet(watched)
    for k in range(5):
        sheet.line(0.1 + 0.2 * k)
        watched.page.wait_for_timeout(50)
    for k in range(8):  # nothing is pressed
        sheet.to(0.3 + 0.05 * k, 0.5)
    lines = sheet.heard(5)
    assert heights(lines) == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert [len(line["points"]) for line in lines] == [5] * 5, "each ends where the mouse is lifted"
    assert [line["n"] for line in lines] == sorted({line["n"] for line in lines})
    watched.page.click("#draw-replay")
    watched.page.wait_for_selector("#draw-numbers table")
    assert "strokes\t10" in watched.text("#draw-numbers"), "two curves each"


def test_a_reply_does_not_touch_the_line_being_drawn(watched: Watched) -> None:
    watched.page.evaluate(SLOW, 300)
    sheet = Sheet(watched)
    sheet.line(0.2)
    sheet.to(0.2, 0.6)
    watched.page.mouse.down()
    sheet.to(0.4, 0.6)
    watched.page.wait_for_function("document.querySelector('#draw-sheet img').src.startsWith('data:image/jpeg')")
    sheet.to(0.6, 0.6)
    sheet.to(1.1, 0.6)
    sheet.to(1.9, 0.6)  # beyond the edge, and back
    sheet.to(0.9, 0.6)
    watched.page.mouse.up()
    lines = sheet.heard(2)
    assert heights(lines) == [0.2, 0.6] and len(lines[1]["points"]) == 6
    assert max(x for x, _, _ in lines[1]["points"]) > 1.5


def test_fingers_that_are_taken_away_or_come_second(watched: Watched) -> None:
    watched.page.evaluate(SLOW, 500)
    sheet = Sheet(watched)
    sheet.event("pointerdown", 7, 0.2, 0.3)
    sheet.event("pointermove", 7, 0.4, 0.3)
    sheet.event("pointerdown", 8, 0.5, 0.9)  # a second finger draws nothing, and ends nothing
    sheet.event("pointermove", 8, 0.9, 0.9)
    sheet.event("pointerup", 8, 0.9, 0.9)
    sheet.event("pointermove", 7, 0.6, 0.3)
    sheet.event("pointercancel", 7, 0.6, 0.3)
    sheet.event("pointermove", 7, 0.9, 0.5)
    sheet.event("pointerdown", 9, 0.2, 0.7)
    sheet.event("pointerup", 9, 0.2, 0.7)
    lines = sheet.heard(2)
    assert [[round(x, 1) for x, _, _ in line["points"]] for line in lines] == [[0.2, 0.4, 0.6], [0.2]]


def test_undo_clear_and_another_brush_while_lines_are_on_their_way(watched: Watched) -> None:
    page = watched.page
    page.evaluate(SLOW, 1500)
    sheet = Sheet(watched)
    for k in range(4):
        sheet.line(0.2 + 0.2 * k)
    page.click("#draw-undo")
    page.click("#draw-undo")
    sheet.line(0.9)
    assert heights(sheet.heard(3)) == [0.2, 0.4, 0.9]
    page.wait_for_function(f"document.querySelector('#draw-sheet img').src && {LATEST}.length === 3")
    before = page.evaluate("document.querySelector('#draw-sheet img').src")
    sheet.line(0.1)
    watched.choose("#draw-brush", "pencil")
    watched.number("#draw-size", 60)
    sheet.to(0.2, 0.5)
    sheet.line(0.5)
    lines = sheet.heard(5)
    assert heights(lines) == [0.2, 0.4, 0.9, 0.1, 0.5] and lines[4]["radius"] == 0.06 != lines[3]["radius"]
    page.wait_for_function(f"document.querySelector('#draw-sheet img').src !== {json.dumps(before)}")
    sheet.line(0.3)
    page.click("#draw-clear")
    page.wait_for_function("!document.querySelector('#draw-sheet img').getAttribute('src')")
    sheet.line(0.6)
    page.wait_for_function(f"{LATEST}.length === 1 && document.querySelector('#draw-sheet img').getAttribute('src')")
    assert heights(page.evaluate(LATEST)) == [0.6]
