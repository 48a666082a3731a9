"""Photos painted at one look: 500 strokes of oil by an agent, in a few seconds."""

from __future__ import annotations

from pathlib import Path

import wmpaint as wp
from wmpaint.agents import write_grid

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"


def write(folder: Path, agent: str = "photo") -> None:
    painter = wp.agents.load(agent)
    images = [wp.load_image(path)[:3] for path in (wp.sample_photo(), PICTURES / "castle.jpg", PICTURES / "owl.jpg")]
    write_grid(folder / "film.webp", painter, images, cell=224)


if __name__ == "__main__":
    write(Path("."))
