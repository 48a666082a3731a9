"""Painting a picture of any size, window by window, from coarse to fine: `paint_tiles(agent, picture) -> Strokes`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import torch
from torch import Tensor

from .. import memory
from ..canvas import Canvas
from ..errors import InputError
from ..frame import Frame
from ..image import resize
from ..media.ribbon.painter import RibbonPainter
from ..medium import render
from ..raster.composite import composite
from ..raster.tiles import arrange
from ..strokes import Strokes
from .config import AgentConfig
from .gains import gains
from .windows import LOOKS, RUNGS, cut, zoom_of

__all__ = ["MOST", "SHORT", "paint_tiles"]

MOST = 20_000  # strokes
SHORT = 256  # pixels of the picture's shorter side, at which it is looked at
STRIDE = 0.6  # from window to window, as a share of their side
COLORED, ITERATIONS, HOLD = 128, 5, 0.02  # pixels of height at which colors are settled
SHARES = (0.03, 0.10, 0.27, 0.60)  # of the strokes, for each size of windows


class Looking(Protocol):
    """What is asked of an agent."""

    config: AgentConfig

    @property
    def painter(self) -> RibbonPainter:
        """Whose strokes it lays."""

    def begin(self, target: Tensor) -> Tensor:
        """As `Agent.begin`."""

    def look(self, target: Tensor, canvas: Tensor, memory: Tensor, done: Tensor, zoom: Tensor | None = None) -> Any:
        """As `Agent.look`."""


@torch.no_grad()
def paint_tiles(
    agent: Looking,
    picture: Tensor,  # [3, H, W] sRGB
    strokes: int | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> Strokes:
    """Strokes for a picture, in its own canvas units.

    Windows of one size are looked at in four turns, so that no two overlap in a turn. Of what the agent proposes,
    the strokes are laid that bring the picture closest to the target: so they go where there is most to paint.

    Args:
        strokes: how many at most; as trained if None.
        progress: called with the share that is done.

    Raises:
        InputError: a picture of another shape, or a number of strokes out of range.
    """
    total = agent.config.strokes if strokes is None else strokes
    if not 1 <= total <= MOST:
        raise InputError(f"expected 1 to {MOST} strokes, got {total}")
    if picture.ndim != 3 or picture.shape[0] != 3 or 0 in picture.shape:
        raise InputError(f"expected a picture [3, H, W], got {tuple(picture.shape)}")
    canvas = Canvas.like(picture, background=agent.config.ground)
    height, _ = _size(canvas)
    memory.check(total, height, canvas.aspect, nets=True)
    easel = _Easel(agent, resize(picture, *_size(canvas)), canvas)
    turns = [(rung, turn) for rung in range(RUNGS) for turn in range(LOOKS * 4 if rung < 2 else 4)]
    counts = [sum(1 for rung, _ in turns if rung == k) for k in range(RUNGS)]
    owed = 0.0
    for number, (rung, turn) in enumerate(turns):
        owed += SHARES[rung] * total / counts[rung]
        room = total - easel.count if number == len(turns) - 1 else round(owed)
        owed -= easel.go(rung, turn, min(room, total - easel.count))
        if progress is not None:
            progress((number + 1) / len(turns))
    return easel.settled()


def _size(canvas: Canvas) -> tuple[int, int]:
    height = round(SHORT * max(1.0, 1 / canvas.aspect))
    return height, max(1, round(height * canvas.aspect))


class _Easel:
    """A picture being painted."""

    def __init__(self, agent: Looking, target: Tensor, canvas: Canvas) -> None:
        self.agent, self.target, self.canvas = agent, target[None], canvas
        self.height, self.width = target.shape[1:]
        self.short = min(self.height, self.width) / self.height  # in canvas units
        ground = target.new_tensor(agent.config.ground)
        self.picture = ground[None, :, None, None].expand_as(self.target)
        self.parts: list[Strokes] = []
        self.count = 0

    def settled(self) -> Strokes:
        """All that are laid, in the colors that bring the picture closest to the target.

        A picture is linear in its strokes' colors: their least squares, by some iterations of conjugate gradients
        from the colors that the agent chose, held to them by a small weight.
        """
        strokes = Strokes.cat(self.parts)
        if not len(strokes):
            return strokes
        height = min(self.height, COLORED)
        width = max(1, round(height * self.width / self.height))
        target = resize(self.target[0], height, width)
        frame = Frame(self.canvas, height, program_height=max(height, self._program_height))
        bent = self.agent.painter.ribbons(strokes, frame)
        layout = arrange(bent.points, bent.half_width, height, width)
        black = target.new_zeros(3)

        def painted(color: Tensor) -> Tensor:
            return composite(
                *bent[:4], color, black, height=height, width=width, caps=bent.caps, layout=layout,
            )[0]  # fmt: skip

        def pulled(picture: Tensor) -> Tensor:
            with torch.enable_grad():
                color = torch.zeros_like(strokes.color).requires_grad_()
                (found,) = torch.autograd.grad(painted(color), color, picture)
            return found

        cover = pulled(torch.ones_like(target))
        hold = HOLD * cover.mean()
        scale = cover + hold  # of the diagonal, about
        clear = 1 - painted(torch.ones_like(strokes.color))  # what shows of the ground
        ground = target.new_tensor(self.agent.config.ground)[:, None, None]
        rest = pulled(target - clear * ground - painted(strokes.color))
        change = torch.zeros_like(rest)
        ready = rest / scale
        way, size = ready, (rest * ready).sum(0)
        for _ in range(ITERATIONS):
            seen = pulled(painted(way)) + hold * way
            step = size / (way * seen).sum(0).clamp(min=1e-20)
            change, rest = change + step * way, rest - step * seen
            ready = rest / scale
            before, size = size, (rest * ready).sum(0)
            way = ready + size / before.clamp(min=1e-20) * way
        return strokes.replace(color=(strokes.color + change).clamp(0, 1))

    def go(self, rung: int, turn: int, room: int) -> int:
        """Look at the windows of one turn, and lay at most `room` strokes; how many were laid."""
        if room < 1:
            return 0
        side = self.short / 2**rung  # canvas units
        corners = self.target.new_tensor(list(self._corners(side, turn % 4)))
        if not len(corners):
            return 0
        proposed, gain = self._propose(corners, side, rung, turn)
        best = gain.flatten().topk(min(room, gain.numel()))
        index = best.indices[best.values > 0].sort().values
        if not len(index):
            return 0
        window = index // proposed.count
        flat = proposed.flat()[index]
        laid = flat.replace(
            points=flat.points * side + corners[window][:, None], radius=flat.radius * side, lifted=None
        )
        self._lay(laid)
        return len(laid)

    def _corners(self, side: float, turn: int) -> Iterator[tuple[float, float]]:
        """(x, y) of every other window's corner, canvas units; four turns cover all."""
        for y in _line(1.0, side)[turn // 2 :: 2]:
            for x in _line(self.canvas.aspect, side)[turn % 2 :: 2]:
                yield x, y

    def _propose(self, corners: Tensor, side: float, rung: int, turn: int) -> tuple[Strokes, Tensor]:
        """Strokes in windows' own units, and what each takes off the squared error, in its turn [B, K]."""
        agent, c = self.agent, self.agent.config
        n, extent = len(corners), corners.new_tensor([self.canvas.aspect, 1.0])
        share = side / extent
        size = c.program_height / 2**rung
        target, canvas = (
            cut(x.expand(n, -1, -1, -1), corners / extent, share, c.sees) for x in (self.target, self.picture)
        )
        done = target.new_full((n,), turn // 4 / LOOKS)
        zoom = zoom_of(target.new_full((n,), size))
        strokes = agent.look(target, canvas, agent.begin(target), done, zoom).strokes
        return strokes, gains(agent.painter, strokes, target, canvas, program_height=round(size))

    def _lay(self, strokes: Strokes) -> None:
        canvas = Canvas(self.canvas.aspect, None)
        frame = Frame(canvas, self.height, program_height=max(self.height, self._program_height))
        paint = render(self.agent.painter, strokes, frame).mean
        paint = paint[:, :, : self.width]
        self.picture = paint[None, :3] + (1 - paint[3:]) * self.picture
        self.parts.append(strokes)
        self.count += len(strokes)

    @property
    def _program_height(self) -> int:
        return round(self.agent.config.program_height / self.short)


def _line(extent: float, side: float) -> list[float]:
    """Places of windows along a line, so that they reach from end to end."""
    if extent <= side:
        return [(extent - side) / 2]
    count = math.ceil((extent - side) / (STRIDE * side)) + 1
    return [i * (extent - side) / (count - 1) for i in range(count)]
