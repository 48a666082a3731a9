"""An SVG that looks like the brush and paints itself: no script, no picture within, and each stroke a shape."""

from __future__ import annotations

from pathlib import Path

import wmpaint as wp


def make(brush: str = "ink", strokes: int = 160, height: int = 512, seed: int = 0) -> wp.Painting:
    return wp.paint(wp.sample_photo(), brush=brush, strokes=strokes, height=height, seed=seed)


def more(painting: wp.Painting, folder: Path) -> None:
    painting.save(folder / "animated.svg", style="brush", levels=4, animate=True, seconds=10, embed=False)


if __name__ == "__main__":
    more(make(), Path("."))
