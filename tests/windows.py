"""The demo's page in a browser, with an eye on all that it should not do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Watched", "window"]

# Once nothing has changed for eight frames.
SETTLED = """() => new Promise((done) => { let before = "", calm = 0; const look = () => {
  const now = document.body.innerHTML.length + "," + document.documentElement.scrollHeight;
  calm = now === before ? calm + 1 : 0; before = now;
  if (calm < 8) requestAnimationFrame(look); else done() }; look() })"""


@contextlib.contextmanager
def window(browser: Any, url: str, width: int, scheme: str = "light") -> Iterator[Watched]:
    """The page in a window of its own; at the end nothing may have gone wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, accept_downloads=True, has_touch=width < 600, color_scheme=scheme
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    found = Watched(page, url)
    try:
        yield found
    finally:
        context.close()
    assert found.faults == [], "\n".join(found.faults)


class Watched:
    """A page in a browser, and all that it should not do."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.faults = page, []
        home = (url, "data:", "blob:", "about:")
        page.on("console", lambda m: self.faults.append(f"{m.type}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        page.on("request", lambda r: None if r.url.startswith(home) else self.faults.append(f"outside: {r.url}"))
        page.on("response", lambda r: self.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.goto(url)
        page.wait_for_selector("#paint-go")
        page.wait_for_selector("#paint-photo img")

    def choose(self, selector: str, option: str) -> None:
        """Take an option of a dropdown."""
        field = self.page.locator(f"{selector} input")
        field.click()
        field.press("Control+a")
        field.press_sequentially(option)
        self.page.get_by_role("option", name=option, exact=True).click()

    def tab(self, name: str) -> None:
        """Open a tab, and wait until all of it is in its place."""
        self.page.get_by_role("tab", name=name, exact=True).click()
        self.page.evaluate(SETTLED)

    def text(self, selector: str) -> str:
        """What is written there."""
        return str(self.page.locator(selector).inner_text())

    def many(self, selector: str, least: int) -> None:
        """Wait until there are so many elements."""
        self.page.wait_for_function(
            "([selector, least]) => document.querySelectorAll(selector).length >= least", arg=[selector, least]
        )

    def gone(self, *selectors: str) -> None:
        """Wait until nothing of them is seen."""
        for selector in selectors:
            self.page.locator(selector).first.wait_for(state="hidden")

    def number(self, selector: str, value: float) -> None:
        """Type a number into a slider or a field."""
        field = self.page.locator(f"{selector} input[type=number]")
        field.fill(str(value))
        field.press("Tab")

    def toast(self) -> str:
        """What the page complains about; then it is closed."""
        found = self.page.locator(".toast-body")
        found.first.wait_for()
        said = str(found.first.inner_text())
        for close in self.page.locator(".toast-close").all():
            close.click()
        found.first.wait_for(state="detached")
        return said

    def download(self, kind: str, name: str, folder: Path, height: int | None = None) -> Path:
        """A file from the Download part of an easel."""
        page = self.page
        if not page.locator(f"#{name}-make").is_visible():
            page.locator(f"#{name}-after >> text=Download").first.click()
        self.choose(f"#{name}-kind", kind)
        if height is not None:
            self.number(f"#{name}-size", height)
        page.evaluate(  # so that the link of a file before is not taken for that of this one
            f"document.querySelectorAll('#{name}-files a[download]').forEach((it) => it.removeAttribute('download'))"
        )
        page.click(f"#{name}-make")
        return self.fetched(f"#{name}-files", folder)

    def fetched(self, selector: str, folder: Path) -> Path:
        """What a file's link gives."""
        link = self.page.locator(f"{selector} a[download]").first
        link.wait_for(timeout=60_000)
        with self.page.expect_download() as waiting:
            link.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path
