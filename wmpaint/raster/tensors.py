"""The rasterizer in whole-tensor operations: what runs on a GPU, or where Numba is not installed.

Pairs are laid out slot by slot (see `tiles.chunks`); within a slot each tile has at most one stroke,
so that the back-to-front recursion takes one step of tensor operations a slot.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..geometry import coefficients
from .ribbon import Bent, Curves, bend, bend_backward
from .tiles import Chunk, Layout, Ribbons, chunks, is_straight

__all__ = ["Evaluated", "TensorComposite", "TensorSample", "assemble", "into_tiles"]

BLOCK_PIXELS = 1 << 17  # evaluated at once: what fits in a core's cache


class TensorComposite(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, color: Tensor,
        ground: Tensor, spread: Tensor, caps: int, layout: Layout,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        channels = len(ground)
        mean, variance = into_tiles(ground.detach(), layout), into_tiles(spread.detach()[None], layout)[0]
        scene = Evaluated(Ribbons(points, radius, half_width, ribbons, color, caps), layout)
        keep = any(ctx.needs_input_grad)
        kept = []
        for chunk in scene.chunks:
            alpha, spread, blocks = scene.evaluate(chunk, keep)
            paint = color[chunk.stroke].t()[:, :, None].contiguous()  # [C, P, 1]
            m, v = mean[:, chunk.tiles], variance[chunk.tiles]
            below = torch.empty(channels, *alpha.shape, dtype=m.dtype, device=m.device) if keep else None
            beneath = torch.empty_like(alpha) if keep else None
            gain = (1 - alpha).square() + spread
            for count, part in chunk.parts():
                under, var = m[:, :count], v[:count]
                if below is not None and beneath is not None:
                    below[:, part], beneath[part] = under, var
                change = paint[:, part] - under
                var.mul_(gain[part]).add_(spread[part] * change.square().sum(0))
                under.add_(change.mul_(alpha[part]))
            mean[:, chunk.tiles], variance[chunk.tiles] = m, v
            if keep:
                kept.append((alpha, spread, blocks, below, beneath))
        ctx.scene, ctx.kept, ctx.color = scene, kept, color
        return assemble(mean, layout), assemble(variance[None], layout)[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        scene, color = ctx.scene, ctx.color
        layout = scene.layout
        grad_mean, grad_variance = into_tiles(grads[0], layout), into_tiles(grads[1][None], layout)[0]
        to_color = torch.zeros_like(color)
        scene.clear()
        for chunk, (alpha, spread, blocks, below, beneath) in zip(scene.chunks, ctx.kept, strict=True):
            gm, gv = grad_mean[:, chunk.tiles], grad_variance[chunk.tiles]
            change = color[chunk.stroke].t()[:, :, None] - below
            clear = 1 - alpha
            gain = clear.square() + spread
            per_mean, per_variance = torch.empty_like(below), torch.empty_like(alpha)
            for count, part in reversed(chunk.parts()):
                g, w = gm[:, :count], gv[:count]
                per_mean[:, part], per_variance[part] = g, w
                g.mul_(clear[part]).sub_(change[:, part] * (2 * w * spread[part]))
                w.mul_(gain[part])
            grad_alpha = (per_mean * change).sum(0) - 2 * per_variance * beneath * clear
            grad_spread = per_variance * (beneath + change.square().sum(0))
            paint = (per_mean * alpha + 2 * (per_variance * spread) * change).sum(2).t()
            to_color.index_add_(0, chunk.stroke, paint)
            scene.pull(chunk, blocks, grad_alpha, grad_spread)
            grad_mean[:, chunk.tiles], grad_variance[chunk.tiles] = gm, gv
        ground, spread = assemble(grad_mean, layout), assemble(grad_variance[None], layout)[0]
        return scene.to_points, scene.to_radius, scene.to_width, scene.to_ribbons, to_color, ground, spread, None, None


class Evaluated:
    """The strokes of one drawing, evaluated in blocks of pairs."""

    def __init__(self, ribbons: Ribbons, layout: Layout) -> None:
        self.points, self.radius, self.half_width, self.logits = (value.detach() for value in ribbons[:4])
        self.caps, self.layout, self.chunks = ribbons.caps, layout, chunks(layout)
        a, b, _ = coefficients(self.points)
        self.table = torch.cat([a, b], 1)
        self.straight = is_straight(self.points)
        line = torch.arange(layout.tile, device=self.points.device, dtype=self.points.dtype) - (layout.tile - 1) / 2
        self.x, self.y = line.repeat(layout.tile)[None], line.repeat_interleave(layout.tile)[None]

    def inside(self) -> Tensor:
        """[tiles, side * side] 1 at pixels of the picture, 0 where tiles at the right and below reach beyond it."""
        return into_tiles(self.points.new_ones(1, self.layout.height, self.layout.width), self.layout)[0]

    def beyond(self, chunk: Chunk, block: slice = slice(None)) -> Tensor:
        """[P, 2] from each pair's stroke's start to its tile's center, so near that float32 is enough at any size."""
        tile, across, side = chunk.tiles[chunk.rank[block]], self.layout.across, self.layout.tile
        center = torch.stack([tile % across, tile // across], 1).to(self.points.dtype) * side + side / 2
        return center - self.points[chunk.stroke[block], 0]

    def clear(self) -> None:
        """Begin new sums of gradients."""
        self.to_points, self.to_ribbons = torch.zeros_like(self.points), torch.zeros_like(self.logits)
        self.to_radius, self.to_width = torch.zeros_like(self.radius), torch.zeros_like(self.half_width)

    def _blocks(self, chunk: Chunk) -> list[slice]:
        step = max(1, BLOCK_PIXELS // self.layout.tile**2)
        return [slice(i, min(i + step, len(chunk.stroke))) for i in range(0, len(chunk.stroke), step)]

    def _curves(self, chunk: Chunk, block: slice) -> tuple[Tensor, Tensor, Curves]:
        """The strokes in a block, which of them each pair has, and the pairs' curves."""
        strokes, which = chunk.stroke[block].unique(return_inverse=True)
        stroke = chunk.stroke[block]
        origin = -self.beyond(chunk, block)
        fields = [*self.table[stroke].unbind(1), *origin.unbind(1), self.half_width[stroke], self.radius[stroke]]
        return strokes, which, Curves(*(field[:, None] for field in fields))

    def evaluate(self, chunk: Chunk, keep: bool) -> tuple[Tensor, Tensor, list[Bent]]:
        """Alpha and its variance [P, side * side] for all pairs of a chunk."""
        alpha = self.points.new_empty(len(chunk.stroke), self.layout.tile**2)
        spread, blocks = torch.empty_like(alpha), []
        for block in self._blocks(chunk):
            strokes, which, curves = self._curves(chunk, block)
            straight = self.straight[chunk.stroke[block]]
            alpha[block], spread[block], bent = bend(
                curves, straight, self.x, self.y, self.logits[strokes], which, self.caps
            )
            if keep:
                blocks.append(bent)
        return alpha, spread, blocks

    def pull(self, chunk: Chunk, blocks: list[Bent], grad_alpha: Tensor, grad_spread: Tensor) -> None:
        """Add a chunk's gradients to the sums."""
        for block, bent in zip(self._blocks(chunk), blocks, strict=True):
            strokes, _, curves = self._curves(chunk, block)
            points, width, radius, ribbons = bend_backward(
                grad_alpha[block], grad_spread[block], curves, self.x, self.y, self.logits[strokes], self.caps, bent
            )
            stroke = chunk.stroke[block]
            self.to_points.index_add_(0, stroke, points)
            self.to_width.index_add_(0, stroke, width)
            self.to_radius.index_add_(0, stroke, radius)
            self.to_ribbons.index_add_(0, strokes, ribbons)


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


class TensorSample(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, stroke: Tensor,
        center: Tensor, side: int, caps: int,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        line = torch.arange(side, device=points.device, dtype=points.dtype) - (side - 1) / 2
        x, y = line.repeat(side)[None], line.repeat_interleave(side)[None]
        a, b, p0 = coefficients(points)
        fields = [*torch.cat([a, b], 1)[stroke].unbind(1), *(p0[stroke] - center).unbind(1)]
        curves = Curves(*(field[:, None] for field in [*fields, half_width[stroke], radius[stroke]]))
        alpha, variance, bent = bend(curves, is_straight(points)[stroke], x, y, ribbons, stroke, caps)
        ctx.known = curves, x, y, ribbons, caps, bent, stroke, points.shape
        return alpha, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        curves, x, y, ribbons, caps, bent, stroke, shape = ctx.known
        points, width, radius, to_ribbons = bend_backward(grads[0], grads[1], curves, x, y, ribbons, caps, bent)
        sums = [value.new_zeros(size) for value, size in ((points, shape), (radius, shape[:1]), (width, shape[:1]))]
        for total, value in zip(sums, (points, radius, width), strict=True):
            total.index_add_(0, stroke, value)
        return *sums, to_ribbons, None, None, None, None
