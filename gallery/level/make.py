"""An astronaut in level strokes: a penalty of three lines allows nothing else."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

import wmpaint as wp

ASTRONAUT = Path(__file__).parents[1] / "sources" / "astronaut.jpg"


class Level(wp.objectives.Penalty):
    """Strokes from side to side."""

    name = "level"

    def judge(self, strokes: wp.Strokes, scene: wp.Scene) -> Tensor:
        return (strokes.points[:, 1:, 1] - strokes.points[:, :1, 1]).square().sum(1).mean()


def make(brush: str = "marker", strokes: int = 900, height: int = 512, seed: int = 0) -> wp.Painting:
    goal = wp.photo(ASTRONAUT) + 30 * Level()
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("level.png")
