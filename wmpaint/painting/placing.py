"""First guesses at new marks: on the largest errors, along the picture's own lines, with the brush that suits best."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..frame import Frame
from ..marks import Marks
from ..medium import HasPlace, Medium, Picture, Where, gain
from ..objectives.field import orientation
from .state import PaintState
from .step import Task, predicted

__all__ = ["choose_brushes", "directions", "place"]

EVEN = 0.02  # share of marks that lie anywhere, even where nothing is wrong


def directions(picture: Tensor, sigma: float = 3.0) -> tuple[Tensor, Tensor]:
    """Angle of the picture's lines (radians, along the edges) and their coherence 0..1, each [H, W].

    As `objectives.field.orientation`.
    """
    x, y = orientation(picture, sigma)
    return 0.5 * torch.atan2(y, x), torch.hypot(x, y)


def place(medium: Medium, where: Where, count: int, generator: torch.Generator, even: float = EVEN) -> Marks:
    """So many new marks of a medium, which may have first guesses of its own."""
    if isinstance(medium, HasPlace):
        return medium.place(where, count, generator)
    return guess(medium.marks, where, count, generator, even)


def guess(kind: type[Marks], where: Where, count: int, generator: torch.Generator, even: float = EVEN) -> Marks:
    """New marks, drawn where the error within a mark's reach is large; `even` of them anywhere.

    By the units of their columns: places lie along the guide's lines there, the first length is the radius, an angle
    is the lines', colors are the guide's, and all else has its usual value.
    """
    error, picture = where.error.cpu(), where.guide.cpu()
    radius, length, aspect = where.radius, where.length, where.frame.canvas.aspect
    h, w = error.shape

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=generator.device)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, device=generator.device)

    kernel = max(1, 2 * round(radius * h / 2) + 1)
    kernel = min(kernel, 2 * ((min(h, w) - 1) // 2) + 1)
    blurred = F.avg_pool2d(error[None, None], kernel, 1, kernel // 2, count_include_pad=False)[0, 0]
    chance = (blurred + even * blurred.mean() + 1e-8).flatten()
    index = _spread(chance, count, generator)
    x, y = (index % w + uniform(count)) / w * aspect, (index // w + uniform(count)) / h
    center = torch.stack([x, y], -1)
    angle, coherence = directions(picture, sigma=max(1.0, 0.5 * radius * h))
    at = (index // w).long(), (index % w).long()
    turn = angle[at] + (1 - coherence[at]) * normal(count) * 0.5
    along = torch.stack([turn.cos(), turn.sin()], -1) * (length / 2 * (0.6 + 0.8 * uniform(count, 1)))
    bow = normal(count, 2) * (0.05 * length)
    smooth = F.avg_pool2d(picture[None], kernel, 1, kernel // 2, count_include_pad=False)[0]
    size, color = radius * (0.8 + 0.4 * uniform(count)), smooth[:, at[0], at[1]].t().clamp(0, 1)
    columns, seen = {}, set()
    for name, known in kind.columns().items():
        first, value = known.unit not in seen, torch.full((count, *known.shape), known.usual, device=center.device)
        one = (count, *[1] * len(known.shape))  # the same for all of a mark's numbers
        seen.add(known.unit)
        if known.unit == "place":
            points = known.size // 2
            # From one end to the other; what lies between is bowed a little.
            t = torch.linspace(-1, 1, points, device=center.device) if points > 1 else center.new_zeros(1)
            inner = (t.abs() < 1).to(center)[None, :, None] if points > 1 else center.new_zeros(1, 1, 1)
            value = center[:, None] + t[None, :, None] * along[:, None] + inner * bow[:, None]
        elif known.unit == "length" and first:
            value = size.reshape(one).expand_as(value)
        elif known.unit == "angle" and first:
            value = turn.reshape(one).expand_as(value).clamp(known.low, known.high)
        elif known.unit == "color" and known.shape == (3,):
            value = color
        columns[name] = value.reshape(count, *known.shape).contiguous()
    return kind(**columns)


@torch.no_grad()
def choose_brushes(task: Task, state: PaintState, new: Marks, guide: Tensor, frame: Frame) -> Marks:
    """New marks with a brush each, out of the task's choices: all are tried, and the one that comes closest is taken.

    Args:
        guide: [3, H, W] what one would like to see, in the pixels of `frame`.
    """
    if not task.choices:
        return new
    new, count = new.to(frame.device), len(new)

    def of(number: int) -> Marks:
        return new.replace(brush=torch.full((count,), number, dtype=torch.int64, device=new.device))

    if len(task.choices) == 1:
        return of(task.choices[0])
    seen = predicted(task, task.marks(state).detach(), frame.height)
    below = Picture(torch.cat([seen.mean, torch.ones_like(seen.mean[:1])]), seen.variance)
    gains = torch.stack([gain(task.medium, of(number), frame, below, guide) for number in task.choices])
    return new.replace(brush=torch.tensor(task.choices, device=new.device)[gains.argmax(0)])


def _spread(chance: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """`count` indices by systematic sampling of a serpentine-free order: even, yet random within each cell."""
    total = chance.double().cumsum(0)
    draw = torch.rand(count, generator=generator, device=generator.device)
    ticks = (torch.arange(count, device=generator.device) + draw) / count * total[-1]
    index = torch.searchsorted(total, ticks.double()).clamp(max=len(chance) - 1)
    return index[torch.randperm(count, generator=generator, device=generator.device)]
