"""What Chromium and Inkscape make of a file, and what cairosvg does: pictures to compare, and a page's elements."""

from __future__ import annotations

import html
import io
import re
import subprocess
from pathlib import Path

import needs
import numpy as np

SCRIPT = "<script>document.getAnimations().forEach((a) => {{ a.pause(); a.currentTime = {ms}; }})</script>"


def _pixels(data: bytes) -> np.ndarray:  # [H, W, 3], 0..255
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)


def by_cairo(path: Path, height: int, width: int) -> np.ndarray:
    return _pixels(needs.cairosvg().svg2png(url=str(path), output_height=height, output_width=width))


def by_inkscape(path: Path, height: int, width: int, folder: Path) -> np.ndarray:
    out = folder / "inkscape.png"
    run([needs.program("inkscape"), str(path), "-h", str(height), "-w", str(width), f"--export-filename={out}"])
    return _pixels(out.read_bytes())


def chromium(folder: Path, *arguments: str) -> str:
    """Run Chromium without a window; what it prints."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return run([needs.program("chromium"), *quiet, f"--user-data-dir={folder / 'profile'}", *arguments])


def by_chromium(path: Path, height: int, width: int, folder: Path, *arguments: str) -> np.ndarray:
    """An SVG file as a page that has its size shows it."""
    page = folder / "page.html"
    svg = re.sub(r"<\?xml[^>]*>", "", path.read_text())
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', rf'\1 width="{width}" height="{height}"', svg, count=1)
    style = "<style>body{margin:0;overflow:hidden}svg{display:block}</style>"
    page.write_text(f'<!doctype html><meta charset="utf-8">{style}{svg}', "utf-8")
    return shot(page.as_uri(), height, width, folder, *arguments)


def shot(url: str, height: int, width: int, folder: Path, *arguments: str) -> np.ndarray:
    out = folder / "shot.png"
    # The window is larger than what is looked at: Chromium makes none that is narrower than 500 pixels.
    size = f"--window-size={max(width, 600)},{max(height, 500)}"
    chromium(folder, f"--screenshot={out}", size, "--force-device-scale-factor=1", *arguments, url)
    return _pixels(out.read_bytes())[:height, :width]


def dom(page: Path, folder: Path, script: str = "", fragment: str = "") -> str:
    """The elements of a page after its scripts, and then `script`, have run; the policy of the copy is taken out."""
    text = page.read_text("utf-8")
    if script:
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
        text = text.replace("</body>", f"<script>{script}</script></body>")
    copy = folder / "copy.html"
    copy.write_text(text, "utf-8")
    return chromium(folder, "--dump-dom", copy.as_uri() + fragment)


def text_of(dumped: str, element: str) -> str:
    """The text within an element of an id, of a page that was dumped."""
    found = re.search(rf'id="{element}"[^>]*>(.*?)</', dumped, re.S)
    assert found is not None, f"no {element}"
    return html.unescape(re.sub("<[^>]*>", "", found[1]))


def at(path: Path, ms: float, folder: Path) -> Path:
    """A copy of an animated SVG that stands still at some time."""
    copy = folder / "still.svg"
    copy.write_text(path.read_text("utf-8").replace("</svg>", SCRIPT.format(ms=ms) + "</svg>"), "utf-8")
    return copy


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """In dB, of pictures in 0..255."""
    assert a.shape == b.shape
    return float(10 * np.log10(255**2 / max(((a - b) ** 2).mean(), 1e-9)))


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()
