"""A plot that shows and saves itself: `job.preview(dpi=150)`, `job.save("cat.gcode")`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from .files import write_job
from .plot import Plot
from .preview import png_bytes
from .preview import preview as draw
from .stopping import Stop

__all__ = ["Job"]


class Job(Plot):
    """What `plan` returns: a `Plot`, with pictures and files of it."""

    def preview(self, dpi: float = 150.0, *, pen_up: bool = False, stop: Stop | None = None) -> Tensor:
        """What the plot will look like, [3, H, W]; see `preview.preview`."""
        return draw(self, dpi, pen_up=pen_up, stop=stop)

    def save(self, path: str | Path, **options: Any) -> list[Path]:
        """Write a file of the kind its suffix names: .svg, .hpgl or .plt, .gcode or .nc, .png (a preview), .json.

        Args:
            options: of that kind of file, see `wmpaint.export.plotter.files` (`split=True` for one file a pen).

        Returns:
            the files written.

        Raises:
            InputError: another suffix, or an option which that kind does not have.
            FileError: a file cannot be written.
        """
        return write_job(path, self, **options)

    def _repr_png_(self) -> bytes:
        return png_bytes(self)
