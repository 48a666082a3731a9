"""Photos without colors, painted in oil in colors of ours: one for each tone.

python gallery/toned.py nagasaki -o nagasaki.png        # or alps, allium, sheep
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch

import wmpaint as wp

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True)
class Work:
    """A photo, its colors from the darks to the lights, and how it is painted."""

    photo: str
    tones: tuple[tuple[float, float, float], ...]
    brush: str | tuple[str, ...]
    strokes: int
    detail: float
    wildness: float
    thickness: float = 0.5


WORKS = {
    "nagasaki": Work(
        "nagasaki.jpg",
        ((0.06, 0.09, 0.18), (0.15, 0.26, 0.36), (0.45, 0.47, 0.46), (0.86, 0.66, 0.42), (0.98, 0.90, 0.70)),
        "oil/flat", 1400, 0.65, 0.5,
    ),
    "alps": Work(
        "alps.jpg",
        ((0.10, 0.08, 0.17), (0.24, 0.20, 0.38), (0.52, 0.42, 0.58), (0.94, 0.66, 0.58), (1.00, 0.90, 0.74)),
        "oil/knife", 1300, 0.6, 0.4, 0.8,
    ),
    "allium": Work(
        "allium.jpg",
        ((0.16, 0.05, 0.16), (0.45, 0.10, 0.30), (0.80, 0.30, 0.45), (0.90, 0.72, 0.62), (0.93, 0.89, 0.78)),
        "oil/filbert", 1100, 0.5, 0.3, 0.7,
    ),
    "sheep": Work(
        "sheep.jpg",
        ((0.13, 0.11, 0.10), (0.33, 0.28, 0.16), (0.58, 0.48, 0.26), (0.80, 0.72, 0.52), (0.96, 0.93, 0.85)),
        ("oil/dry", "oil/flat"), 1400, 0.6, 0.5, 0.6,
    ),
}  # fmt: skip


def colored(gray: torch.Tensor, tones: torch.Tensor) -> torch.Tensor:  # [3, H, W], [K, 3] -> [3, H, W]
    """A photo's lightness in those colors."""
    tone = gray.mean(0)
    low, high = tone.quantile(0.01), tone.quantile(0.99)
    place = ((tone - low) / (high - low)).clamp(0, 1) * (len(tones) - 1.001)
    index = place.long()
    return torch.lerp(tones[index], tones[index + 1], (place - index)[..., None]).movedim(-1, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("-o", "--output", required=True, help="a file, as Painting.save takes it")
    chosen = parser.parse_args()
    work = WORKS[chosen.work]
    picture = colored(wp.load_image(SOURCES / work.photo), torch.tensor(work.tones))
    goal = wp.painterly(picture, detail=work.detail, wildness=work.wildness, thickness=work.thickness)
    wp.paint(goal, brush=work.brush, strokes=work.strokes).save(chosen.output)


if __name__ == "__main__":
    main()
