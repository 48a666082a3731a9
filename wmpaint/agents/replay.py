"""An agent's strokes in the real program, and as pictures: `replay(agent, strokes) -> [B, C, side, side]`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from ..canvas import Canvas
from ..painting.brush_ref import BrushRef, program_of
from ..renderer import Program
from ..strokes import StrokeBatch, Strokes
from .agent import Agent
from .studio import resized

__all__ = ["canvas_of", "dream", "program_for", "replay"]

THREADS = 2


def canvas_of(agent: Agent, aspect: float = 1.0) -> Canvas:
    """What an agent paints on."""
    return Canvas(aspect=aspect, background=agent.config.ground)


def program_for(agent: Agent, program: str = "auto", seed: int = 0) -> Program:
    """The real program, with the brush that an agent learned with; `program` as for `Painting.replay`.

    Raises:
        InputError: another program. MissingProgram: it is not installed.
    """
    return program_of(program, BrushRef.of(agent.painter), seed)


@torch.no_grad()
def dream(agent: Agent, strokes: StrokeBatch) -> Tensor:
    """[B, C, side, side] as the painter paints them."""
    return agent.studio.lay(agent.studio.bare(len(strokes)), strokes)[0]


def replay(agent: Agent, strokes: StrokeBatch, program: Program) -> Tensor:
    """[B, C, side, side] as the program paints them; amounts of ink for an agent of one channel."""
    c = agent.config
    canvas = canvas_of(agent)

    def paint(painted: Strokes) -> Tensor:
        return program.render(painted, canvas, height=c.program_height)[:3]

    with ThreadPoolExecutor(THREADS) as pool:
        pictures = torch.stack(list(pool.map(paint, [strokes[i] for i in range(len(strokes))])))
    return resized(as_seen_by(agent, pictures), c.side)


def as_seen_by(agent: Agent, pictures: Tensor) -> Tensor:
    """Colored pictures [B, 3, H, W] as amounts of ink, for an agent of one channel."""
    c = agent.config
    if c.channels == 3:
        return pictures
    ground, ink = pictures.new_tensor(c.ground), pictures.new_tensor(c.ink)
    way = ink - ground
    return torch.einsum("bchw,c->bhw", pictures - ground[:, None, None], way / way.square().sum())[:, None].clamp(0, 1)


def in_colors(agent: Agent, pictures: Tensor) -> Tensor:
    """[B, 3, H, W] of what an agent sees: amounts of ink as ink on its ground."""
    c = agent.config
    if c.channels == 3:
        return pictures
    ground, ink = (pictures.new_tensor(color)[:, None, None] for color in (c.ground, c.ink))
    return torch.lerp(ground.expand(len(pictures), 3, *pictures.shape[2:]), ink, pictures)


def grown(renderer: Any, strokes: Strokes, canvas: Canvas, height: int, counts: list[int]) -> Iterator[Tensor]:
    """[3, height, width] pictures of the first so many strokes, for each of some rising counts."""
    for count in counts:
        if count:
            yield renderer.render(strokes[:count], canvas, height=height)[:3]
        else:
            rows, columns = canvas.pixels(height)
            yield torch.tensor(canvas.background)[:, None, None].expand(3, rows, columns)
