"""`OilProgram(brush)`: thick oil paint from a brush of hairs, as a paint program; `hairs.py` is what it does.

Wet paint is picked up from a small sheet of the whole canvas, always of one size. So a picture is the same at every
size, window by window, and whatever the number of threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ... import checks, loops
from ...canvas import MAX_SIDE, Canvas
from ...explain import explained
from ...frame import Frame
from ...geometry import open_hairpins
from ...medium import MediumInfo, Picture, Trail, begun
from ...pigment import mixed_picture, seen_picture, to_bands
from ...surface import DEPTHS, heights, roughness
from ...surface import USUAL as USUAL_SURFACE
from ..programs.events import check_strokes, stroke_seed
from .brush import HEIGHT, PROGRAM, STATIONS, WET, OilBrush
from .strokes import OilStrokes
from .trails import trails

__all__ = ["HIGHEST", "OilProgram", "unit_height"]

HAIRS = "wmpaint.media.oil.hairs"
SMALL = 256  # pixels of the height of the sheet that wet paint is picked up from
PATCH = 1536  # pixels of a side of the linen that strokes alone lie on
CHUNK = 512  # strokes painted at a time
USUAL, GROWTH = 0.02, 0.75  # radius of usual strokes, canvas heights; paint is thicker by radius ** GROWTH
HIGHEST = 1.6  # of a stroke alone, in units of its own height
TURN = 0.05  # radii: the tightest bend of a brush's middle
LEVELED = 0.93  # of what a brush levels, on average over its load
LOADED = 0.75  # load of a mark at which the brush has its own


def unit_height(radius: Any, thick: float) -> Any:
    """What a height of 1 is in canvas heights, for strokes of that radius (canvas heights)."""
    return thick * USUAL * (radius / USUAL) ** GROWTH


@dataclass
class OilSheet:
    """Pictures in the making.

    Args:
        sheets: [H, W, 5] float32 each, premultiplied RGBA and height; [H, W, 8] where pigments mix, of bands.
        small: [h, w, 6 or 9] float32 each: the whole canvas, to pick up paint from.
        tooth: [H, W] of the frame and [h, w] of the small sheet: heights of the surface.
        seed: of all that is random. count: strokes laid, lifted ones too.
    """

    frame: Frame
    batch: tuple[int, ...]
    sheets: list[np.ndarray]
    small: list[np.ndarray]
    tooth: tuple[np.ndarray, np.ndarray]
    seed: int
    count: int = 0


@explained
class OilProgram:
    """Oil paint from one brush. The same strokes, size and seed give the same bits.

    Args:
        brush: a bundled name ("flat", "filbert", …), a .toml file, or an `OilBrush`.
        seed: of the hairs, where `begin` is given no generator.

    Raises:
        BrushError: an unknown or broken brush.
    """

    marks: ClassVar[type[OilStrokes]] = OilStrokes
    name: ClassVar[str] = "oil"
    version: ClassVar[str] = PROGRAM
    sheets: ClassVar[bool] = True  # brushes change on one sheet, which counts the strokes
    turn: ClassVar[float] = TURN
    shares: ClassVar[tuple[str, ...]] = ("load", "bristle")

    def __init__(self, brush: str | OilBrush = "flat", seed: int = 0) -> None:
        self.style = OilBrush.load(brush)
        self.seed = checks.seed(seed)

    @property
    def info(self) -> MediumInfo:
        """The program and its brush."""
        style = self.style
        return MediumInfo(
            self.name, style.name, self.version, style.hash, None if style.bundled else style.text(), random=True,
            reads_canvas=style.numbers.wet > 0,
        )  # fmt: skip

    @property
    def relief(self) -> tuple[float, float, float, float]:
        """See `HasLayers`."""
        b = self.style.numbers
        return HIGHEST * unit_height(USUAL, b.thick), USUAL, GROWTH, LEVELED * b.level

    def __repr__(self) -> str:
        return f"OilProgram({self.style.name!r}, seed={self.seed})"

    # Laying marks

    def begin(
        self,
        frame: Frame,
        *,
        ground: Picture | None = None,
        batch: tuple[int, ...] = (),
        generator: torch.Generator | None = None,
    ) -> OilSheet:
        """As `Medium.begin`.

        Args:
            ground: what lies beneath is dry: nothing is picked up from it.
            generator: draws the seed of this picture; None is the program's own seed.

        Raises:
            InputError: a ground of another size, or a batch of no pictures.
        """
        drawn, count, whole = begun(frame, ground, batch, generator), math.prod(batch), small_frame(frame.canvas)
        seed = self.seed if drawn is None else drawn
        pigment, bare = frame.canvas.mixing == "pigment", frame.ground.cpu()
        if pigment:
            bare = mixed_picture(bare[:, None, None])[:, 0, 0]
        paint = len(bare)
        sheet = np.zeros((*frame.size, paint + HEIGHT), np.float32)
        sheet[..., :paint] = bare.numpy()
        small = np.zeros((*whole.size, paint + WET), np.float32)
        small[..., :paint] = bare.numpy()
        surface = frame.canvas.surface or USUAL_SURFACE
        tooth = heights(surface, frame)
        sheet[..., -1] = tooth * DEPTHS[surface]
        sheets = [sheet, *(sheet.copy() for _ in range(count - 1))][:count]
        if ground is not None:
            below = ground.mean if not pigment else mixed_picture(ground.mean) if ground.bands is None else ground.bands
            bottom = below.detach().cpu().reshape(count, paint, *frame.size).movedim(1, -1).numpy()
            relief = None if ground.relief is None else ground.relief.detach().cpu().reshape(count, *frame.size).numpy()
            for k in range(count):
                sheets[k][..., :paint] = bottom[k]
                if relief is not None:
                    sheets[k][..., -1] = relief[k]
        smalls = [small, *(small.copy() for _ in range(count - 1))][:count]
        return OilSheet(frame, batch, sheets, smalls, (tooth, small_surface(frame.canvas)), seed)

    def lay(self, state: OilSheet, marks: Any) -> OilSheet:
        """As `Medium.lay`, on the same sheet.

        Raises:
            InputError: strokes out of range, or of other pictures than those begun.
        """
        checks.shape("strokes of pictures", marks.radius, (*state.batch, marks.count))
        flat = marks.to_kind(OilStrokes).check()
        several = flat.map(lambda value: value.flatten(0, len(state.batch) - 1)) if state.batch else None
        for k, (sheet, small) in enumerate(zip(state.sheets, state.small, strict=True)):
            strokes = flat if several is None else several.map(lambda value, k=k: value[k])
            for start in range(0, strokes.count, CHUNK):
                self._lay(state, sheet, small, strokes[start : start + CHUNK], state.count + start)
        state.count += marks.count
        return state

    def look(self, state: OilSheet) -> Picture:
        """As `Medium.look`: color without light, and relief, in tensors of their own."""
        device = state.frame.device
        found = torch.stack([torch.from_numpy(sheet) for sheet in state.sheets]).to(device)
        found = found.movedim(-1, 1).unflatten(0, state.batch) if state.batch else found.movedim(-1, 1)[0]
        paint, relief = found[..., :-1, :, :].contiguous(), found[..., -1, :, :].contiguous()
        pigment = state.frame.canvas.mixing == "pigment"
        return Picture(seen_picture(paint), None, relief, paint) if pigment else Picture(paint, None, relief)

    def reach(self, marks: OilStrokes, frame: Frame) -> Tensor:
        """[N, 4]; see `wmpaint.medium.reach`."""
        pixels = frame.in_pixels(marks)
        points, far = open_hairpins(pixels.points, pixels.radius, TURN), 1.2 * pixels.radius[:, None] + 1
        return torch.cat([points.amin(1) - far, points.amax(1) + far], 1)

    def _lay(self, state: OilSheet, sheet: np.ndarray, small: np.ndarray, strokes: OilStrokes, first: int) -> None:
        (shown,) = strokes.present.nonzero(as_tuple=True)
        if not len(shown):
            return
        b, mixing = self.style.numbers, state.frame.canvas.mixing
        (cells, _, seeds), points, radius, how, unit = told(
            self.style, strokes[shown], state.seed, first + shown, mixing
        )
        hairs, surface = loops.module(HAIRS), state.frame.canvas.surface or USUAL_SURFACE
        carry = np.ones((len(seeds), STATIONS + 1, b.locks, how[3].shape[1]), np.float32)
        if b.wet > 0:
            rows = small.shape[0]
            hairs.pick_up(small, cells, b, seeds, points * rows, radius * rows, *how, unit, state.tooth[1],
                          roughness(surface, rows), carry)  # fmt: skip
        height, origin = state.frame.height, np.array(state.frame.origin, np.float64)
        rough = roughness(surface, height)
        with loops.in_turn(HAIRS):
            hairs.lay(sheet, cells, b, seeds, points * height - origin, radius * height, *how, carry, unit,
                      state.tooth[0], rough)  # fmt: skip

    def trails(self, marks: Any, canvas: Canvas, mine: np.ndarray, finest: float, even: bool = False) -> list[Trail]:
        """See `HasTrails`; what other brushes laid is dragged along as if this one had laid it."""
        strokes, b = marks.to_kind(OilStrokes).check(), self.style.numbers
        shown = strokes.present.nonzero()[:, 0].cpu()
        known = (cells, _, _), points, radius, how, unit = told(self.style, strokes[shown], self.seed, shown)
        carry = np.broadcast_to(how[3][:, None, None], (len(cells), STATIONS + 1, b.locks, 3)).astype(np.float32)
        if b.wet > 0 and len(cells):
            state = self.begin(small_frame(replace(canvas, mixing="light")))
            small, rows = state.small[0], len(state.small[0])
            loops.module(HAIRS).pick_up(
                small, cells, b, known[0][2], points * rows, radius * rows, *how, unit, state.tooth[1],
                roughness(canvas.surface or USUAL_SURFACE, rows), carry,
            )  # fmt: skip
        return trails(canvas, known, carry, np.flatnonzero(mine[shown.numpy()]), finest, even)

    # Strokes alone, to learn from

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
        **shares: float,
    ) -> np.ndarray:
        """[height, width] float32: see `HasAlpha`. What a stroke picks up counts as what it does not cover."""
        found: np.ndarray = self.layers(points, radius, pressure, height=height, width=width, seed=seed, **shares)[0]
        return found

    def layers(
        self,
        points: ArrayLike,  # [3, 2] pixels
        radius: float,  # pixels
        pressure: tuple[float, float],
        *,
        height: int,
        width: int,
        seed: int = 0,
        pace: float = 1.0,
        load: float = LOADED,
        bristle: float = 0.5,
    ) -> np.ndarray:
        """See `HasLayers`; the height is a share of `HIGHEST` of the stroke's own units.

        It is white on wet black, so that a painter also learns what is picked up.

        Raises:
            InputError: a number out of range.
        """
        height, width = (checks.whole("sides of … pixels", side, 1, MAX_SIDE) for side in (height, width))
        given, radii, press, _ = check_strokes([points], [radius], [pressure], [pace], max(height, width))
        load, bristle = checks.number("load", load, 0, 1), checks.number("bristle", bristle, 0, 1)
        curve = open_hairpins(torch.from_numpy(given), torch.from_numpy(radii), TURN)[0].numpy()
        b, radius = self.style.numbers, float(radii[0])
        low = np.clip(np.floor(curve.min(0) - 1.2 * radius - 1), 0, (width - 1, height - 1)).astype(int)
        high = np.clip(np.ceil(curve.max(0) + 1.2 * radius + 1), low + 1, (width, height)).astype(int)
        columns, rows = high - low
        sheet = np.zeros((rows, columns, 5), np.float32)
        seeds = np.array([stroke_seed(checks.seed(seed), 0) & 0xFFFFFFFFFF], np.int64)
        hairs = loops.module(HAIRS)
        cells, one = hairs.cells_of(seeds, b), np.ones(1)
        curves = curve[None]
        charge, stiff = np.array([b.load * (0.25 + load * (0.75 / LOADED))]), np.array([bristle], np.float64)
        carry = np.ones((1, STATIONS + 1, b.locks, 3), np.float32)
        if b.wet > 0:
            black = np.zeros((1, 1, 6), np.float32)
            black[..., [3, 3 + WET]] = 1.0
            hairs.pick_up(black, cells, b, seeds, curves, radii, press, charge, stiff, np.ones((1, 3)), one,
                          np.zeros((1, 1), np.float32), 0.0, carry)  # fmt: skip
        y, x = int(seeds[0]) % PATCH, int(seeds[0]) // PATCH % PATCH
        tooth = _patch().take(np.arange(y, y + rows) % PATCH, 0).take(np.arange(x, x + columns) % PATCH, 1)
        hairs.lay_rows(sheet, cells, b, seeds, curves - low, radii, press, charge, stiff, np.ones((1, 3)), carry, one,
                       tooth, roughness(USUAL_SURFACE, PATCH), False, 0, rows)  # fmt: skip
        out = np.zeros((2, height, width), np.float32)
        out[0, low[1] : high[1], low[0] : high[0]] = sheet[..., 0]
        out[1, low[1] : high[1], low[0] : high[0]] = np.minimum(sheet[..., -1] / HIGHEST, 1)
        return out


def told(style: OilBrush, strokes: OilStrokes, seed: int, places: Tensor, mixing: str = "light") -> tuple[Any, ...]:
    """Strokes at these places in a picture, as the loops take them.

    Returns:
        cells, brush and seeds; curves and radii in canvas heights; press, charge, stiff and color; units of height.
    """
    b = style.numbers
    seeds = np.array([stroke_seed(seed, int(k)) & 0xFFFFFFFFFF for k in places], np.int64)
    s = strokes.replace(lifted=None).detach().to("cpu", torch.float64)
    points = open_hairpins(s.points, s.radius, TURN).numpy()
    paint = s.color if mixing == "light" else to_bands(s.color)
    radius, press, color = (value.numpy() for value in (s.radius, s.pressure, paint))
    charge, stiff = b.load * (0.25 + s.load.numpy() * (0.75 / LOADED)), s.bristle.numpy()
    brush = loops.module(HAIRS).cells_of(seeds, b), b, seeds
    return brush, points, radius, (press, charge, stiff, color), unit_height(radius, b.thick)


@lru_cache(maxsize=1)
def _patch() -> np.ndarray:
    """Linen beneath strokes that lie nowhere; beyond its edges it begins again."""
    return heights(USUAL_SURFACE, Frame(Canvas(), PATCH))


def small_frame(canvas: Canvas) -> Frame:
    """Pixels of the sheet that wet paint is picked up from."""
    return Frame(canvas, SMALL if canvas.aspect <= 4 else max(1, int(4 * SMALL / canvas.aspect)))


@lru_cache(maxsize=4)
def small_surface(canvas: Canvas) -> np.ndarray:
    """Heights of the surface on it."""
    return heights(canvas.surface or USUAL_SURFACE, small_frame(canvas))
