"""The picture at the top of the README: the photo, the dream in oil, and the same strokes in the program.

python gallery/make_readme.py
"""

from __future__ import annotations

from pathlib import Path

import torch

import wmpaint as wp
from wmpaint.image import resize, save_png

HEIGHT = 360  # pixels


def main() -> None:
    painting = wp.load(Path(__file__).with_name("oil_castle") / "painting.wmp.json")
    dream, real = painting.render(HEIGHT)[:3], painting.replay("auto", HEIGHT)[:3]
    photo = resize(wp.load_image("castle"), *dream.shape[1:])
    gap = torch.ones(3, HEIGHT, 8)
    save_png(Path(__file__).with_name("readme.png"), torch.cat([photo, gap, dream, gap, real], 2))


if __name__ == "__main__":
    main()
