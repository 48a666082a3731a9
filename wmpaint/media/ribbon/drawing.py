"""Pictures of strokes as bent ribbons: what a painter, or several on one canvas, begin, lay and look at.

    begin(frame) -> Drawing      lay(drawing, strokes) -> Drawing      picture_of_ribbons(drawing, medium) -> Picture

Strokes are noted while they are laid, and drawn in one pass when the picture is looked at; what is laid later is
drawn over that picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn import functional as F

from ...errors import InputError
from ...frame import Frame
from ...medium import Picture
from ...raster.composite import composite
from ...raster.grain import Grain, grained
from ...raster.influence import gains, influence
from ...raster.tiles import Layout, Mosaic, arrange
from ...strokes import Strokes

__all__ = [
    "Drawing",
    "HasRibbons",
    "Ribbons",
    "begin",
    "gain_of",
    "influence_of",
    "lay",
    "layout_of",
    "mismatch_of",
    "picture_of_ribbons",
    "reach_of",
]  # fmt: skip

TILE = 8  # pixels


class Ribbons(NamedTuple):
    """Strokes as the rasterizer draws them, in pixels of a frame."""

    points: Tensor  # [N, 3, 2]
    radius: Tensor  # [N]
    half_width: Tensor  # [N]
    logits: Tensor  # [N, 2, R, C], see `raster.ribbon`
    color: Tensor  # [N, 3]
    caps: int

    @property
    def shape(self) -> tuple[int, ...]:
        """What ribbons must share to be drawn in one pass."""
        return (*self.logits.shape[2:], self.caps)


@runtime_checkable
class HasRibbons(Protocol):
    """A medium that bends ribbons, and shows them: for outlines, brush SVG, and the tile rasterizer."""

    def ribbons(self, strokes: Strokes, frame: Frame) -> Ribbons:
        """The ribbons [N] of one picture's strokes."""
        ...

    def grain(self, strokes: Strokes, frame: Frame, seed: int) -> tuple[Ribbons, Grain] | None:
        """Ribbons and how each strays, for a picture as the program might paint it; None if nothing is random."""
        ...


@dataclass
class Drawing:
    """Strokes laid on a ground, and the picture of them once it was looked at.

    Args:
        seed: of the grain; None draws the mean.
        layout: for the strokes laid, if there is one.
        seen: what they look like, if anyone has looked.
    """

    frame: Frame
    ground: Picture | None
    batch: tuple[int, ...]
    seed: int | None
    laid: tuple[Strokes, ...] = ()
    layout: Layout | None = None
    seen: Picture | None = None


def begin(
    frame: Frame,
    *,
    ground: Picture | None = None,
    batch: tuple[int, ...] = (),
    generator: torch.Generator | None = None,
) -> Drawing:
    """As `Medium.begin`.

    Raises:
        InputError: a ground of another size.
    """
    if ground is not None and tuple(ground.mean.shape) != (*batch, 4, *frame.size):
        raise InputError(f"expected a ground of shape {(*batch, 4, *frame.size)}, got {tuple(ground.mean.shape)}")
    seed = None
    if generator is not None:
        seed = int(torch.randint(1 << 62, (), generator=generator, device=generator.device))
    return Drawing(frame, ground, batch, seed)


def lay(drawing: Drawing, strokes: Strokes, layout: Layout | None = None) -> Drawing:
    """As `Medium.lay`.

    Raises:
        InputError: strokes out of range, or of other pictures.
    """
    if strokes.batch != drawing.batch:
        raise InputError(f"expected strokes of {drawing.batch or 'one'} pictures, got {strokes!r}")
    strokes = strokes.check().to(drawing.frame.device)
    if drawing.seen is not None:  # over what there is
        return replace(drawing, ground=drawing.seen, laid=(strokes,), layout=layout, seen=None)
    # A layout counts the strokes of its own call only.
    return replace(drawing, laid=(*drawing.laid, strokes), layout=None if drawing.laid else layout)


def picture_of_ribbons(drawing: Drawing, medium: HasRibbons) -> Picture:
    """As `Medium.look`: the mean and its variance, or without the variance as the program might paint it."""
    if drawing.seen is None:
        drawing.seen = _look(drawing, medium)
    return drawing.seen


def _look(drawing: Drawing, medium: HasRibbons) -> Picture:
    frame, batch = drawing.frame, drawing.batch
    strokes = Strokes.cat(drawing.laid).flat() if drawing.laid else Strokes.empty(device=frame.device)
    (shown,) = strokes.present.nonzero(as_tuple=True) if strokes.lifted is not None else (None,)
    if shown is not None:
        strokes = strokes[shown].replace(lifted=None)
    strayed = None if drawing.seed is None else medium.grain(strokes, frame, drawing.seed)
    ribbons = medium.ribbons(strokes, frame) if strayed is None else strayed[0]
    opaque, color = frame.canvas.background is not None, ribbons.color
    if not opaque:
        color = torch.cat([color, torch.ones_like(color[:, :1])], 1)
    ground, spread = _ground(drawing, color)
    points, layout, mosaic, (rows, columns) = ribbons.points, drawing.layout, None, frame.size
    if batch:
        mosaic = Mosaic(math.prod(batch), rows, columns, TILE)
        picture = torch.arange(mosaic.pictures, device=points.device)
        picture = picture.repeat_interleave(sum(part.count for part in drawing.laid))
        picture = picture if shown is None else picture[shown]
        layout = mosaic.arrange(points.detach(), ribbons.half_width.detach(), picture)
        points = points + mosaic.origin(picture).to(points)[:, None]
        ground, spread = mosaic.join(ground), None if spread is None else mosaic.join(spread[:, None])[0]
        rows, columns = mosaic.size
    drawn = (points, ribbons.radius, ribbons.half_width, ribbons.logits, color, ground)
    variance: Tensor | None = None
    if strayed is None:
        mean, variance = composite(*drawn, height=rows, width=columns, caps=ribbons.caps, spread=spread, layout=layout)
    else:
        mean = grained(*drawn, strayed[1], height=rows, width=columns, caps=ribbons.caps, layout=layout)
    if mosaic is not None:
        mean = mosaic.cut(mean).unflatten(0, batch)
        variance = None if variance is None else mosaic.cut(variance[None])[:, 0].unflatten(0, batch)
    if opaque:
        mean = F.pad(mean, (0, 0, 0, 0, 0, 1), value=1.0)
    return Picture(mean, variance)


def _ground(drawing: Drawing, color: Tensor) -> tuple[Tensor, Tensor | None]:
    """The ground's color [C] or pictures [(B,) C, H, W], and their variance [(B,) H, W]."""
    if drawing.ground is None:
        background = drawing.frame.canvas.background
        return color.new_tensor((0.0,) * 4 if background is None else background), None
    mean, spread, _ = drawing.ground
    mean = mean[..., : color.shape[1], :, :].to(color)
    spread = None if spread is None else spread.to(color)
    if not drawing.batch:
        return mean, spread
    return mean.flatten(0, -4), None if spread is None else spread.flatten(0, -3)


# What of each stroke shows


def layout_of(
    medium: HasRibbons, strokes: Strokes, frame: Frame, slack: float = 0.0, tile: int | None = None
) -> Layout:
    """Which strokes touch which tiles of a frame, or may after moves of `slack` canvas units.

    Args:
        tile: pixels of a tile's side; None for what is fastest.
    """
    tile = (TILE // 2 if frame.size[0] <= 128 else TILE) if tile is None else tile
    with torch.no_grad():
        ribbons = medium.ribbons(strokes, frame)
        return arrange(ribbons.points.detach(), ribbons.half_width + slack * frame.height, *frame.size, tile)


def reach_of(medium: HasRibbons, strokes: Strokes, frame: Frame) -> Tensor:
    """[N, 4] boxes; see `wmpaint.medium.reach`."""
    with torch.no_grad():
        ribbons = medium.ribbons(strokes, frame)
    low, high = ribbons.points.amin(1), ribbons.points.amax(1)
    wide = ribbons.half_width[:, None]
    return torch.cat([low - wide, high + wide], 1)


@torch.no_grad()
def influence_of(medium: HasRibbons, strokes: Strokes, frame: Frame) -> Tensor:
    """[N]; see `wmpaint.medium.influence`. A transparent ground counts as white."""
    ribbons = medium.ribbons(strokes, frame)
    ground = ribbons.color.new_tensor(frame.canvas.background or (1.0, 1.0, 1.0))
    rows, columns = frame.size
    found = influence(*ribbons[:5], ground, height=rows, width=columns, caps=ribbons.caps)
    return found if strokes.lifted is None else found * strokes.present


def mismatch_of(medium: HasRibbons, strokes: Strokes, frame: Frame, goal: Tensor) -> Tensor:  # goal [3, H, W]
    """[N]; see `wmpaint.medium.mismatch`.

    The picture is linear in the colors, so that what shows of each stroke is the gradient of a picture in it.
    """
    with torch.no_grad():
        ribbons = medium.ribbons(strokes, frame)
    wanted = torch.cat([torch.ones_like(goal[:1]), goal.square().sum(0, keepdim=True), goal])
    rows, columns = frame.size
    with torch.enable_grad():
        color = strokes.color.new_zeros(len(strokes), len(wanted)).requires_grad_()
        picture, _ = composite(
            *ribbons[:4], color, color.new_zeros(len(wanted)), height=rows, width=columns, caps=ribbons.caps
        )
        (seen,) = torch.autograd.grad(picture, color, wanted)
    area, square, mean = seen[:, 0].clamp(min=1e-6), seen[:, 1], seen[:, 2:]
    own = strokes.color.detach()
    return (square - 2 * (own * mean).sum(1)) / area + own.square().sum(1)


@torch.no_grad()
def gain_of(medium: HasRibbons, strokes: Strokes, frame: Frame, below: Picture, goal: Tensor) -> Tensor:
    """[N]; see `wmpaint.medium.gain`."""
    ribbons = medium.ribbons(strokes, frame)
    rows, columns = frame.size
    return gains(*ribbons[:5], below.mean[:3], below.variance, goal, height=rows, width=columns, caps=ribbons.caps)
