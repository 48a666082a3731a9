"""A portrait in four colors, as a screen print has them."""

from __future__ import annotations

from pathlib import Path

import wmpaint as wp

ASTRONAUT = Path(__file__).parents[1] / "sources" / "astronaut.jpg"
INKS = ["#12284c", "#e4572e", "#f6c667", "#f7efe0"]


def make(brush: str = "gouache", strokes: int = 600, height: int = 512, seed: int = 0) -> wp.Painting:
    portrait = wp.load_image(ASTRONAUT)[:, :330, 60:390]
    goal = wp.photo(portrait) + 2.0 * wp.palette(INKS)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("four_colors.png")
