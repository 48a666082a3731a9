"""Agents at work, to look at: a sheet of how they do, and a film of target, dream and real program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..export.animation import encode_film, stroke_frames
from ..frame import Frame
from ..media.lit import Lit
from .agent import Agent
from .evaluation import painted_by, real_program

__all__ = ["comparison_sheet", "write_grid"]

GUTTER = 0.06  # of a cell
SHADE = 0.86  # of the gutter
FPS, MOVING, HOLD = 12.0, 4.0, 2.0  # frames a second; seconds at least of painting, and of the finished picture
MOST, STEPS = 64, 60  # pictures in a film, and frames that strokes come in
FILMS = (".mp4", ".gif", ".webp", ".png")


def comparison_sheet(agent: Agent, pictures: Tensor, *, program: str = "auto", seed: int = 0) -> Tensor:
    """[3, H, W]: a row of targets [B, C, side, side], a row of dreams, and a row of the real program; not polished."""
    marks = agent(pictures, polish=0)
    painted = (
        painted_by(medium, agent, marks).to(pictures) for medium in (agent.medium, real_program(agent, program, seed))
    )
    return _grid([list(agent.environment.colors(row)) for row in (pictures, *painted)]).clamp(0, 1)


def write_grid(
    path: str | Path,
    agent: Agent,
    images: Any,
    *,
    strokes: int | None = None,
    polish: int | None = None,
    cell: int = 160,
    program: str = "auto",
    seed: int = 0,
) -> list[Any]:
    """Write a film of an agent painting: for each picture target, dream and real, stroke by stroke.

    Args:
        path: .mp4, .gif or animated .webp; .png gives the last frame.
        images: [B, C, H, W], or a list of what `agent` takes.
        strokes: of each painting; as trained if None.
        polish: as for `Agent`.
        cell: pixels of a picture's height; dream and real are painted at that size, not enlarged.

    Returns:
        The strokes of each picture.

    Raises:
        InputError: a file of another kind, too many pictures, or what the agent raises.
    """
    suffix = checks.suffix("a grid", path, FILMS)
    checks.whole("cells of … pixels", cell, 16, 1024)
    pictures = _pictures(agent, images, cell)
    painted = [agent.strokes_for(picture, strokes, polish=polish) for picture in pictures]
    frames = _frames(agent, pictures, painted, cell, program, seed, still=suffix == ".png")
    if suffix == ".png":
        from ..image import save_png

        *_, last = frames
        save_png(path, last)
    else:
        encode_film(path, frames, fps=FPS)
    return painted


def _pictures(agent: Agent, images: Any, cell: int) -> list[Tensor]:
    """What the agent sees of images; large ones are reduced as they are read."""
    if isinstance(images, Tensor) and images.ndim == 4:
        images = list(images)
    if not isinstance(images, list | tuple):
        images = [images]
    checks.whole("… pictures in a grid", len(images), 1, MOST)
    return [agent.policy.film_picture(image, cell) for image in images]


def _frames(
    agent: Agent, pictures: list[Tensor], painted: list[Any], cell: int, program: str, seed: int, still: bool
) -> Iterator[Tensor]:
    most = max(len(strokes) for strokes in painted)
    steps = 1 if still else min(most, STEPS)
    real, targets, growing = real_program(agent, program, seed), [], []
    for picture, strokes in zip(pictures, painted, strict=True):
        cells = Frame(agent.policy.canvas(picture), cell, device=strokes.device)
        shown = agent.environment.colors(picture[None].to(strokes.device))
        targets.append(F.interpolate(shown, size=cells.size, mode="bilinear", align_corners=False, antialias=True)[0])
        mine = max(1, round(steps * len(strokes) / most))  # who has fewer strokes is done earlier
        films = (stroke_frames(Lit(m), strokes, cells, frames=mine, hold=0, pace="even") for m in (agent.medium, real))
        growing.append(list(films))
    now = [[target, target, target] for target in targets]
    for number in range(steps + 1):
        now = [[row[0], *map(next, films, row[1:])] for row, films in zip(now, growing, strict=True)]
        frame = _grid(_beside(now)).clamp(0, 1)
        last = number == steps
        for _ in range(1 if still else round(FPS * HOLD) if last else max(1, round(MOVING * FPS / steps))):
            yield frame


def _beside(rows: list[list[Tensor]]) -> list[list[Tensor]]:
    """Several triples in a row, so that the whole is not much higher than wide."""
    height, width = rows[0][0].shape[1:]
    beside = max(1, min(len(rows), round(math.sqrt(len(rows) * height / (3 * width) * 16 / 9))))
    return [[picture for row in rows[i : i + beside] for picture in row] for i in range(0, len(rows), beside)]


def _grid(rows: list[list[Tensor]]) -> Tensor:
    """[3, H, W] of pictures in rows, with gutters between."""
    gutter = max(1, round(GUTTER * rows[0][0].shape[1]))
    columns = max(len(row) for row in rows)
    widths = [max(row[i].shape[2] for row in rows if len(row) > i) for i in range(columns)]
    lines = []
    for row in rows:
        cells = [*row, *(row[0].new_full((3, row[0].shape[1], widths[i]), SHADE) for i in range(len(row), columns))]
        padded = [
            F.pad(picture, (gutter, widths[i] - picture.shape[2], gutter, 0), value=SHADE)
            for i, picture in enumerate(cells)
        ]
        lines.append(torch.cat(padded, 2))
    return F.pad(torch.cat(lines, 1), (0, gutter, 0, gutter), value=SHADE)
