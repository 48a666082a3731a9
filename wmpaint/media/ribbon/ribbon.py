"""The ribbon painter: a small network that knows what a paint program does along a stroke.

A program lays dabs one after the other, and a dab depends on what the pen does there: pressure,
speed, direction, distance since the pen came down. So the network is asked row by row. Given the
state of the pen at one place of the stroke it answers with the stroke's cross-section there: logits
of the mean alpha and of its variance over the program's randomness. The rows make a ribbon, the
straightened stroke, and the rasterizer bends it (see `raster/ribbon.py`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ... import checks
from ...errors import InputError
from ...geometry import arc_lengths, coefficients, spread_dots
from ...marks import KINDS
from ...strokes import Strokes

__all__ = ["Ribbon", "RibbonConfig", "RibbonNet"]

SECONDS = 5.0  # that a program's stroke takes at pace 1
SPEEDS = (0.0, 4.0, 16.0, 64.0, 256.0, 1024.0)  # program pixels per second, at pace 1
REFERENCE = 512.0  # canvas height in pixels at pace 1
MOST_DABS = 10_000.0  # per radius
LATER = ("marks", "shares", "relief", "turn", "sharp")  # fields that came after the first painters
_SIZES = {"body": (2, 512), "caps": (1, 512), "columns": (3, 511), "hidden": (2, 512)}


@dataclass(frozen=True)
class RibbonConfig:
    """What a painter is built from; stored with its weights.

    Args:
        body: rows along the stroke, uniform in the curve's parameter.
        caps: rows in the fan around each end.
        columns: samples across, odd.
        hidden: width of the network's two hidden layers.
        direction: whether dabs depend on the stroke's direction; if not, the network cannot see it.
        timed: whether they depend on speed; if not, the network cannot see it.
        noise: whether the program is random; if not, there is no variance network.
        reach: (per radius, per radius and pressure, pixels): half width covered by the ribbon.
        dabs: dabs laid per radius of length, at pressures spread evenly over 0..1, for each of `SPEEDS`;
            empty if unknown.
        ellipse: ratio and angle (degrees) of elliptical dabs that keep their angle; empty for others.
        radius: smallest and largest trained radius, in program pixels.
        marks: the kind of strokes.
        shares: their columns, of one number in 0..1 each, that the network hears beside pressure.
        relief: of paint that has a height: (what a height of 1 is in canvas units, at which radius, and its growth
            with the radius as an exponent, the share of what lies beneath that a stroke fills); empty for flat paint.
        turn: the tightest bend that its program makes, in radii (see `geometry.open_hairpins`).
        sharp: how much steeper edges are, per half width, for each pixel of the radius: 1 / 6 where they are a pixel
            wide, 0 where chance moves them by a share of the radius, so that their mean is as soft at every size.

    Raises:
        InputError: a value of the wrong kind or out of range; whatever passes can paint.
    """

    body: int = 12
    caps: int = 3
    columns: int = 17
    hidden: int = 96
    direction: bool = True
    timed: bool = True
    noise: bool = True
    reach: tuple[float, float, float] = (1.5, 0.0, 2.0)
    dabs: tuple[float, ...] = ()
    ellipse: tuple[float, ...] = ()
    radius: tuple[float, float] = (0.5, 64.0)
    marks: str = "strokes"
    shares: tuple[str, ...] = ()
    relief: tuple[float, ...] = ()
    turn: float = 0.0
    sharp: float = 1 / 6

    def __post_init__(self) -> None:
        for name, (low, high) in _SIZES.items():
            size = getattr(self, name)
            if type(size) is not int or not low <= size <= high or (name == "columns" and size % 2 == 0):
                odd = ", odd," if name == "columns" else ""
                raise InputError(f"expected {name} of {low} to {high}{odd} got {size!r:.40}")
        for name in ("direction", "timed", "noise"):
            checks.boolean(name, getattr(self, name))
        _check_numbers("reach", self.reach, (3,), 0.0, 1000.0)
        if not self.reach[0] > 0:
            raise InputError(f"expected a reach per radius above 0, got {self.reach}")
        _check_numbers("radius", self.radius, (2,), 0.01, 10_000.0)
        if self.radius[0] > self.radius[1]:
            raise InputError(f"expected the smallest radius and then the largest, got {self.radius}")
        pressures = (0, *range(2, 65))
        _check_numbers("dabs", self.dabs, [len(SPEEDS) * count for count in pressures], 0.0, MOST_DABS)
        _check_numbers("ellipse", self.ellipse, (0, 2), -360.0, 360.0)
        _check_numbers("relief", self.relief, (0, 4), 0.0, 100.0)
        _check_numbers("turn", (self.turn,), (1,), 0.0, 1.0)
        _check_numbers("sharp", (self.sharp,), (1,), 0.0, 1.0)
        kind = KINDS.get(self.marks) if isinstance(self.marks, str) else None
        if kind is None or not issubclass(kind, Strokes):
            raise InputError(f"expected a kind of strokes that is known, got {self.marks!r:.40}")
        known = [name for name, column in kind.columns().items() if (column.low, column.high, column.size) == (0, 1, 1)]
        if type(self.shares) is not tuple or not set(self.shares) <= set(known):
            raise InputError(f"expected shares of {', '.join(known) or 'none'}, got {self.shares!r:.60}")

    @property
    def rows(self) -> int:
        """Rows of a ribbon."""
        return self.body + 2 * self.caps

    @property
    def kind(self) -> type[Strokes]:
        """The class of strokes."""
        return KINDS[self.marks]  # type: ignore[return-value]  # checked when it was made

    @property
    def drawn(self) -> dict[str, Any]:
        """What of it random strokes depend on, as `data.random_actions` takes it."""
        return {"radius": self.radius, "timed": self.timed, "shares": len(self.shares), "turn": self.turn}

    def unit_height(self, radius: Tensor) -> Tensor:
        """[N] what a height of 1 is in canvas units, for strokes of that radius."""
        unit, usual, growth, _ = self.relief
        return unit * (radius / usual) ** growth

    def as_dict(self) -> dict[str, Any]:
        """For a file's metadata; what came later and has its usual value is left out, as files of before have it."""
        usual = {field.name: field.default for field in dataclasses.fields(self) if field.name in LATER}
        return {name: value for name, value in dataclasses.asdict(self).items() if value != usual.get(name, ...)}


def _check_numbers(name: str, values: Any, counts: Sequence[int], low: float, high: float) -> None:
    if type(values) is not tuple or len(values) not in counts:
        raise InputError(f"expected {name} of {counts[0]} numbers, got {values!r:.40}")
    if not all(type(value) in (int, float) and low <= value <= high for value in values):
        raise InputError(f"expected {name} of {low:g} to {high:g}, got {values!r:.40}")


@dataclass(frozen=True)
class Ribbon:
    """Straightened strokes: logits [N, 2, R, C], and the half width [N] they cover, in program pixels.

    Paint that has a height has its logits, too: heights [N, R, C].
    """

    logits: Tensor
    half_width: Tensor
    caps: int
    heights: Tensor | None = None


class RibbonNet(nn.Module):
    """(points, radius, pressure, pace, shares) -> `Ribbon`."""

    FEATURES = 25  # and a share each

    def __init__(self, config: RibbonConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        inputs = self.FEATURES + len(config.shares)
        self.mean = _mlp(inputs, config.hidden, config.columns, generator)
        self.spread = _mlp(inputs, config.hidden // 2, config.columns, generator) if config.noise else None
        # Most of a stroke is low: from high up, learning would fall past it.
        self.height = _mlp(inputs, config.hidden, config.columns, generator, -3.5) if config.relief else None

    def half_width(self, radius: Tensor, pressure: Tensor) -> Tensor:
        """[N] pixels beyond which a stroke paints nothing."""
        per_radius, per_pressure, pixels = self.config.reach
        return radius * (per_radius + per_pressure * pressure.amax(1)) + pixels

    def forward(
        self,
        points: Tensor,  # [N, 3, 2] program pixels
        radius: Tensor,  # [N] program pixels
        pressure: Tensor,  # [N, 2]
        pace: Tensor | float = 1.0,  # [N] or one number: seconds per pixel, in units of pace 1
        shares: Tensor | None = None,  # [N, K]
        *,
        tall: bool = False,
    ) -> Ribbon:
        """Ribbons of strokes within the trained range; with their heights, if `tall`."""
        c = self.config
        x = self._features(spread_dots(points, radius), radius, pressure, pace)
        if shares is not None:
            x = torch.cat([x, (2 * shares - 1)[:, None].expand(-1, c.rows, -1)], -1)
        width = self.half_width(radius, pressure)
        across = torch.linspace(-1, 1, c.columns, device=points.device, dtype=points.dtype)
        # A hard edge is one pixel wide, so its slope per half width grows with the radius.
        gain = (1 + c.sharp * radius)[:, None, None]
        profile = 2 - 2 * (across * (width / radius)[:, None]).abs()
        mean = self._close(gain * (self.mean(x) + profile[:, None]))
        ratio = torch.full_like(mean, -30.0) if self.spread is None else self._close(self.spread(x) - 2)
        heights = None if self.height is None or not tall else self._close(gain * (self.height(x) + profile[:, None]))
        return Ribbon(torch.stack([mean, ratio], 1), width, c.caps, heights)

    def _close(self, rows: Tensor) -> Tensor:
        """Make the fans one-valued where their rows meet: at the ends of the curve, and straight ahead."""
        c = self.config
        middle = c.columns // 2
        first, last = c.caps, c.caps + c.body - 1
        head, body, tail = rows[:, :first], rows[:, first : last + 1], rows[:, last + 1 :]

        def fan(cap: Tensor, tip: int, end: Tensor) -> Tensor:
            ray = (cap[:, tip : tip + 1] + cap[:, tip : tip + 1].flip(2)) / 2
            cap = torch.cat([ray, cap[:, 1:]] if tip == 0 else [cap[:, :-1], ray], 1)
            center = end[:, None, middle : middle + 1].expand(-1, c.caps, 1)
            return torch.cat([cap[..., :middle], center, cap[..., middle + 1 :]], 2)

        return torch.cat([fan(head, 0, body[:, 0]), body, fan(tail, c.caps - 1, body[:, -1])], 1)

    def _features(self, points: Tensor, radius: Tensor, pressure: Tensor, pace: Tensor | float) -> Tensor:
        """[N, R, FEATURES], each of order 1."""
        c = self.config
        t = torch.linspace(0, 1, c.body, device=points.device, dtype=points.dtype)
        length = arc_lengths(points, t)
        a, b, _ = coefficients(points)
        d = 2 * a[:, None] * t[:, None] + b[:, None]  # B'(t)
        speed = (d.square().sum(-1) + 1e-6 * radius[:, None].square()).sqrt()
        heading = d / speed[..., None]
        bend = 2 * (d[..., 0] * a[:, None, 1] - d[..., 1] * a[:, None, 0]) / speed**3 * radius[:, None]
        before = length / radius[:, None]
        after = before[:, -1:] - before
        force = pressure[:, :1] + (pressure[:, 1:] - pressure[:, :1]) * t
        tempo = speed / (SECONDS * (pace[:, None] if isinstance(pace, Tensor) else pace))
        count, gap = self._dabs(length, radius, force, tempo, heading)
        cos, sin = heading.unbind(-1)
        turning = [cos, sin, cos * cos - sin * sin, 2 * cos * sin]
        if not c.direction:
            turning = [torch.zeros_like(cos)] * 4

        def constant(value: Tensor) -> Tensor:
            return value[:, None].expand(-1, c.body)

        rows = torch.stack(
            [
                constant((radius.log() - 1.5) / 1.5),
                constant(1 / (radius + 0.5)),
                force * 2 - 1,
                constant(pressure[:, 0]),
                constant(pressure[:, 1]),
                before.log1p() / 2 - 1,
                after.log1p() / 2 - 1,
                (-before).exp(),
                (-after).exp(),
                (-before / 4).exp(),
                (-after / 4).exp(),
                before.clamp(max=2) - 1,
                after.clamp(max=2) - 1,
                constant(before[:, -1].log1p() / 2 - 1),
                (tempo / 4).log1p() / 2 - 1 if c.timed else torch.zeros_like(speed),
                bend / (1 + bend.abs()),
                constant(count.clamp(max=4) / 2 - 1),
                constant(4 * gap),
                (after - gap[:, None]).clamp(-1, 2) - 1,
                *turning,
            ],
            -1,
        )
        rows = torch.cat([rows[:, :1].expand(-1, c.caps, -1), rows, rows[:, -1:].expand(-1, c.caps, -1)], 1)
        fan = torch.linspace(0, 1, c.caps + 1, device=points.device, dtype=points.dtype)
        zero = fan.new_zeros(c.rows - c.caps)
        fans = torch.stack([torch.cat([fan[1:].flip(0), zero]), torch.cat([zero, fan[1:]])], -1)
        return torch.cat([rows, fans.expand(len(points), -1, -1)], -1)

    @torch.no_grad()
    def _dabs(
        self, length: Tensor, radius: Tensor, force: Tensor, tempo: Tensor, heading: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Dabs laid on each stroke [N], and the length left bare after the last one [N], in radii.

        A program lays whole dabs only, so the paint ends up to a dab's distance before the stroke does.
        No gradient passes: from dab to dab the paint moves on with the stroke's end, and on average too.
        """
        rates = self.config.dabs
        if not rates:
            return torch.zeros_like(radius), torch.zeros_like(radius)
        table = torch.tensor(rates, device=force.device, dtype=force.dtype).view(-1, len(SPEEDS))
        place = force.clamp(0, 1) * (len(table) - 1)
        row = place.long().clamp(max=len(table) - 2)
        # Speeds are a power of 4 apart, but for the first.
        pace = torch.where(tempo < SPEEDS[1], tempo / SPEEDS[1], tempo.clamp(min=SPEEDS[1]).log() / math.log(4))
        pace = pace.clamp(max=len(SPEEDS) - 1)
        column = pace.long().clamp(max=len(SPEEDS) - 2)
        slow, fast = (torch.lerp(table[row, c], table[row + 1, c], place - row) for c in (column, column + 1))
        rate = torch.lerp(slow, fast, pace - column)
        if self.config.ellipse:  # dabs lie closer where the pen moves across them
            ratio, angle = self.config.ellipse[0], math.radians(self.config.ellipse[1])
            x, y = heading.unbind(-1)
            across = (y * math.cos(angle) - x * math.sin(angle)) * ratio
            rate = rate * (across.square() + (y * math.sin(angle) + x * math.cos(angle)).square()).sqrt()
        steps = (length[:, 1:] - length[:, :-1]) / radius[:, None]
        count = (steps * (rate[:, 1:] + rate[:, :-1]) / 2).sum(1)
        gap = (count % 1) / rate[:, -1].clamp(min=1e-3)
        # Far along, the count is not known to a fraction of a dab; nor does it matter much.
        return count.floor(), gap.clamp(max=2) * (2 - count / 40).clamp(0, 1)


def _mlp(
    inputs: int, hidden: int, outputs: int, generator: torch.Generator | None, start: float = 0.0
) -> nn.Sequential:
    """Two hidden layers; what comes out is about `start` at first."""
    device, sizes = None if generator is None else generator.device, pairwise((inputs, hidden, hidden, outputs))
    layers = [nn.Linear(*size, device=device) for size in sizes]
    with torch.no_grad():
        for layer, scale in zip(layers, (1.5, 1.5, 0.3), strict=True):
            bound = scale / math.sqrt(layer.in_features)
            layer.weight.uniform_(-bound, bound, generator=generator)
            layer.bias.zero_()
        layers[-1].bias.fill_(start)
    return nn.Sequential(layers[0], nn.SiLU(), layers[1], nn.SiLU(), layers[2])


def soften(
    ribbon: Ribbon,
    pixel: Tensor | float,  # output pixel in program pixels, >= 1
) -> Ribbon:
    """The ribbon as pixels of another size see it: averaged across over a box of their width.

    The program's own pixels are in the ribbon already, so the box is sqrt(pixel^2 - 1) wide.
    """
    box = math.sqrt(max(float(pixel) ** 2 - 1, 0.0))
    if box < 0.75:
        return ribbon
    n, _, rows, columns = ribbon.logits.shape
    width = ribbon.half_width
    fine = 4 * (columns - 1) + 1
    logits = ribbon.logits if ribbon.heights is None else torch.cat([ribbon.logits, ribbon.heights[:, None]], 1)
    kinds = logits.shape[1]
    logits = F.interpolate(logits.reshape(n, kinds * rows, columns), size=fine, mode="linear", align_corners=True)
    logits = logits.reshape(n, kinds, rows, fine)
    alpha = logits[:, 0].sigmoid()
    both = torch.stack([alpha, alpha * (1 - alpha) * logits[:, 1].sigmoid(), *logits[:, 2:].sigmoid().unbind(1)], 1)
    # Integrals from the left edge, then differences over the box at the new, wider columns.
    zero = both.new_zeros(n, kinds, rows, 1)
    integral = torch.cat([zero, ((both[..., 1:] + both[..., :-1]) / 2).cumsum(-1)], -1)
    grown = width + box / 2
    across = torch.linspace(-1, 1, columns, device=width.device, dtype=width.dtype) * grown[:, None]

    def at(x: Tensor) -> Tensor:
        place = ((x / width[:, None]).clamp(-1, 1) + 1) * ((fine - 1) / 2)
        index = place.detach().long().clamp(max=fine - 2)
        part = (place - index)[:, None, None]
        index = index[:, None, None].expand(n, kinds, rows, columns)
        return torch.lerp(
            integral.gather(3, index), integral.gather(3, index + 1), part.expand(n, kinds, rows, columns)
        )

    step = 2 * width / (fine - 1)
    mean = (at(across + box / 2) - at(across - box / 2)) * (step / box)[:, None, None, None]
    alpha = mean[:, 0].clamp(1e-5, 1 - 1e-5)
    ratio = (mean[:, 1] / (alpha * (1 - alpha))).clamp(1e-6, 1 - 1e-6)
    heights = None if ribbon.heights is None else mean[:, 2].clamp(1e-6, 1 - 1e-6).logit()
    return Ribbon(torch.stack([alpha.logit(), ratio.logit()], 1), grown, ribbon.caps, heights)
