"""Screenshots of `wmpaint demo` for its guide: docs/pictures/demo_*.jpg. Needs Chromium and Playwright.

python docs/figures/make_demo.py [--browser /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import io
import math
import socket
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).parents[1] / "pictures"
WIDE, TALL, QUALITY = 1280, 940, 84


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("-o", "--output", type=Path, default=PICTURES)
    chosen = parser.parse_args()

    from playwright.sync_api import sync_playwright

    from wmpaint.demo import launch

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = launch(port=port, block=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.browser, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDE, "height": TALL})
        page.set_default_timeout(300_000)
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("#paint-photo img")

        def shoot(name: str, width: int = 1000) -> None:
            page.wait_for_timeout(1200)
            page.evaluate("window.scrollTo(0, 0)")
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            image.thumbnail((width, width), Image.Resampling.LANCZOS)
            image.save(chosen.output / f"demo_{name}.jpg", quality=QUALITY)
            print(chosen.output / f"demo_{name}.jpg", flush=True)

        def tab(name: str) -> None:
            page.get_by_role("tab", name=name, exact=True).click()

        page.locator("#paint-examples button").nth(2).click()
        page.get_by_label("Oil").check()
        page.click("#paint-go")
        page.wait_for_selector("#paint-continue", state="visible")
        shoot("paint")
        tab("Style")
        page.click("#style-go")
        page.wait_for_selector("#style-continue", state="visible")
        shoot("style")
        tab("Dream")
        page.get_by_label("A layer of the network").check()
        page.wait_for_selector("#dream-channels img")
        page.locator("#dream-channels button").nth(5).click()
        page.locator("#dream-examples button").nth(1).click()
        page.click("#dream-go")
        page.wait_for_selector("#dream-continue", state="visible")
        shoot("dream")
        tab("Draw")
        page.locator("#draw-sheet canvas[data-ready]").wait_for()
        page.wait_for_timeout(500)
        box = page.locator("#draw-sheet canvas").bounding_box()

        def draw(points: list[tuple[float, float]], size: int) -> None:
            before = page.evaluate("document.querySelector('#draw-sheet img').src")
            page.locator("#draw-size input[type=number]").fill(str(size))
            page.locator("#draw-size input[type=number]").press("Tab")
            page.wait_for_timeout(400)
            for k, (x, y) in enumerate(points):
                page.mouse.move(box["x"] + x * box["height"], box["y"] + y * box["height"])
                if k == 0:
                    page.mouse.down()
            page.mouse.up()
            page.wait_for_function(f"document.querySelector('#draw-sheet img').src !== {before!r}")

        hill = [(0.05 + 1.2 * t / 30, 0.62 - 0.2 * math.sin(3.1 * t / 30)) for t in range(31)]
        sun = [(0.95 + 0.1 * math.cos(t / 3), 0.24 + 0.1 * math.sin(t / 3)) for t in range(20)]
        wave = [(0.05 + 1.2 * t / 60, 0.8 + 0.04 * math.sin(t / 3)) for t in range(61)]
        for points, size in ((hill, 45), (sun, 20), (wave, 25), ([(x, y + 0.09) for x, y in wave], 25)):
            draw(points, size)
        page.click("#draw-replay")
        page.wait_for_selector("#draw-numbers table")
        shoot("draw")
        tab("Gallery")
        page.locator("#wall button").last.click()
        page.wait_for_selector("#gallery-numbers table")
        shoot("gallery")
        tab("Plot")
        page.click("#plot-go")
        page.wait_for_selector("#plot-words table")
        shoot("plot")
        tab("Brushes")
        page.wait_for_selector("#brushes-wall img")
        page.locator("#brushes-wall button").nth(1).click()
        page.wait_for_selector("#brushes-use", state="visible")
        shoot("brushes")
        phone = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
        phone.goto(f"http://127.0.0.1:{port}/")
        phone.wait_for_selector("#paint-photo img")
        page = phone
        shoot("phone", 844)
        browser.close()
    served.close()


if __name__ == "__main__":
    main()
