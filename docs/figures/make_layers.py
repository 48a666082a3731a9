"""The pictures of docs/pictures.md: the layers of an OpenRaster file fanned out, and frames of a film with its brush.

python docs/figures/make_layers.py [PAINTING.wmp.json]     # without one, the sample photo is painted first
"""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageDraw, ImageFilter

import wmpaint as wp

DOCS = Path(__file__).resolve().parents[1] / "pictures"
HEIGHT = 760  # pixels of a layer; the picture of them is half as large
PAPER, LINE, SHADOW = (236, 234, 230), (196, 192, 186), (70, 66, 60, 90)
SLANT = 0.42  # how far a sheet's upper edge is moved to the right, as a share of its height
FLAT = 0.5  # height of a sheet that lies, as a share of one that stands


def layers(path: Path) -> list[Image.Image]:
    """The layers of a file from the lowest up, each as large as the canvas."""
    found = []
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("stack.xml"))
        size = int(root.get("w", 1)), int(root.get("h", 1))
        for layer in reversed(list(root.iter("layer"))):
            sheet = Image.new("RGBA", size)
            with Image.open(io.BytesIO(archive.read(str(layer.get("src"))))) as picture:
                sheet.paste(picture.convert("RGBA"), (int(layer.get("x", 0)), int(layer.get("y", 0))))
            found.append(sheet)
    return found


def lying(sheet: Image.Image) -> Image.Image:
    """A sheet as it lies on a table, seen from above its lower edge."""
    width, height = sheet.size
    low, move = round(height * FLAT), round(height * SLANT * FLAT)
    # Each pixel of the result, and where it comes from: x - (low - y) move / low, y / FLAT.
    across = move / low
    data = (1, across, -move, 0, 1 / FLAT, 0)
    return sheet.transform((width + move, low), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)


def fan(sheets: list[Image.Image]) -> Image.Image:
    """Sheets above each other, the lowest undermost, each with a shadow on the one below."""
    flat = [lying(sheet) for sheet in sheets]
    width, height = flat[0].size
    step, edge = round(height * 0.6), 48
    picture = Image.new("RGBA", (width + 2 * edge, height + step * (len(flat) - 1) + 2 * edge), (*PAPER, 255))
    move = round(sheets[0].size[1] * SLANT * FLAT)
    corners = [(move, 0), (width - 1, 0), (width - 1 - move, height - 1), (0, height - 1)]
    for k, sheet in enumerate(flat):
        x, y = edge, edge + step * (len(flat) - 1 - k)
        shade = Image.new("RGBA", picture.size)
        shade.paste(SHADOW, (x + 8, y + 16), sheet.getchannel("A"))
        picture.alpha_composite(shade.filter(ImageFilter.GaussianBlur(12)))
        frame = Image.new("RGBA", picture.size)
        outline = [(x + a, y + b) for a, b in corners]
        ImageDraw.Draw(frame).polygon(outline, fill=(255, 255, 255, 46), outline=(*LINE, 255), width=2)
        picture.alpha_composite(frame)
        picture.alpha_composite(sheet, (x, y))
    return picture.convert("RGB").reduce(2)


def strip(path: Path, moments: list[float]) -> Image.Image:
    """Frames of an animated WebP side by side, at shares of the film."""
    with Image.open(path) as film:
        frames = []
        for moment in moments:
            film.seek(min(film.n_frames - 1, round(moment * (film.n_frames - 1))))
            frames.append(film.convert("RGB"))
    width, height = frames[0].size
    gap = 6
    picture = Image.new("RGB", ((width + gap) * 3 - gap, (height + gap) * 2 - gap), "white")
    for k, frame in enumerate(frames):
        picture.paste(frame, (k % 3 * (width + gap), k // 3 * (height + gap)))
    return picture


def main() -> None:
    named = sys.argv[1:]
    painting = wp.Painting.load(named[0]) if named else wp.paint(wp.sample_photo(), strokes=500, seed=0)
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        ora, webp = Path(folder) / "cat.ora", Path(folder) / "cat.webp"
        painting.save(ora, height=HEIGHT, program="mypaint")
        fan(layers(ora)).save(DOCS / "layers.jpg", quality=88, optimize=True)
        painting.save(webp, animate=True, height=240, frames=120, cursor=True, lossless=True, program="mypaint")
        moments = [0.05, 0.13, 0.3, 0.48, 0.75, 1.0]
        strip(webp, moments).save(DOCS / "film.jpg", quality=88, optimize=True)
    for name in ("layers.jpg", "film.jpg"):
        print(f"{DOCS / name}: {(DOCS / name).stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
