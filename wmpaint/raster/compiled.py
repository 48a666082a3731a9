"""The compiled loops as functions of PyTorch's autograd."""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .. import loops
from ..errors import MissingProgram
from ..geometry import coefficients
from .tiles import Layout, arrange, is_straight

__all__ = ["CompiledComposite", "CompiledSample", "grain_arrays", "grained", "influence", "usable", "warm_up"]

PARTS = 8  # sums of ribbon gradients held at a time; fixed, so that results do not depend on the threads
KEPT_BYTES = 1 << 30  # held from forward to backward; beyond that the backward pass computes it again
KERNEL, GRAIN = "wmpaint.raster.kernel", "wmpaint.raster.grain_kernel"


def usable(like: Tensor, asked: bool | None = None) -> bool:
    """Whether the compiled loops can draw tensors like this one.

    Raises:
        MissingProgram: they were asked for, and cannot.
    """
    able = like.device.type == "cpu" and importlib.util.find_spec("numba") is not None
    if asked and not able:
        raise MissingProgram("expected Numba and tensors on the CPU for compile=True: pip install numba")
    return able if asked is None else asked


@functools.cache
def warm_up() -> None:
    """Compile the loops, where that was not done before: some seconds in a new environment, once."""
    with torch.device("cpu"):
        points = torch.tensor([[[1.0, 1.0], [2.0, 3.0], [4.0, 1.0]]], requires_grad=True)
        if not usable(points):
            return
        one, ribbon, color, ground = torch.ones(1), torch.zeros(1, 2, 5, 3), torch.ones(1, 3), torch.zeros(3)
        layout = arrange(points.detach(), one, 4, 4)
        bare = torch.zeros(3, 4, 4), torch.zeros(4, 4)
        CompiledComposite.apply(points, one, one, ribbon, color, *bare, 1, layout)[0].sum().backward()
        influence(points, one, one, ribbon, color, ground, 1, layout)


def table_of(points: Tensor, half_width: Tensor, radius: Tensor) -> np.ndarray:
    """[N, 20] float64, the columns that `kernel` names."""
    points, width, radius = points.detach().double(), half_width.detach().double(), radius.detach().double()
    a, b, p0 = coefficients(points)
    chord = a + b
    # The curve stays within |a| / 4 of its chord.
    far = (width + a.norm(dim=1) / 4 + 1e-3).square()
    aa, ab = a.square().sum(1), (a * b).sum(1)
    half = 0.5 / aa.clamp(min=1e-30)
    columns = [
        *a.unbind(1), *b.unbind(1), *p0.unbind(1), width, width.square(), radius, is_straight(points).double(),
        *chord.unbind(1), 1 / chord.square().sum(1).clamp(min=1e-30), far,
        2 * aa, 3 * ab, b.square().sum(1), -ab * half, half, 3 * ab * ab * half,
    ]  # fmt: skip
    return torch.stack(columns, 1).numpy()


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().contiguous().numpy()


def _copy(tensor: Tensor) -> Tensor:
    """A contiguous one to write on; of an expanded tensor, too."""
    return tensor.detach().clone(memory_format=torch.contiguous_format)


class _Known:
    """What both passes of a drawing need."""

    def __init__(self, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, caps: int) -> None:
        self.table, self.ribbons, self.caps = table_of(points, half_width, radius), _array(ribbons), caps
        self.dtype, self.n = points.dtype, len(points)

    def sums(self, out: np.ndarray, strokes: Tensor, to_ribbons: np.ndarray) -> tuple[Tensor, ...]:
        """Gradients of points, radius, half width and ribbons, from those of pairs and parts."""
        total = torch.zeros(self.n, 8, dtype=torch.float64, device="cpu").index_add_(0, strokes, torch.from_numpy(out))
        total = total.to(self.dtype)
        ribbons = torch.from_numpy(to_ribbons).sum(0)
        return total[:, :6].reshape(-1, 3, 2), total[:, 7], total[:, 6], ribbons


class CompiledComposite(torch.autograd.Function):
    """See `raster.composite`."""

    @staticmethod
    def forward(
        ctx: Any, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, color: Tensor,
        ground: Tensor, spread: Tensor, caps: int, layout: Layout,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        known = _Known(points, radius, half_width, ribbons, caps)
        paint = _array(color)
        mean, variance = _copy(ground), _copy(spread)
        floats = layout.pairs * layout.tile**2 * (6 + len(ground))
        keep = any(ctx.needs_input_grad) and floats * paint.itemsize <= KEPT_BYTES
        kept = _draw(known, paint, layout, (0, len(layout.tiles)), mean.numpy(), variance.numpy(), keep)
        ctx.known, ctx.layout, ctx.paint = known, layout, paint
        ctx.ground = ground.detach(), spread.detach()
        ctx.kept = kept if keep else None
        return mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        known, layout, paint = ctx.known, ctx.layout, ctx.paint
        to_mean, to_variance = (_array(g) for g in grads)
        channels = paint.shape[1]
        grounded = any(ctx.needs_input_grad[5:7])
        to_ground, to_spread = (g.copy() if grounded else g[:0] for g in (to_mean, to_variance))
        out = np.zeros((layout.pairs, 8))
        to_color = np.zeros((layout.pairs, channels))
        to_ribbons = np.zeros((PARTS, *known.ribbons.shape), known.ribbons.dtype)
        pixels = KEPT_BYTES // ((6 + channels) * paint.itemsize)
        ranges = [(0, len(layout.tiles))] if ctx.kept is not None else layout.ranges(pixels)
        for first, last in ranges:
            ground, spread = (_copy(part).numpy() for part in ctx.ground)
            kept, found = ctx.kept or _draw(known, paint, layout, (first, last), ground, spread, keep=True)
            tiles, starts, strokes, pairs = _part(layout, first, last)
            cuts = torch.linspace(0, len(strokes), PARTS + 1, device="cpu").long() + int(layout.starts[first])
            parts = torch.searchsorted(layout.starts[first : last + 1], cuts).clamp(max=last - first).numpy()
            with loops.in_turn(KERNEL) as kernel:
                kernel.composite_backward(
                    known.table, known.ribbons, known.caps, paint, tiles, starts, strokes, layout.tile, layout.across,
                    to_mean, to_variance, kept, found, parts, out[pairs], to_color[pairs], to_ribbons,
                    to_ground, to_spread,
                )  # fmt: skip
        points, radius, width, ribbons = known.sums(out, layout.strokes, to_ribbons)
        color = torch.zeros(paint.shape, dtype=torch.float64, device="cpu").index_add_(
            0, layout.strokes, torch.from_numpy(to_color)
        )
        ctx.kept = None
        below = [torch.from_numpy(g) if grounded else None for g in (to_ground, to_spread)]
        return points, radius, width, ribbons, color.to(known.dtype), *below, None, None


def _part(layout: Layout, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, slice]:
    """Tiles, starts and strokes of a range of tiles, and its range of pairs."""
    starts = layout.starts[first : last + 1]
    pairs = slice(int(starts[0]), int(starts[-1])) if len(starts) else slice(0, 0)
    return layout.tiles[first:last].numpy(), (starts - pairs.start).numpy(), layout.strokes[pairs].numpy(), pairs


def _draw(
    known: _Known, paint: np.ndarray, layout: Layout, tiles: tuple[int, int],
    mean: np.ndarray, variance: np.ndarray, keep: bool,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Draw a range of tiles; what `composite_backward` needs if `keep`, else two empty arrays."""
    numbers, starts, strokes, _ = _part(layout, *tiles)
    rows = len(strokes) * layout.tile**2 if keep else 0
    kept = np.empty((rows, 3 + paint.shape[1]), mean.dtype)
    found = np.empty((rows, 3), mean.dtype)
    with loops.in_turn(KERNEL) as kernel:
        kernel.composite(
            known.table, known.ribbons, known.caps, paint, numbers, starts, strokes, layout.tile,
            layout.across, mean, variance, kept, found,
        )  # fmt: skip
    return kept, found


def influence(
    points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, color: Tensor, background: Tensor,
    caps: int, layout: Layout,
) -> Tensor:  # fmt: skip
    """[pairs] the largest change that each (stroke, tile) pair makes; see `raster.influence`."""
    known = _Known(points, radius, half_width, ribbons, caps)
    out = np.zeros(layout.pairs, known.ribbons.dtype)
    numbers, starts, strokes, _ = _part(layout, 0, len(layout.tiles))
    with loops.in_turn(KERNEL) as kernel:
        kernel.influence(
            known.table, known.ribbons, caps, _array(color), _array(background), numbers, starts, strokes,
            layout.tile, layout.across, layout.height, layout.width, out,
        )  # fmt: skip
    return torch.from_numpy(out)


def grained(
    points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, color: Tensor, background: Tensor,
    caps: int, layout: Layout, grain: tuple[Tensor, ...], tables: tuple[np.ndarray, np.ndarray, float], wet: Tensor,
) -> Tensor:  # fmt: skip
    """The picture [C, H, W] of `raster.grained`; for `tables` see there."""
    known = _Known(points, radius, half_width, ribbons, caps)
    picture = _copy(background)
    numbers, starts, strokes, _ = _part(layout, 0, len(layout.tiles))
    with loops.in_turn(GRAIN) as kernel:
        kernel.grained(
            known.table, known.ribbons, caps, _array(color), numbers, starts, strokes, layout.tile, layout.across,
            *grain_arrays(grain), *tables, picture.numpy(), wet.numpy(),
        )  # fmt: skip
    return picture


def grain_arrays(grain: tuple[Tensor, ...]) -> tuple[np.ndarray, ...]:
    """A `Grain` as the compiled loops take it."""
    fields, surface, window, looks, *numbers = (column.cpu() for column in grain)
    doubles = (_array(column.double()) for column in (window, *numbers))
    bent, *rest = doubles
    return _array(fields), _array(surface.float()), bent, _array(looks), *rest


class CompiledSample(torch.autograd.Function):
    """See `raster.sample`."""

    @staticmethod
    def forward(
        ctx: Any, points: Tensor, radius: Tensor, half_width: Tensor, ribbons: Tensor, stroke: Tensor,
        center: Tensor, side: int, caps: int,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        known = _Known(points, radius, half_width, ribbons, caps)
        alpha = points.new_zeros(len(stroke), side * side)
        variance = torch.zeros_like(alpha)
        found = np.empty((len(stroke) * side * side, 3), alpha.numpy().dtype)
        strokes, centers = stroke.contiguous().numpy(), _array(center)
        with loops.in_turn(KERNEL) as kernel:
            kernel.sample(
                known.table, known.ribbons, caps, strokes, centers, side, alpha.numpy(), variance.numpy(), found
            )
        ctx.known, ctx.where, ctx.found, ctx.side = known, (strokes, centers), found, side
        ctx.drawn = alpha.numpy(), variance.numpy()
        return alpha, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        known, (strokes, centers) = ctx.known, ctx.where
        out = np.zeros((len(strokes), 8))
        to_ribbons = np.zeros((PARTS, *known.ribbons.shape), known.ribbons.dtype)
        parts = np.linspace(0, len(strokes), PARTS + 1).astype(np.int64)
        with loops.in_turn(KERNEL) as kernel:
            kernel.sample_backward(
                known.table, known.ribbons, known.caps, strokes, centers, ctx.side, *ctx.drawn, _array(grads[0]),
                _array(grads[1]), ctx.found, parts, out, to_ribbons,
            )  # fmt: skip
        points, radius, width, ribbons = known.sums(out, torch.from_numpy(strokes), to_ribbons)
        return points, radius, width, ribbons, None, None, None, None
