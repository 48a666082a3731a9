"""From one frame's strokes to the next one's: `carry(view, carried, change, target, ...) -> Carried`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...geometry import bezier
from ...image import resize
from ...objectives.base import Scene
from ...objectives.photo import photo
from ...raster.tiles import Layout
from ...strokes import Strokes
from ..init import place
from ..leaves import Leaves
from ..schedule import Schedule
from ..view import VISIBLE, View
from .motion import Change, sampled

__all__ = ["Carried", "carry"]

TILE = 4  # pixels: what a stroke touches is known to so many
REPLAN = 4  # steps between binnings of strokes to tiles
OWN = 0.3  # of the tiles that a stroke touches: with fewer in the change it stays as it is, and is painted over
STEADY = 3.0  # how much more than a changed pixel one counts that should stay as it was painted
AHEAD = 5  # points of a stroke that are looked at to see where it goes
SURE = 0.8  # of the error that a stroke's motion may leave, or it stays where it is
RATE = 0.6  # share of the full learning rates at the first step; the last has nearly none
WRONG = 0.15  # of color, by which a stroke may suit the picture worse than in the frame before, or it is placed anew:
INSIDE = 0.9  # if as much of it has changed,
SMALL = 1.5  # and it is no larger than so many of the smallest strokes; what lies under them would leave bare canvas
AGAIN = 0.4  # share of the steps after which strokes that show nowhere are placed once more


@dataclass(frozen=True, eq=False)
class Carried:
    """A frame's strokes.

    Args:
        numbers: [N] int64, the same for a stroke in all frames through which it is carried.
        next: the number that a new stroke gets.
        free: how many strokes were moved, changed or placed for this frame.
    """

    strokes: Strokes
    numbers: Tensor
    next: int
    free: int

    @classmethod
    def fresh(cls, strokes: Strokes, first: int = 0) -> Carried:
        """Strokes that were painted for this frame alone."""
        count = len(strokes)
        return cls(strokes, torch.arange(first, first + count), first + count, count)


def carry(
    view: View,
    was: Carried,
    change: Change,
    target: Tensor,  # [3, H, W]
    *,
    schedule: Schedule,
    steps: int,
    smallest: float,
    generator: torch.Generator,
) -> Carried:
    """The strokes of the next frame.

    Strokes that lie mostly in what changed are free. They are moved along with the picture; those that then show
    nowhere, or that suit what is there no longer, are placed anew where the error is largest; and all of them are
    improved in a few steps. Where nothing
    changed, the frame before is the target. All other strokes stay as they are, bit for bit.

    Args:
        smallest: radius in canvas units.
    """
    height = schedule.fine
    rows, columns = view.canvas.pixels(height)
    changed = F.interpolate(change.mask.float()[None, None], size=(rows, columns), mode="area")[0, 0] > 0
    free = _own(view.plan(was.strokes, height, slack=0.0, tile=TILE), changed, len(was.strokes)) >= OWN
    if not bool(changed.any()):
        return Carried(was.strokes, was.numbers, was.next, 0)
    with torch.no_grad():
        before, _ = view.picture(was.strokes, height)
    goal = torch.where(changed, resize(target, rows, columns), before)
    moved = _moved(was.strokes[free], change)
    strokes = _put(was.strokes, free, moved)
    work = _Work(view, strokes, free, changed, goal, schedule, smallest, generator)
    suited = view.mismatch(was.strokes, resize(change.before, rows, columns))
    work.suited = torch.cat([suited, suited[free]])
    work.renew(True)
    for index in range(steps):
        if index == round(AGAIN * steps):
            work.renew()
        work.step(RATE * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(math.pi * index / steps))))
    return work.carried(was)


class _Work:
    """The strokes of a frame while they are improved: those that are fixed, and the free ones as leaves."""

    def __init__(
        self, view: View, strokes: Strokes, free: Tensor, changed: Tensor, goal: Tensor, schedule: Schedule,
        smallest: float, generator: torch.Generator,
    ) -> None:  # fmt: skip
        self.view, self.fixed, self.free, self.changed, self.goal = view, strokes, free, changed, goal
        self.schedule, self.generator, self.height = schedule, generator, schedule.fine
        self.leaves = Leaves(smallest, view.canvas.aspect)
        self.kept = free.nonzero()[:, 0]  # places of the free strokes that are still those of the frame before
        self.leaves.replace(torch.zeros(0, dtype=torch.bool), strokes[free])
        self.objective = photo(goal)
        self.layout: Layout | None = None
        self.near = self.weight = self.suited = torch.empty(0)
        self.index = 0

    def _order(self) -> Tensor:
        """Places among fixed strokes, then leaves, in paint order: new leaves lie on top."""
        count, kept = len(self.free), len(self.kept)
        order, gone = torch.arange(count), self.free.clone()
        order[self.kept] = count + torch.arange(kept)
        gone[self.kept] = False
        return torch.cat([order[~gone], torch.arange(count + kept, count + len(self.leaves))])

    def strokes(self) -> Strokes:
        """All of them, in the graph of the leaves."""
        return Strokes.cat([self.fixed, self.leaves.strokes()])[self._order()]

    def renew(self, first: bool = False) -> None:
        """Place those free strokes anew that show nowhere, and at `first` small ones that no longer suit."""
        strokes = self.strokes().detach()
        place_of = self._order()
        shown = self.view.influence(strokes, self.height) >= VISIBLE
        if first:
            inside = _own(self.view.plan(strokes, self.height, slack=0.0, tile=TILE), self.changed, len(strokes))
            small = strokes.radius < SMALL * self.schedule.rounds[-1].radius
            wrong = self.view.mismatch(strokes, self.goal) >= self.suited[place_of] + WRONG**2
            shown &= ~(wrong & small & (inside >= INSIDE))
        alive = torch.ones(len(self.leaves), dtype=torch.bool)
        mine = place_of >= len(self.free)
        alive[place_of[mine] - len(self.free)] = shown[mine]
        count = int((~alive).sum())
        if not count:
            return
        with torch.no_grad():
            picture, _ = self.view.picture(strokes, self.height)
        error = (picture - self.goal).square().mean(0) * self.changed
        last = self.schedule.rounds[-1]
        new = place(
            count, error / error.mean().clamp(min=1e-30), self.goal, self.view.canvas,
            radius=last.radius, length=last.length, generator=self.generator, even=0.0,
        )  # fmt: skip
        self.leaves.replace(alive, new)
        self.kept = self.kept[alive[: len(self.kept)]]
        self.layout = None

    def _bin(self, strokes: Strokes) -> None:
        """Find the tiles that free strokes may touch, and the strokes that must be painted to see these."""
        order = self._order()
        whole = self.view.plan(strokes, self.height, tile=TILE)
        tile_of = _tile_of(whole)
        count = -(-whole.height // TILE) * whole.across
        open_tiles = torch.zeros(count, dtype=torch.bool)
        open_tiles[tile_of[(order >= len(self.free))[whole.strokes]]] = True
        near = torch.zeros(len(strokes), dtype=torch.bool)
        near[whole.strokes[open_tiles[tile_of]]] = True
        seen = open_tiles.view(-1, whole.across).float()
        seen = seen.repeat_interleave(TILE, 0).repeat_interleave(TILE, 1)[: whole.height, : whole.width]
        self.near = near.nonzero()[:, 0]
        self.weight = seen * torch.where(self.changed, 1 / STEADY, 1.0)
        self.layout = _only(self.view.plan(strokes[self.near], self.height, tile=TILE), open_tiles)

    def step(self, rate: float) -> None:
        """Improve the free strokes a little."""
        if not len(self.leaves):
            return
        strokes = self.strokes()
        if self.layout is None or self.index % REPLAN == 0:
            self._bin(strokes.detach())
        near = strokes[self.near]
        picture, variance = self.view.picture(near, self.height, self.layout)
        scene = Scene(picture, variance, near, self.view.canvas, 1.0, self.generator, self.weight)
        loss, _ = self.objective.evaluate(scene)
        self.leaves.step(loss, rate)
        self.index += 1

    def carried(self, was: Carried) -> Carried:
        """What has become of them."""
        self.leaves.clamp()
        strokes = self.strokes().detach().map(torch.clone)
        new = len(self.leaves) - len(self.kept)
        order = self._order()
        numbers = torch.cat([was.numbers, was.numbers[self.kept], torch.arange(was.next, was.next + new)])[order]
        return Carried(strokes, numbers, was.next + new, len(self.leaves))


def _only(layout: Layout, wanted: Tensor) -> Layout:
    """The plan of some tiles [tiles of the picture] bool; the others stay bare."""
    keep, sizes = wanted[layout.tiles], layout.starts.diff()
    starts = torch.cat([sizes.new_zeros(1), sizes[keep].cumsum(0)])
    pairs = layout.strokes[torch.repeat_interleave(keep, sizes)]
    return layout._replace(tiles=layout.tiles[keep], starts=starts, strokes=pairs)


def _tile_of(layout: Layout) -> Tensor:
    """[P] the tile of each pair."""
    return torch.repeat_interleave(layout.tiles, layout.starts.diff())


def _own(layout: Layout, changed: Tensor, count: int) -> Tensor:
    """[count] which share of the tiles that each stroke touches has changed."""
    across, down = layout.across, -(-layout.height // layout.tile)
    padded = F.pad(changed.float(), (0, across * layout.tile - layout.width, 0, down * layout.tile - layout.height))
    tiles = F.max_pool2d(padded[None, None], layout.tile)[0, 0].flatten()
    touched = torch.zeros(count).index_add_(0, layout.strokes, torch.ones(layout.pairs))
    inside = torch.zeros(count).index_add_(0, layout.strokes, tiles[_tile_of(layout)])
    return torch.where(touched == 0, 1.0, inside / touched.clamp(min=1))  # what lies beside the canvas may come back


def _moved(strokes: Strokes, change: Change) -> Strokes:
    """The strokes, each moved along with the picture where that explains what is seen along it."""
    if not len(strokes):
        return strokes
    points = bezier(strokes.points, torch.linspace(0.1, 0.9, AHEAD))  # [N, AHEAD, 2]
    # The flow is known where things are now: go there, and look again where that came from.
    shift = torch.zeros_like(points)
    for _ in range(3):
        shift = -sampled(change.flow, points + shift)
    shift = shift.median(1).values[:, None]
    was = sampled(change.before, points)
    stays = (sampled(change.now, points) - was).square().mean((1, 2))
    goes = (sampled(change.now, points + shift) - was).square().mean((1, 2))
    sure = goes < SURE * stays
    return strokes.replace(points=strokes.points + torch.where(sure[:, None, None], shift, 0.0))


def _put(strokes: Strokes, where: Tensor, some: Strokes) -> Strokes:
    """The strokes with some exchanged."""
    columns = {}
    for name in ("points", "radius", "pressure", "color"):
        column = getattr(strokes, name).clone()
        column[where] = getattr(some, name)
        columns[name] = column
    return Strokes(**columns)
