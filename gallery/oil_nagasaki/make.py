"""Boats at Nagasaki, in the colors of an evening: one for each tone."""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp

PHOTO = Path(__file__).parents[1] / "sources" / "nagasaki.jpg"
# From the darks to the lights.
TONES = torch.tensor(
    [[0.06, 0.09, 0.18], [0.15, 0.26, 0.36], [0.45, 0.47, 0.46], [0.86, 0.66, 0.42], [0.98, 0.90, 0.70]]
)


def colored(gray: torch.Tensor) -> torch.Tensor:  # [3, H, W] -> [3, H, W]
    """A photo's lightness in those colors."""
    tone = gray.mean(0)
    low, high = tone.quantile(0.01), tone.quantile(0.99)
    place = ((tone - low) / (high - low)).clamp(0, 1) * (len(TONES) - 1.001)
    index = place.long()
    return torch.lerp(TONES[index], TONES[index + 1], (place - index)[..., None]).movedim(-1, 0)


def make(brush: str = "oil/flat", strokes: int = 1400, height: int = 512, seed: int = 0) -> wp.Painting:
    goal = wp.painterly(colored(wp.load_image(PHOTO)), detail=0.65, wildness=0.5)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("nagasaki.png", program="auto")
