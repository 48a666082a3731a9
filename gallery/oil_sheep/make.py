"""Sheep in March, in ochres, with a worn brush."""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp

PHOTO = Path(__file__).parents[1] / "sources" / "sheep.jpg"
# From the darks to the lights.
TONES = torch.tensor(
    [[0.13, 0.11, 0.10], [0.33, 0.28, 0.16], [0.58, 0.48, 0.26], [0.80, 0.72, 0.52], [0.96, 0.93, 0.85]]
)


def colored(gray: torch.Tensor) -> torch.Tensor:  # [3, H, W] -> [3, H, W]
    """A photo's lightness in those colors."""
    tone = gray.mean(0)
    low, high = tone.quantile(0.01), tone.quantile(0.99)
    place = ((tone - low) / (high - low)).clamp(0, 1) * (len(TONES) - 1.001)
    index = place.long()
    return torch.lerp(TONES[index], TONES[index + 1], (place - index)[..., None]).movedim(-1, 0)


def make(
    brush: tuple[str, ...] = ("oil/dry", "oil/flat"), strokes: int = 1400, height: int = 512, seed: int = 0
) -> wp.Painting:
    goal = wp.painterly(colored(wp.load_image(PHOTO)), detail=0.6, wildness=0.5, thickness=0.6)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("sheep.png", program="auto")
