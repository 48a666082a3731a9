"""Pictures that come along, and are painted after by their names: `bundled_picture("owl") -> Path`."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["BUNDLED", "bundled_picture", "named", "sample_photo"]

FOLDER = Path(__file__).parents[1] / "data"
# data/README.md says whose they are.
BUNDLED = {
    "sample": "sample.jpg", "castle": "castle.webp", "owl": "owl.webp", "starry_night": "starry_night.webp",
    "cafe_terrace": "cafe_terrace.webp",
}  # fmt: skip


def bundled_picture(name: str | os.PathLike[str]) -> Path | None:
    """The file of a bundled picture: sample, castle, owl, starry_night or cafe_terrace; None for other names."""
    file = BUNDLED.get(os.fspath(name))
    return None if file is None else FOLDER / file


def sample_photo() -> Path:
    """The bundled photo: a cat, 400 x 300 pixels, CC0 (see data/README.md)."""
    return FOLDER / BUNDLED["sample"]


def named(source: str | os.PathLike[str]) -> Path:
    """The file that is meant: the bundled picture of that name, unless a file of the name lies here."""
    path = Path(source)
    known = bundled_picture(source)
    return path if known is None or path.is_file() else known
