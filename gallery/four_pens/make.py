"""A sheet for a pen plotter: an espresso, painted from the start with the four pens that will draw it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

import wmpaint as wp

COFFEE = Path(__file__).parents[1] / "sources" / "coffee.jpg"


def make(brush: str = "round", strokes: int = 500, height: int = 512, seed: int = 0) -> wp.Painting:
    return wp.paint(
        COFFEE, brush=brush, strokes=strokes, height=height, seed=seed, pens="fineliners", page="a4", margin="15mm"
    )


def more(painting: wp.Painting, folder: Path) -> None:
    """The plot: lines for a plotter, and a picture of what to expect."""
    job = painting.plot(page="a4", margin="15mm", fill="insets", seed=painting.seed)
    job.save(folder / "plot.svg")
    job.save(folder / "plot.png")
    with Image.open(folder / "plot.png") as picture:
        picture.convert("RGB").save(folder / "plot.webp", quality=82, method=6)
    (folder / "plot.png").unlink()


if __name__ == "__main__":
    more(make(), Path("."))
