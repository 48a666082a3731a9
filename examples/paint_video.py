"""A painted film in which only that flickers which moves.

python examples/paint_video.py [--film FILM] [--strokes 500] [-o painted.mp4]

Without a film it makes one: a ball that rolls across the sample photo. It prints how much the painted film flickers
where nothing moves, and with --compare also how much it would if each frame were painted by itself.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch

import wmpaint as wp
from wmpaint.image import load_image, resize, save_png


def rolling_ball(folder: Path, frames: int, height: int) -> None:
    """Pictures of a ball before the sample photo."""
    photo = load_image(wp.sample_photo())[:3]
    photo = resize(photo, height, round(height * photo.shape[2] / photo.shape[1]))
    y, x = torch.meshgrid(torch.arange(photo.shape[1]), torch.arange(photo.shape[2]), indexing="ij")
    radius = 0.15 * height
    for k in range(frames):
        middle = radius + (photo.shape[2] - 2 * radius) * k / max(1, frames - 1)
        far = ((x - middle) ** 2 + (y - 0.6 * height) ** 2).sqrt()
        cover = (radius - far + 0.5).clamp(0, 1)
        light = (1 - far / (2 * radius)).clamp(0, 1)
        ball = torch.tensor([0.95, 0.35, 0.1])[:, None, None] * light
        save_png(folder / f"{k:04d}.png", torch.lerp(photo, ball, cover))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--film", default=None)
    parser.add_argument("--brush", default="mypaint/oil")
    parser.add_argument("--strokes", type=int, default=500)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("-o", "--output", default="painted.mp4")
    parser.add_argument("--tiny", action="store_true", help="three small frames, to see that it runs")
    chosen = parser.parse_args()
    options = {"brush": chosen.brush, "strokes": chosen.strokes, "height": chosen.height, "seed": chosen.seed}
    frames = chosen.frames
    if chosen.tiny:
        options, frames = {**options, "strokes": 20, "height": 48, "steps": 2, "steps_first": 6}, 3
    with tempfile.TemporaryDirectory() as folder:
        if chosen.film is None:
            rolling_ball(Path(folder), frames, options["height"])
        source, output = chosen.film or folder, Path(chosen.output)
        say(output, wp.paint_video(source, output, **options))
        if chosen.compare:
            apart = output.with_stem(f"{output.stem}_alone")
            say(apart, wp.paint_video(source, apart, **options, alone=True))


def say(path: Path, report: Any) -> None:
    flicker = "nothing stands still" if report.flicker is None else f"flicker {report.flicker:.2f} of 255"
    print(f"{path}: {report.frames} frames, {report.psnr:.1f} dB, {flicker}")


if __name__ == "__main__":
    main()
