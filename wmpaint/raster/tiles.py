"""Strokes as ribbons, which tiles they touch, and in what order they are evaluated.

A picture is cut into square tiles. Only (stroke, tile) pairs that touch are evaluated, so the
cost follows the painted area, not strokes x canvas.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..geometry import STRAIGHT, branches, coefficients

__all__ = ["Chunk", "Layout", "Mosaic", "Pile", "Ribbons", "arrange", "chunks", "is_straight"]

FARTHEST = 1e15  # pixels; beyond, products of coordinates might overflow
CHUNK_PIXELS = 1 << 20  # pair pixels held at a time: some 200 MB with everything kept for gradients


class Pile(NamedTuple):
    """How strokes with a height pile up; see `raster.relief`."""

    logits: Tensor  # [N, R, C] of a stroke's height
    unit: Tensor  # [N] what a height of 1 is on the ground
    level: Tensor  # [N] share of what lies beneath that a stroke fills
    caps: int  # how many of the R rows belong to each end


class Ribbons(NamedTuple):
    """N strokes as they are drawn, the first undermost: ribbons bent along curves (`raster/ribbon.py`)."""

    points: Tensor  # [N, 3, 2] pixels
    radius: Tensor  # [N] pixels
    half_width: Tensor  # [N] pixels, what the ribbon covers to each side
    logits: Tensor  # [N, 2, R, C] of alpha, and of variance / (alpha (1 - alpha))
    color: Tensor  # [N, C]
    caps: int  # how many of the R rows belong to each end

    def check(self) -> Ribbons:
        """These, if they can be drawn: in the compiled loops, a place that is no number becomes an address.

        Raises:
            InputError: tensors of other shapes, or a value that is not finite, or some 1e15 pixels away; the message
                names the stroke.
        """
        n = len(self.points)
        shapes = {"points": (n, 3, 2), "radius": (n,), "half_width": (n,), "color": (n, self.color.shape[-1])}
        for name, shape in shapes.items():
            checks.shape(name, getattr(self, name), shape)
        if self.logits.ndim != 4 or self.logits.shape[:2] != (n, 2):
            raise InputError(f"expected ribbons of shape ({n}, 2, rows, columns), got {tuple(self.logits.shape)}")
        for name in ("points", "radius", "half_width"):
            value = getattr(self, name).detach()
            good = value.abs() <= FARTHEST  # NaN is not
            if not bool(good.all()):
                k = int((~good.reshape(n, -1).all(1)).nonzero()[0])
                got = value[k].flatten().tolist()
                raise InputError(f"expected {name} of stroke {k} of finite pixels, up to {FARTHEST:g}, got {got}")
        return self

    def arranged(self, height: int, width: int, layout: Layout | None = None) -> Layout:
        """How to draw these: a layout made before, for strokes that have hardly moved since, or a new one.

        Raises:
            InputError: ribbons that cannot be drawn, or a layout of other strokes or pixels.
        """
        self.check()
        if layout is None:
            return arrange(self.points.detach(), self.half_width.detach(), height, width)
        if (layout.height, layout.width) != (height, width):
            of = f"{layout.height} x {layout.width}"
            raise InputError(f"expected a layout of {height} x {width} pixels, got one of {of}")
        return layout.check(len(self.points))


class Layout(NamedTuple):
    """How to draw some strokes on a picture of height x width pixels: n tiles, P pairs."""

    height: int
    width: int
    tile: int  # pixels of a tile's side
    tiles: Tensor  # [n] int64, numbers of the tiles that are touched, the fullest first
    starts: Tensor  # [n + 1] int64: the strokes of tile k are strokes[starts[k]:starts[k + 1]]
    strokes: Tensor  # [P] int64, in paint order within each tile

    @property
    def across(self) -> int:
        """Tiles in a row."""
        return -(-self.width // self.tile)

    @property
    def pairs(self) -> int:
        """Number of (stroke, tile) pairs."""
        return len(self.strokes)

    def check(self, strokes: int) -> Layout:
        """This plan, if it can be one of that many strokes: the compiled loops index by it unchecked.

        Raises:
            InputError: numbers of tiles or strokes that are not there, or starts that do not rise to the last pair.
        """
        columns = (self.tiles, self.starts, self.strokes)
        if not all(column.dtype == torch.int64 and column.ndim == 1 for column in columns):
            raise InputError(f"expected a layout of int64 columns, got {[str(column.dtype) for column in columns]}")
        if min(self.height, self.width, self.tile) < 1:
            raise InputError(f"expected a layout of 1 pixel or more, got {tuple(self[:3])}")
        total = -(-self.height // self.tile) * self.across
        for name, column, limit in (("strokes", self.strokes, strokes), ("tiles", self.tiles, total)):
            if len(column) and not (0 <= int(column.min()) and int(column.max()) < limit):
                raise InputError(f"expected a layout of {name} 0 to {limit - 1}, got {_span(column)}")
        ends = (len(self.starts), *self.starts[:1].tolist(), *self.starts[-1:].tolist())
        if ends != (len(self.tiles) + 1, 0, self.pairs) or bool((self.starts.diff() < 0).any()):
            raise InputError(
                f"expected {len(self.tiles) + 1} starts that rise from 0 to {self.pairs} in a layout, "
                f"got {len(self.starts)} of {_span(self.starts)}"
            )
        return self

    def ranges(self, pixels: int) -> list[tuple[int, int]]:
        """Ranges of tiles that hold about `pixels` pair pixels each, one tile at least."""
        limit, ends, out, first = max(1, pixels // self.tile**2), self.starts[1:], [], 0
        while first < len(self.tiles):
            last = int(torch.searchsorted(ends, self.starts[first] + limit, right=True))
            out.append((first, max(last, first + 1)))
            first = out[-1][1]
        return out


class Chunk(NamedTuple):
    """Some tiles of a plan, laid out slot by slot for whole-tensor operations."""

    tiles: Tensor  # [n] tile numbers, fullest first
    stroke: Tensor  # [P] stroke of each pair, slot by slot
    rank: Tensor  # [P] position in `tiles` of each pair
    slots: list[int]  # tiles in each slot, descending; sums to P

    def parts(self) -> list[tuple[int, slice]]:
        """Of each slot its tiles, which are the first so many, and where its pairs are."""
        return [(count, slice(end - count, end)) for count, end in zip(self.slots, accumulate(self.slots), strict=True)]


def chunks(layout: Layout, pixels: int = CHUNK_PIXELS) -> list[Chunk]:
    """A plan's tiles in chunks of about `pixels` pair pixels, one chunk at least.

    Slot k holds the k-th lowest stroke of every tile that has one, the fullest tiles first: each
    slot is then one contiguous slice over the first n_k tiles, without padding.
    """
    out = []
    for first, last in layout.ranges(pixels) or [(0, 0)]:
        starts = layout.starts[first : last + 1]
        sizes = starts[1:] - starts[:-1]
        rank = torch.repeat_interleave(sizes)
        slot = torch.arange(len(rank), device=rank.device) - (starts[:-1] - starts[0])[rank]
        by_slot = torch.argsort(slot, stable=True)
        out.append(
            Chunk(
                tiles=layout.tiles[first:last],
                stroke=layout.strokes[int(starts[0]) : int(starts[-1])][by_slot],
                rank=rank[by_slot],
                slots=torch.bincount(slot, minlength=1).tolist(),
            )
        )
    return out


def _span(column: Tensor) -> str:
    return f"{int(column.min())} to {int(column.max())}" if len(column) else "none"


def is_straight(points: Tensor) -> Tensor:
    """[N] bool: strokes so little bent that the cubic for their closest points is ill-conditioned."""
    a, b, _ = coefficients(points)
    # A bend of a millionth of a pixel is none, and its square might underflow.
    return a.square().sum(-1) <= STRAIGHT**2 * (a + b).square().sum(-1) + 1e-12


def _touching(points: Tensor, reach: Tensor, height: int, width: int, tile: int) -> tuple[Tensor, Tensor]:
    """(stroke, tile) of every pair whose tile's circumscribed circle comes within reach."""
    rows, columns = -(-height // tile), -(-width // tile)
    a, b, p0 = coefficients(points)
    p1, p2 = points[:, 1], points[:, 2]
    # The curve's bounding box: its ends, and where x or y turns.
    turn = (-b / torch.where(a == 0, 1.0, 2 * a)).clamp(0, 1)
    extreme = (a * turn + b) * turn + p0
    corners = torch.stack([p0, p2, extreme])
    grown = reach[:, None]
    limit = points.new_tensor([columns, rows])
    low = ((corners.amin(0) - grown) / tile).floor().clamp(min=0).minimum(limit).long()
    high = ((corners.amax(0) + grown) / tile).floor().clamp(min=-1).minimum(limit - 1).long()
    span = (high - low + 1).clamp(min=0)
    area = span[:, 0] * span[:, 1]
    area = torch.where(torch.isfinite(p1).all(-1), area, 0)
    stroke = torch.repeat_interleave(area)
    inner = torch.arange(len(stroke), device=points.device) - (area.cumsum(0) - area)[stroke]
    wide = span[stroke, 0]
    column, row = low[stroke, 0] + inner % wide, low[stroke, 1] + inner // wide
    keep = torch.zeros(len(stroke), dtype=torch.bool, device=points.device)
    straight = is_straight(points)[stroke]
    for kind in (True, False):
        (some,) = (straight == kind).nonzero(as_tuple=True)
        for part in some.split(1 << 20):
            which = stroke[part]
            center = torch.stack([column[part], row[part]], -1).to(points.dtype) * tile + tile / 2
            q = p0[which] - center
            aw, bw = a[which], b[which]
            t = branches(aw.unbind(-1), bw.unbind(-1), q.unbind(-1), kind).t[:, None]  # type: ignore[arg-type]
            distance = ((aw * t + bw) * t + q).norm(dim=-1)
            keep[part] = distance < reach[which] + tile * 0.7072
    (kept,) = keep.nonzero(as_tuple=True)
    return stroke[kept], row[kept] * columns + column[kept]


@torch.no_grad()
def arrange(
    points: Tensor,  # [N, 3, 2] pixels
    reach: Tensor,  # [N] pixels
    height: int,
    width: int,
    tile: int = 8,
) -> Layout:
    """Bin strokes to tiles. A plan made with a little more reach serves several small steps."""
    stroke, number = _touching(points, reach, height, width, tile)
    return _binned(stroke, number, height, width, tile)


class Mosaic(NamedTuple):
    """Pictures of the same size side by side on one large picture, so that they are drawn at once.

    A cell is a picture's size rounded up to whole tiles; strokes keep to the tiles of their own cell.
    """

    pictures: int
    height: int
    width: int
    tile: int

    @property
    def across(self) -> int:
        """Cells in a row; the sheet is about square, so that coordinates stay small."""
        return max(1, math.isqrt(self.pictures))

    @property
    def cell(self) -> tuple[int, int]:
        """(height, width) of a cell in tiles."""
        return -(-self.height // self.tile), -(-self.width // self.tile)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the sheet in pixels."""
        rows, columns = self.cell
        return -(-self.pictures // self.across) * rows * self.tile, self.across * columns * self.tile

    def origin(self, picture: Tensor) -> Tensor:
        """[..., 2] (x, y) of pictures' top left corners, pixels."""
        rows, columns = self.cell
        corner = torch.stack([picture % self.across * columns, picture // self.across * rows], -1)
        return corner * self.tile

    @torch.no_grad()
    def arrange(
        self,
        points: Tensor,  # [N, 3, 2] pixels of the stroke's own picture
        reach: Tensor,  # [N] pixels
        picture: Tensor,  # [N] int64
    ) -> Layout:
        """Bin strokes to the tiles of their pictures' cells."""
        stroke, number = _touching(points, reach, self.height, self.width, self.tile)
        rows, columns = self.cell
        mine = picture[stroke]
        row = mine // self.across * rows + number // columns
        column = mine % self.across * columns + number % columns
        return _binned(stroke, row * (self.across * columns) + column, *self.size, self.tile)

    def join(self, pictures: Tensor) -> Tensor:
        """[pictures, C, height, width] -> [C, H, W] of the sheet, zero elsewhere; a color [C] stays as it is."""
        if pictures.ndim == 1:
            return pictures
        rows, columns = (side * self.tile for side in self.cell)
        down = -(-self.pictures // self.across)
        padded = torch.nn.functional.pad(pictures, (0, columns - self.width, 0, rows - self.height))
        padded = torch.cat([padded, padded.new_zeros(down * self.across - self.pictures, *padded.shape[1:])])
        cells = padded.unflatten(0, (down, self.across)).permute(2, 0, 3, 1, 4)
        return cells.reshape(cells.shape[0], down * rows, self.across * columns)

    def cut(self, sheet: Tensor) -> Tensor:
        """[C, H, W] of the sheet -> [pictures, C, height, width]."""
        rows, columns = (side * self.tile for side in self.cell)
        c, down = sheet.shape[0], sheet.shape[1] // rows
        cells = sheet.view(c, down, rows, self.across, columns).permute(1, 3, 0, 2, 4).flatten(0, 1)
        return cells[: self.pictures, :, : self.height, : self.width]


def _binned(stroke: Tensor, number: Tensor, height: int, width: int, tile: int) -> Layout:
    """The plan of some (stroke, tile) pairs, which come sorted by stroke."""
    total = -(-height // tile) * -(-width // tile)
    count = torch.bincount(number, minlength=total)
    order = torch.argsort(count, descending=True, stable=True)
    filled = order[: int((count > 0).sum())]
    place = torch.empty_like(order)
    place[order] = torch.arange(total, device=order.device)
    by_tile = torch.argsort(place[number], stable=True)  # they stay sorted by stroke in each tile
    starts = torch.cat([count.new_zeros(1), count[filled].cumsum(0)])
    return Layout(height, width, tile, filled, starts, stroke[by_tile])
