"""A poster: planned at 768 pixels, and painted by MyPaint at 4096."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

import wmpaint as wp
from wmpaint.export.bitmap import flatten
from wmpaint.image import to_uint8

CASTLE = Path(__file__).parents[2] / "examples" / "pictures" / "castle.jpg"
HEIGHT = 4096
CORNER = (0.33, 0.36)  # of the part, as shares of width and height


def make(brush: str = "knife", strokes: int = 2000, height: int = 768, seed: int = 0) -> wp.Painting:
    return wp.paint(CASTLE, brush=brush, strokes=strokes, height=height, seed=seed)


def more(painting: wp.Painting, folder: Path) -> None:
    """The poster itself, and a part of it, pixel for pixel."""
    whole = Image.fromarray(to_uint8(flatten(painting.replay("mypaint", height=HEIGHT))))
    whole.save(folder / "poster.webp", quality=75, method=4)
    x, y = int(CORNER[0] * whole.width), int(CORNER[1] * whole.height)
    whole.crop((x, y, x + 1080, y + 720)).save(folder / "detail.webp", quality=85, method=6)


if __name__ == "__main__":
    more(make(), Path("."))
