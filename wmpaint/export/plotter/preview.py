"""What a plot will look like: `preview(job, dpi=150) -> [3, H, W]`, with each pen's width and ink."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import checks, memory
from ...errors import InputError
from ...explain import explained
from .plot import Plot
from .stopping import Check, Stop, stop_check

__all__ = ["preview"]

FINE = (2, 6)  # subpixels a pixel, each way, so that a line is...
STOUT = 12  # ...about as many subpixels wide: Pillow draws lines of whole numbers
BAND = 1 << 24  # subpixels that are held at once
BYTES = 80  # a pixel, at the most
LARGEST = 16_384  # pixels a side
TRAVEL = (0.9, 0.1, 0.5)


@explained
def preview(job: Plot, dpi: float = 150.0, *, pen_up: bool = False, stop: Stop | None = None) -> Tensor:  # [3, H, W]
    """The page as it will look.

    Inks multiply: where a pen's line lies, light passes it once on its way, so that yellow beneath blue looks green.
    Opaque ones (`Pen.covers`) cover what lies beneath.
    Lines of one pen that cross do not darken each other.

    Args:
        dpi: pixels an inch, 10 to 2400.
        pen_up: whether to draw the pen's way through the air, too, as thin lines.
        stop: as for `plan`.

    Raises:
        Stopped: `stop` said so.
        InputError: a resolution out of range, more than 16,384 pixels a side, or more than fits into memory.
    """
    dpi = checks.number("a resolution of … dpi", dpi, 10, 2400)
    check = stop_check(stop)
    scale = dpi / 25.4
    width, height = (max(1, round(side * scale)) for side in job.placement.page)
    if max(width, height) > LARGEST:
        raise InputError(f"expected sides of at most {LARGEST} pixels, got {width} x {height}: try a smaller dpi")
    have = memory.free_memory()
    if have is not None and BYTES * width * height > have:
        need = BYTES * width * height / (1 << 30)
        raise InputError(
            f"expected about {need:.1f} GiB of free memory for {width} x {height} pixels, got {have / (1 << 30):.1f}: "
            "try a smaller dpi"
        )
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = job.paper
    for layer in job.layers:
        if not layer.pen.plot:
            continue
        mask = _mask(layer.paths, layer.pen.width, scale, width, height, check)
        ink = np.array(layer.pen.color, np.float32)
        covered = layer.pen.opacity * mask[..., None]
        if layer.pen.covers(job.paper):
            picture += covered * (ink - picture)
            continue
        ink /= np.maximum(np.array(job.paper, np.float32), 1e-3)
        picture *= 1 - covered * (1 - np.minimum(ink, 1))
    if pen_up:
        _travel(picture, job, scale)
    return torch.from_numpy(picture).permute(2, 0, 1).clamp(0, 1).contiguous()


def _mask(paths: Any, pen: float, scale: float, width: int, height: int, check: Check) -> np.ndarray:  # [H, W] 0..1
    """How much of each pixel the lines of one pen cover."""
    from PIL import Image, ImageDraw

    fine = min(max(math.ceil(STOUT / (pen * scale)), FINE[0]), FINE[1])
    # In bands, so that the subpixels of a large page need not all be held at once.
    band = max(64, BAND // (width * fine * fine))
    half = pen / 2 * scale * fine
    # Pillow cuts fractions off towards zero, which would shift what begins above a band: whole numbers it leaves alone.
    scaled = [np.floor(path * (scale * fine)) for path in paths]
    ends = [(points[:, 1].min() - half, points[:, 1].max() + half) for points in scaled]
    mask = np.empty((height, width), np.float32)
    for top in range(0, height, band):
        rows = min(band, height - top)
        sheet = Image.new("L", (width * fine, rows * fine))
        draw = ImageDraw.Draw(sheet)
        first, last = top * fine, (top + rows) * fine
        for points, (low, high) in zip(scaled, ends, strict=True):
            check()
            if high >= first and low <= last:
                _line(draw, points - np.array([0, first]), half)
        # `reduce` averages whole numbers to whole numbers: 256 steps of coverage, without a large array of floats.
        mask[top : top + rows] = np.asarray(sheet.reduce(fine), np.float32) / 255
    return mask


def _line(draw: Any, points: np.ndarray, half: float) -> None:
    """A line with round ends and corners."""
    draw.line(points.ravel().tolist(), fill=255, width=max(1, round(2 * half)), joint="curve" if half > 1 else None)
    if half > 1:
        reach = round(half)
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def _travel(picture: np.ndarray, job: Plot, scale: float) -> None:
    """Draw the pen's way through the air, in place."""
    from PIL import Image, ImageDraw

    height, width = picture.shape[:2]
    sheet = Image.new("L", (width, height))
    draw = ImageDraw.Draw(sheet)
    thick = max(1, math.ceil(scale * 0.1))
    for layer in (layer for layer in job.layers if layer.pen.plot):
        last = np.zeros(2)
        for path in layer.paths:
            draw.line([*(last * scale), *(path[0] * scale)], fill=255, width=thick)
            last = path[-1]
    share = np.asarray(sheet, np.float32)[..., None] / 255 * 0.8
    picture *= 1 - share
    picture += share * np.array(TRAVEL, np.float32)
