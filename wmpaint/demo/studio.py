"""What all visitors share: limits, stops, files, and what takes a while to load."""

from __future__ import annotations

import asyncio
import functools
import html
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image

from .. import checks
from ..features import FeatureNet
from ..media import families, programs
from ..media.lit import Lit
from ..raster import compiled
from .folders import Downloads, upload_folder
from .limits import Limits
from .live import StopEvents
from .pictures import jpeg_uri, pil
from .queue import FairQueue, cancellable

__all__ = ["Studio"]

CHECKS = 4  # threads that look at what visitors give
BRUSHES, OIL = "acrylic", "oil/flat"  # what is chosen at first, and for photos


class Studio:
    """One for a server."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.stops, self.made = limits, StopEvents(), Downloads()
        self.own = Downloads(old=12 * 3600.0)  # painters that visitors trained
        self.uploads = Downloads(folder=upload_folder())  # Gradio's, which removes old ones itself
        # Three lines, so that nobody who wants a file waits for paintings, or for one who trains a brush.
        self.painter, self.files, self.trainer = (
            FairQueue(most=limits.waiting), FairQueue(2, limits.waiting, whole=True),
            FairQueue(1, limits.waiting, whole=True),
        )  # fmt: skip
        self._checks = ThreadPoolExecutor(CHECKS, "checks")

    async def checked(self, check: Callable[[], Any]) -> Any:
        """What a check of a visitor's wishes returns: at once, beside all that is painted."""
        return await asyncio.get_running_loop().run_in_executor(self._checks, check)

    def fetched(
        self, visitor: str | None, tab: str, function: Callable[[], Any], what: str
    ) -> AsyncGenerator[Any, None]:
        """`Waiting`, and in the end what a function returns that writes a file; within the limit of time."""
        return self.files.follow(visitor, cancellable(function, self.limits.seconds, what), tab)

    def drop(self, visitor: str | None, tab: str) -> None:
        """A visitor has no use any more for what is done in a tab."""
        self.stops.drop(visitor, tab)
        for line in (self.painter, self.files, self.trainer):
            line.leave(visitor, tab)

    def leave(self, visitor: str | None) -> None:
        """A visitor has closed the page."""
        self.stops.forget(visitor)
        for line in (self.painter, self.files, self.trainer):
            line.leave(visitor)

    def open(self) -> None:
        """Begin what is done beside serving visitors."""
        for work in (self.warm_up, self.keep_tidy):
            threading.Thread(target=work, daemon=True).start()

    def warm_up(self) -> None:
        """Compile and load what the first visitor would wait for."""
        compiled.warm_up()
        for name in (BRUSHES, OIL):
            families.load(name)
            self.swatch(name)

    def clear(self) -> None:
        """Remove all files."""
        for files in (self.made, self.own, self.uploads):
            files.remove()

    def keep_tidy(self, every: float = 600.0) -> None:
        """Remove old files now and then, as long as the server runs."""
        while True:
            time.sleep(every)
            self.made.sweep()
            self.own.sweep()

    @functools.cached_property
    def brushes(self) -> list[dict[str, Any]]:
        """All that are bundled, those with a painter first."""
        return sorted(families.bundled_brushes(), key=lambda row: (not row["painter"], row["name"]))

    @functools.cached_property
    def choices(self) -> list[str]:
        """Brushes with a painter."""
        return [row["name"] for row in self.brushes if row["painter"]]

    @functools.lru_cache(maxsize=64)  # noqa: B019  # as long-lived as the server
    def tile(self, name: str) -> Image.Image:
        """A picture of some strokes of a bundled brush."""
        real = families.replayed(name, 0)
        return pil(programs.contact_sheet(None if real is None else lambda _: Lit(real), [name]))

    @functools.lru_cache(maxsize=64)  # noqa: B019
    def swatch(self, name: str) -> str:
        """The same as an address."""
        return jpeg_uri(self.tile(name), 90)

    def picture_of(self, name: Any) -> str:
        """The swatch of a brush as HTML; words for one that has none."""
        name = families.typed(str(name))
        if name in [row["name"] for row in self.brushes]:
            return f'<img alt="Strokes of {html.escape(name, quote=True)}" src="{self.swatch(name)}">'
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
        return checks.one_of("a brush", families.typed(name), self.choices)
