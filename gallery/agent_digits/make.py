"""Handwritten digits in eight strokes each: target, dream and MyPaint, stroke by stroke."""

from __future__ import annotations

from pathlib import Path

import wmpaint as wp
from wmpaint.agents import write_grid


def write(folder: Path, agent: str = "mnist-8", data: str = "digits", count: int = 12) -> None:
    painter = wp.agents.load(agent)
    _, test = wp.data.load(data).split()
    pictures = test.take(range(count), side=painter.config.side).pictures
    write_grid(folder / "film.webp", painter, pictures, cell=128)


if __name__ == "__main__":
    write(Path("."))
