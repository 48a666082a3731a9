"""Training strokes: what a program painted for random strokes, cut into small tiles.

Radii are log-uniform, lengths log-uniform from one radius to the whole canvas; one stroke in ten is
shorter than its radius, and one in ten turns back on itself. Each stroke weighs the same, whatever
its size: at most `TILES` tiles of it are kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import checks
from ...geometry import open_hairpins
from ...medium import HasAlpha, HasLayers
from ...raster.tiles import arrange

__all__ = ["LEAST", "Budget", "StrokeActions", "TileData", "paint_tiles", "random_actions"]

SIDE = 4  # pixels of a tile
TILES = 24  # kept of each stroke
LIGHTEST = 0.05  # pressure; many brushes switch on somewhere below it
FEWEST = 64  # strokes painted, however little time there is, where nothing else is said
# However little the time that a training is given: strokes for each part of it, and the seeds that one is tested by.
LEAST = {"surveyed": 6, "learned": 6, "tested": 4, "seeds": 3}
SIZES = (64, 128, 256, 512)


class Budget:
    """The seconds that a training or a test may take from now on, in all; of `time.perf_counter`.

    Raises:
        InputError: minutes not above 0.
    """

    def __init__(self, minutes: float | None) -> None:
        self.limit = math.inf if minutes is None else 60 * checks.number("minutes", minutes, 0, above=True)
        self.began = time.perf_counter()

    @property
    def gone(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began

    def left(self, share: float) -> float:
        """Seconds until this share of it is gone, 0 or more."""
        return max(0.0, share * self.limit - self.gone)

    def until(self, share: float) -> float:
        """When this share of it is gone."""
        return self.began + share * self.limit

    def least(self, what: str) -> int:
        """Strokes that are painted for `what`, however little time there is."""
        return FEWEST if self.limit == math.inf else LEAST[what]


@dataclass(frozen=True)
class StrokeActions:
    """N strokes in program pixels, each placed on a square window of its own."""

    points: Tensor  # [N, 3, 2]
    radius: Tensor  # [N]
    pressure: Tensor  # [N, 2]
    pace: Tensor  # [N]
    window: Tensor  # [N] int64, side in pixels
    shares: Tensor  # [N, K] what else the program hears of them

    def __len__(self) -> int:
        return len(self.radius)

    def map(self, fn: Callable[[Tensor], Tensor]) -> StrokeActions:
        """Others with each column changed."""
        return StrokeActions(*(fn(getattr(self, field.name)) for field in fields(self)))


@dataclass(frozen=True)
class TileData:
    """Tiles of painted strokes: alpha averaged over seeds, and its variance between them."""

    actions: StrokeActions
    stroke: Tensor  # [T] int64, ascending
    origin: Tensor  # [T, 2] tile centre, pixels
    mean: Tensor  # [T, SIDE * SIDE]
    variance: Tensor  # [T, SIDE * SIDE], unbiased; zero for one seed
    first: Tensor  # [N + 1] range of each stroke's tiles
    height: Tensor  # [T, SIDE * SIDE], averaged over seeds; none for flat paint
    unevenness: Tensor  # [T, SIDE * SIDE], variance of the height between seeds, unbiased

    def to(self, device: torch.device) -> TileData:
        """The same on a device."""
        rest = (self.stroke, self.origin, self.mean, self.variance, self.first, self.height, self.unevenness)
        return TileData(self.actions.map(lambda column: column.to(device)), *(column.to(device) for column in rest))


def random_actions(
    n: int,
    generator: torch.Generator,
    *,
    radius: tuple[float, float] = (0.5, 64.0),
    timed: bool = False,
    shares: int = 0,
    turn: float = 0.0,
) -> StrokeActions:
    """Random strokes, with so many `shares`. `timed` also varies the pace, for brushes that listen to time.

    Where a program opens tight bends, to a radius of `turn` brush radii, so are these.
    """

    device = generator.device

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=device)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, device=device)

    low, high = (math.log(r) for r in radius)
    r = (low + (high - low) * uniform(n)).exp()
    longest = torch.where(uniform(n) < 0.8, (40 * r).clamp(24.0, 460.0), 460.0)
    length = r * (longest / r).pow(uniform(n))
    length = torch.where(uniform(n) < 0.1, r * uniform(n), length)
    length = torch.where(uniform(n) < 0.02, 0.0, length)
    end, middle = torch.tensor([0.5, 0.0], device=device), torch.stack([0.25 * normal(n), 0.35 * normal(n)], -1)
    points = torch.stack([(-end).expand(n, 2), middle, end.expand(n, 2)], 1)
    back = uniform(n) < 0.1
    points[back, 1] = end
    points[back, 2] = 0.15 * normal(int(back.sum()), 2) - end
    angle = 2 * math.pi * uniform(n)
    rotation = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).view(n, 2, 2)
    points = torch.einsum("nij,nkj->nki", rotation, points) * length[:, None, None]
    points = open_hairpins(points, r, turn)
    pressure = LIGHTEST + (1 - LIGHTEST) * uniform(n, 2)
    even = uniform(n) < 0.3
    pressure[even, 1] = pressure[even, 0]
    pressure[uniform(n) < 0.15] = 1.0
    pace = (math.log(0.25) + (math.log(8) - math.log(0.25)) * uniform(n)).exp() if timed else torch.ones_like(r)
    low_corner, high_corner = points.amin(1), points.amax(1)
    need = (high_corner - low_corner).amax(1) + 4 * r
    sizes = torch.tensor(SIZES, device=device)
    window = sizes[torch.searchsorted(sizes, need.clamp(max=SIZES[-1]).contiguous())]
    middle = (high_corner + low_corner) / 2
    points = points - middle[:, None] + window[:, None, None] / 2 + (uniform(n, 2) - 0.5)[:, None]
    return StrokeActions(points, r, pressure, pace, window, uniform(n, shares))


def paint_tiles(
    program: HasAlpha,
    actions: StrokeActions,
    reach: Tensor,  # [N] half width to cover, pixels
    *,
    seeds: int,
    seed: int,
    threads: int = 2,
    tiles: int | None = TILES,
    until: float = math.inf,
    fewest: int = FEWEST,
    progress: Callable[[float], None] | None = None,
) -> TileData:
    """Paint each stroke with several seeds and keep some of its tiles (all, if `tiles` is None).

    By the time `until` (of `time.perf_counter`) it ends with the strokes painted by then, at least `fewest`: none is
    begun that would not be done by then, were it as slow as those before it.
    """
    generator = np.random.default_rng(seed)
    stroke, column, row = _footprint(actions, reach)
    start = _starts(stroke, len(actions))
    if tiles is not None:
        kept = [np.zeros(0, np.int64)]
        for begin, end in pairwise(start.tolist()):
            size = end - begin
            choice = np.arange(size) if size <= tiles else np.sort(generator.choice(size, tiles, replace=False))
            kept.append(choice + begin)
        index = torch.from_numpy(np.concatenate(kept))
        stroke, column, row = stroke[index], column[index], row[index]
        start = _starts(stroke, len(actions))
    square = np.zeros((len(stroke), SIDE * SIDE), np.float64)
    mean = np.zeros_like(square)
    layered = program if isinstance(program, HasLayers) else None
    tall, tall_square = (np.zeros_like(square if layered else square[:0]) for _ in range(2))
    columns, rows, starts = column.numpy(), row.numpy(), start.tolist()
    points, radius = actions.points.numpy().astype(np.float64), actions.radius.tolist()
    pressure, pace, window = actions.pressure.tolist(), actions.pace.tolist(), actions.window.tolist()
    done = [0] * threads
    heard = [dict(zip(layered.shares, row, strict=True)) if layered else {} for row in actions.shares.tolist()]

    def work(worker: int) -> None:
        began = now = time.perf_counter()
        for k in range(worker, len(actions), threads):
            if k >= fewest and now + (now - began) / max(done[worker], 1) > until:
                break
            part = slice(starts[k], starts[k + 1])
            side = window[k]
            for s in range(seeds):
                how: dict[str, Any] = {
                    "height": side, "width": side, "pace": pace[k],
                    "seed": (seed * 1_000_003 + k * seeds + s) % (1 << 31), **heard[k],
                }  # fmt: skip
                layers = (layered.layers if layered else program.alpha)(points[k], radius[k], tuple(pressure[k]), **how)
                blocks = layers.reshape(-1, side // SIDE, SIDE, side // SIDE, SIDE)
                cut, *high = (b[rows[part], :, columns[part], :].reshape(-1, SIDE * SIDE) for b in blocks)
                mean[part] += cut
                for extra in high:
                    tall[part] += extra
                    tall_square[part] += extra.astype(np.float64) ** 2
                square[part] += cut.astype(np.float64) ** 2
            done[worker] += 1
            now = time.perf_counter()
            if progress is not None and worker == 0:
                progress(sum(done) / len(actions))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    painted = min(len(actions), *(worker + threads * count for worker, count in enumerate(done)))
    total = starts[painted]
    origin = (torch.stack([column, row], -1) * SIDE + SIDE / 2)[:total].float()
    alpha, spread = _moments(mean[:total], square[:total], seeds)
    height, unevenness = _moments(tall[:total], tall_square[:total], seeds)
    return TileData(
        actions.map(lambda v: v[:painted]), stroke[:total], origin, alpha, spread, start[: painted + 1],
        height, unevenness,
    )  # fmt: skip


def _moments(total: np.ndarray, squares: np.ndarray, count: int) -> tuple[Tensor, Tensor]:
    """Mean and unbiased variance of numbers whose sum and sum of squares these are; no variance of one."""
    mean = total / count
    variance = np.zeros_like(mean) if count == 1 else (squares - count * mean**2) / (count - 1)
    return torch.from_numpy(mean).float(), torch.from_numpy(np.maximum(variance, 0)).float()


def _starts(stroke: Tensor, count: int) -> Tensor:
    """[count + 1] where the tiles of each stroke begin, of tiles in the order of their strokes."""
    tiles = torch.bincount(stroke, minlength=count)
    return torch.cat([tiles.new_zeros(1), tiles.cumsum(0)])


def _footprint(actions: StrokeActions, reach: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(stroke, column, row) of every tile that each stroke's ribbon touches on its own window."""
    strokes, columns, rows = [], [], []
    for side in SIZES:
        (some,) = (actions.window == side).nonzero(as_tuple=True)
        for part in some.split(256):
            layout = arrange(actions.points[part], reach[part], side, side, SIDE)
            tile = layout.tiles.repeat_interleave(layout.starts[1:] - layout.starts[:-1])
            strokes.append(part[layout.strokes])
            columns.append(tile % layout.across)
            rows.append(tile // layout.across)
    stroke = torch.cat(strokes)
    order = torch.argsort(stroke, stable=True)
    return stroke[order], torch.cat(columns)[order], torch.cat(rows)[order]
