"""The page: how soon the first picture shows, how many a second, memory over many paintings, visitors at once.

python benchmarks/demo.py [--paintings 50] [--browser /usr/bin/chromium] [--crowd]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from wmpaint import sample_photo

ROUND = {"strokes": 100, "height": 256, "brush": "acrylic"}
LONG = {"strokes": 800, "height": 512, "brush": "acrylic"}
TINY = {"strokes": 20, "height": 64, "brush": "round"}
CROWD = 16


def memory(process: int) -> float:
    """Megabytes that a process holds."""
    words = Path(f"/proc/{process}/statm").read_text().split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


LOOK = """() => { window.seen = new Set(); const look = () => {
  const image = document.querySelector("#paint-stage img");
  if (image) window.seen.add(image.src);
  requestAnimationFrame(look) }; look() }"""


def in_a_browser(path: str, url: str) -> tuple[float, int]:
    """Seconds from Paint to the first picture, and how many come in the three seconds after it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#paint-photo img")
        page.wait_for_timeout(2000)
        page.evaluate(LOOK)
        began = time.monotonic()
        page.click("#paint-go")
        page.wait_for_selector("#paint-stage img")
        first = time.monotonic() - began
        page.wait_for_timeout(3000)
        pictures = int(page.evaluate("window.seen.size"))
        page.click("#paint-keep")
        page.wait_for_selector("#paint-continue", state="visible")
        browser.close()
    return first, pictures


def crowd(url: str, photo: object) -> None:
    """How long small paintings and a broken file take while two large ones are painted."""
    from gradio_client import Client, handle_file

    clients = [Client(url, verbose=False) for _ in range(CROWD + 2)]
    long = [client.submit(photo=photo, seed=seed, api_name="/paint", **LONG) for seed, client in enumerate(clients[:2])]
    while not any(job.outputs() for job in long):
        time.sleep(0.05)
    waits: list[float] = []
    refused: list[float] = []
    broken = Path(tempfile.mkdtemp()) / "broken.jpg"
    broken.write_bytes(b"no picture")

    def visit(seed: int, client: Client) -> None:
        began = time.monotonic()
        client.predict(photo=photo, seed=seed, api_name="/paint", **TINY)
        waits.append(time.monotonic() - began)

    def err() -> None:
        client, began = Client(url, verbose=False), time.monotonic()
        with contextlib.suppress(Exception):
            client.predict(photo=handle_file(str(broken)), api_name="/paint", **TINY)
        refused.append(time.monotonic() - began)

    threads = [threading.Thread(target=visit, args=each) for each in enumerate(clients[2:])]
    threads.append(threading.Thread(target=err))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        f"{len(waits)} of {CROWD} small paintings beside two large ones: median {statistics.median(waits):.1f} s, "
        f"longest {max(waits):.1f} s; a broken file is refused after {refused[0]:.1f} s"
    )
    for job in long:
        job.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paintings", type=int, default=50)
    parser.add_argument("--browser", help="a Chromium, to see when pictures arrive there; needs Playwright")
    parser.add_argument("--crowd", action="store_true", help="only small paintings beside large ones")
    chosen = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "wmpaint", "demo", "--no-browser", "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    server.stderr.readline()
    print(f"the page is there after {time.monotonic() - began:.1f} s")
    from gradio_client import Client, handle_file

    url, photo = f"http://127.0.0.1:{port}/", handle_file(str(sample_photo()))
    client = Client(url, verbose=False)
    time.sleep(5)  # a visitor chooses a photo and a brush, while what is slow is loaded
    crowd(url, photo)
    if chosen.crowd:
        server.terminate()
        server.wait()
        return

    firsts = []
    for seed in range(3):
        began = time.monotonic()
        job = client.submit(photo=photo, seed=seed, api_name="/paint")  # 500 strokes, 512 px
        while not job.outputs():
            time.sleep(0.01)
        firsts.append(time.monotonic() - began)
        job.result()
    print(f"by the API, the first word of a painting after {statistics.median(firsts):.2f} s")
    if chosen.browser:
        seen = [in_a_browser(chosen.browser, url) for _ in range(3)]
        first, pictures = (statistics.median(column) for column in zip(*seen, strict=True))
        print(f"in a browser, the first picture after {first:.2f} s, and {pictures} in the 3 s after it")

    print("| paintings | memory, MB |\n|---|---|")
    for number in range(chosen.paintings + 1):
        if number % 10 == 0:
            print(f"| {number} | {memory(server.pid):.0f} |", flush=True)
        client.predict(photo=photo, seed=number, api_name="/paint", **ROUND)

    waits: list[float] = []

    def visit(seed: int) -> None:
        mine = Client(url, verbose=False)
        began = time.monotonic()
        mine.predict(photo=photo, seed=seed, api_name="/paint", **ROUND)
        waits.append(time.monotonic() - began)

    threads = [threading.Thread(target=visit, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    served = ", ".join(f"{wait:.0f}" for wait in sorted(waits))
    print(f"eight visitors at once: {len(waits)} of 8 served, after {served} s")
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main()
