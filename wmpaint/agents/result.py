"""What an agent painted, as a `Painting` that can be saved, replayed and exported like any other."""

from __future__ import annotations

from typing import Any

import torch

from ..canvas import Canvas
from ..painting.brush_ref import BrushRef
from ..painting.result import Painting
from ..strokes import Strokes
from ..version import __version__
from .agent import Agent
from .replay import canvas_of
from .sight import taken

__all__ = ["painting_of"]

HEIGHT = 512  # program pixels that a painting is meant for


def painting_of(agent: Agent, image: Any, painted: Strokes, *, seed: int = 0) -> Painting:
    """A painting of an agent's strokes.

    Args:
        image: what it painted after.
        painted: its strokes.
        seed: of the real program's replays.
    """
    picture = taken(image)[0][0]
    canvas = Canvas.like(picture, agent.config.ground) if agent.config.kind == "tiles" else canvas_of(agent)
    name, version = agent.painter.info.name or "mypaint", agent.painter.info.version
    height = HEIGHT if agent.config.kind == "tiles" else max(HEIGHT, agent.config.program_height)
    return Painting(
        strokes=painted, canvas=canvas, brushes=(BrushRef.of(agent.painter),), program=name, program_version=version,
        program_height=height, seed=seed,
        parameters={
            "brush": agent.painter.brush, "strokes": len(painted), "height": height, "agent": agent.config.kind,
        },
        terms={}, provenance={"wmpaint": __version__, "torch": torch.__version__},
        target=picture if agent.config.kind == "tiles" and picture.shape[0] == 3 else None, painters=(agent.painter,),
    )  # fmt: skip
