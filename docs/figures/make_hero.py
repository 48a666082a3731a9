"""The moving picture at the top of the site: works of the gallery, painted in the program stroke by stroke.

python docs/figures/make_hero.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image, ImageSequence

import wmpaint as wp

ROOT = Path(__file__).resolve().parents[2]
WORKS = ("oil_castle", "oil_fig", "dahlia")
WIDTH, HEIGHT = 480, 360
SECONDS, FPS = 4.0, 12
QUALITY = 60


def frames(name: str) -> list[Image.Image]:
    """A painting being painted, cut to the size of the picture."""
    painting = wp.load(ROOT / "gallery" / name / "painting.wmp.json")
    width = painting.canvas.pixels(HEIGHT)[1]
    tall = HEIGHT if width >= WIDTH else -(-HEIGHT * WIDTH // width)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.webp"
        painting.save(path, animate=True, seconds=SECONDS, fps=FPS, height=tall, program="auto")
        with Image.open(path) as film:
            found = [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]
    left, top = (found[0].width - WIDTH) // 2, (found[0].height - HEIGHT) // 2
    return [frame.crop((left, top, left + WIDTH, top + HEIGHT)) for frame in found]


def main() -> None:
    all_frames = [frame for name in WORKS for frame in frames(name)]
    first, *rest = all_frames
    path = ROOT / "docs" / "pictures" / "hero.webp"
    first.save(path, save_all=True, append_images=rest, duration=1000 // FPS, loop=0, quality=QUALITY, method=4)
    print(f"{path}: {len(all_frames)} frames, {path.stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
