"""One photo through all brushes that have a painter: the same cat, the same number of strokes, fourteen hands."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch.nn.functional import pad

import wmpaint as wp
from wmpaint.export.bitmap import flatten
from wmpaint.image import to_uint8

COLUMNS = 4
PAPER = (0.985, 0.975, 0.95)
GAP = 14  # pixels


def sheet(pictures: list[torch.Tensor]) -> torch.Tensor:  # N of [3, H, W] -> [3, H', W']
    """Pictures in rows on paper; the last row stands in the middle."""
    rows = []
    for first in range(0, len(pictures), COLUMNS):
        row = torch.cat([pad(p, (GAP, GAP, GAP, GAP), value=-1.0) for p in pictures[first : first + COLUMNS]], 2)
        missing = COLUMNS * (pictures[0].shape[2] + 2 * GAP) - row.shape[2]
        rows.append(pad(row, (missing // 2, missing - missing // 2, 0, 0), value=-1.0))
    whole = pad(torch.cat(rows, 1), (GAP, GAP, GAP, GAP), value=-1.0)
    return torch.where(whole < 0, torch.tensor(PAPER)[:, None, None], whole)


def write(folder: Path, strokes: int = 120, height: int = 320, seed: int = 0) -> None:
    dreams, reals = [], []
    for brush in wp.painters.available():
        painting = wp.paint(wp.sample_photo(), brush=f"mypaint/{brush}", strokes=strokes, height=height, seed=seed)
        dreams.append(flatten(painting.render()))
        reals.append(flatten(painting.replay("mypaint")))
        print(brush, flush=True)
    for name, pictures in (("dream", dreams), ("real", reals)):
        Image.fromarray(to_uint8(sheet(pictures))).save(folder / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    write(Path("."))
