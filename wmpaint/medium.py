"""Media: whatever lays marks on a canvas, be it a paint program or what has learned from one.

    render(medium, marks, frame) -> Picture          which is begin, lay, look

A medium says what its marks are, and how a picture begins, how marks are laid on it, and what it then looks like.
What else one can do is a capability, a protocol of its own that is asked for by `isinstance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from . import checks
from .canvas import Canvas
from .errors import InputError
from .frame import Frame
from .marks import Marks

__all__ = [
    "HasAlpha",
    "HasInfluence",
    "HasLayers",
    "HasLayout",
    "HasPlace",
    "HasReach",
    "HasTrails",
    "Medium",
    "MediumInfo",
    "Picture",
    "Trail",
    "Where",
    "begun",
    "gain",
    "grow",
    "influence",
    "mismatch",
    "reach",
    "render",
]  # fmt: skip


@dataclass(frozen=True)
class MediumInfo:
    """Who a medium is, and what it is like.

    Args:
        name: of the medium, which a painting's file and `wmpaint paint --brush NAME/BRUSH` call it by.
        brush: of the brush.
        version: of the program, when known.
        brush_hash: SHA-256 of all that decides what the brush looks like, in hexadecimal; "" when not known.
        definition: the brush's file, where it is not one that comes with wmpaint, so that it replays anywhere.
        weights: a hash of what was learned; None for programs.
        differentiable: whether pictures have gradients to the marks.
        random: whether a generator changes pictures.
        reads_canvas: whether marks depend on what lies beneath them (smudging, wet paint).
    """

    name: str
    brush: str = ""
    version: str = ""
    brush_hash: str = ""
    definition: str | None = None
    weights: str | None = None
    differentiable: bool = False
    random: bool = False
    reads_canvas: bool = False

    @property
    def full_name(self) -> str:
        """MEDIUM/BRUSH."""
        return f"{self.name}/{self.brush}" if self.brush else self.name


class Picture(NamedTuple):
    """What a medium shows.

    Attributes:
        mean: [*batch, 4, H, W] premultiplied RGBA in 0..1, row 0 at the top; on a canvas with a background alpha is 1.
        variance: [*batch, H, W] of a random medium around it, summed over red, green and blue, if it is known.
        relief: [*batch, H, W] height of the paint in canvas units, if it has any.
        bands: [*batch, 7, H, W] of paint that mixes as pigment: premultiplied bands and alpha, as which `mean` is seen
            (`pigment.seen_picture`), so that more paint can be laid on it.
    """

    mean: Tensor
    variance: Tensor | None = None
    relief: Tensor | None = None
    bands: Tensor | None = None


@runtime_checkable
class Medium(Protocol):
    """Anything that lays marks. A state is the medium's own: only the medium that began it goes on with it."""

    @property
    def marks(self) -> type[Marks]:
        """The kind of marks that it lays."""
        ...

    @property
    def info(self) -> MediumInfo:
        """Who it is."""
        ...

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> Any:
        """The state of a picture without marks.

        Args:
            ground: what lies beneath, of the frame's size; the bare canvas if None.
            batch: how many pictures at once; marks are then [*batch, N].
            generator: of all that is random in this picture; None is the mean, or a fixed seed.
        """
        ...

    def lay(self, state: Any, marks: Any) -> Any:
        """The state after some more marks; the one before is not to be used again. Lifted marks are left out."""
        ...

    def look(self, state: Any) -> Picture:
        """What there is to be seen; more marks may be laid on the state afterwards."""
        ...


@runtime_checkable
class HasAlpha(Medium, Protocol):
    """A program of which one mark's alpha can be asked, and which a painter can therefore learn from.

    A program keeps its own time. A stroke takes 5 seconds on a canvas 512 pixels high, and `pace` times as long on one
    `pace` times as high, so that a brush which listens to the pen's speed, or dabs by the second, paints the same
    stroke at every size.
    """

    def alpha(
        self,
        points: np.ndarray,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
    ) -> np.ndarray:
        """[height, width] float32: the alpha of one stroke on transparent ground."""
        ...


@runtime_checkable
class HasLayers(HasAlpha, Protocol):
    """A program whose paint has a height, and which may hear more of a stroke than its pressure.

    Attributes:
        shares: columns of its strokes, of one number in 0..1 each, that it hears.
        relief: (what a height of 1 is in canvas units, at which radius, and its growth with the radius as an exponent,
            the share of what lies beneath that a stroke fills).
        turn: radii, the tightest bend of a stroke, to which it opens tighter ones; 0 bends as it is told.
    """

    turn: float
    shares: tuple[str, ...]
    relief: tuple[float, float, float, float]

    def layers(
        self,
        points: np.ndarray,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
        **shares: float,
    ) -> np.ndarray:
        """[2, height, width] float32: the alpha of one stroke as of `alpha`, and its height, 0..1."""
        ...


@runtime_checkable
class HasReach(Protocol):
    """A medium that knows how far marks reach."""

    def reach(self, marks: Marks, frame: Frame) -> Tensor:
        """[N, 4] boxes (left, top, right, bottom) in the frame's pixels, outside of which a mark changes nothing."""
        ...


@runtime_checkable
class HasLayout(Protocol):
    """A medium that finds out once which marks touch which pixels, for marks that move little from step to step."""

    def layout(self, marks: Any, frame: Frame, slack: float = 0.0, tile: int | None = None) -> Any:
        """What `lay(state, marks, layout=)` takes, for marks that have moved by at most `slack` canvas units.

        Args:
            tile: pixels of a tile's side; the medium's choice if None.
        """
        ...

    def lay(self, state: Any, marks: Any, *, layout: Any = None) -> Any:
        """As `Medium.lay`."""
        ...


@dataclass(frozen=True, eq=False)
class Trail:
    """What the hairs of one stroke leave, along S places and K lines beside each other.

    Args:
        places: [S, 2] canvas units, of the brush's middle; beyond the curve's ends they go straight on.
        sides: [S, 2] canvas units, from there to the edge of the brush.
        edges: [K, 2] from where to where a line lies across the brush, -1 to 1.
        alpha: [K, S].
        height: [K, S] canvas heights.
        color: [K, S, 3] sRGB, without light.
    """

    places: np.ndarray
    sides: np.ndarray
    edges: np.ndarray
    alpha: np.ndarray
    height: np.ndarray
    color: np.ndarray

    def runs(self, least: float = 0.5) -> list[tuple[int, float, float]]:
        """(line, first, last) wherever a line has that alpha or more; places are counted from 0, with fractions."""
        padded = np.pad(self.alpha, ((0, 0), (1, 1)))
        line, first = np.nonzero((padded[:, :-1] < least) & (padded[:, 1:] >= least))
        last = np.nonzero((padded[:, :-1] >= least) & (padded[:, 1:] < least))[1]
        rise, fall = (padded[line, at + 1] - padded[line, at] for at in (first, last))
        start = first - 1 + (least - padded[line, first]) / rise
        stop = last - 1 + (least - padded[line, last]) / fall
        high = len(self.places) - 1.0
        return list(zip(line.tolist(), start.clip(0, high).tolist(), stop.clip(0, high).tolist(), strict=True))

    def points(self, at: np.ndarray, across: np.ndarray) -> np.ndarray:
        """[..., 2] canvas units: at places [...] counted from 0, `across` [...] of the way to the brush's edge."""
        i = np.minimum(at.astype(int), len(self.places) - 2)
        f = (at - i)[..., None]
        middle, side = (rows[i] + f * (rows[i + 1] - rows[i]) for rows in (self.places, self.sides))
        found: np.ndarray = middle + across[..., None] * side
        return found


@runtime_checkable
class HasTrails(Protocol):
    """A program whose brush has hairs that can be followed along strokes."""

    def trails(self, marks: Any, canvas: Canvas, mine: np.ndarray, finest: float, even: bool = False) -> list[Trail]:
        """The trails of those of a painting's marks that are `mine` [N], which are present, in paint order.

        Args:
            finest: canvas heights between lines, about the least.
            even: whether lines are evenly so far apart, on a surface without grain; otherwise they are tufts of the
                brush's own.
        """
        ...


@runtime_checkable
class HasInfluence(Protocol):
    """A medium that knows what each of many marks does to a picture, without painting it once for each."""

    def influence(self, marks: Marks, frame: Frame) -> Tensor:
        """As the function of that name."""
        ...

    def mismatch(self, marks: Marks, frame: Frame, goal: Tensor) -> Tensor:
        """As the function of that name."""
        ...

    def gain(self, marks: Marks, frame: Frame, below: Picture, goal: Tensor) -> Tensor:
        """As the function of that name."""
        ...


@dataclass(frozen=True)
class Where:
    """Where new marks are wanted.

    Args:
        error: [H, W] 0 or more, how much is wrong at each pixel.
        guide: [3, H, W] sRGB, what one would like to see there.
        frame: of those pixels.
        radius, length: of the marks, canvas units.
    """

    error: Tensor
    guide: Tensor
    frame: Frame
    radius: float
    length: float


@runtime_checkable
class HasPlace(Protocol):
    """A medium with first guesses of its own at what marks should be laid; others get those of `painting.place`."""

    def place(self, where: Where, count: int, generator: torch.Generator) -> Marks:
        """So many new marks."""
        ...


def render(
    medium: Medium,
    marks: Marks,
    frame: Frame,
    *,
    ground: Picture | None = None,
    generator: torch.Generator | None = None,
    layout: Any = None,
) -> Picture:
    """Begin, lay all the marks, look.

    Args:
        ground, generator: as for `Medium.begin`.
        layout: as for `HasLayout`.

    Raises:
        InputError: marks out of range (see `Marks.check`), or what the medium raises.
    """
    state = medium.begin(frame, ground=ground, batch=marks.batch, generator=generator)
    more = {} if layout is None else {"layout": layout}
    return medium.look(medium.lay(state, marks, **more))


def begun(
    frame: Frame, ground: Picture | None, batch: tuple[int, ...], generator: torch.Generator | None
) -> int | None:
    """The seed of a picture's chance, where a generator draws one: what a medium may call as it begins.

    Raises:
        InputError: a ground of another size, or a batch of no pictures.
    """
    if 0 in batch:
        raise InputError(f"expected a batch of one picture or more, got one of shape {batch}")
    if ground is not None:
        checks.shape("a ground", ground.mean, (*batch, 4, *frame.size))
    if generator is None:
        return None
    return int(torch.randint(1 << 62, (), generator=generator, device=generator.device))


def grow(
    medium: Medium, marks: Marks, frame: Frame, counts: Sequence[int], *, generator: torch.Generator | None = None
) -> Iterator[Picture]:
    """The picture after each of these rising numbers of marks, of one picture."""
    state = medium.begin(frame, generator=generator)
    for start, stop in zip([0, *counts], counts, strict=False):
        state = medium.lay(state, marks[start:stop])
        yield medium.look(state)


def reach(medium: Medium, marks: Marks, frame: Frame) -> Tensor:
    """[N, 4] boxes in the frame's pixels outside of which marks change nothing; the whole frame where nobody knows."""
    if isinstance(medium, HasReach):
        return medium.reach(marks, frame)
    rows, columns = frame.size
    return torch.tensor([0.0, 0.0, columns, rows], device=marks.device).expand(marks.count, 4)


def influence(medium: Medium, marks: Marks, frame: Frame) -> Tensor:
    """[N] the most that each mark changes any channel of any pixel; 1 where nobody knows, 0 for what lies outside."""
    if isinstance(medium, HasInfluence):
        return medium.influence(marks, frame)
    rows, columns = frame.size
    left, top, right, bottom = reach(medium, marks, frame).unbind(-1)
    inside = (left < columns) & (top < rows) & (right > 0) & (bottom > 0) & marks.present
    return inside.to(marks.dtype)


def mismatch(medium: Medium, marks: Marks, frame: Frame, goal: Tensor) -> Tensor:  # goal [3, H, W]
    """[N] the squared distance of each mark's color from a picture, averaged over what shows of it; 0 where unknown."""
    if isinstance(medium, HasInfluence):
        return medium.mismatch(marks, frame, goal)
    return torch.zeros(marks.count, dtype=marks.dtype, device=marks.device)


@torch.no_grad()
def gain(medium: Medium, marks: Marks, frame: Frame, below: Picture, goal: Tensor) -> Tensor:  # goal [3, H, W]
    """[N] what each mark, laid alone on a picture, takes off the expected squared error, summed over the pixels.

    The error counts the variance of a random medium; below 0 where a mark makes the picture worse.
    """
    if isinstance(medium, HasInfluence):
        return medium.gain(marks, frame, below, goal)

    def error(picture: Picture) -> Tensor:
        spread = 0.0 if picture.variance is None else picture.variance.sum()
        return (picture.mean[:3] - goal).square().sum() + spread

    before = error(below)
    return torch.stack([before - error(render(medium, marks[k], frame, ground=below)) for k in range(marks.count)])
