"""The pictures of docs/svg.md: the three styles beside each other, and a film strip of an animated SVG.

python docs/figures/make_svg.py [BRUSH]      # needs cairosvg's libcairo, and Chromium for the film strip
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import wmpaint as wp
from wmpaint.export.svg import STYLES
from wmpaint.image import to_uint8

HERE = Path(__file__).parents[1] / "pictures"
GAP = 8
STILL = "<script>document.getAnimations().forEach((a) => {{ a.pause(); a.currentTime = {ms}; }})</script>"


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    wide = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1)
    strip = Image.new("RGB", (wide, pictures[0].height), "white")
    x = 0
    for picture in pictures:
        strip.paste(picture, (x, 0))
        x += picture.width + GAP
    return strip


def by_cairo(path: Path, height: int) -> Image.Image:
    import cairosvg

    return Image.open(io.BytesIO(cairosvg.svg2png(url=str(path), output_height=height))).convert("RGB")


def by_chromium(path: Path, ms: float, width: int, height: int, folder: Path) -> Image.Image:
    """An animated SVG at one moment."""
    svg = path.read_text("utf-8").split("\n", 1)[1]
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', rf'\1 width="{width}"', svg, count=1)
    page, out = folder / "page.html", folder / "page.png"
    style = "<style>body{margin:0;overflow:hidden}svg{display:block}</style>"
    page.write_text(f'<!doctype html><meta charset="utf-8">{style}{svg}{STILL.format(ms=ms)}', "utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
    command += ["--disable-background-networking", "--disable-sync", f"--user-data-dir={folder / 'profile'}"]
    command += ["--window-size=800,800", "--force-device-scale-factor=1", f"--screenshot={out}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    return Image.open(out).convert("RGB").crop((0, 0, width, height))


def main() -> None:
    brush = sys.argv[1] if len(sys.argv) > 1 else "acrylic"
    painting = wp.paint(wp.sample_photo(), brush=brush, strokes=500, seed=0)
    dream = Image.fromarray(to_uint8(painting.render(360)[:3]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = []
        for style in STYLES:
            painting.save(folder / f"{style}.svg", style=style)
            pictures.append(by_cairo(folder / f"{style}.svg", 360))
        side_by_side([*pictures, dream]).save(HERE / "svg_styles.jpg", quality=85, optimize=True)
        if shutil.which("chromium") is None:
            sys.exit("docs/figures/make_svg.py: expected chromium for the film strip, got none")
        painting.save(folder / "moving.svg", style="brush", animate=True)
        moments = [by_chromium(folder / "moving.svg", ms, 320, 240, folder) for ms in (1200, 2500, 4500, 6500, 8001)]
        side_by_side(moments).save(HERE / "svg_animated.jpg", quality=85, optimize=True)
    for path in ("svg_styles.jpg", "svg_animated.jpg"):
        print(f"{path}: {(HERE / path).stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
