"""Several media on one canvas: `Mixed([charcoal, ink])` lays each mark with the medium that its `brush` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..frame import Frame
from ..marks import Marks, widest
from ..medium import Medium, MediumInfo, Picture, gain, influence, mismatch, reach
from ..raster.grain import Grain, joined
from ..raster.tiles import Layout, Pile, Ribbons
from ..strokes import Strokes
from .ribbon.drawing import HasRibbons, RibbonMedium
from .ribbon.texture import grain

__all__ = ["Mixed"]


@dataclass
class Blend:
    """A picture in the making: the state of the medium at work, and which kind that is."""

    frame: Frame
    ground: Picture | None
    batch: tuple[int, ...]
    generator: torch.Generator | None
    chance: Tensor | None  # the generator's state at the start, from which each medium begins
    count: int = 0  # marks laid
    at_work: Medium | None = None
    state: Any = None


class Mixed:
    """A medium of several, which lays marks of several brushes in paint order.

    Media that bend ribbons are drawn together, in one pass with one variance and all gradients; programs of one kind
    paint on one sheet, as if a painter changed brushes. Where the kind changes, what there is becomes the ground.

    Args:
        media: by the number in the marks' `brush`; a function of the number, with `count`, makes them when needed.
        count: how many there are.

    Raises:
        InputError: no media, or media of kinds of marks of which none is all the others.
    """

    def __init__(self, media: Sequence[Medium] | Callable[[int], Medium], count: int | None = None) -> None:
        self._made: dict[int, Medium] = {}
        self._make = media if callable(media) else None
        if not callable(media):
            self._made, count = dict(enumerate(media)), len(media)
        self.count = 1 if count is None else count
        if self.count < 1:
            raise InputError("expected one medium or more, got none")
        widest([medium.marks for medium in self._made.values()] or [Marks])

    def __repr__(self) -> str:
        return f"Mixed({self.count} media)"

    def __getitem__(self, number: int) -> Medium:
        """The medium of a brush's number.

        Raises:
            InputError: a number that there is not.
        """
        checks.whole("brush of …", number, 0, self.count - 1)
        if number not in self._made:
            assert self._make is not None
            self._made[number] = self._make(number)
        return self._made[number]

    @property
    def media(self) -> list[Medium]:
        """All of them."""
        return [self[k] for k in range(self.count)]

    @property
    def marks(self) -> type[Marks]:
        """The kind that all of them can lay."""
        return widest(medium.marks for medium in self.media)

    @cached_property
    def info(self) -> MediumInfo:
        """Of all together; names are joined by +."""
        known = [medium.info for medium in self.media]
        return MediumInfo(
            "+".join(dict.fromkeys(i.name for i in known)), "+".join(i.brush for i in known),
            differentiable=all(i.differentiable for i in known), random=any(i.random for i in known),
            reads_canvas=any(i.reads_canvas for i in known),
        )  # fmt: skip

    # Laying marks

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> Blend:
        """As `Medium.begin`; every medium draws from the generator as if it painted alone."""
        return Blend(frame, ground, batch, generator, None if generator is None else generator.get_state())

    def lay(self, state: Blend, marks: Marks, *, layout: Layout | None = None) -> Blend:
        """As `Medium.lay`.

        Raises:
            InputError: a brush that there is not, and what the media raise.
        """
        for medium, part, first in self._runs(marks):
            if state.at_work is None or not _goes_on(state.at_work, medium):
                self._change(state, medium)
            if getattr(medium, "sheets", False):
                state.state.count = state.count + first  # random numbers go by the place in the whole picture
            more = {} if layout is None or part.count < marks.count else {"layout": layout}
            state.state, state.at_work = medium.lay(state.state, part, **more), medium
        state.count += marks.count
        return state

    def look(self, state: Blend) -> Picture:
        """As `Medium.look`."""
        if state.at_work is not None:
            found, ground = state.at_work.look(state.state), state.ground
            flat = found.relief is None and ground is not None and not found.mean.requires_grad
            return (
                found._replace(relief=ground.relief) if flat and ground else found
            )  # flat paint lies on what there is
        bare = state.frame.bare(state.batch)
        return state.ground or Picture(bare, torch.zeros_like(bare[..., 0, :, :]))

    def _change(self, state: Blend, medium: Medium) -> None:
        ground = state.ground = state.ground if state.at_work is None else self.look(state)
        if state.generator is not None and state.chance is not None:
            state.generator.set_state(state.chance)
        state.state = medium.begin(state.frame, ground=ground, batch=state.batch, generator=state.generator)
        state.at_work = medium

    def _laid_by(self, number: int) -> Medium:
        """What lays marks of a brush: all ribbons are drawn together."""
        return self._together if self.count > 1 and isinstance(self[number], HasRibbons) else self[number]

    @cached_property
    def _together(self) -> Together:
        return Together(self)

    def _runs(self, marks: Marks) -> Iterator[tuple[Medium, Marks, int]]:
        """Marks in paint order, cut where what lays them changes, and the place of the first of each run."""
        shown, brushes = marks.present, marks.brush
        if not bool(shown.any()):
            return
        used = [0] if brushes is None else brushes[shown].unique().tolist()
        laid_by = {number: self._laid_by(number) for number in used}
        if brushes is None or len({id(medium) for medium in laid_by.values()}) == 1:
            yield laid_by[used[0]], marks, 0
            return
        if marks.batch:  # each picture may change brushes at a mark of its own
            for k in range(marks.count):
                one = marks.span(k, k + 1)
                for number, medium in laid_by.items():
                    yield medium, one.where(brushes[..., k : k + 1] == number), k
            return
        (places,) = shown.nonzero(as_tuple=True)
        start, medium = 0, laid_by[int(brushes[places[0]])]
        for place, number in zip(places.tolist(), brushes[places].tolist(), strict=True):
            if laid_by[number] is not medium:
                yield medium, marks[start:place], start
                start, medium = place, laid_by[number]
        yield medium, marks[start:], start

    # What of each mark shows

    def layout(self, marks: Any, frame: Frame, slack: float = 0.0, tile: int | None = None) -> Layout | None:
        """See `HasLayout`; only where all media bend ribbons."""
        return self._together.layout(marks, frame, slack, tile) if self._all_ribbons else None

    @cached_property
    def _all_ribbons(self) -> bool:
        return all(isinstance(medium, HasRibbons) for medium in self.media)

    def reach(self, marks: Marks, frame: Frame) -> Tensor:
        """[N, 4]; see `wmpaint.medium.reach`."""
        return self._each(marks, 4, lambda medium, part: reach(medium, part, frame))

    def influence(self, marks: Any, frame: Frame) -> Tensor:
        """[N]; see `wmpaint.medium.influence`."""
        if self._all_ribbons:
            return self._together.influence(marks, frame)
        return self._each(marks, 0, lambda medium, part: influence(medium, part, frame))

    def mismatch(self, marks: Any, frame: Frame, goal: Tensor) -> Tensor:
        """[N]; see `wmpaint.medium.mismatch`."""
        if self._all_ribbons:
            return self._together.mismatch(marks, frame, goal)
        return self._each(marks, 0, lambda medium, part: mismatch(medium, part, frame, goal))

    def gain(self, marks: Marks, frame: Frame, below: Picture, goal: Tensor) -> Tensor:
        """[N]; see `wmpaint.medium.gain`."""
        return self._each(marks, 0, lambda medium, part: gain(medium, part, frame, below, goal))

    def _each(self, marks: Marks, width: int, fn: Callable[[Medium, Marks], Tensor]) -> Tensor:
        """[N(, width)] of what each medium says of its own marks."""
        brushes = (
            torch.zeros(marks.count, dtype=torch.int64, device=marks.device) if marks.brush is None else marks.brush
        )
        found = torch.zeros((marks.count, width) if width else marks.count, dtype=marks.dtype, device=marks.device)
        for number in brushes.unique().tolist():
            (mine,) = (brushes == number).nonzero(as_tuple=True)
            found[mine] = fn(self[number], marks[mine].replace(brush=None)).to(found)
        return found


class Together(RibbonMedium):
    """The media of a `Mixed` that bend ribbons, as one that draws them all in one pass."""

    def __init__(self, mixed: Mixed) -> None:
        self.mixed = mixed

    @property
    def marks(self) -> type[Strokes]:  # type: ignore[override]
        """As of the media."""
        return self.mixed.marks  # type: ignore[return-value]  # whose ribbons are strokes

    @property
    def info(self) -> MediumInfo:
        """As of the media."""
        return self.mixed.info

    def ribbons(self, strokes: Any, frame: Frame) -> Ribbons:
        """See `HasRibbons`. Ribbons of other sizes than the largest are resampled to it."""
        return self._of(strokes, lambda medium, part: medium.ribbons(part, frame))

    def grain(self, strokes: Any, frame: Frame, seed: int) -> tuple[Ribbons, Grain] | None:
        """See `HasRibbons`."""
        grains: list[Grain | None] = []

        def strayed(medium: HasRibbons, part: Any) -> Ribbons:
            found = medium.grain(part, frame, seed)
            grains.append(None if found is None else found[1])
            return medium.ribbons(part, frame) if found is None else found[0]

        ribbons = self._of(strokes, strayed)
        if strokes.brush is None or all(part is None for part in grains):
            return None if grains[0] is None else (ribbons, grains[0])
        places = [(strokes.brush == number).nonzero()[:, 0] for number in strokes.brush.unique().tolist() or [0]]
        plain = grain(strokes.to(ribbons.points.dtype), seed, frame)  # of those that do not stray
        return ribbons, joined([part or plain.of(mine) for part, mine in zip(grains, places, strict=True)], places)

    def _of(self, strokes: Any, fn: Callable[[Any, Any], Ribbons]) -> Ribbons:
        """Ribbons of all strokes, in their order."""
        if strokes.brush is None:
            return fn(self.mixed[0], strokes)
        parts, places = [], []
        for number in strokes.brush.unique().tolist() or [0]:
            (mine,) = (strokes.brush == number).nonzero(as_tuple=True)
            parts.append(fn(self.mixed[number], strokes[mine].replace(brush=None)))
            places.append(mine)
        sizes = ((part.logits.shape[2] - 2 * part.caps, part.logits.shape[3], part.caps) for part in parts)
        body, columns, caps = (max(size) for size in zip(*sizes, strict=True))
        back, target = torch.cat(places).argsort(), (body, columns, caps)
        same = [part._replace(logits=_resampled(part.logits, part.caps, *target))[:5] for part in parts]
        points, radius, wide, logits, color = (torch.cat(field)[back] for field in zip(*same, strict=True))
        return Ribbons(points, radius, wide, logits, color, caps)

    @torch.no_grad()
    def pile(self, strokes: Any, frame: Frame) -> Pile | None:
        """See `RibbonMedium`: flat strokes lie on what there is and change nothing."""
        if strokes.brush is None:
            return _pile(self.mixed[0], strokes, frame)
        numbers = strokes.brush.unique().tolist()
        places = [(strokes.brush == number).nonzero(as_tuple=True)[0] for number in numbers]
        piles = [
            _pile(self.mixed[number], strokes[mine].replace(brush=None), frame)
            for number, mine in zip(numbers, places, strict=True)
        ]
        if all(pile is None for pile in piles):
            return None
        shape, back = self.ribbons(strokes, frame), torch.cat(places).argsort()
        found = [_fitted(pile, shape, len(mine))[:3] for pile, mine in zip(piles, places, strict=True)]
        logits, unit, level = (torch.cat(field)[back] for field in zip(*found, strict=True))
        return Pile(logits, unit, level, shape.caps)


def _pile(medium: Medium, strokes: Any, frame: Frame) -> Pile | None:
    return medium.pile(strokes, frame) if isinstance(medium, RibbonMedium) else None


def _fitted(pile: Pile | None, ribbons: Ribbons, count: int) -> Pile:
    """A pile of so many strokes with rows and columns like these ribbons'; one that changes nothing, where there is
    none."""
    rows, columns = ribbons.logits.shape[2:]
    if pile is None:
        none = ribbons.radius.new_zeros(count)
        return Pile(none[:, None, None].expand(-1, rows, columns) - 30, none, none, ribbons.caps)
    logits = _resampled(pile.logits[:, None], pile.caps, rows - 2 * ribbons.caps, columns, ribbons.caps)
    return pile._replace(logits=logits[:, 0], caps=ribbons.caps)


def _resampled(logits: Tensor, own: int, body: int, columns: int, caps: int) -> Tensor:
    """Logits [N, K, R, C] of so many rows and columns, bilinear in each fan, of `own` rows, and in the body."""
    if (logits.shape[2] - 2 * own, logits.shape[3], own) == (body, columns, caps):
        return logits
    # A fan's rows go from one beside the body to the tip, so that a row of the body belongs to each fan.
    parts = (
        logits[:, :, : own + 1],
        logits[:, :, own : logits.shape[2] - own],
        logits[:, :, logits.shape[2] - own - 1 :],
    )
    head, middle, tail = (
        torch.nn.functional.interpolate(part, size=(rows, columns), mode="bilinear", align_corners=True)
        for part, rows in zip(parts, (caps + 1, body, caps + 1), strict=True)
    )
    return torch.cat([head[:, :, :-1], middle, tail[:, :, 1:]], 2)


def _goes_on(one: Medium, other: Medium) -> bool:
    """Whether a medium can lay marks on what another has begun."""
    return one is other or (getattr(one, "sheets", False) and type(one) is type(other))
