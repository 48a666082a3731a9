"""Agents at work, to look at: `sheet` for how they do, `write_grid` for a film of target, dream and real program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..canvas import Canvas
from ..errors import InputError
from ..strokes import StrokeBatch, Strokes
from .agent import Agent
from .replay import canvas_of, dream, grown, in_colors, program_for, replay

__all__ = ["sheet", "write_grid"]

GUTTER = 0.06  # of a cell
SHADE = 0.86  # of the gutter
FPS, MOVING, HOLD = 12.0, 4.0, 2.0  # frames a second; seconds at least of painting, and of the finished picture
MOST = 64  # pictures in a film
FILMS = (".mp4", ".gif", ".webp")


def sheet(agent: Agent, pictures: Tensor, *, program: str = "auto", seed: int = 0) -> Tensor:
    """[3, H, W]: a row of targets [B, C, side, side], a row of dreams, and a row of the real program."""
    strokes = agent(pictures)
    assert isinstance(strokes, StrokeBatch)
    rows = (pictures, dream(agent, strokes), replay(agent, strokes, program_for(agent, program, seed)))
    return _grid([list(in_colors(agent, row)) for row in rows]).clamp(0, 1)


def write_grid(
    path: str | Path,
    agent: Agent,
    images: Any,
    *,
    strokes: int | None = None,
    cell: int = 160,
    program: str = "auto",
    seed: int = 0,
) -> list[Strokes]:
    """Write a film of an agent painting: for each picture target, dream and real, stroke by stroke.

    Args:
        path: .mp4, .gif or animated .webp; .png gives the last frame.
        images: [B, C, H, W], or a list of what `agent` takes.
        strokes: of each painting; as trained if None.
        cell: pixels of a picture's height; dream and real are painted at that size, not enlarged.

    Returns:
        The strokes of each picture.

    Raises:
        InputError: a file of another kind, too many pictures, or what the agent raises.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (*FILMS, ".png"):
        raise InputError(f"expected a grid named {', '.join(FILMS)} or .png, got {str(path)!r}")
    if not 16 <= cell <= 1024:
        raise InputError(f"expected cells of 16 to 1024 pixels, got {cell}")
    pictures = _pictures(agent, images)
    if not 1 <= len(pictures) <= MOST:
        raise InputError(f"expected 1 to {MOST} pictures in a grid, got {len(pictures)}")
    painted = [agent.strokes_for(picture, strokes) for picture in pictures]
    frames = _frames(agent, pictures, painted, cell, program, seed, still=suffix == ".png")
    if suffix == ".png":
        from ..image import save_png

        *_, last = frames
        save_png(path, last)
    else:
        from ..export.animation import write_film

        write_film(path, frames, fps=FPS)
    return painted


def _pictures(agent: Agent, images: Any) -> list[Tensor]:
    from .sight import see, taken

    if isinstance(images, Tensor) and images.ndim == 4:
        images = list(images)
    if not isinstance(images, list | tuple):
        images = [images]
    if agent.config.kind == "tiles":
        return [taken(image)[0][0] for image in images]
    return [see(image, agent.config)[0][0] for image in images]


def _frames(
    agent: Agent, pictures: list[Tensor], painted: list[Strokes], cell: int, program: str, seed: int, still: bool
) -> Iterator[Tensor]:
    most = max(len(strokes) for strokes in painted)
    steps = 1 if still else min(most, 60)
    counts = [round(most * k / steps) for k in range(steps + 1)]
    real, targets, growing = program_for(agent, program, seed), [], []
    for picture, strokes in zip(pictures, painted, strict=True):
        canvas = canvas_of(agent, picture.shape[2] / picture.shape[1] if agent.config.kind == "tiles" else 1.0)
        size = canvas.pixels(cell)
        shown = in_colors(agent, picture[None])
        targets.append(F.interpolate(shown, size=size, mode="bilinear", align_corners=False, antialias=True)[0])
        mine = [min(count, len(strokes)) for count in counts]
        growing.append([_once(renderer, strokes, canvas, cell, mine) for renderer in (agent.painter, real)])
    frame = None
    for _ in counts:
        rows = [[target, *(next(pictures) for pictures in row)] for target, row in zip(targets, growing, strict=True)]
        frame = _grid(_beside(rows)).clamp(0, 1)
        for _ in range(1 if still else max(1, round(MOVING * FPS / len(counts)))):
            yield frame
    assert frame is not None
    for _ in range(0 if still else round(FPS * HOLD)):
        yield frame


def _once(renderer: Any, strokes: Strokes, canvas: Canvas, cell: int, counts: list[int]) -> Iterator[Tensor]:
    """The pictures of rising counts; one that is there already is not painted again."""
    before, picture = -1, torch.empty(0)
    for count in counts:
        if count != before:
            with torch.no_grad():
                picture = next(grown(renderer, strokes, canvas, cell, [count]))
            before = count
        yield picture


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
        cells = [*row, *(torch.full((3, row[0].shape[1], widths[i]), SHADE) for i in range(len(row), columns))]
        padded = [
            F.pad(picture, (gutter, widths[i] - picture.shape[2], gutter, 0), value=SHADE)
            for i, picture in enumerate(cells)
        ]
        lines.append(torch.cat(padded, 2))
    return F.pad(torch.cat(lines, 1), (0, gutter, 0, gutter), value=SHADE)
