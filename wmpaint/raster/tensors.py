"""The rasterizer in whole-tensor operations: what runs on a GPU, or where Numba is not installed.

Pairs are laid out slot by slot (see `tiles.chunks`); within a slot each tile has at most one stroke,
so that the back-to-front recursion takes one step of tensor operations a slot.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .ribbon import Passes, bend, locate
from .tiles import Chunk, Layout, Ribbons, chunks

__all__ = ["assemble", "centers", "composite", "inside", "into_tiles"]


def composite(
    ribbons: Ribbons,
    ground: Tensor,  # [C, height, width]
    spread: Tensor,  # [height, width]
    layout: Layout,
) -> tuple[Tensor, Tensor]:
    """See `raster.composite`. Of each chunk only its closest points are kept for gradients, the rest is made again."""
    mean, variance = into_tiles(ground, layout), into_tiles(spread[None], layout)[0]
    parts = chunks(layout)
    sizes = [len(chunk.tiles) for chunk in parts]
    beneath = mean.index_select(1, layout.tiles).split(sizes, 1), variance.index_select(0, layout.tiles).split(sizes)
    again = functools.partial(checkpoint, _lay, use_reentrant=False, preserve_rng_state=False)
    lay = again if torch.is_grad_enabled() else _lay
    means, variances = [], []
    for chunk, m, v in zip(parts, *beneath, strict=True):
        passes = locate(ribbons, chunk.stroke, centers(chunk, layout, ribbons.points), layout.tile)
        m, v = lay(ribbons, layout, chunk, passes, m, v)
        means.append(m)
        variances.append(v)
    mean = mean.index_copy(1, layout.tiles, torch.cat(means, 1).to(mean))
    variance = variance.index_copy(0, layout.tiles, torch.cat(variances).to(variance))
    return assemble(mean, layout), assemble(variance[None], layout)[0]


def _lay(ribbons: Ribbons, layout: Layout, chunk: Chunk, passes: Passes, m: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [C, n, side * side] and variance [n, side * side] of a chunk's tiles, after and before its strokes."""
    alpha, spread = bend(ribbons, chunk.stroke, centers(chunk, layout, ribbons.points), layout.tile, passes)
    gain = (1 - alpha).square() + spread
    paint = ribbons.color.index_select(0, chunk.stroke).t()[:, :, None]  # [C, P, 1]
    by_slot = [*(field.split(chunk.slots) for field in (alpha, spread, gain)), paint.split(chunk.slots, 1)]
    means, variances = [], []
    for count, a, s, g, color in zip(chunk.slots, *by_slot, strict=True):
        done = len(v) - count  # tiles without a further stroke
        m, clear = m.split([count, done], 1)
        v, sure = v.split([count, done])
        means.append(clear)
        variances.append(sure)
        change = color - m
        v = v * g + s * change.square().sum(0)
        m = m + change * a
    return torch.cat([m, *reversed(means)], 1), torch.cat([v, *reversed(variances)])


def centers(chunk: Chunk, layout: Layout, like: Tensor) -> Tensor:
    """[P, 2] the middle of each pair's tile, pixels, as numbers of another tensor's kind."""
    tile, across, side = chunk.tiles[chunk.rank], layout.across, layout.tile
    return torch.stack([tile % across, tile // across], 1).to(like.dtype) * side + side / 2


def inside(layout: Layout, like: Tensor) -> Tensor:
    """[tiles, side * side] 1 at pixels of the picture, 0 where tiles at the right and below reach beyond it."""
    return into_tiles(like.new_ones(1, layout.height, layout.width), layout)[0]


def assemble(tiles: Tensor, layout: Layout) -> Tensor:
    """[C, tiles, side * side] -> [C, H, W]."""
    side, channels = layout.tile, tiles.shape[0]
    rows, columns = -(-layout.height // side), -(-layout.width // side)
    picture = tiles.view(channels, rows, columns, side, side).transpose(2, 3)
    return picture.reshape(channels, rows * side, columns * side)[:, : layout.height, : layout.width]


def into_tiles(picture: Tensor, layout: Layout) -> Tensor:
    """[C, H, W] -> [C, tiles, side * side], padded with zeros."""
    side, (channels, height, width) = layout.tile, picture.shape
    rows, columns = -(-height // side), -(-width // side)
    padded = torch.nn.functional.pad(picture, (0, columns * side - width, 0, rows * side - height))
    tiles = padded.view(channels, rows, side, columns, side).transpose(2, 3)
    return tiles.reshape(channels, rows * columns, side * side)
