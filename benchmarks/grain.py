"""Grain: textured pictures of the bundled painters of random brushes, beside the program over its seeds.

    python benchmarks/grain.py [BRUSH...]

Straight strokes of three radii and two pressures, over seeds; then the sample photo in 300 strokes of the brush.
Quantiles off: alphas at 1, 5, 25, 50, 75, 95 and 99 % of chance, in the row where they vary most, the farthest of all.
Half length: where the correlation of alpha falls to a half, in radii, along and across. Of the photo, standard
deviations of what a Gaussian of 1 pixel takes away (fine), and of what one of 4 takes away from that (coarse), in
levels of 255, beside those of a mean of 8 replays: what is left of a picture without its grain.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from kornia.filters import gaussian_blur2d
from torch import Tensor

import wmpaint as wp

SIDE = 192
SEEDS = 96
RADII, PRESSURES = (3.0, 6.0, 12.0), (0.4, 0.9)
CHANCES = torch.tensor([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


def straight(radius: float, pressure: float) -> wp.Strokes:
    points = torch.tensor([[[0.15, 0.5], [0.5, 0.5], [0.85, 0.5]]])
    return wp.Strokes(points, torch.tensor([radius / SIDE]), torch.full((1, 2), pressure), torch.zeros(1, 3))


def half_length(stray: Tensor, along: bool) -> float:
    """Pixels at which the strays [n, H, W] of straight strokes along x correlate by a half."""
    middle = stray[:, :, SIDE // 4 : -SIDE // 4]
    before = 1.0
    for k in range(1, SIDE // 4):
        if along:
            other = stray[:, :, SIDE // 4 + k :][:, :, : middle.shape[2]]
            now = float((middle * other).sum() / (middle.square().sum() * other.square().sum()).sqrt())
        else:
            low, high = middle[:, :-k], middle[:, k:]
            now = float((low * high).sum() / (low.square().sum() * high.square().sum()).sqrt())
        if now < 0.5:
            return k - 1 + (before - 0.5) / (before - now)
        before = now
    return float("nan")


def measured(painter: wp.RibbonPainter, program: wp.MyPaint) -> str:
    clear, deviations, lengths, off = wp.Canvas(background=None), [], [], 0.0
    for radius in RADII:
        for pressure in PRESSURES:
            stroke = straight(radius, pressure)
            seeds = np.arange(SEEDS)
            real = program.alphas(
                np.repeat(stroke.points.numpy() * SIDE, SEEDS, 0), [radius] * SEEDS, [(pressure, pressure)] * SEEDS,
                height=SIDE, width=SIDE, seeds=seeds, pace=SIDE / 512,
            )  # fmt: skip
            drawn = [
                wp.render(painter, stroke, wp.Frame(clear, SIDE), generator=torch.Generator().manual_seed(k)).mean[3]
                for k in range(SEEDS)
            ]
            _, variance = wp.render(painter, stroke, wp.Frame(clear, SIDE))[:2]
            strays = [torch.stack(drawn), torch.from_numpy(real / 32768).float()]
            deviations.append([float(variance.mean().sqrt()), *(float(s.var(0).mean().sqrt()) for s in strays)])
            row = int(strays[1].var(0).mean(1).argmax())
            found = [s[:, row, SIDE // 4 : -SIDE // 4].flatten().quantile(CHANCES) for s in strays]
            off = max(off, float((found[0] - found[1]).abs().max()))
            strays = [s - s.mean(0) for s in strays]
            lengths.append([half_length(s, way) / radius for s in strays for way in (True, False)])
    predicted, textured, real_one = torch.tensor(deviations).square().sum(0).sqrt().tolist()
    t_along, t_across, r_along, r_across = torch.tensor(lengths).nanmean(0).tolist()
    return (
        f"{predicted / real_one:.2f} | {textured / predicted:.2f} | {off:.2f} | {r_along:.2f}, {r_across:.2f} | "
        f"{t_along:.2f}, {t_across:.2f}"
    )


def bands(picture: Tensor) -> tuple[float, float]:
    near, far = (gaussian_blur2d(picture[None], (25, 25), (s, s))[0] for s in (1.0, 4.0))
    return float((picture - near).std() * 255), float((near - far).std() * 255)


def pictures(brush: str) -> str:
    painting = wp.paint(wp.sample_photo(), brush=brush, strokes=300, seed=0)
    began = time.process_time()
    dream = painting.render()[:3]
    middle = time.process_time()
    textured = painting.render(generator=torch.Generator().manual_seed(0))[:3]
    seconds = middle - began, time.process_time() - middle
    replays = torch.stack([painting.replay("mypaint", seed=seed)[:3] for seed in range(1, 9)])
    fine, coarse = zip(*map(bands, (dream, replays.mean(0), textured, replays[0])), strict=True)
    columns = [f"{value:.2f}" for value in (*fine, *coarse)]
    return f"{' | '.join(columns)} | {seconds[0]:.1f}, {seconds[1]:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("brushes", nargs="*")
    names = parser.parse_args().brushes or [
        name for name in wp.painters.available() if wp.painters.load(name).config.noise
    ]
    print(
        "| brush | deviation: painter's / program's | textured / painter's | quantiles off "
        "| half length: program | textured | fine: dream | mean replay | textured | real "
        "| coarse: dream | mean replay | textured | real | CPU time: dream, textured |"
    )
    print("|---" * 15 + "|")
    for name in names:
        row = measured(wp.painters.load(name), wp.MyPaint(name))
        print(f"| {name} | {row} | {pictures(name)} |", flush=True)


if __name__ == "__main__":
    main()
