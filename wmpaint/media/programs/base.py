"""What programs that paint with a brush have in common: they are media, and have `alpha` and `alphas` of a stroke."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ... import checks
from ...canvas import MAX_SIDE
from ...errors import InputError
from ...frame import Frame
from ...medium import MediumInfo, Picture, begun
from ...pigment import BANDS, mixed_picture, seen_picture, to_bands
from ...strokes import Strokes
from ._plan import Batch, plan
from .brush import Brush
from .events import BASE_HEIGHT, check_strokes, stroke_seed

__all__ = ["BrushProgram", "Sheet"]

S = TypeVar("S")  # a sheet as the program has it


@dataclass
class Sheet(Generic[S]):
    """What is painted so far.

    Args:
        sheets: of each picture, as the program has them: one, or two where pigments mix, of three bands each.
        seed: of all that is random on them.
        count: strokes laid, lifted ones too: the next one's number.
    """

    frame: Frame
    batch: tuple[int, ...]
    sheets: list[S]
    seed: int
    count: int = 0


class BrushProgram(ABC, Generic[S]):
    """A paint program with one brush and a seed.

    The same strokes, size and seed give the same bits. An instance may be used from several
    threads and sent to other processes.
    """

    marks: ClassVar[type[Strokes]] = Strokes
    sheets: ClassVar[bool] = True  # brushes change on one sheet, which counts the strokes
    name: ClassVar[str]
    version: str
    dear: ClassVar[float] = 1000.0  # what a dab costs however small it is, in pixels

    def __init__(self, brush: Brush | str | bytes, seed: int = 0) -> None:
        self.style = Brush.load(brush)
        self.seed = checks.seed(seed)

    @property
    def brush(self) -> str:
        """The brush's name."""
        return self.style.name

    @property
    def info(self) -> MediumInfo:
        """The program and its brush."""
        style = self.style
        definition = None if style.is_bundled else style.data.decode()
        return MediumInfo(
            self.name, style.name, self.version, style.hash, definition, random=True, reads_canvas=not style.plain
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.brush!r}, seed={self.seed})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.style, self.seed)

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> Sheet[S]:
        """As `Medium.begin`: a sheet, which programs of this kind with other brushes may go on with.

        Args:
            generator: draws the seed of this picture; None is the program's own seed.

        Raises:
            InputError: a ground of another size, a batch of no pictures, or too little memory.
        """
        seed, count = begun(frame, ground, batch, generator), math.prod(batch)
        pigment, bare = frame.canvas.mixing == "pigment", frame.canvas.background
        if ground is None:
            colors = (
                [None] * (1 + pigment)
                if bare is None
                else _paints(torch.tensor(bare, device="cpu").double(), pigment).tolist()
            )
            sheets = [self._sheet(*frame.size, color) for color in colors * count]
        else:
            below = ground.mean.detach().reshape(count, 4, *frame.size)
            if pigment:
                bands = mixed_picture(below) if ground.bands is None else ground.bands.detach()
                bands = bands.reshape(count, BANDS + 1, *frame.size)
                below = torch.stack([bands[:, [0, 1, 2, BANDS]], bands[:, 3:]], 1).flatten(0, 1)
            sheets = [self._sheet(*frame.size, None) for _ in below]
            for sheet, picture in zip(sheets, below, strict=True):
                self._put(sheet, picture.float().cpu().numpy())
        return Sheet(frame, batch, sheets, self.seed if seed is None else seed)

    def lay(self, state: Sheet[S], marks: Strokes) -> Sheet[S]:
        """As `Medium.lay`, on the same sheet.

        Strokes keep to themselves: each has random numbers of its own, from the seed and its place in the picture, so
        that leaving one out (`lifted`) changes none of the others.

        Raises:
            InputError: strokes out of range, or of other pictures than those begun; or a brush that smudges, erases or
                changes its color, where pigments mix.
        """
        if marks.batch != state.batch:
            raise InputError(f"expected strokes of {state.batch or 'one'} pictures, got {marks!r}")
        several = marks.map(lambda value: value.flatten(0, len(state.batch) - 1)) if state.batch else None
        pigment = state.frame.canvas.mixing == "pigment"
        if pigment and not self.style.plain:
            raise InputError(f"expected a brush of one color a stroke where pigments mix, got {self.brush}")
        for k in range(math.prod(state.batch)):
            strokes = marks if several is None else several.map(lambda value, k=k: value[k])  # type: ignore[misc]
            batch, colors = self._batch(strokes, state.frame), _paints(strokes.color.detach().double().cpu(), pigment)
            sheets = state.sheets[k * colors.shape[1] : (k + 1) * colors.shape[1]]
            shown = strokes.present.tolist()
            for number, moves in batch.moves():
                if shown[number]:
                    seed = stroke_seed(state.seed, state.count + number)
                    for sheet, paint in zip(sheets, colors[number].tolist(), strict=True):
                        self._paint(sheet, batch, number, moves, seed, paint)
        state.count += marks.count
        return state

    def look(self, state: Sheet[S]) -> Picture:
        """As `Medium.look`: float32; tensors of its own."""
        pictures = torch.stack([self._picture(sheet).to(state.frame.device) for sheet in state.sheets])
        if state.frame.canvas.mixing == "light":
            return Picture(pictures.unflatten(0, state.batch) if state.batch else pictures[0])
        bands = torch.cat([pictures[::2, :3], pictures[1::2]], 1)
        bands = bands.unflatten(0, state.batch) if state.batch else bands[0]
        return Picture(seen_picture(bands), bands=bands)

    def reach(self, marks: Strokes, frame: Frame) -> Tensor:
        """[N, 4]; see `wmpaint.medium.reach`."""
        batch = self._batch(marks, frame)
        pens = zip(batch.radius, batch.speed, batch.pace, strict=True)
        far = np.array([sum(self.style.reach(*pen)) for pen in pens]).reshape(-1, 1) + 3.0
        boxes = np.concatenate([batch.points.min(1) - far, batch.points.max(1) + far], 1)
        return torch.from_numpy(boxes).to(marks.device, marks.dtype)

    def _batch(self, strokes: Strokes, frame: Frame) -> Batch:
        whole, n = frame.height, len(strokes.check())
        columns = (strokes.points, strokes.radius, strokes.pressure)
        points, radius, pressure = (column.detach().double().cpu().numpy() for column in columns)
        points, pace = points * whole - np.array(frame.origin, np.float64), np.full(n, whole / BASE_HEIGHT)
        return plan(self.style, points, radius * whole, pressure, pace, *frame.size, self.dear)

    def alpha(
        self,
        points: ArrayLike,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
    ) -> np.ndarray:
        """[height, width] float32: the alpha of one stroke on transparent ground.

        Points may lie up to 64 picture sides outside. As the first stroke of a painting with
        that seed, at a pace of `height / 512`, it comes out the same.

        Raises:
            InputError: a number out of range.
        """
        batch = self._asked([points], [radius], [pressure], [pace], height, width)
        out = np.zeros((1, batch.height, batch.width), np.float32)
        self._alphas(batch, [stroke_seed(checks.seed(seed))], out)
        return out[0]

    def alphas(
        self,
        points: ArrayLike,  # [N, 3, 2] pixels
        radius: ArrayLike,  # [N] pixels
        pressure: ArrayLike,  # [N, 2]
        *,
        height: int,
        width: int,
        seeds: Sequence[int] | np.ndarray,  # [N]
        pace: ArrayLike = 1.0,  # [N] or one for all
    ) -> np.ndarray:
        """[N, height, width] uint16: as `alpha` for many strokes, where 32768 is 1.

        Raises:
            InputError: a number out of range, with the index of the stroke.
        """
        mixed = [stroke_seed(checks.seed(seed)) for seed in seeds]
        paces: object = [pace] * (np.shape(radius)[0] if np.ndim(radius) else 0) if np.ndim(pace) == 0 else pace
        batch = self._asked(points, radius, pressure, paces, height, width)
        if len(batch.points) != len(mixed):
            raise InputError(f"expected {len(batch.points)} seeds, got {len(mixed)}")
        try:
            out = np.zeros((len(mixed), batch.height, batch.width), np.uint16)
        except MemoryError:
            raise InputError(f"expected memory for {len(mixed)} alphas of {width} x {height}, got too little") from None
        self._alphas(batch, mixed, out)
        return out

    def _asked(
        self, points: object, radius: object, pressure: object, pace: object, height: object, width: object
    ) -> Batch:
        """The plan of strokes in pixels as users give them."""
        h, w = (checks.whole("sides of … pixels", side, 1, MAX_SIDE) for side in (height, width))
        return plan(self.style, *check_strokes(points, radius, pressure, pace, max(h, w)), h, w, self.dear)

    def _small(self, batch: Batch, k: int, seed: int) -> np.ndarray:
        """The alpha [h, w] float32 of a stroke of huge dabs, on a picture `batch.shrink[k]` times smaller."""
        small = batch.smaller(k)
        out = np.zeros((1, small.height, small.width), np.float32)
        self._alphas(small, [seed], out)
        alpha: np.ndarray = out[0]
        return alpha

    @abstractmethod
    def _sheet(self, height: int, width: int, background: tuple[float, float, float] | None) -> S:
        """Something of this size to paint on."""

    @abstractmethod
    def _put(self, sheet: S, picture: np.ndarray) -> None:
        """Make a sheet show a picture [4, H, W] float32, premultiplied."""

    @abstractmethod
    def _paint(self, sheet: S, batch: Batch, k: int, stroke: np.ndarray, seed: int, color: list[float]) -> None:
        """Paint stroke k, whose events [51, 3] are `stroke`."""

    @abstractmethod
    def _picture(self, sheet: S) -> Tensor:
        """[4, H, W] of what is painted; a tensor of its own."""

    @abstractmethod
    def _alphas(self, batch: Batch, seeds: list[int], out: np.ndarray) -> None:
        """Fill `out` [N, h, w], which holds zeros, with the strokes' alpha: float32 to 1, or uint16 to 32768."""


def _paints(color: Tensor, pigment: bool) -> Tensor:  # [..., 3] -> [..., 1 or 2, 3]
    """The colors of paint on each of a picture's sheets."""
    return to_bands(color).unflatten(-1, (2, 3)) if pigment else color[..., None, :]
