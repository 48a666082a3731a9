"""Painting with a few pens against exchanging the colors for those of the pens afterwards.

python benchmarks/pens.py [--pens brush_pens fineliners] [--strokes 500] [--height 512] [--seeds 1]

Both are planned on A4 with the same fill, and their previews are compared with the photo at the painting's height.
"""

from __future__ import annotations

import argparse
import time

import torch

import wmpaint as wp
from wmpaint.image import load_image, resize
from wmpaint.metrics import psnr


def plotted(painting: wp.Painting, photo: torch.Tensor, height: int, pens: str, fill: str) -> float:
    """PSNR in dB of the plot's preview, within the canvas."""
    job = painting.plot(pens, page="a4", fill=fill, mix=False)
    scale = height / job.placement.scale
    left, top, right, bottom = (round(side * scale) for side in job.placement.box)
    picture = job.preview(25.4 * scale)[:, top:bottom, left:right]
    return float(psnr(picture, resize(photo, *picture.shape[1:])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pens", nargs="+", default=["brush_pens", "fineliners"])
    parser.add_argument("--strokes", type=int, default=500)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--fill", default="insets")
    chosen = parser.parse_args()
    photo = load_image(wp.sample_photo())
    print("| pens | seed | colors exchanged afterwards | painted with the pens | seconds |\n|---|---|---|---|---|")
    for seed in range(chosen.seeds):
        how = {"strokes": chosen.strokes, "height": chosen.height, "seed": seed}
        began = time.monotonic()
        free = wp.paint(wp.sample_photo(), brush="round", **how)
        seconds = time.monotonic() - began
        for pens in chosen.pens:
            later = plotted(free, photo, chosen.height, pens, chosen.fill)
            began = time.monotonic()
            own = wp.paint(wp.sample_photo(), pens=pens, page="a4", **how)
            took = time.monotonic() - began
            now = plotted(own, photo, chosen.height, "own", chosen.fill)
            print(f"| {pens} | {seed} | {later:.2f} dB | {now:.2f} dB | {seconds:.0f}, {took:.0f} |", flush=True)


if __name__ == "__main__":
    main()
