"""The site as a browser sees it: every page, link and picture, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlparse

import needs
import pytest
from sites import build

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ABOVE_THE_FOLD = 1_500_000  # bytes that a page may load before anyone scrolls
GUIDES = {  # what somebody would type, and the page that has to be found
    "plotter paper pens": "plotter_handbook",
    "own brush": "own_brush",
    "notebook": "notebooks",
    "variance": "how_it_works",
    "cookbook palette": "cookbook",
    "animated svg": "svg",
    "style transfer": "visions",
    "out of memory": "troubleshooting",
    "flicker": "video",
    "kana": "agents",
    "schema": "file_format",
    "performance": "performance",
}


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a line on stderr for each."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as it is published."""
    needs.package("mkdocs")
    built = tmp_path_factory.mktemp("site")
    done = build(built)
    assert done.returncode == 0 and "WARNING" not in done.stdout, done.stdout
    return built


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def urls(folder: Path, site: str) -> list[str]:
    """Where each page is."""
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("index.html"))
    assert len(pages) > 55, "the gallery, the guides and the reference"
    return [site + page.removesuffix("index.html") for page in pages]


class Visit:
    """A page that is looked at, and all that went wrong while it was."""

    def __init__(self, browser: Any, site: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.tools = self.context.new_cdp_session(self.page)
        self.wrong: list[str] = []
        self.bytes = 0
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "request", lambda r: None if r.url.startswith((site, "data:", "blob:")) else self.wrong.append(r.url)
        )
        self.page.on("response", self._count)

    def _count(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.url}")
        self.bytes += int(response.headers.get("content-length", 0))

    def go(self, url: str) -> None:
        self.bytes = 0
        self.page.goto(url, wait_until="load")

    def on_a_desk(self) -> None:
        self._on({"width": 1440, "height": 900, "mobile": False}, "light")

    def on_a_phone(self) -> None:
        """The page that is open, as a phone would lay it out, in the dark."""
        self._on({"width": 390, "height": 844, "mobile": True}, "dark")

    def _on(self, device: dict[str, Any], scheme: str) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.tools.send("Emulation.setDeviceMetricsOverride", {**device, "deviceScaleFactor": 1})
        self.tools.send("Emulation.setTouchEmulationEnabled", {"enabled": device["mobile"]})


WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What lies beyond the window's edge, and is not in a box that scrolls.
CUT = """() => [...document.querySelectorAll("article :is(h1, h2, p, li, img, video, pre, select, td)")].filter((e) => {
  const box = e.getBoundingClientRect();
  if (!box.width || box.right <= document.documentElement.clientWidth + 1) return false;
  for (let at = e.parentElement; at && at.tagName !== "ARTICLE"; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return false;
  return true;
}).slice(0, 3).map((e) => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 40)}`)"""
BROKEN = """() => [...document.images].filter((i) => { i.loading = "eager"; return true; }).length && Promise.all(
  [...document.images].map((i) => i.decode().then(() => null, () => i.src))).then((found) => found.filter(Boolean))"""
NAMELESS = """() =>
  [...document.querySelectorAll("img:not([alt]), video:not([aria-label]), input:not([aria-label]):not([id])")]
  .filter((e) => !e.closest("label") && !e.hidden && e.type !== "hidden").map((e) => e.outerHTML.slice(0, 120))"""
READY = "() => !/^(Initializing.*)?$/.test(document.querySelector('.md-search-result__meta').textContent.trim())"
FOUND = """(place) => [...new Set([...document.querySelectorAll(".md-search-result__link")].map(
  (a) => new URL(a.href).pathname.replace(/^\\/|\\/$/g, "")))].slice(0, 4).includes(place)"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((a) => a.href)"
IDS = "() => [...document.querySelectorAll('[id]')].map((e) => e.id)"
# WCAG 2.1, 1.4.3: text against the nearest background that is not transparent.
CONTRAST = """() => {
  const parse = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
    .reduce((s, v, k) => s + v * [0.2126, 0.7152, 0.0722][k], 0);
  const over = (a, b) => a.slice(0, 3).map((v, k) => v * a[3] + b[k] * (1 - a[3]));
  const found = [];
  for (const e of document.querySelectorAll("article *, .md-nav__link, .md-tabs__link, .md-footer *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!own || !box.width || !box.height || style.visibility === "hidden" || +style.opacity === 0) continue;
    if (e.closest("svg, .headerlink, .md-code__button, button")) continue;
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c[3]) layers.unshift(c);
      if (c[3] === 1) break;
    }
    const ground = layers.reduce((g, c) => over(c, g), [255, 255, 255]);
    const a = light(over(parse(style.color), ground)), b = light(ground);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    const words = e.textContent.trim().slice(0, 40);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${style.color} ${e.className} ${words}`);
  }
  return [...new Set(found)].slice(0, 8);
}"""


def test_every_page_on_a_desk_and_on_a_phone_in_the_dark(chromium: Any, site: str, urls: list[str]) -> None:
    """Loads, no error, nothing from elsewhere, every picture there and named, every link leads somewhere."""
    visit = Visit(chromium, site)
    links: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    bad: list[str] = []
    for url in urls:
        visit.on_a_desk()
        visit.go(url)
        page = visit.page
        if visit.bytes > ABOVE_THE_FOLD:
            bad.append(f"{url}: {visit.bytes / 1e6:.1f} MB before anyone scrolls")
        bad += [f"{url}: {found}" for found in page.evaluate(BROKEN) or []]
        bad += [f"{url}: no words for {found}" for found in page.evaluate(NAMELESS)]
        bad += [f"{url}: contrast {found}" for found in page.evaluate(CONTRAST)]
        if (over := page.evaluate(WIDE)) > 0:
            bad.append(f"{url}: {over} pixels too wide")
        if not page.title() or page.locator("h1").count() != 1:
            bad.append(f"{url}: title {page.title()!r}, {page.locator('h1').count()} headings")
        links[url] = set(page.evaluate(LINKS))
        ids[url] = set(page.evaluate(IDS))
        page.add_style_tag(content="* { transition: none !important }")  # no color on its way to another
        visit.on_a_phone()
        page.wait_for_function("() => document.body.dataset.mdColorScheme === 'slate'")
        if (over := page.evaluate(WIDE)) > 0:
            bad.append(f"{url}: {over} pixels too wide for a phone")
        bad += [f"{url}: cut off: {found}" for found in page.evaluate(CUT)]
        bad += [f"{url}: contrast in the dark {found}" for found in page.evaluate(CONTRAST)]
    bad += visit.wrong
    for url, found in links.items():
        for link in found:
            place, anchor = urldefrag(link)
            if not place.startswith(site):
                if urlparse(link).scheme not in ("http", "https", "mailto"):
                    bad.append(f"{url}: {link}")
            elif place in ids:
                if anchor and anchor not in ids[place]:
                    bad.append(f"{url}: no {anchor} in {place}")
            elif not visit.context.request.head(place).ok:
                bad.append(f"{url}: nothing at {link}")
    visit.context.close()
    assert not bad, "\n".join(bad)


def test_the_slider_uncovers_the_dream(chromium: Any, site: str) -> None:
    from playwright.sync_api import expect

    visit = Visit(chromium, site, viewport={"width": 1000, "height": 800})
    visit.go(urljoin(site, "gallery/owl_charcoal/"))
    slider = visit.page.locator(".wm-compare input")
    slider.focus()
    shown = "() => getComputedStyle(document.querySelectorAll('.wm-compare img')[1]).clipPath"
    before = visit.page.evaluate(shown)
    for _ in range(10):
        visit.page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("60")
    visit.page.wait_for_function(f"(before) => ({shown})() !== before", arg=before)
    visit.page.click(".wm-film")
    film = visit.page.locator(".wm-film")
    film.evaluate("(v) => v.play()")
    visit.page.wait_for_function("() => document.querySelector('.wm-film').currentTime > 0")
    assert not visit.wrong
    visit.context.close()


def test_the_wall_is_filtered(chromium: Any, site: str) -> None:
    from playwright.sync_api import expect

    visit = Visit(chromium, site, viewport={"width": 1200, "height": 900})
    visit.go(urljoin(site, "gallery/"))
    page = visit.page
    cards, left = page.locator(".wm-card"), page.locator(".wm-card:visible")
    every = cards.count()  # they are in the page as it comes
    assert every >= 30
    expect(page.locator(".wm-count")).to_have_text(f"{every} works")
    page.select_option("select[name=kind]", "abstract")
    expect(left).not_to_have_count(every)
    few = left.count()
    assert 8 < few < every
    expect(page.locator(".wm-count")).to_have_text(f"{few} works")
    expect(page).to_have_url(re.compile(r"\?kind=abstract$"))
    page.select_option("select[name=medium]", "ink")
    expect(left).not_to_have_count(few)
    fewer = left.count()
    assert 0 < fewer < few
    page.reload()
    expect(left).to_have_count(fewer)  # the address keeps what is chosen
    left.first.click()
    page.wait_for_selector(".wm-compare")
    assert not visit.wrong
    visit.context.close()


@pytest.fixture(scope="module")
def searching(chromium: Any, site: str) -> Iterator[Any]:
    """The page where one types into the box for searches."""
    visit = Visit(chromium, site, viewport={"width": 1200, "height": 900})
    visit.go(site)
    visit.page.focus("input.md-search__input")
    visit.page.wait_for_function(READY)  # what is typed before is not heard
    yield visit.page
    visit.context.close()


@pytest.mark.parametrize(("words", "place"), GUIDES.items())
def test_search_finds_the_guide(searching: Any, words: str, place: str) -> None:
    links = searching.locator(".md-search-result__link")
    searching.locator("input.md-search__input").fill("")
    links.first.wait_for(state="detached")  # what was found before
    searching.keyboard.type(words)  # key by key: the box listens to keys
    assert searching.wait_for_function(FOUND, arg=place, timeout=10_000)  # once half a word's results are gone


def test_what_is_wrong_is_found(chromium: Any, tmp_path: Path) -> None:
    """The checks above see a page that breaks their rules."""
    (tmp_path / "index.html").write_text(
        "<body style='background:#fff'><article><p style='color:#999'>pale</p><img src='none.png'>"
        "<p style='width:1000px'>wide</p></article>"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    visit = Visit(chromium, f"http://127.0.0.1:{server.server_address[1]}/", viewport={"width": 1440, "height": 900})
    visit.go(f"http://127.0.0.1:{server.server_address[1]}/")
    assert visit.page.evaluate(CONTRAST) and visit.page.evaluate(BROKEN) and visit.page.evaluate(NAMELESS)
    assert not visit.page.evaluate(CUT) and visit.page.evaluate(WIDE) <= 0
    visit.on_a_phone()
    assert visit.page.evaluate(CUT) and visit.page.evaluate(WIDE) > 0 and any("404" in word for word in visit.wrong)
    visit.context.close()
    server.shutdown()
    server.server_close()
    thread.join()
