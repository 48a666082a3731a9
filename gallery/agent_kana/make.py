"""The old order of kana, iroha, written stroke by stroke in the order of a person's hand."""

from __future__ import annotations

from pathlib import Path

import wmpaint as wp
from wmpaint.agents import write_grid

POEM = "いろはにほへとちり"  # "colors bloom, yet scatter": how it begins


def write(folder: Path, agent: str = "kana-15", poem: str = POEM) -> None:
    painter, kana = wp.agents.load(agent), wp.data.load("kana")
    letters = [kana.classes.index(letter) for letter in poem]
    pictures = kana.split()[1].take(letters, side=painter.config.side).pictures
    write_grid(folder / "film.webp", painter, pictures, cell=144)


if __name__ == "__main__":
    write(Path("."))
