"""How much the same an oil painting is at every size: PSNR of large ones, reduced, beside small ones; and the time.

python benchmarks/oil_sizes.py                # 150 random strokes of each brush, 2048 px beside 512
python benchmarks/oil_sizes.py --painting P   # the strokes of a painting as well, with each brush
python benchmarks/oil_sizes.py --extremes     # 4096 px beside 256
python benchmarks/oil_sizes.py --times        # processor seconds of 1,500 strokes at 1024 and 4096 px
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import torch
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.light import lit
from wmpaint.media.oil import BRUSHES, OilProgram, OilStrokes
from wmpaint.medium import Picture, render

GROUND = (0.5, 0.4, 0.32)


def scattered(count: int, low: float, high: float, aspect: float = 1.0, seed: int = 0) -> OilStrokes:
    """Random strokes of radii between low and high, even in their logarithm, as long as 2 to 20 radii."""
    chance = torch.Generator().manual_seed(seed)

    def between(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(*shape, generator=chance)

    radius = between(math.log(low), math.log(high), count).exp()
    middle, angle = between(0, 1, count, 2) * torch.tensor([aspect, 1.0]), between(0, 2 * math.pi, count)
    half = between(1, 10, count, 1) * radius[:, None] * torch.stack([angle.cos(), angle.sin()], -1)
    points = torch.stack([middle - half, middle + between(-0.6, 0.6, count, 1) * half.flip(-1), middle + half], 1)
    return OilStrokes(
        points, radius, between(0.2, 1, count, 2), between(0.3, 0.7, count, 3), between(0, 1, count),
        between(0, 1, count),
    )  # fmt: skip


def shown(brush: str, strokes: wp.Strokes, canvas: wp.Canvas, height: int) -> tuple[Picture, torch.Tensor]:
    found = render(OilProgram(brush), strokes, wp.Frame(canvas, height))
    assert found.relief is not None
    return found, lit(found.mean, found.relief, height)


def psnr(large: torch.Tensor, small: torch.Tensor) -> float:
    return float(-10 * torch.log10((F.adaptive_avg_pool2d(large[:3], small.shape[-2:]) - small[:3]).square().mean()))


def compare(
    name: str, strokes: wp.Strokes, canvas: wp.Canvas, sizes: list[tuple[int, int]], brushes: list[str]
) -> None:
    for brush in brushes:
        seen = {height: shown(brush, strokes, canvas, height) for height in {h for pair in sizes for h in pair}}
        cells = []
        for low, high in sizes:
            (one, light), (other, bright) = seen[low], seen[high]
            cells.append(f"{psnr(other.mean, one.mean):.1f} | {psnr(bright, light):.1f}")
        print(f"| {name} | {brush} | {' | '.join(cells)} |", flush=True)


def times() -> None:
    strokes, canvas = scattered(1500, 0.004, 0.03, 1.5), wp.Canvas(1.5, GROUND)
    shown("flat", strokes[:5], canvas, 64)  # compiled
    for height in (1024, 4096):
        began = time.process_time()
        render(OilProgram("flat"), strokes, wp.Frame(canvas, height))
        print(f"1,500 strokes at {height} px: {time.process_time() - began:.2f} processor seconds", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brushes", nargs="+", default=list(BRUSHES))
    parser.add_argument("--painting", type=Path)
    parser.add_argument("--extremes", action="store_true")
    parser.add_argument("--times", action="store_true")
    options = parser.parse_args()
    if options.times:
        return times()
    sizes = [(256, 4096) if options.extremes else (512, 2048)]
    print(f"| strokes | brush | {' | '.join(f'{high} beside {low} px, flat | lit' for low, high in sizes)} |")
    print("|---" * (2 + 2 * len(sizes)) + "|")
    compare("random", scattered(150, 0.008, 0.06), wp.Canvas(1.0, GROUND), sizes, options.brushes)
    if options.painting:
        painting = wp.load(options.painting)
        compare(options.painting.stem, painting.strokes, painting.canvas, sizes, options.brushes)


if __name__ == "__main__":
    main()
