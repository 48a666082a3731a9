"""What all visitors share: limits, stops, files, and what takes a while to load."""

from __future__ import annotations

import functools
import html
import time
from pathlib import Path
from typing import Any

from PIL import Image

from .. import painters, programs
from ..errors import InputError
from ..features import FeatureNet
from ..raster import compiled
from .limits import Limits
from .live import Stops
from .made import Made
from .pictures import jpeg_uri, pil

__all__ = ["PAINTER", "Studio"]

PAINTER = "painter"  # whose queue all painting waits in
BRUSHES = "acrylic"  # what is chosen at first


class Studio:
    """One for a server."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.stops, self.made = limits, Stops(), Made()
        self.own = Made(old=12 * 3600.0)  # painters that visitors trained

    def warm_up(self) -> None:
        """Compile and load what the first visitor would wait for."""
        compiled.warm_up()
        painters.load(BRUSHES)
        self.swatch(BRUSHES)

    def clear(self) -> None:
        """Remove all files."""
        self.made.remove()
        self.own.remove()

    def keep_tidy(self, every: float = 600.0) -> None:
        """Remove old files now and then, as long as the server runs."""
        while True:
            time.sleep(every)
            self.made.sweep()
            self.own.sweep()

    @functools.cached_property
    def brushes(self) -> list[dict[str, Any]]:
        """All that are bundled, those with a painter first."""
        have = set(painters.available())
        rows = [{**row, "painter": row["name"] in have} for row in programs.listing()]
        return sorted(rows, key=lambda row: (not row["painter"], row["name"]))

    @functools.cached_property
    def choices(self) -> list[str]:
        """Brushes with a painter."""
        return [row["name"] for row in self.brushes if row["painter"]]

    @functools.lru_cache(maxsize=64)  # noqa: B019  # as long-lived as the server
    def tile(self, name: str) -> Image.Image:
        """A picture of some strokes of a bundled brush."""
        return pil(programs.contact_sheet(brushes=[name]))

    @functools.lru_cache(maxsize=64)  # noqa: B019
    def swatch(self, name: str) -> str:
        """The same as an address."""
        return jpeg_uri(self.tile(name), 90)

    def picture_of(self, name: Any) -> str:
        """The swatch of a brush as HTML; words for one that has none."""
        if name in [row["name"] for row in self.brushes]:
            return f'<img alt="Strokes of {html.escape(str(name), quote=True)}" src="{self.swatch(name)}">'
        return "<p class=hint>your own brush</p>"

    @functools.lru_cache(maxsize=4)  # noqa: B019
    def net(self, name: str = "lite0") -> FeatureNet:
        """A network."""
        from ..features import load

        return load(name)

    def brush(self, name: Any, own: dict[str, str]) -> str:
        """A painter's name, or the file of one that the visitor trained.

        Raises:
            InputError: neither.
        """
        if isinstance(name, str) and name in own and Path(own[name]).is_file():
            return own[name]
        if isinstance(name, str) and name in self.choices:
            return name
        raise InputError(f"expected a brush out of {', '.join([*self.choices, *own])}, got {str(name)[:40]!r}")
