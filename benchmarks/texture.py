"""Texture: does a textured dream pass for its program? For bundled painters of random brushes.

    python benchmarks/texture.py [BRUSH...] [--pictures FOLDER]

Strokes that no painter has seen. Deviation: of straight strokes over seeds, textured / program. Along, across: power of
what they stray from their mean, textured / program, in octaves of waves of 16 radii to an eighth along, and of 4 radii
to a sixteenth across; of octaves of less than 1 % of the power there is a dash. Told apart: right answers of a small
CNN on 64 x 64 crops (lightness, and for oil the relief) of pictures of overlapping strokes, radius 1.5 to 32 pixels,
half of them the program's, of strokes and seeds that it was not trained on; 50 % is guessing.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.image import save_png
from wmpaint.media import families
from wmpaint.media.oil import painters as oil
from wmpaint.media.ribbon.data import random_actions
from wmpaint.media.ribbon.measure import LONG, Case, powers
from wmpaint.media.ribbon.texture import ACROSS, ALONG

SIDE, CROP = 256, 64  # pixels
RADII = (1.5, 32.0)  # pixels
FEW, MANY = 4, 16  # strokes of a picture
TRAINED, HELD_OUT = 80, 40  # pictures
CROPS = 16  # of a picture
SEEDS = (77,)
STEPS = 600  # of the CNN's training, a minute of one core
FLAT, RELIEF = 0.02, 0.004  # a crop with less deviation is bare; a relief of 1 for the CNN, canvas heights


def brushes() -> list[str]:
    """Bundled painters of random brushes."""
    return [f"oil/{name}" for name in oil.available()] + [
        name for name in wp.painters.available() if wp.painters.load(name).config.noise
    ]


def loaded(name: str) -> tuple[wp.RibbonPainter, wp.Medium]:
    """A painter and its program."""
    family, brush = families.split(name)
    if family == "oil":
        return oil.load(brush), wp.OilProgram(brush)
    return wp.painters.load(brush), wp.MyPaint(brush)


def strokes(painter: wp.RibbonPainter, count: int, chance: torch.Generator) -> wp.Strokes:
    """Random ones all over the canvas, gray."""
    config = painter.config
    drawn = random_actions(count, chance, radius=RADII, shares=len(config.shares), turn=config.turn)
    move = torch.rand(count, 2, generator=chance) * SIDE - drawn.window[:, None] / 2
    gray = torch.rand(count, generator=chance)[:, None].expand(-1, 3).contiguous()
    shares = dict(zip(config.shares, drawn.shares.unbind(1), strict=True))
    return painter.marks((drawn.points + move[:, None]) / SIDE, drawn.radius / SIDE, drawn.pressure, gray, **shares)


def seen(picture: wp.Picture) -> Tensor:
    """What the CNN sees: lightness, and the relief where there is one: [1 or 2, H, W]."""
    channels = [picture.mean[0]] if picture.relief is None else [picture.mean[0], picture.relief / RELIEF]
    return torch.stack(channels)


def pictures(painter: wp.RibbonPainter, program: wp.Medium, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """The program's and the dream's, of the same strokes: [count, C, SIDE, SIDE] each."""
    real, dream = [], []
    for k in range(count):
        chance = torch.Generator().manual_seed(seed + k)
        canvas = wp.Canvas(background=(float(torch.rand((), generator=chance)),) * 3)
        marks, frame = strokes(painter, FEW if k % 2 else MANY, chance), wp.Frame(canvas, SIDE)
        for medium, out in ((program, real), (painter, dream)):
            out.append(seen(wp.render(medium, marks, frame, generator=chance)))
    return torch.stack(real), torch.stack(dream)


def crops(both: tuple[Tensor, Tensor], chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """[N, C, CROP, CROP] with something on them, and [N] whether they are the program's; as many of each."""
    out, answers = [], []
    for real, dream in zip(*both, strict=True):
        for _ in range(CROPS):
            y, x = torch.randint(SIDE - CROP + 1, (2,), generator=chance).tolist()
            pair = [v[:, y : y + CROP, x : x + CROP] for v in (real, dream)]
            if min(float(v[0].std()) for v in pair) > FLAT:
                out += pair
                answers += [1.0, 0.0]
    return torch.stack(out), torch.tensor(answers)


def told_apart(both: tuple[Tensor, Tensor], others: tuple[Tensor, Tensor], steps: int = STEPS) -> float:
    """Share of right answers on others' crops, of a CNN that has learned on the first."""
    torch.manual_seed(0)
    chance = torch.Generator().manual_seed(1)
    (x, y), (test, answer) = crops(both, chance), crops(others, chance)
    middle, scale = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    x, test = (x - middle) / scale, (test - middle) / scale
    sizes = (x.shape[1], 16, 24, 32, 32)
    layers: list[nn.Module] = []
    for k in range(4):
        side = 5 if k == 0 else 3
        layers += [nn.Conv2d(sizes[k], sizes[k + 1], side, stride=2, padding=side // 2)]
        layers += [nn.BatchNorm2d(sizes[k + 1]), nn.SiLU()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(sizes[-1], 1))
    adam = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.02)
    for step in range(steps):
        for group in adam.param_groups:
            group["lr"] = 3e-3 * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-5
        index = torch.randint(len(x), (48,), generator=chance)
        batch = x[index]
        turned = [batch, batch.flip(2), batch.flip(3), batch.transpose(2, 3)][
            int(torch.randint(4, (), generator=chance))
        ]
        loss = F.binary_cross_entropy_with_logits(net(turned)[:, 0], y[index])
        adam.zero_grad()
        loss.backward()
        adam.step()
    net.eval()
    with torch.no_grad():
        guess = torch.cat([net(part)[:, 0] for part in test.split(100)])
    return float(((guess > 0) == (answer > 0.5)).double().mean())


def spectra(painter: wp.RibbonPainter, program: wp.Medium) -> tuple[float, Tensor]:
    """Deviation and powers, textured / program; NaN where there is little power."""
    totals = torch.zeros(2, len(ALONG) + len(ACROSS), dtype=torch.float64)
    variances = [0.0, 0.0]
    for case in (Case(r, f, load) for r in (10.0, 32.0) for f in (0.5, 0.8) for load in (0.5, 0.75)):
        for k, medium in enumerate((painter, program)):
            alphas = torch.cat([case.alphas(medium, seed) for seed in SEEDS])
            stray = alphas - alphas.mean(0)
            variances[k] += float(stray.square().mean())
            totals[k] += powers(stray[case.inside(0.65 * case.force, 0.0, LONG)], case.radius).nan_to_num(0)
    shares = torch.cat([part / part.sum() for part in totals[1].split([len(ALONG), len(ACROSS)])])
    ratio = torch.where(shares > 0.01, totals[0] / totals[1], math.nan)
    return math.sqrt(variances[0] / variances[1]), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("brushes", nargs="*")
    parser.add_argument("--pictures", type=Path, help="also write some of both into this folder")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the CNN's training")
    options = parser.parse_args()
    print("| brush | deviation | along | across | told apart |")
    print("|---|---|---|---|---|")
    for name in options.brushes or brushes():
        painter, program = loaded(name)
        deviation, ratio = spectra(painter, program)
        along, across = (", ".join("–" if math.isnan(v) else f"{v:.2f}" for v in part.tolist())
                         for part in ratio.split([len(ALONG), len(ACROSS)]))  # fmt: skip
        known, held_out = pictures(painter, program, TRAINED, 0), pictures(painter, program, HELD_OUT, 10_000)
        if options.pictures:
            channels = range(held_out[0].shape[1])
            rows = [torch.cat([v[k, c].expand(3, -1, -1) for v in held_out for k in range(4)], 2) for c in channels]
            save_png(options.pictures / f"{name.replace('/', '_')}.png", torch.cat(rows, 1).clamp(0, 1))
        apart = told_apart(known, held_out, options.steps)
        print(f"| {name} | {deviation:.2f} | {along} | {across} | {apart:.0%} |", flush=True)


if __name__ == "__main__":
    main()
