"""The picture at the top of the README: the photo, the dream, and the same strokes painted by MyPaint.

python gallery/make_readme.py [BRUSH]
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

import wmpaint as wp
from wmpaint.image import resize, save_png


def main() -> None:
    brush = sys.argv[1] if len(sys.argv) > 1 else "acrylic"
    painting = wp.paint(wp.sample_photo(), brush=brush, strokes=500, seed=0)
    dream, real = painting.render()[:3], painting.replay("mypaint")[:3]
    photo = resize(wp.load_image(wp.sample_photo()), *dream.shape[1:])
    gap = torch.ones(3, dream.shape[1], 8)
    save_png(Path(__file__).with_name("readme.png"), torch.cat([photo, gap, dream, gap, real], 2))
    print(painting.report())


if __name__ == "__main__":
    main()
