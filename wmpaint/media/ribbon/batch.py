"""Dreaming many pictures at once: they lie side by side on one sheet, and share one pass of the rasterizer."""

from __future__ import annotations

import torch
from torch import Tensor

from ...canvas import Canvas
from ...errors import InputError
from ...frame import Frame
from ...raster.composite import composite
from ...raster.tiles import Mosaic
from ...strokes import Strokes
from .painter import RibbonPainter

__all__ = ["dream_batch"]


def dream_batch(
    painter: RibbonPainter,
    strokes: Strokes,
    color: Tensor | None = None,
    *,
    ground: Tensor | None = None,
    height: int,
    width: int | None = None,
    program_height: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean pictures of B canvases, and the variance of the program around them.

    Args:
        strokes: K for each picture.
        color: [B, K, C] in place of the strokes' own; one channel of ones and no ground gives the paint's cover.
        ground: [C]; zeros if None.
        height, width: of each picture, pixels; square if no width is given.
        program_height: as for `RibbonPainter.render`.

    Returns:
        [B, C, height, width], and [B, height, width] summed over channels. Differentiable in strokes and color.

    Raises:
        InputError: strokes that are not finite, or no pictures.
    """
    b, k = strokes.points.shape[:2]
    if not b or height < 1 or (width or 1) < 1:
        raise InputError(f"expected 1 picture of 1 pixel or more, got {b} of {width or height} x {height}")
    width, color = width or height, strokes.color if color is None else color
    flat, color = strokes.flat().to(painter.dtype), color.flatten(0, 1)
    picture = torch.arange(b, device=color.device).repeat_interleave(k)
    if flat.lifted is not None:
        shown = ~flat.lifted
        flat, color, picture = flat[shown], color[shown], picture[shown]
    if not bool(flat.pressure.isfinite().all() & color.isfinite().all()):
        raise InputError("expected pressures and colors of finite numbers, got some that are not")
    mosaic = Mosaic(b, height, width, tile=8)
    ribbons = painter.ribbons(flat, Frame(Canvas(width / height), height, program_height=program_height))
    layout = mosaic.arrange(ribbons.points.detach(), ribbons.half_width.detach(), picture)
    ground = color.new_zeros(color.shape[1]) if ground is None else ground
    rows, columns = mosaic.size
    mean, variance = composite(
        ribbons.points + mosaic.origin(picture).to(ribbons.points)[:, None], ribbons.radius, ribbons.half_width,
        ribbons.logits, color, ground, height=rows, width=columns, caps=ribbons.caps, layout=layout,
    )  # fmt: skip
    return mosaic.cut(mean), mosaic.cut(variance[None])[:, 0]
