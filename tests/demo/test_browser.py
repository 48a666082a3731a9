"""The page as a visitor uses it, in a real Chromium: each tab, wide and narrow, by mouse and by keyboard."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import pytest

needs.package("gradio")
needs.package("playwright")

from PIL import Image
from windows import Watched, window

from wmpaint import load, sample_photo
from wmpaint.media.programs.brush import FOLDER

FAST = 30  # strokes


@pytest.fixture
def watched(served: Any, chromium: Any) -> Iterator[Watched]:
    """A wide window."""
    with window(chromium, served.url, 1360) as found:
        yield found


@pytest.fixture
def phone(served: Any, chromium: Any) -> Iterator[Watched]:
    """A narrow one, with touch."""
    with window(chromium, served.url, 390) as found:
        yield found


def paint(watched: Watched, strokes: int = FAST) -> None:
    """Press Paint with small numbers, and wait for the result."""
    watched.choose("#paint-brush", "round")
    watched.number("#paint-strokes", strokes)
    watched.page.click("#paint-go")
    watched.page.wait_for_selector("#paint-continue", state="visible")


def test_a_photo_is_painted_kept_continued_undone_and_downloaded(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    page.set_input_files("#paint-photo input[type=file]", str(sample_photo()))
    page.wait_for_selector("#paint-photo img")
    watched.choose("#paint-brush", "round")
    watched.number("#paint-strokes", 300)
    page.evaluate(
        """() => { window.frames_seen = new Set(); const look = () => { const image =
        document.querySelector("#paint-stage img"); if (image) window.frames_seen.add(image.src.slice(-300));
        requestAnimationFrame(look) }; look() }"""
    )
    page.click("#paint-go")
    page.wait_for_selector("#paint-stage img")
    page.wait_for_function("window.frames_seen.size >= 4")
    page.wait_for_function(
        """() => { const value = document.querySelector("#paint-doing progress")?.getAttribute("value");
        return value && value !== "100" && document.querySelector("#paint-doing").innerText.includes("strokes") }"""
    )
    page.click("#paint-keep")
    page.wait_for_selector("#paint-continue", state="visible")
    watched.gone("#paint-stage img", "#paint-keep")
    watched.many("#paint-compare img", 2)  # dream and real
    page.wait_for_selector("#paint-numbers table")
    numbers = watched.text("#paint-numbers")
    assert "round" in numbers and "gap" in numbers and "dB" in numbers
    kept = load(watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path))
    assert 1 <= len(kept.strokes) <= 300

    watched.number("#paint-more", 12)
    watched.number("#paint-longer", 3)
    page.click("#paint-continue")
    page.wait_for_function(f"document.querySelector('#paint-numbers')?.innerText.includes('{len(kept.strokes) + 12}')")
    page.wait_for_selector("#paint-undo", state="visible")
    more = load(watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path))
    assert len(more.strokes) == len(kept.strokes) + 12
    page.click("#paint-undo")
    page.wait_for_function(f"!document.querySelector('#paint-numbers')?.innerText.includes('{len(kept.strokes) + 12}')")
    page.wait_for_selector("#paint-undo", state="visible")
    back = load(watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path))
    assert len(back.strokes) == len(kept.strokes)

    picture = watched.download("Picture from the real program (.png)", "paint", tmp_path, 300)
    assert Image.open(picture).size == (400, 300)
    svg = watched.download("SVG that paints itself (.svg)", "paint", tmp_path)
    assert "@keyframes" in svg.read_text() and ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert len(load(svg).strokes) == len(back.strokes)
    ora = watched.download("Layers, for Krita or GIMP (.ora)", "paint", tmp_path, 64)
    assert zipfile.ZipFile(ora).read("mimetype") == b"image/openraster"
    film = watched.download("Film (.mp4)", "paint", tmp_path, 64)
    import imageio.v3 as imageio

    assert len(imageio.imread(io.BytesIO(film.read_bytes()), extension=".mp4")) > 20
    page.locator("#paint-after >> text=Do it again, without this page").first.click()
    page.locator("#paint-after .cm-content", has_text="wmpaint paint").first.wait_for()


def test_a_canceled_painting_leaves_the_one_before(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    paint(watched)
    page.wait_for_selector("#paint-numbers table")
    before = watched.text("#paint-numbers")
    watched.number("#paint-strokes", 300)
    page.click("#paint-go")
    page.wait_for_selector("#paint-stage img")
    page.click("#paint-cancel")
    page.wait_for_selector("#paint-continue", state="visible")
    watched.gone("#paint-cancel")
    assert watched.text("#paint-numbers") == before
    kept = load(watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path))
    assert len(kept.strokes) == FAST
    page.wait_for_selector("#paint-film video[src]")


def test_what_goes_wrong_is_said_and_the_page_goes_on(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    text, wide = tmp_path / "cat.png", tmp_path / "wide.png"
    text.write_text("no picture")
    Image.new("RGB", (50_000, 2000)).save(wide)
    for path, words in ((text, "picture file"), (wide, "pixels")):
        page.set_input_files("#paint-photo input[type=file]", str(path))
        page.wait_for_function(f"document.querySelector('#paint-photo img')?.src.includes('{path.stem}')")
        page.click("#paint-go")
        said = watched.toast()
        assert words in said and str(tmp_path) not in said and "gradio" not in said
    watched.faults.clear()  # the browser cannot show these pictures either
    page.locator("#paint-examples button").first.click()
    watched.number("#paint-seed", -5)
    page.click("#paint-go")
    said = watched.toast()
    assert "seed" in said or "minimum" in said.lower()
    watched.number("#paint-seed", 5)
    paint(watched)
    page.wait_for_function("/seed\\s+5/.test(document.querySelector('#paint-numbers')?.innerText)")


def test_style_and_dream(watched: Watched) -> None:
    page = watched.page
    watched.tab("Style")
    watched.choose("#style-brush", "round")
    watched.number("#style-seconds", 3)
    page.click("#style-go")
    page.wait_for_selector("#style-continue", state="visible")
    watched.many("#style-compare img", 2)
    watched.tab("Dream")
    watched.choose("#dream-class", "daisy")
    watched.number("#dream-seconds", 2)
    page.click("#dream-go")
    page.wait_for_selector("#dream-continue", state="visible")
    page.get_by_label("A layer of the network").check()
    page.wait_for_function("document.querySelectorAll('#dream-channels img').length == 40")
    page.locator("#dream-channels button").nth(7).click()
    page.wait_for_function("document.querySelector('#dream-chosen')?.innerText.includes('Channel 7')")
    page.get_by_label("block10").check()
    page.wait_for_function("document.querySelectorAll('#dream-channels img').length == 112")
    page.wait_for_function("document.querySelector('#dream-chosen')?.innerText.includes('All channels')")
    watched.tab("Gallery")
    page.wait_for_function("document.querySelectorAll('#wall img').length == 2")
    page.locator("#wall button").nth(1).click()
    page.locator("#gallery-numbers table", has_text="round").wait_for()  # the style hangs below the dream


def test_strokes_are_drawn_by_hand_replayed_and_finished(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    watched.tab("Draw")
    canvas = page.locator("#draw-sheet canvas[data-ready]")
    canvas.wait_for()
    box = canvas.bounding_box()

    def drag(x0: float, y0: float, x1: float, y1: float) -> None:
        page.mouse.move(box["x"] + x0 * box["height"], box["y"] + y0 * box["height"])
        page.mouse.down()
        for k in range(1, 9):
            t = k / 8
            page.mouse.move(
                box["x"] + (x0 + (x1 - x0) * t) * box["height"], box["y"] + (y0 + (y1 - y0) * t) * box["height"]
            )
        page.mouse.up()

    painted = "document.querySelector('#draw-sheet img').src"
    drag(0.2, 0.3, 1.0, 0.3)
    page.wait_for_function(f"{painted}.startsWith('data:image/jpeg')")
    one = page.evaluate(painted)
    drag(0.3, 0.7, 0.9, 0.6)
    page.wait_for_function(f"{painted} !== {json.dumps(one)}")
    two = page.evaluate(painted)
    page.click("#draw-undo")
    page.wait_for_function(f"{painted} === {json.dumps(one)}")
    canvas.focus()
    for key in ("ArrowDown", " ", "ArrowRight", "ArrowRight", "ArrowDown", " "):  # by keyboard
        page.keyboard.press(key)
    page.wait_for_function(f"![{json.dumps(one)}, {json.dumps(two)}].includes({painted})")
    page.click("#draw-replay")
    page.wait_for_selector("#draw-numbers table")
    drawn = load(watched.download("Painting, to open again (.wmp.json)", "draw", tmp_path))
    assert len(drawn.strokes) >= 2 and abs(float(drawn.strokes.points[0, 0, 1]) - 0.3) < 0.02
    page.locator("#draw-finish >> text=Finish it, toward a photo").first.click()
    page.locator("#draw-examples button").first.click()
    page.wait_for_selector("#draw-photo img")
    watched.number("#draw-strokes", 20)
    page.click("#draw-go")
    page.wait_for_function(f"document.querySelector('#draw-numbers')?.innerText.includes('{len(drawn.strokes) + 20}')")
    done = load(watched.download("Painting, to open again (.wmp.json)", "draw", tmp_path))
    assert len(done.strokes) == len(drawn.strokes) + 20
    top = done.strokes[-len(drawn.strokes) :]
    assert float((top.points - drawn.strokes.points).abs().max()) < 1e-5, "what was drawn stays, on top"
    page.click("#draw-clear")
    page.wait_for_function("!document.querySelector('#draw-sheet img').getAttribute('src')")
    page.click("#draw-replay")
    assert "bare canvas" in watched.toast()


def test_a_plot_is_planned_and_taken_home(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    watched.tab("Plot")
    page.click("#plot-go")
    assert "paint one in another tab" in watched.toast()
    watched.tab("Paint")
    paint(watched)
    path = watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path)
    watched.tab("Plot")
    page.click("#plot-go")
    page.wait_for_selector("#plot-preview img")
    page.wait_for_selector("#plot-words table")
    words = watched.text("#plot-words")
    assert "m of lines" in words and "through the air" in words and "minutes" in words
    for kind, suffix, mark in (("SVG", ".svg", "<svg"), ("HPGL", ".hpgl", "SP1"), ("G-code", ".gcode", "G1")):
        page.get_by_label(kind).check()
        if page.locator("#plot-files a[download]").count():
            page.evaluate("document.querySelector('#plot-files a[download]').removeAttribute('download')")
        page.click("#plot-make")
        got = watched.fetched("#plot-files", tmp_path)
        assert got.suffix == suffix and mark in got.read_text()
    page.locator("#plot-margin input, #plot-margin textarea").first.fill("150mm")
    page.click("#plot-go")
    assert "margin" in watched.toast().lower()
    page.set_input_files("#plot-file input[type=file]", str(path))
    page.locator("#plot-margin input, #plot-margin textarea").first.fill("20mm")
    watched.choose("#plot-pens", "Black")
    page.wait_for_selector("#plot-file a, #plot-file .file-preview")
    before = watched.text("#plot-words")
    page.click("#plot-go")
    page.wait_for_function(f"document.querySelector('#plot-words')?.innerText !== {json.dumps(before)}")


def test_a_brush_is_brought_and_painted_with(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    watched.tab("Brushes")
    watched.many("#brushes-wall img", 20)
    page.locator("#brushes-wall button").first.click()
    page.wait_for_selector("#brushes-use", state="visible")
    page.locator("#brushes-about", has_text="Acrylic").wait_for()
    bad = tmp_path / "smudge.myb"
    bad.write_text("{}")
    page.set_input_files("#brushes-file input[type=file]", str(bad))
    page.click("#brushes-train")
    assert "version 3" in watched.toast()
    page.locator("#brushes-file button[aria-label*='lear'], #brushes-file button[aria-label*='emove']").first.click()
    mine = tmp_path / "bristle.myb"
    mine.write_bytes((FOLDER / "soft_round.myb").read_bytes())
    page.set_input_files("#brushes-file input[type=file]", str(mine))
    page.wait_for_function("document.querySelector('#brushes-file')?.innerText.includes('bristle')")
    watched.number("#brushes-minutes", 0.2)
    page.click("#brushes-train")
    page.wait_for_selector("#brushes-sheet img")
    page.wait_for_function("document.querySelectorAll('#brushes-sheet img').length === 2", timeout=90_000)
    page.wait_for_selector("#brushes-report table", timeout=90_000)
    weights = watched.fetched("#brushes-weights", tmp_path)
    from wmpaint import painters

    assert painters.load(weights).brush == "bristle"
    watched.tab("Paint")
    watched.choose("#paint-brush", "bristle")
    watched.number("#paint-strokes", FAST)
    page.click("#paint-go")
    page.wait_for_selector("#paint-continue", state="visible")
    painting = load(watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path))
    assert painting.brushes[0].name == "bristle" and "/" not in (painting.brushes[0].painter or "")


def test_a_painting_is_dropped_back_in(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    paint(watched)
    path = watched.download("Painting, to open again (.wmp.json)", "paint", tmp_path)
    page.reload()
    page.wait_for_selector("#paint-photo img")
    watched.faults[:] = [it for it in watched.faults if "Abort" not in it and "Connection errored" not in it]
    watched.tab("Gallery")
    page.locator("#wall-empty", has_text="Nothing hangs here yet").wait_for()
    page.set_input_files("#gallery-file input[type=file]", str(path))
    page.wait_for_selector("#gallery-numbers table")
    page.wait_for_selector("#wall img")
    page.locator("#gallery-numbers", has_text=str(FAST)).wait_for()
    broken = tmp_path / "broken.wmp.json"
    broken.write_text('{"format": "wmpaint"')
    page.locator("#gallery-file button[aria-label*='lear'], #gallery-file button[aria-label*='emove']").first.click()
    page.set_input_files("#gallery-file input[type=file]", str(broken))
    assert "broken.wmp.json" in watched.toast()


def test_a_phone_shows_all_of_it(phone: Watched) -> None:
    page = phone.page
    for name in ("Style", "Dream", "Draw", "Plot", "Brushes", "Gallery", "Paint"):
        phone.tab(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    box = page.locator("#paint-go").bounding_box()
    assert box["y"] + box["height"] <= 900, "the button is in view without scrolling"
    phone.choose("#paint-brush", "round")
    phone.number("#paint-strokes", FAST)
    page.tap("#paint-go")
    page.wait_for_selector("#paint-continue", state="visible")
    phone.tab("Draw")
    page.locator("#draw-sheet canvas[data-ready]").tap()
    page.wait_for_function("document.querySelector('#draw-sheet img')?.src.startsWith('data:image/jpeg')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_suffices_and_everything_has_a_name(watched: Watched) -> None:
    page = watched.page
    reached: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        if "paint-go" in reached:
            break
    assert {"paint-go", "paint-dice"} <= reached and "Paint" in reached, reached
    nameless = """() => [...document.querySelectorAll("button, input, select, textarea, canvas, a[href], img")]
      .filter((it) => it.offsetParent && it.type !== "file")
      .filter((it) => !(it.getAttribute("aria-label") || it.title || it.textContent.trim() || it.alt ||
        it.labels?.length || it.getAttribute("aria-labelledby") || (it.tagName === "IMG" && it.hasAttribute("alt"))))
      .map((it) => it.outerHTML.slice(0, 160))"""
    for name in ("Paint", "Style", "Dream", "Draw", "Plot", "Brushes", "Gallery"):
        watched.tab(name)
        assert page.evaluate(nameless) == [], name


def test_light_and_dark_can_be_read(served: Any, chromium: Any) -> None:
    """Contrast of 4.5 and more between words and what they stand on."""
    contrast = """() => {
      const parse = (c) => (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((v) => { v /= 255;
        return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 })
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
      const under = (it) => { for (; it; it = it.parentElement) { const c = parse(getComputedStyle(it).backgroundColor);
        if (c.length < 4 || c[3] > 0.9) return c } return [255, 255, 255] };
      return [...document.querySelectorAll("h1, p, span, label, button, td, th, output, figcaption")]
        .filter((it) => it.offsetParent && it.childElementCount === 0 && it.textContent.trim())
        .map((it) => { const a = light(parse(getComputedStyle(it).color)), b = light(under(it));
          return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), it.textContent.trim().slice(0, 40)] })
        .filter(([ratio]) => ratio < 4.5) }"""
    for scheme in ("light", "dark"):
        with window(chromium, served.url, 1360, scheme) as found:
            for name in ("Paint", "Draw", "Plot", "Brushes"):
                found.tab(name)
                assert found.page.evaluate(contrast) == [], (scheme, name)
