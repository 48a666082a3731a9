"""Pictures of strokes as bent ribbons: what a painter, or several on one canvas, begin, lay and look at.

Strokes are noted while they are laid, and drawn in one pass when the picture is looked at; what is laid later is
drawn over that picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn import functional as F

from ...errors import InputError
from ...frame import Frame
from ...medium import Picture, begun
from ...pigment import BANDS, mixed_picture, seen_picture, seen_spread, to_bands
from ...raster.composite import composite
from ...raster.grain import Grain, grained
from ...raster.influence import gains, influence
from ...raster.relief import piled
from ...raster.tiles import Layout, Mosaic, Pile, Ribbons, arrange
from ...strokes import Strokes
from ...surface import bare_relief

__all__ = ["Drawing", "HasRibbons", "RibbonMedium"]

TILE = 8  # pixels


@runtime_checkable
class HasRibbons(Protocol):
    """A medium that bends ribbons, and shows them: for outlines, brush SVG, and the tile rasterizer."""

    def ribbons(self, strokes: Strokes, frame: Frame) -> Ribbons:
        """The ribbons [N] of one picture's strokes, in pixels of the frame."""
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
        wet: how much of it can be picked up, where a grain is drawn.
    """

    frame: Frame
    ground: Picture | None
    batch: tuple[int, ...]
    seed: int | None
    laid: tuple[Strokes, ...] = ()
    layout: Layout | None = None
    seen: Picture | None = None
    wet: Tensor | None = None


class RibbonMedium(HasRibbons):
    """A medium whose strokes are ribbons: what it does as a medium, and knows of each stroke, follows from these."""

    marks: ClassVar[type[Strokes]] = Strokes

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> Drawing:
        """As `Medium.begin`.

        Args:
            generator: draws the seed of this picture's grain; None, or a program that is not random, gives the mean,
                which is differentiable in the strokes, the ground and the weights. Over seeds, textured pictures
                have that mean and, pixel by pixel, its variance, less what averaging over pixels larger than the
                program's takes away. The same strokes at other heights, or among others, have the same grain.
                Brushes that pick up wet paint cover more where there is none, and colors and heights of oil stray, too.

        Raises:
            InputError: a ground of another size, or a batch of no pictures.
        """
        return Drawing(frame, ground, batch, begun(frame, ground, batch, generator))

    def lay(self, state: Drawing, marks: Strokes, *, layout: Layout | None = None) -> Drawing:
        """As `Medium.lay`.

        Raises:
            InputError: strokes out of range (see `Strokes.check`), or of other pictures than those begun.
        """
        if marks.batch != state.batch:
            raise InputError(f"expected strokes of {state.batch or 'one'} pictures, got {marks!r}")
        marks = marks.to_kind(self.marks).check().to(state.frame.device)
        if state.seen is not None:  # over what there is
            return replace(state, ground=state.seen, laid=(marks,), layout=layout, seen=None)
        # A layout counts the strokes of its own call only.
        return replace(state, laid=(*state.laid, marks), layout=None if state.laid else layout)

    def look(self, state: Drawing) -> Picture:
        """As `Medium.look`: the mean and its variance, or without the variance as the program might paint it.

        The variance is summed over red, green and blue, and is the program's per pixel at the frame's program height:
        averaging over larger pixels does not reduce it, as it does where a generator draws the grain. Of pigment, whose
        bands are averaged, mean and variance are those of first order.
        """
        if state.seen is None:
            state.seen = self._drawn(state)
        return state.seen

    def _drawn(self, state: Drawing) -> Picture:
        frame, batch = state.frame, state.batch
        strokes = self.marks.cat(state.laid).flat() if state.laid else self.marks.empty(device=frame.device)
        (shown,) = strokes.present.nonzero(as_tuple=True) if strokes.lifted is not None else (None,)
        if shown is not None:
            strokes = strokes[shown].replace(lifted=None)
        strayed = None if state.seed is None else self.grain(strokes, frame, state.seed)
        ribbons = _paint(self.ribbons(strokes, frame) if strayed is None else strayed[0], frame)
        opaque, pigment = frame.canvas.background is not None, frame.canvas.mixing == "pigment"
        if not opaque:
            ribbons = ribbons._replace(color=F.pad(ribbons.color, (0, 1), value=1.0))
        ground, spread = _ground(state, ribbons.color)
        layout, size, mosaic = state.layout, frame.size, None
        if batch:
            mosaic = Mosaic(math.prod(batch), *size, TILE)
            picture = torch.arange(mosaic.pictures, device=ribbons.points.device)
            picture = picture.repeat_interleave(sum(part.count for part in state.laid))
            picture = picture if shown is None else picture[shown]
            layout, size = mosaic.arrange(ribbons.points, ribbons.half_width, picture), mosaic.size
            ribbons = ribbons._replace(points=ribbons.points + mosaic.origin(picture).to(ribbons.points)[:, None])
            ground, spread = mosaic.join(ground), None if spread is None else mosaic.join(spread[:, None])[0]
            if strayed is not None and strayed[1].surface.shape != (1, 1):
                lies = strayed[1].surface.expand(mosaic.pictures, 1, -1, -1)
                strayed = ribbons, strayed[1]._replace(surface=mosaic.join(lies)[0])
        variance: Tensor | None = None
        if strayed is None:
            mean, variance = composite(ribbons, ground, *size, spread=spread, layout=layout)
        else:
            zero = torch.zeros(size, dtype=torch.float64, device=frame.device)
            state.wet = zero if state.wet is None else state.wet.clone()
            mean = grained(ribbons, ground, strayed[1], *size, layout=layout, wet=state.wet)
        # A relief has no gradient, and is left out where one is asked for.
        pile = None if mean.requires_grad else self.pile(strokes, frame)
        relief: Tensor | None = None
        if pile is not None:
            bare = _relief(state, ribbons.color)
            bare = bare if mosaic is None else mosaic.join(bare[:, None])[0]
            relief = piled(ribbons, pile, bare, layout=layout, grain=None if strayed is None else strayed[1])
        if mosaic is not None:
            mean = mosaic.cut(mean).unflatten(0, batch)
            variance, relief = (
                None if v is None else mosaic.cut(v[None])[:, 0].unflatten(0, batch) for v in (variance, relief)
            )
        if opaque:
            mean = F.pad(mean, (0, 0, 0, 0, 0, 1), value=1.0)
        if not pigment:
            return Picture(mean, variance, relief)
        return Picture(seen_picture(mean), None if variance is None else variance * seen_spread(mean), relief, mean)

    def pile(self, strokes: Strokes, frame: Frame) -> Pile | None:
        """How the strokes [N] of one picture pile up; None for flat paint."""
        return None

    # What of each stroke shows

    @torch.no_grad()
    def layout(self, marks: Strokes, frame: Frame, slack: float = 0.0, tile: int | None = None) -> Layout:
        """Which strokes touch which tiles of a frame, or may after moves of `slack` canvas units.

        Args:
            tile: pixels of a tile's side; None for what is fastest.
        """
        tile = (TILE // 2 if frame.size[0] <= 128 else TILE) if tile is None else tile
        ribbons = self.ribbons(marks, frame)
        return arrange(ribbons.points, ribbons.half_width + slack * frame.height, *frame.size, tile)

    @torch.no_grad()
    def reach(self, marks: Strokes, frame: Frame) -> Tensor:
        """[N, 4]; see `wmpaint.medium.reach`."""
        ribbons = self.ribbons(marks, frame)
        wide = ribbons.half_width[:, None]
        return torch.cat([ribbons.points.amin(1) - wide, ribbons.points.amax(1) + wide], 1)

    @torch.no_grad()
    def influence(self, marks: Strokes, frame: Frame) -> Tensor:
        """[N]; see `wmpaint.medium.influence`. A transparent ground counts as white."""
        ribbons = _paint(self.ribbons(marks, frame), frame)
        ground = _background(frame, ribbons.color, (1.0, 1.0, 1.0))
        found = influence(ribbons, ground, *frame.size)
        return found if marks.lifted is None else found * marks.present

    def mismatch(self, marks: Strokes, frame: Frame, goal: Tensor) -> Tensor:  # goal [3, H, W]
        """[N]; see `wmpaint.medium.mismatch`.

        The picture is linear in the colors, so that what shows of each stroke is the gradient of a picture in it.
        """
        with torch.no_grad():
            ribbons = self.ribbons(marks, frame)
        wanted = torch.cat([torch.ones_like(goal[:1]), goal.square().sum(0, keepdim=True), goal])
        with torch.enable_grad():
            color = marks.color.new_zeros(len(marks), len(wanted)).requires_grad_()
            picture, _ = composite(ribbons._replace(color=color), color.new_zeros(len(wanted)), *frame.size)
            (seen,) = torch.autograd.grad(picture, color, wanted)
        area, square, mean = seen[:, 0].clamp(min=1e-6), seen[:, 1], seen[:, 2:]
        own = marks.color.detach()
        return (square - 2 * (own * mean).sum(1)) / area + own.square().sum(1)

    @torch.no_grad()
    def gain(self, marks: Strokes, frame: Frame, below: Picture, goal: Tensor) -> Tensor:
        """[N]; see `wmpaint.medium.gain`."""
        ribbons = _paint(self.ribbons(marks, frame), frame)
        if frame.canvas.mixing == "light":
            return gains(ribbons, below.mean[:3], below.variance, goal)
        under, wanted = to_bands(below.mean[:3], 0), to_bands(goal, 0)
        spread = None if below.variance is None else below.variance / seen_spread(under)
        return gains(ribbons, under, spread, wanted) * (3 / BANDS)


def _paint(ribbons: Ribbons, frame: Frame) -> Ribbons:
    """With the colors that are averaged: bands, where pigments mix."""
    return ribbons if frame.canvas.mixing == "light" else ribbons._replace(color=to_bands(ribbons.color))


def _background(frame: Frame, like: Tensor, clear: tuple[float, ...]) -> Tensor:
    """[C] the bare canvas as colors are averaged; `clear` where it is transparent."""
    color = like.new_tensor(frame.canvas.background or clear)
    return color if frame.canvas.mixing == "light" or len(color) != 3 else to_bands(color)


def _ground(state: Drawing, color: Tensor) -> tuple[Tensor, Tensor | None]:
    """The ground's color [C] or pictures [(B,) C, H, W], and their variance [(B,) H, W]."""
    if state.ground is None:
        return _background(state.frame, color, (0.0,) * color.shape[1]), None
    mean, spread, _, bands = state.ground
    if state.frame.canvas.mixing == "pigment":
        mean = mixed_picture(mean) if bands is None else bands
        spread = None if spread is None else spread / seen_spread(mean)
    mean = mean[..., : color.shape[1], :, :].to(color)
    spread = None if spread is None else spread.to(color)
    if not state.batch:
        return mean, spread
    return mean.flatten(0, -4), None if spread is None else spread.flatten(0, -3)


def _relief(state: Drawing, like: Tensor) -> Tensor:
    """Heights [(B,) H, W] of what lies beneath."""
    if state.ground is None or state.ground.relief is None:
        found = bare_relief(state.frame).to(like)
        return found.expand(math.prod(state.batch), -1, -1) if state.batch else found
    relief = state.ground.relief.to(like)
    return relief.flatten(0, -3) if state.batch else relief
