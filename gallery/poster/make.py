"""A poster: planned at 768 pixels, and painted by MyPaint at 4096."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

import wmpaint as wp
from wmpaint.export.bitmap import flatten
from wmpaint.image import to_uint8

DANDELION = Path(__file__).parents[1] / "sources" / "dandelion.jpg"
HEIGHT = 4096


def make(brush: str = "acrylic", strokes: int = 3000, height: int = 768, seed: int = 0) -> wp.Painting:
    return wp.paint(DANDELION, brush=brush, strokes=strokes, height=height, seed=seed)


def more(painting: wp.Painting, folder: Path) -> None:
    """The poster itself, and a part of it, pixel for pixel."""
    whole = Image.fromarray(to_uint8(flatten(painting.replay("mypaint", height=HEIGHT))))
    whole.save(folder / "poster.webp", quality=62, method=4)
    x, y = int(0.17 * whole.width), int(0.20 * whole.height)
    whole.crop((x, y, x + 1080, y + 720)).save(folder / "detail.webp", quality=80, method=6)


if __name__ == "__main__":
    more(make(), Path("."))
