"""Pictures to try."""

from __future__ import annotations

from pathlib import Path

from ..image import bundled_picture

__all__ = ["CHANNELS", "MANNERS", "PHOTOS", "TILE", "channels"]

FOLDER = Path(__file__).with_name("pictures")
PHOTOS = [str(bundled_picture(name)) for name in ("sample", "castle", "owl")]
MANNERS = [str(bundled_picture(name)) for name in ("starry_night", "cafe_terrace")]
CHANNELS = {"block4": 40, "block7": 80, "block10": 112}  # layers of lite0 with a sheet, and their channels
TILE, COLUMNS = 72, 8  # pixels of a sheet's tiles, and how many lie in a row


def channels(layer: str) -> list[object]:
    """Thumbnails of what each channel of a layer likes, as Pillow has them."""
    from PIL import Image

    with Image.open(FOLDER / f"channels_{layer}.webp") as sheet:
        whole = sheet.convert("RGB")
    return [
        whole.crop((x * TILE, y * TILE, (x + 1) * TILE, (y + 1) * TILE))
        for y, x in (divmod(index, COLUMNS) for index in range(CHANNELS[layer]))
    ]
