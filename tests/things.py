"""What pages may ask of their readers (`pages.brought`), small; all else is bundled, or made by the page itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from pages import ROOT
from PIL import Image

SIDE = 96  # pixels, of the longer side


def photo(path: Path, source: str = "gallery/sources/coffee.jpg") -> None:
    with Image.open(ROOT / source) as picture:
        picture.thumbnail((SIDE, SIDE))
        picture.save(path)


def photos(path: Path) -> None:
    path.mkdir()
    for name in ("coffee", "dandelion", "rocket"):
        photo(path / f"{name}.jpg", f"gallery/sources/{name}.jpg")


def brush(path: Path) -> None:
    import wmpaint as wp

    path.write_bytes(wp.Brush.load("gouache").data)


def film(path: Path) -> None:
    import wmpaint as wp

    wp.paint("sample", brush="round", strokes=12, height=64, steps=3).save(path, seconds=2)


def works(path: Path) -> None:
    shutil.copytree(ROOT / "gallery" / "dahlia", path / "dahlia")


THINGS: dict[str, Callable[[Path], None]] = {
    "photo.jpg": photo, "photos/": photos, "my_brush.myb": brush, "in.mp4": film, "gallery/": works,
}  # fmt: skip
