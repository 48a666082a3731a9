"""docs/pictures/grain.jpg: the mean dream, the textured dream and the real program, enlarged, for four rough brushes.

python docs/figures/make_grain.py
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.image import to_uint8

BRUSHES = ("dry_brush", "charcoal", "acrylic", "pencil")
TOP, LEFT, HEIGHT, WIDTH = 110, 170, 170, 290  # of 512 x 682 pixels


def main() -> None:
    rows = []
    for brush in BRUSHES:
        painting = wp.paint(wp.sample_photo(), brush=brush, strokes=200, seed=0)
        chance = torch.Generator().manual_seed(0)
        three = (painting.render(), painting.render(generator=chance), painting.replay("mypaint"))
        parts = [picture[None, :3, TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH] for picture in three]
        parts = [F.interpolate(part, scale_factor=1.5, mode="bicubic").clamp(0, 1)[0] for part in parts]
        rows.append(torch.cat([F.pad(part, (2, 2, 2, 2), value=1.0) for part in parts], 2))
    picture = Image.fromarray(to_uint8(torch.cat(rows, 1)))
    picture.save(Path(__file__).parents[1] / "pictures" / "grain.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
