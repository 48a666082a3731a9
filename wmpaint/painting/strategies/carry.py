"""From one frame's marks to the next one's: `carry(task, carried, change, target, ...) -> Carried`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ...clock import Clock, cosine
from ...frame import Frame
from ...geometry import bezier
from ...image import resize
from ...marks import Marks
from ...medium import HasLayout, Medium, Where, influence, mismatch, reach
from ...objectives.goal import Goal
from ...objectives.photo import photo
from ...raster.tiles import Layout
from ..placing import choose_brushes, place
from ..state import PaintState
from ..step import REPLAN, SLACK, Task, predicted, step
from ..variables import Variables, limits
from ..video.motion import Change, sampled
from .rounds import VISIBLE

__all__ = ["Carried", "carry"]

TILE = 4  # pixels: what a mark touches is known to so many
OWN = 0.3  # of the tiles that a mark touches: with fewer in the change it stays as it is, and is painted over
STEADY = 3.0  # how much more than a changed pixel one counts that should stay as it was painted
AHEAD = 5  # places of a mark that are looked at to see where it goes
SURE = 0.8  # of the error that a mark's motion may leave, or it stays where it is
RATE = 0.6  # share of the full learning rates at the first step
LEAST = 0.03  # of that, at the last
WRONG = 0.15  # of color, by which a mark may suit the picture worse than in the frame before, or it is placed anew:
INSIDE = 0.9  # if as much of it has changed,
SMALL = 1.5  # and it is no larger than so many of the smallest marks; what lies under them would leave bare canvas
AGAIN = 0.4  # share of the steps after which marks that show nowhere are placed once more


@dataclass(frozen=True, eq=False)
class Carried:
    """A frame's marks.

    Args:
        numbers: [N] int64, the same for a mark in all frames through which it is carried.
        next: the number that a new mark gets.
        free: how many marks were moved, changed or placed for this frame.
    """

    strokes: Marks
    numbers: Tensor
    next: int
    free: int

    @classmethod
    def fresh(cls, strokes: Marks, first: int = 0) -> Carried:
        """Marks that were painted for this frame alone."""
        count = len(strokes)
        return cls(strokes, torch.arange(first, first + count, device=strokes.device), first + count, count)


def carry(
    task: Task,
    was: Carried,
    change: Change,
    target: Tensor,  # [3, H, W]
    *,
    steps: int,
    generator: torch.Generator,
) -> Carried:
    """The marks of the next frame.

    Marks that lie mostly in what changed are free. They are moved along with the picture; those that then show
    nowhere, or that suit what is there no longer, are placed anew where the error is largest; and all of them are
    improved in a few steps. Where nothing changed, the frame before is the target. All other marks stay as they are,
    bit for bit.
    """
    frame = task.at(task.schedule.fine)
    rows, columns = frame.size
    changed = F.interpolate(change.mask.float()[None, None], size=(rows, columns), mode="area")[0, 0] > 0
    free = _own(task.medium, was.strokes, frame, changed) >= OWN
    if not bool(changed.any()):
        return Carried(was.strokes, was.numbers, was.next, 0)
    with torch.no_grad():
        before = predicted(task, was.strokes, frame.height).mean
    goal = torch.where(changed, resize(target, rows, columns), before)
    passage = _Passage(replace(task, goal=Goal.of(photo(goal))), was, free, change, changed, goal, frame, generator)
    passage.renew(True)
    for index in range(steps):
        if index == round(AGAIN * steps):
            passage.renew()
        passage.step(RATE * cosine(index / steps, LEAST))
    return passage.carried()


class _Passage:
    """A frame's marks while they become those of the next."""

    def __init__(
        self, task: Task, was: Carried, free: Tensor, change: Change, changed: Tensor, goal: Tensor, frame: Frame,
        generator: torch.Generator,
    ) -> None:  # fmt: skip
        self.task, self.was, self.changed, self.goal, self.frame = task, was, changed, goal, frame
        kind = task.medium.marks
        free_marks = Variables(kind, limits(kind, frame.canvas.aspect, task.smallest), frame.device)
        self.state = PaintState(free_marks, Clock(None), generator)
        places = torch.arange(len(was.strokes), device=frame.device)
        self.state.free_places = places[:0]
        self.state.renew(torch.zeros(0, dtype=torch.bool, device="cpu"), _moved(was.strokes[free], change))
        self.state.fix(was.strokes[~free], places[~free])
        self.state.free_places = places[free]
        self.fixed_numbers, self.numbers, self.next = was.numbers[~free], was.numbers[free], was.next
        self.suited = mismatch(task.medium, was.strokes, frame, resize(change.before, *frame.size))[free]
        self.near = self.weight = torch.empty(0, device=frame.device)

    def renew(self, first: bool = False) -> None:
        """Place those free marks anew that show nowhere, and at `first` small ones that no longer suit."""
        state, medium, frame = self.state, self.task.medium, self.frame
        marks = self.task.marks(state).detach()
        shown = influence(medium, marks, frame) >= VISIBLE
        free = state.free_at
        if first:
            lengths = marks.of_unit("length")
            size = getattr(marks, lengths[0]) if lengths else torch.zeros(len(marks), device=frame.device)
            small = size < SMALL * self.task.schedule.rounds[-1].radius
            off = mismatch(medium, marks, frame, self.goal)
            wrong = torch.zeros_like(shown)
            wrong[free] = off[free] >= self.suited + WRONG**2
            shown &= ~(wrong & small & (_own(medium, marks, frame, self.changed) >= INSIDE))
        alive = shown[free]
        count = int((~alive).sum())
        if not count:
            return
        with torch.no_grad():
            picture = predicted(self.task, marks, frame.height).mean
        error = (picture - self.goal).square().mean(0) * self.changed
        last = self.task.schedule.rounds[-1]
        where = Where(error / error.mean().clamp(min=1e-30), self.goal, frame, last.radius, last.length)
        new = place(medium, where, count, state.generator, even=0.0)
        state.renew(alive, choose_brushes(self.task, state, new, self.goal, frame))
        self.numbers = torch.cat([self.numbers[alive], torch.arange(self.next, self.next + count, device=frame.device)])
        self.next += count

    def step(self, rate: float) -> None:
        """Improve the free marks a little."""
        if len(self.state.free):
            step(self.task, self.state, 1.0, rate=rate, height=self.frame.height, part=self._part)

    def _part(self, marks: Marks) -> tuple[Marks, Layout | None, Tensor]:
        """The marks that must be painted to see the tiles that free ones touch, and how much each pixel counts."""
        medium = self.task.medium
        if not isinstance(medium, HasLayout):
            return marks, None, torch.where(self.changed, 1 / STEADY, 1.0)
        if self.state.layout is None or self.state.clock.index % REPLAN == 0:
            known, free = marks.detach(), self.state.order >= self.state.held
            whole = medium.layout(known, self.frame, SLACK, TILE)
            tile_of = _tile_of(whole)
            count = -(-whole.height // TILE) * whole.across
            open_tiles = torch.zeros(count, dtype=torch.bool, device=free.device)
            open_tiles[tile_of[free[whole.strokes]]] = True
            near = torch.zeros(len(known), dtype=torch.bool, device=free.device)
            near[whole.strokes[open_tiles[tile_of]]] = True
            seen = open_tiles.view(-1, whole.across).float()
            seen = seen.repeat_interleave(TILE, 0).repeat_interleave(TILE, 1)[: whole.height, : whole.width]
            self.near = near.nonzero()[:, 0]
            self.weight = seen * torch.where(self.changed, 1 / STEADY, 1.0)
            self.state.layout = _only(medium.layout(known[self.near], self.frame, SLACK, TILE), open_tiles)
        return marks[self.near], self.state.layout, self.weight

    def carried(self) -> Carried:
        """What has become of them."""
        state = self.state
        state.free.clamp()
        strokes, numbers = self.task.marks(state).detach().clone(), torch.cat([self.fixed_numbers, self.numbers])
        return Carried(strokes, numbers[state.order], self.next, len(state.free))


def _only(layout: Layout, wanted: Tensor) -> Layout:
    """The layout of some tiles [tiles of the picture] bool; the others stay bare."""
    keep, sizes = wanted[layout.tiles], layout.starts.diff()
    starts = torch.cat([sizes.new_zeros(1), sizes[keep].cumsum(0)])
    pairs = layout.strokes[torch.repeat_interleave(keep, sizes)]
    return layout._replace(tiles=layout.tiles[keep], starts=starts, strokes=pairs)


def _tile_of(layout: Layout) -> Tensor:
    """[P] the tile of each pair."""
    return torch.repeat_interleave(layout.tiles, layout.starts.diff())


def _own(medium: Medium, marks: Marks, frame: Frame, changed: Tensor) -> Tensor:
    """[N] which share of the tiles that each mark touches has changed."""
    if isinstance(medium, HasLayout):
        return _share(medium.layout(marks, frame, 0.0, TILE), changed, len(marks))
    rows, columns = frame.size
    sums = F.pad(changed.double().cumsum(0).cumsum(1), (1, 0, 1, 0))
    box = reach(medium, marks, frame)
    left, right = (box[:, k].floor().long().clamp(0, columns) for k in (0, 2))
    top, bottom = (box[:, k].floor().long().clamp(0, rows) for k in (1, 3))
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    area = (right - left) * (bottom - top)
    return torch.where(area == 0, 1.0, inside / area.clamp(min=1))


def _share(layout: Layout, changed: Tensor, count: int) -> Tensor:
    """[count] which share of the tiles that each mark touches has changed."""
    across, down = layout.across, -(-layout.height // layout.tile)
    padded = F.pad(changed.float(), (0, across * layout.tile - layout.width, 0, down * layout.tile - layout.height))
    tiles = F.max_pool2d(padded[None, None], layout.tile)[0, 0].flatten()
    none = tiles.new_zeros(count)
    touched = none.index_add(0, layout.strokes, tiles.new_ones(layout.pairs))
    inside = none.index_add(0, layout.strokes, tiles[_tile_of(layout)])
    return torch.where(touched == 0, 1.0, inside / touched.clamp(min=1))  # what lies beside the canvas may come back


def _moved(marks: Marks, change: Change) -> Marks:
    """The marks, each moved along with the picture where that explains what is seen along it."""
    names = marks.of_unit("place")
    if not len(marks) or not names:
        return marks
    places = getattr(marks, names[0])
    if tuple(places.shape[1:]) == (3, 2):  # a curve
        points = bezier(places, torch.linspace(0.1, 0.9, AHEAD, device=places.device))  # [N, AHEAD, 2]
    else:
        points = places.reshape(len(marks), -1, 2)
    # The flow is known where things are now: go there, and look again where that came from.
    shift = torch.zeros_like(points)
    for _ in range(3):
        shift = -sampled(change.flow, points + shift)
    shift = shift.median(1).values[:, None]
    was = sampled(change.before, points)
    stays = (sampled(change.now, points) - was).square().mean((1, 2))
    goes = (sampled(change.now, points + shift) - was).square().mean((1, 2))
    sure = goes < SURE * stays
    return marks.moved(1.0, torch.where(sure[:, None], shift[:, 0], torch.zeros_like(shift[:, 0])))
