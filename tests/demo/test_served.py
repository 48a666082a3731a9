"""How the page is served: within another application, from a folder of its own, and how much may be sent to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import pytest

needs.package("gradio")
needs.package("playwright")

import httpx
from apart import apart

from wmpaint.demo import Limits, build
from wmpaint.demo.folders import private_folder
from wmpaint.demo.quota import Quota

APP = """
import sys
import gradio as gr, uvicorn
from fastapi import FastAPI
from wmpaint import demo
app, limits = FastAPI(), demo.Limits(strokes=300, megabytes=1)
demo.mount(app, "/paint", limits)
gr.mount_gradio_app(app, demo.build(limits), path="/bare")  # as Gradio's own guide has it
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A FastAPI application that has the page twice, and where its temporary files are."""
    folder = tmp_path_factory.mktemp("mounted")
    (folder / "app.py").write_text(APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = {key: value for key, value in os.environ.items() if key != "GRADIO_TEMP_DIR"}
    process = subprocess.Popen(
        [sys.executable, str(folder / "app.py"), str(port)], env={**known, "TMPDIR": str(folder)}
    )
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + 90
    while True:
        assert process.poll() is None and time.monotonic() < end
        try:
            httpx.get(f"{url}/paint/")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url, folder
    process.terminate()
    process.wait(30)
    left = [each.name for each in folder.glob("wmpaint-demo-*")]
    assert len(left) <= 2, f"those of the page that was mounted by `mount`, and of uploads, are gone: {left}"


@pytest.mark.parametrize("path", ["paint", "bare"])
def test_a_page_in_another_application_has_its_looks(mounted: tuple[str, Path], chromium: Any, path: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{mounted[0]}/{path}/")
    page.wait_for_selector("#paint-photo img")
    assert page.locator("#paint-stage .stage").bounding_box()["height"] >= 240
    assert "Georgia" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    paper = "getComputedStyle(document.body).getPropertyValue('--body-background-fill')"
    assert page.evaluate(paper).strip() == "#fbfaf7", "the theme"
    page.wait_for_selector("#paint-examples button[aria-label='try sample']")  # the script
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize("path", ["paint", "bare"])
def test_a_page_in_another_application_keeps_its_limits(mounted: tuple[str, Path], path: str) -> None:
    url, folder = mounted
    to = f"{url}/{path}/gradio_api/upload"
    assert httpx.post(to, files=[("files", ("a.png", bytes(1_200_000)))]).status_code == 413
    fine = httpx.post(to, files=[("files", ("a.png", bytes(7000)))])
    assert fine.status_code == 200
    kept = Path(fine.json()[0])
    home = kept.parent.parent
    assert home.parent == folder and home.name.startswith("wmpaint-demo-"), "no folder that others have as well"
    assert home.stat().st_mode & 0o077 == 0
    assert httpx.get(f"{url}/{path}/config").json()["max_file_size"] == 1 << 20
    many = httpx.post(to, files=[("files", (f"{k}.png", bytes(400_000))) for k in range(4)])
    assert many.status_code == (413 if path == "paint" else 200), "of the whole request only `mount` can tell"


def test_folders_of_servers_that_were_killed_are_swept(tmp_path: Path) -> None:
    code = "import sys; from wmpaint.demo.folders import private_folder; print(private_folder(sys.argv[1]))"
    dead = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    gone = Path(dead.stdout.strip())
    assert gone.is_dir()
    mine, again = private_folder(tmp_path), private_folder(tmp_path)
    assert mine.is_dir() and again.is_dir() and again != mine and not gone.exists()
    assert mine.stat().st_mode & 0o777 == 0o700


def test_uploads_lie_in_a_private_folder_and_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "chosen"))
    page = build(Limits())
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    assert folder.parent == tmp_path / "chosen" and folder.stat().st_mode & 0o777 == 0o700
    assert Path(page.studio.uploads.root) == folder and list(folder.iterdir()), "the pictures to try"
    page.studio.clear()
    assert not folder.exists() and not page.studio.made.root.exists()


def answered(quota: Quota, size: int, *, announced: int | None = None, host: str = "1.2.3.4", files: int = 1) -> int:
    """The status that a request of so many bytes gets."""
    pieces = [b'Content-Disposition: form-data; name="files"; filename="a"\r\n' * files, bytes(size)]
    seen: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        seen.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": headers, "client": (host, 5)}
    apart(quota(scope, receive, send))
    return int(seen[0]["status"])


async def gradio(scope: Any, receive: Any, send: Any) -> None:
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        raise RuntimeError("the client has left")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_bytes_and_files_of_a_request_and_of_an_hour_are_counted() -> None:
    quota = Quota(gradio, request=1_000_000, hour=3_000_000)
    assert answered(quota, 900_000) == 200
    assert answered(quota, 0, announced=1_200_000) == 413, "before it is sent"
    assert answered(quota, 1_200_000) == 413, "nor without a word of its length"
    assert answered(quota, 10, files=9) == 413
    assert answered(quota, 800_000) == 200
    assert answered(quota, 0, announced=900_000) == 429
    assert answered(quota, 900_000, host="5.6.7.8") == 200, "another's hour is theirs"
