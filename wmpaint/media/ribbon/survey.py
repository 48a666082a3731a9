"""What kind of brush a program has: `survey(config, program, generator, budget) -> (config, pace)`."""

from __future__ import annotations

import dataclasses
import math
import time

import torch
from torch import Tensor

from ...errors import InputError
from ...geometry import bezier
from ...medium import HasAlpha, HasLayers
from .data import LEAST, SIDE, Budget, StrokeActions, TileData, paint_tiles, random_actions
from .ribbon import MOST_DABS, SPEEDS, RibbonConfig

__all__ = ["survey"]

VISIBLE = 2 / 255  # alpha below which the ribbon may end
STROKES = 300  # from which it is seen what kind of brush it is
PACE = 2  # strokes from which it is seen how long one takes
SURVEYING = 0.1  # share of the time


def survey(
    config: RibbonConfig, program: HasAlpha, generator: torch.Generator, budget: Budget
) -> tuple[RibbonConfig, float]:
    """What kind of brush is it: how far does it paint, is it random, does it see direction and time?

    Returns that, and the seconds that a painting of one stroke takes.

    Where time is limited, as many strokes as there is time for tell.

    Raises:
        InputError: it paints nothing, or so slowly that it cannot be learned in that time.
    """
    brush = getattr(program, "style", None)  # a medium without a brush file may depend on anything
    direction = bool(getattr(brush, "follows_direction", True))
    timed = bool(getattr(brush, "listens_to_time", True))
    low, high = config.radius
    layered = program if isinstance(program, HasLayers) else None
    shares, relief, turn = (layered.shares, layered.relief, layered.turn) if layered else ((), (), 0.0)
    sizes = low, min(high, max(20.0, low))
    actions = random_actions(STROKES, generator, radius=sizes, timed=timed, shares=len(shares), turn=turn)
    reach = 5 * actions.radius + 6
    if budget.limit < math.inf:
        _check_pace(program, actions, reach, budget.limit)
    started = time.perf_counter()
    data = paint_tiles(
        program, actions, reach, seeds=2, seed=0, tiles=400, until=budget.until(SURVEYING),
        fewest=budget.least("surveyed"),
    )  # fmt: skip
    actions = data.actions
    pace = max(time.perf_counter() - started, 1e-9) / (2 * len(actions))
    if float(data.mean.amax()) < VISIBLE:
        raise InputError(f"expected a brush that paints something, and {program.info.brush} left every canvas empty")
    far = _farthest(actions, data)
    painted = far > 0
    small = painted & (actions.radius <= 6)
    large = painted & (actions.radius > 6)
    large = large if bool(large.any()) else painted
    force = actions.pressure.amax(1)
    ratio = far / actions.radius
    # The farthest paint per radius may grow with pressure: a line above 98 % of the strokes.
    slope = 0.0
    if int(large.sum()) > 20:
        light, heavy = large & (force < 0.5), large & (force > 0.8)
        if int(light.sum()) > 5 and int(heavy.sum()) > 5:
            slope = float(ratio[heavy].quantile(0.95) - ratio[light].quantile(0.95)) / 0.6
    slope = max(slope, 0.0) if slope > 0.3 else 0.0
    base = max(float((ratio - slope * force)[large].quantile(0.98)), 0.5)
    beyond = (far - (base + slope * force) * actions.radius)[small]
    pixels = float(beyond.quantile(0.98).clamp(0.5, 6.0)) if len(beyond) else 2.0
    noise = float(data.variance.mean()) > 1e-9
    dabs: tuple[float, ...] = ()
    ellipse: tuple[float, ...] = ()
    if brush is not None and hasattr(brush, "dabs_per_radius"):
        rates = (brush.dabs_per_radius(k / 8, speed) for k in range(9) for speed in SPEEDS)
        dabs = tuple(min(rate, MOST_DABS) for rate in rates)
        ellipse = brush.ellipse or ()
    found = dataclasses.replace(
        config, direction=direction, timed=timed, noise=noise, dabs=dabs, ellipse=ellipse, reach=(base, slope, pixels),
        marks=program.marks.kind, shares=shares, relief=relief, turn=turn,
        sharp=0.0 if layered else config.sharp,
    )  # fmt: skip
    return found, pace


def _check_pace(program: HasAlpha, actions: StrokeActions, reach: Tensor, limit: float) -> None:
    """Refuse a program that paints too slowly for even the least of strokes."""
    times = []
    for count in (1, PACE):  # a program may have to warm up
        began = time.perf_counter()
        part = actions.map(lambda column, count=count: column[:count])  # type: ignore[misc]
        paint_tiles(program, part, reach[: len(part)], seeds=1, seed=0, threads=1)
        times.append((time.perf_counter() - began) / len(part))
    paintings = 2 * LEAST["surveyed"] + 2 * LEAST["learned"] + LEAST["tested"] * LEAST["seeds"] + PACE + 1
    need = paintings * times[1] / 0.8  # some time to learn
    if need > limit:
        raise InputError(
            f"expected {need / 60:.2g} minutes or more for {program.info.brush}, which takes {times[1]:.2g} s to paint "
            f"a stroke, got {limit / 60:.2g}"
        )


def _farthest(actions: StrokeActions, data: TileData) -> Tensor:
    """[N] distance from the curve to the farthest visible paint."""
    line = torch.arange(SIDE, device=data.mean.device) - (SIDE - 1) / 2
    offset = torch.stack([line.repeat(SIDE), line.repeat_interleave(SIDE)], -1)
    far = torch.zeros_like(actions.radius)
    t = torch.linspace(0, 1, 65, device=far.device)
    (on,) = (data.mean > VISIBLE).any(1).nonzero(as_tuple=True)
    for part in on.split(4096):
        curve = bezier(actions.points[data.stroke[part]], t.expand(len(part), -1))
        distance = torch.cdist(data.origin[part][:, None] + offset, curve).amin(-1)
        visible = distance * (data.mean[part] > VISIBLE)
        far.scatter_reduce_(0, data.stroke[part], visible.amax(1), "amax")
    return far
