"""An ornamental onion, painted like a flower again."""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp

PHOTO = Path(__file__).parents[1] / "sources" / "allium.jpg"
# From the darks to the lights.
TONES = torch.tensor(
    [[0.16, 0.05, 0.16], [0.45, 0.10, 0.30], [0.80, 0.30, 0.45], [0.90, 0.72, 0.62], [0.93, 0.89, 0.78]]
)


def colored(gray: torch.Tensor) -> torch.Tensor:  # [3, H, W] -> [3, H, W]
    """A photo's lightness in those colors."""
    tone = gray.mean(0)
    low, high = tone.quantile(0.01), tone.quantile(0.99)
    place = ((tone - low) / (high - low)).clamp(0, 1) * (len(TONES) - 1.001)
    index = place.long()
    return torch.lerp(TONES[index], TONES[index + 1], (place - index)[..., None]).movedim(-1, 0)


def make(brush: str = "oil/filbert", strokes: int = 1100, height: int = 512, seed: int = 0) -> wp.Painting:
    goal = wp.painterly(colored(wp.load_image(PHOTO)), detail=0.5, wildness=0.3, thickness=0.7)
    return wp.paint(goal, brush=brush, strokes=strokes, height=height, seed=seed)


if __name__ == "__main__":
    make().save("allium.png", program="auto")
