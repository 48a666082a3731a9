"""The Alps at first light: violet woods and rose snow, with the knife."""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp

PHOTO = Path(__file__).parents[1] / "sources" / "alps.jpg"
# From the darks to the lights.
TONES = torch.tensor(
    [[0.10, 0.08, 0.17], [0.24, 0.20, 0.38], [0.52, 0.42, 0.58], [0.94, 0.66, 0.58], [1.00, 0.90, 0.74]]
)


def colored(gray: torch.Tensor) -> torch.Tensor:  # [3, H, W] -> [3, H, W]
    """A photo's lightness in those colors."""
    tone = gray.mean(0)
    low, high = tone.quantile(0.01), tone.quantile(0.99)
    place = ((tone - low) / (high - low)).clamp(0, 1) * (len(TONES) - 1.001)
    index = place.long()
    return torch.lerp(TONES[index], TONES[index + 1], (place - index)[..., None]).movedim(-1, 0)


def make(brush: str = "oil/knife", strokes: int = 1300, height: int = 512, seed: int = 0) -> wp.Painting:
    goal = wp.painterly(colored(wp.load_image(PHOTO)), detail=0.6, wildness=0.4, thickness=0.8)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("alps.png", program="auto")
