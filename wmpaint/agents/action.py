"""What an agent can do: `ActionSpace(medium.marks, config).actions(raw) -> Actions`, from a network's numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..marks import Marks
from .config import AgentConfig

__all__ = ["ActionSpace", "Actions", "match"]

BEYOND = 0.25  # how far a color may lie from what the target shows along the mark
STOP = 0.02  # weight of the stop's cross-entropy beside the squared distance of marks
SLOPE = {"place": 2.0, "length": 2.0}  # of the sigmoid, by unit: 2 makes it a hyperbolic tangent
START = {"share": 1.0}  # added to numbers before it: untrained networks begin firm
ALONG = 5  # places of a mark


class Actions(NamedTuple):
    """What an agent does: it lays marks, or stops.

    Args:
        marks: [B, K]; those that it decides not to lay are lifted.
        going: [B, K] logits of going on, rather than stopping; None of agents that never stop.
    """

    marks: Marks
    going: Tensor | None = None

    def stop_loss(self, wanted: Tensor) -> Tensor:  # [B, K] bool
        """Cross-entropy of going on where marks are wanted, and stopping elsewhere; zero of agents that never stop."""
        if self.going is None:
            return torch.zeros((), dtype=self.marks.dtype, device=self.marks.device)
        return STOP * F.binary_cross_entropy_with_logits(self.going, wanted.to(self.going.dtype))


@dataclass(frozen=True)
class ActionSpace:
    """The actions of an agent, as numbers without bounds.

    A row holds those of each column that the agent chooses, in the order in which the kind of marks declares them, and
    last, of agents that stop, one for going on. By their unit: places lie around the middle within `config.reach`,
    lengths within `config.radius`, shares within `config.pressure`, all others within the column's own bounds. A color
    is what the target shows along the mark, and what the network adds to it: from there it has little to learn. Agents
    of one channel choose no color.

    Args:
        kind: of the marks.
        ends: whether a stop ends the painting; else it only leaves out its own mark.
    """

    kind: type[Marks]
    config: AgentConfig
    ends: bool = False

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """How many numbers of an action each column takes that the agent chooses."""
        columns = self.kind.columns().items()
        return {name: known.size for name, known in columns if known.unit != "color" or self.config.channels == 3}

    @property
    def size(self) -> int:
        """Numbers of an action."""
        return sum(self._sizes.values()) + self.config.stops

    @cached_property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """(low, high) of columns for which the agent has others than their own."""
        c, found = self.config, {}
        by_unit = {"place": (0.5 - c.reach, 0.5 + c.reach), "length": c.radius, "share": c.pressure}
        for name, known in self.kind.columns().items():
            if known.unit in by_unit:
                low, high = (min(max(x, known.low), known.high) for x in by_unit[known.unit])
                found[name] = (low, high)
        return found

    def actions(
        self,
        raw: Tensor,  # [B, K, size]
        target: Tensor | None = None,  # [B, 3, h, w], for colors
    ) -> Actions:
        """The actions that some numbers stand for."""
        parts, offsets = [], {}
        chosen = iter(raw.split([*self._sizes.values(), int(self.config.stops)], -1))  # one gradient for all
        for name, known in self.kind.columns().items():
            if name not in self._sizes:
                parts.append(raw.new_zeros(*raw.shape[:2], known.size))
                continue
            part = next(chosen)
            if known.unit == "color":
                offsets[name] = BEYOND * part.tanh()
            parts.append(SLOPE.get(known.unit, 1.0) * part + START.get(known.unit, 0.0))
        marks = self.kind.squash(torch.cat(parts, -1), self.bounds)
        if offsets:
            beneath = 0.5 if target is None else _along(target, marks)
            marks = marks.replace(**{name: (beneath + offset).clamp(0, 1) for name, offset in offsets.items()})
        else:
            ink = raw.new_tensor(self.config.ink).expand(*raw.shape[:2], 3)
            marks = marks.replace(**dict.fromkeys(self.kind.of_unit("color"), ink))
        if not self.config.stops:
            return Actions(marks)
        going = raw[..., -1]
        return Actions(marks.where((going > 0).long().cumprod(1).bool() if self.ends else going > 0), going)

    @torch.no_grad()
    def seen(self, marks: Marks) -> Tensor:
        """[B, K, D] marks as numbers of order 1, zero where absent: what an agent is told of its last mark."""
        pack, (scale, shift) = marks.pack(), self._scales
        return (pack * pack.new_tensor(scale) + pack.new_tensor(shift)) * marks.present[..., None]

    @cached_property
    def _scales(self) -> tuple[list[float], list[float]]:
        """By what each of a mark's numbers is multiplied, and what is added, so that it is of order 1."""
        scale, shift = [], []
        for known in self.kind.columns().values():
            if known.unit == "length" and known.chart == "log":
                factor, offset = 0.5, 1.5  # of a twentieth of the canvas, about zero
            elif known.unit == "place":
                factor, offset = 2.0, -1.0
            else:
                low, high = known.span((known.low, known.high))
                factor, offset = 2 / (high - low), -(high + low) / (high - low)
            scale += [factor] * known.size
            shift += [offset] * known.size
        return scale, shift


def _along(picture: Tensor, marks: Marks) -> Tensor:  # [B, 3, h, w], [B, K]
    """[B, K, 3] mean color of a picture at some places of each mark, whose places are a Bezier curve's."""
    knots = getattr(marks, marks.of_unit("place")[0]).detach().flatten(2).unflatten(2, (-1, 2))  # [B, K, P, 2]
    last = knots.shape[2] - 1
    t = torch.linspace(0.1, 0.9, ALONG, device=knots.device, dtype=knots.dtype)
    shares = torch.stack([math.comb(last, k) * t**k * (1 - t) ** (last - k) for k in range(last + 1)], 1)  # [ALONG, P]
    found = F.grid_sample(picture, (shares @ knots) * 2 - 1, padding_mode="border", align_corners=False)
    return found.mean(3).transpose(1, 2)


@torch.no_grad()
def match(ours: Marks, known: Marks) -> Tensor:  # [B, L], [B, K]
    """[B, K] which of our marks stands for each known one; -1 for absent ones.

    Pairs are taken from the closest on, which is not the best sum but nearly, and quick for few marks.
    """
    cost = ours.map(lambda value: value[:, None]).distance(known.map(lambda value: value[:, :, None]))
    cost = cost.masked_fill(~known.present[..., None], torch.inf)
    out = torch.full(known.shape, -1, dtype=torch.int64, device=cost.device)
    rows = torch.arange(len(cost), device=cost.device)
    for _ in range(min(cost.shape[1:])):
        least, place = cost.flatten(1).min(1)
        row, column = place // cost.shape[2], place % cost.shape[2]
        some = least.isfinite()
        out[rows[some], row[some]] = column[some]
        cost[rows[some], row[some]] = torch.inf
        cost[rows[some], :, column[some]] = torch.inf
    return out
