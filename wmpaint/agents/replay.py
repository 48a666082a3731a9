"""An agent's strokes in the real program, and as pictures: `replay(agent, strokes) -> [B, C, side, side]`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from ..canvas import Canvas
from ..frame import Frame
from ..medium import HasAlpha, render
from ..painting.brush_ref import BrushRef, program_of
from ..strokes import Strokes
from .agent import Agent
from .studio import resized

__all__ = ["canvas_of", "dream", "in_colors", "program_for", "replay"]

THREADS = 2


def canvas_of(agent: Agent, aspect: float = 1.0) -> Canvas:
    """What an agent paints on."""
    return Canvas(aspect=aspect, background=agent.config.ground)


def program_for(agent: Agent, program: str = "auto", seed: int = 0) -> HasAlpha:
    """The real program, with the brush that an agent learned with; `program` as for `Painting.replay`.

    Raises:
        InputError: another program. MissingProgram: it is not installed.
    """
    return program_of(program, BrushRef.of(agent.painter), seed)


@torch.no_grad()
def dream(agent: Agent, strokes: Strokes) -> Tensor:
    """[B, C, side, side] as the painter paints them."""
    return agent.studio.lay(agent.studio.bare(len(strokes)), strokes)[0]


def replay(agent: Agent, strokes: Strokes, program: HasAlpha) -> Tensor:
    """[B, C, side, side] as the program paints them; amounts of ink for an agent of one channel."""
    c = agent.config
    canvas = canvas_of(agent)

    def paint(painted: Strokes) -> Tensor:
        return render(program, painted, Frame(canvas, c.program_height)).mean[:3]

    with ThreadPoolExecutor(THREADS) as pool:
        pictures = torch.stack(list(pool.map(paint, [strokes[i] for i in range(len(strokes))])))
    if c.channels == 1:  # how far along the way from ground to ink
        ground, ink = pictures.new_tensor(c.ground), pictures.new_tensor(c.ink)
        along = (ink - ground) / (ink - ground).square().sum()
        pictures = torch.einsum("bchw,c->bhw", pictures - ground[:, None, None], along)[:, None].clamp(0, 1)
    return resized(pictures, c.side)


def in_colors(agent: Agent, pictures: Tensor) -> Tensor:
    """[B, 3, H, W] of what an agent sees: amounts of ink as ink on its ground."""
    c = agent.config
    if c.channels == 3:
        return pictures
    ground, ink = (pictures.new_tensor(color)[:, None, None] for color in (c.ground, c.ink))
    return torch.lerp(ground.expand(len(pictures), 3, *pictures.shape[2:]), ink, pictures)
