"""Fitting a painter to a program: `fit(painter, program) -> FitReport`, and `evaluate` on fresh strokes.

Losses, per pixel of a stroke's footprint, each stroke weighing the same:
  mean: squared error against the average of two seeds (its minimum is the program's mean stroke);
  variance: log s + v / s, the gamma deviance of the seeds' sample variance v. It asks for the
  right variance in relative terms, in the faint parts too; its squared error beside it keeps what is most uneven right.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ... import checks
from ...explain import explained
from ...medium import HasAlpha
from ...raster import Ribbons, sample
from ..programs import Brush
from .data import LEAST, SIDE, Budget, TileData, paint_tiles, random_actions
from .measure import retexture
from .painter import RibbonPainter
from .ribbon import RibbonNet
from .survey import SURVEYING, survey

__all__ = ["FitReport", "evaluate", "fit"]

FLOOR = (0.5 / 255) ** 2  # variance that no one sees
TEST_SEEDS, FEWEST_TESTED = 24, 30  # of fit's report
SPARE = 1.5  # times the strokes that there seems to be time for
ENOUGH = 2_000  # strokes, from which most programs are learned well
LOUD = 0.3  # weight of the variance's squared error
TALL = 4.0  # weight of the height's squared error
USABLE = 0.05  # error share of a painter whose strokes are its program's
TESTED = 0x7E57_0000  # added to the seed (of which torch heeds 32 bits), so that the strokes of the report are fresh
PAINTING, TESTING = 0.35, 0.15  # shares of the time: until when strokes are painted, the survey's among them; for tests
END = 0.97  # share of the time by which the last stroke is painted, since its test takes some, too
BANDS = (0.5, 1.5, 4.0, 16.0, 64.0)  # radii by which errors are reported
STREAKS = 60.0  # seconds that measuring them may take
WATCH = 3.0  # seconds between looks at a painter that learns
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class FitReport:
    """How well a painter knows its program, on strokes it never saw.

    Args:
        brush: name.
        error_share: squared error against the program's mean stroke, over all pixels of all strokes,
            as a share of the mean strokes' energy; the averaging's own noise is subtracted from both.
        std_error: |predicted - true| root mean square deviation per stroke, as a share of the true;
            None for a program without randomness.
        noise: the program's own standard deviation over a footprint, in levels of 255.
        strokes: how many strokes it was measured on.
        by_radius: error_share of the strokes of radius 0.5-1.5, 1.5-4, 4-16 and 16-64 pixels: large
            strokes carry most of the energy, so what small ones lack shows here only.
        seconds: what it took, data included.
        height_share: error of the height, as a share of its energy, as for error_share; None for flat paint.
    """

    brush: str
    error_share: float
    std_error: float | None
    noise: float
    strokes: int
    by_radius: tuple[float, ...]
    seconds: float
    height_share: float | None = None

    @property
    def usable(self) -> bool:
        """Whether what it paints is about what its program paints: an error share of 5 % or less."""
        return self.error_share <= USABLE

    def __str__(self) -> str:
        spread = "none" if self.std_error is None else f"{100 * self.std_error:.1f} % off"
        bands = ", ".join(f"{100 * share:.2f}" for share in self.by_radius)
        return (
            f"{self.brush}: error {100 * self.error_share:.2f} % of the mean stroke's energy on {self.strokes} strokes "
            f"(by radius: {bands}); noise {self.noise:.1f}/255, its prediction {spread}; {self.seconds:.0f} s"
            f"{'' if self.height_share is None else f'; height {100 * self.height_share:.2f} %'}"
            f"{'' if self.usable else '; not usable'}"
        )

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return dataclasses.asdict(self)


@explained
def fit(
    painter: RibbonPainter,
    program: HasAlpha,
    *,
    seed: int = 0,
    strokes: int = 14_000,
    steps: int = 9_000,
    batch: int = 64,
    rate: float = 4e-3,
    test_strokes: int = 400,
    minutes: float | None = None,
    progress: Progress | None = None,
    watch: Callable[[RibbonPainter], None] | None = None,
) -> FitReport:
    """Teach a painter what a program does with a stroke, and measure how well it learned.

    Args:
        painter: overwritten with the new weights.
        program: anything with `alpha` (see `HasAlpha`).
        seed: of data, weights and batches; the same seed gives the same painter on the same machine.
        strokes: training strokes to paint.
        steps: optimizer steps of `batch` strokes (Adam, cosine decay from `rate`).
        test_strokes: held-out strokes for the report.
        minutes: the whole takes this long at most, but for a stroke: fewer strokes are painted, fewer steps done and
            fewer strokes tested where there is no time for all, and streaks are not measured. How many depends on the
            machine, and so does the painter. One that had too little time, and is not `usable`, is told of by a
            `UserWarning`.
        progress: called with (share done, what is being done).
        watch: called every few seconds while it learns, with a painter as good as it is by then. What `progress` or
            `watch` raise ends the training, and leaves the painter as it was.

    Raises:
        InputError: counts below 1, minutes not above 0 or too few for even some strokes of a slow program, or a
            program that paints nothing.
        BrushError: a brush that smudges, erases or changes color, which no ribbon can imitate.
    """
    for name, value in (("strokes", strokes), ("steps", steps), ("batch", batch), ("test_strokes", test_strokes)):
        checks.whole(name, value, 1)
    checks.seed(seed, bits=62)
    checks.number("a rate", rate, 0, above=True)
    budget = Budget(minutes)
    style = getattr(program, "style", None)
    if isinstance(style, Brush):
        style.require_plain()
    tell = progress or (lambda share, what: None)
    generator = torch.Generator().manual_seed(seed)
    asked = strokes, steps
    config, per_painting = survey(painter.config, program, generator, budget)
    seeds = 2 if config.noise else 1
    if minutes is not None:  # cutting strokes into tiles takes time, too: no more of them than can be painted
        room = budget.left(PAINTING) / (per_painting * seeds)
        strokes = min(strokes, max(LEAST["learned"], int(SPARE * room)))
    net = RibbonNet(config, generator)
    actions = random_actions(
        strokes, generator, radius=config.radius, timed=config.timed, shares=len(config.shares), turn=config.turn
    )
    reach = net.half_width(actions.radius, actions.pressure)
    started = time.perf_counter()
    data = paint_tiles(
        program, actions, reach, seeds=seeds, seed=seed, until=budget.until(PAINTING),
        fewest=budget.least("learned"), progress=lambda share: tell(0.25 * share, "painting strokes"),
    )  # fmt: skip
    strokes = len(data.actions)
    per_painting = (time.perf_counter() - started) / (strokes * seeds)
    end = budget.until(1 - TESTING)
    if minutes is not None:  # the least of tests has its time
        end = min(end, budget.until(END) - LEAST["tested"] * LEAST["seeds"] * per_painting)

    def look(now: RibbonNet) -> None:
        if watch is not None:
            sketch = RibbonPainter()
            sketch.adopt(copy.deepcopy(now), program, {})
            watch(sketch)

    steps = _train(
        net, data, steps, batch, rate, generator, end, lambda share: tell(0.25 + 0.65 * share, "learning"), look
    )
    net = net.half().float()  # as they are stored, so that the report holds for the file
    painter.adopt(net, program, {"seed": seed, "strokes": strokes, "steps": steps, "batch": batch, "rate": rate})
    tell(0.9, "testing")
    tests = TEST_SEEDS
    if minutes is not None:  # all of a stroke is tested, where training keeps some tiles of it: hence twice the time
        affordable = budget.left(END) / (2 * max(per_painting, 1e-9))
        if config.noise:
            tests = min(TEST_SEEDS, max(LEAST["seeds"], int(affordable / FEWEST_TESTED)))
        each = TEST_SEEDS if config.noise else 1
        test_strokes = min(test_strokes, max(FEWEST_TESTED, int(affordable / each)))
    report = _evaluate(painter, program, test_strokes, tests, seed + TESTED, budget)
    painter.notes.update({"report": report.as_dict()})
    if budget.left(1) > STREAKS:
        retexture(painter, program, seed=seed)
    tell(1.0, "done")
    if not report.usable and (strokes, steps) != asked:
        need = math.ceil(ENOUGH * seeds * per_painting / (PAINTING - SURVEYING) / 60)
        warnings.warn(
            f"the painter of {program.info.brush!r} is not usable: its error is {report.error_share:.0%} of the "
            f"strokes' energy, and {USABLE:.0%} is the most; there was time for {strokes:,} strokes and {steps:,} "
            f"steps: give it more minutes, about {max(need, math.ceil(2 * budget.limit / 60))}",
            stacklevel=2,
        )
    return report


def _train(
    net: RibbonNet,
    data: TileData,
    steps: int,
    batch: int,
    rate: float,
    generator: torch.Generator,
    end: float,
    tell: Callable[[float], None],
    look: Callable[[RibbonNet], None],
) -> int:
    """Train until `steps` or the time `end`; returns the steps done."""
    optimizer = torch.optim.Adam(net.parameters(), lr=rate, betas=(0.9, 0.99))
    count = data.first[1:] - data.first[:-1]
    (painted,) = (count > 0).nonzero(as_tuple=True)
    began, step, done = time.perf_counter(), 0, 0.0
    looked = began
    while done < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate * (min(1.0, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * done)) + 2e-3)
        strokes = painted[torch.randint(len(painted), (batch,), generator=generator, device=generator.device)]
        alpha, variance, tall, tiles = predict(net, data, strokes)
        weight = (1 / count[strokes]).repeat_interleave(count[strokes])[:, None] / (batch * SIDE * SIDE)
        loss = ((alpha - data.mean[tiles]).square() * weight).sum()
        if net.config.noise:
            # The variance network answers for the share of a (1 - a) only, so alpha is held here.
            bound = alpha * (1 - alpha)
            spread = bound.detach() * (variance / bound.clamp(min=1e-9)) + FLOOR
            deviance = (data.variance[tiles] + FLOOR) / spread + spread.log()
            loss = loss + 1e-3 * (deviance * weight).sum()
            loss = loss + LOUD * ((spread - data.variance[tiles]).square() * weight).sum()
        if tall is not None:
            loss = loss + TALL * ((tall - data.height[tiles]).square() * weight).sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        optimizer.step()
        step += 1
        done = max(step / steps, (time.perf_counter() - began) / max(end - began, 1e-9))
        if step % 20 == 0:
            tell(min(done, 1.0))
            if time.perf_counter() - looked > WATCH:
                look(net)
                looked = time.perf_counter()
    return step


def predict(net: RibbonNet, data: TileData, strokes: Tensor) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
    """Alpha, variance and height on the tiles of some strokes, and those tiles' indices."""
    a = data.actions
    counts = data.first[strokes + 1] - data.first[strokes]
    owner = torch.repeat_interleave(torch.arange(len(strokes), device=counts.device), counts)
    tiles = torch.arange(len(owner), device=counts.device) - (counts.cumsum(0) - data.first[strokes + 1])[owner]
    points, radius = a.points[strokes], a.radius[strokes]
    bent = net(points, radius, a.pressure[strokes], a.pace[strokes], a.shares[strokes], tall=True)
    ribbons = Ribbons(points, radius, bent.half_width, bent.logits, points.new_empty(len(points), 0), bent.caps)
    alpha, variance = sample(ribbons, owner, data.origin[tiles], SIDE)
    tall = None
    if bent.heights is not None:
        logits = torch.stack([bent.heights, torch.full_like(bent.heights, -30.0)], 1)
        tall, _ = sample(ribbons._replace(logits=logits), owner, data.origin[tiles], SIDE)
    return alpha, variance, tall, tiles


@explained
def evaluate(
    painter: RibbonPainter,
    program: HasAlpha,
    *,
    strokes: int = 400,
    seeds: int = TEST_SEEDS,
    seed: int = 1,
    minutes: float | None = None,
) -> FitReport:
    """Measure a painter on random strokes against the mean of `seeds` paintings of each.

    They are neither those that `fit` trains on nor those of its report.

    Args:
        minutes: the whole takes this long at most, but for some strokes: fewer are painted where there is no time for
            all.

    Raises:
        InputError: fewer than 1 stroke or 2 seeds, or minutes not above 0.
    """
    strokes, seeds = checks.whole("strokes", strokes, 1), checks.whole("seeds", seeds, 2)
    return _evaluate(painter, program, strokes, seeds, seed, Budget(minutes))


@torch.no_grad()
def _evaluate(
    painter: RibbonPainter, program: HasAlpha, strokes: int, seeds: int, seed: int, budget: Budget
) -> FitReport:
    net, config = painter.net, painter.config
    generator = torch.Generator().manual_seed(seed + 0x5EED)
    actions = random_actions(
        strokes, generator, radius=config.radius, timed=config.timed, shares=len(config.shares), turn=config.turn
    )
    reach = 1.2 * net.half_width(actions.radius, actions.pressure) + 1  # beyond the painter's own, to see what it cuts
    seeds = seeds if config.noise else 1
    data = paint_tiles(
        program, actions, reach, seeds=seeds, seed=seed + 0x5EED, tiles=None, until=budget.until(END),
        fewest=budget.least("tested"),
    )  # fmt: skip
    data, strokes = data.to(painter.device), len(data.actions)
    actions = data.actions
    noise = data.variance.sum(1) / seeds
    parts = [predict(net, data, part)[:3] for part in torch.arange(strokes, device=noise.device).split(50)]
    alpha, variance, *tall = (torch.cat(column) for column in zip(*parts, strict=True) if column[0] is not None)

    def per_stroke(tiles: Tensor) -> Tensor:
        return tiles.new_zeros(strokes).index_add_(0, data.stroke, tiles)

    length = (actions.points[:, 1:] - actions.points[:, :-1]).norm(dim=-1).sum(1)
    area = math.pi * actions.radius**2 + 2 * actions.radius * length + 4
    error = per_stroke((alpha - data.mean).square().sum(1) - noise)
    energy = per_stroke(data.mean.square().sum(1) - noise)
    true, guess = (per_stroke(v.sum(1)).div(area).sqrt() for v in (data.variance, variance))
    bands = torch.bucketize(actions.radius, actions.radius.new_tensor(BANDS[1:-1]))
    shares = [float(error[bands == k].sum() / energy[bands == k].sum().clamp(min=1e-12)) for k in range(len(BANDS) - 1)]
    high = None
    if tall:
        noise = data.unevenness.sum() / seeds
        wrong, right = (tall[0] - data.height).square().sum() - noise, data.height.square().sum() - noise
        high = float(wrong / right.clamp(min=1e-12))
    return FitReport(
        brush=program.info.brush,
        error_share=float(error.sum() / energy.sum().clamp(min=1e-12)),
        std_error=float((guess - true).abs().sum() / true.sum().clamp(min=1e-12)) if config.noise else None,
        noise=255 * float(true.square().mean().sqrt()),
        strokes=strokes,
        by_radius=tuple(shares),
        seconds=budget.gone,
        height_share=high,
    )
