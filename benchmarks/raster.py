"""The rasterizer: time forward and backward against strokes and covered pixels, and memory of a very large picture.

python benchmarks/raster.py              # 512 pixels, 100 to 10,000 strokes
python benchmarks/raster.py --tensors    # the same without the compiled loops
python benchmarks/raster.py --memory     # 4096 pixels, 10,000 strokes: peak memory
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time

import torch

from wmpaint.raster import Ribbons, arrange, composite

ROWS, COLUMNS, CAPS = 18, 17, 3


def scene(strokes: int, height: int, radius: tuple[float, float] = (3.0, 12.0)) -> Ribbons:
    """Strokes as paintings have them: four radii long, gently bent, all over the canvas."""
    g = torch.Generator().manual_seed(0)
    r = radius[0] + (radius[1] - radius[0]) * torch.rand(strokes, generator=g)
    middle = torch.rand(strokes, 2, generator=g) * height
    angle = 6.2832 * torch.rand(strokes, generator=g)
    half = torch.stack([angle.cos(), angle.sin()], -1) * 2 * r[:, None]
    bow = torch.randn(strokes, 2, generator=g) * 0.3 * r[:, None]
    profile = (1 - torch.linspace(-1, 1, COLUMNS).abs() * 1.6) * 4
    logits = torch.stack([profile.expand(strokes, ROWS, -1), torch.full((strokes, ROWS, COLUMNS), -1.0)], 1)
    points = torch.stack([middle - half, middle + bow, middle + half], 1)
    logits += 0.1 * torch.randn(logits.shape, generator=g)
    return Ribbons(points, r, 1.2 * r + 1, logits, torch.rand(strokes, 3, generator=g), CAPS)


def table(compiled: bool | None, repeats: int) -> None:
    print(f"torch threads {torch.get_num_threads()}, median of {repeats}")
    print("| canvas | strokes | pair pixels | binning | forward | backward | M pair pixels / s |")
    print("|---|---|---|---|---|---|---|")
    for strokes in (100, 300, 1000, 3000, 10_000):
        s = scene(strokes, 512)
        for value in s[:5]:
            value.requires_grad_()
        times = []
        for _ in range(repeats + 1):
            a = time.perf_counter()
            layout = arrange(s.points, s.half_width, 512, 512)
            b = time.perf_counter()
            mean, variance = composite(s, torch.ones(3), 512, 512, layout=layout, compile=compiled)
            c = time.perf_counter()
            (mean.square().mean() + variance.mean()).backward()
            times.append((b - a, c - b, time.perf_counter() - c))
        bins, forward, backward = (statistics.median(column) for column in zip(*times[1:], strict=True))
        pixels = layout.pairs * layout.tile**2
        rate = pixels / (forward + backward) / 1e6
        print(
            f"| 512 | {strokes:,} | {pixels / 1e6:.2f} M | {bins * 1e3:.0f} ms | {forward * 1e3:.0f} ms | "
            f"{backward * 1e3:.0f} ms | {rate:.0f} |"
        )


def memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with torch.no_grad():
        composite(scene(10_000, 4096, (10.0, 60.0)), torch.ones(3), 4096, 4096)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time.perf_counter() - began
    print(f"4096 px, 10,000 strokes: {seconds:.1f} s, peak {peak / 1e6:.2f} GB ({before / 1e6:.2f} before)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tensors", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if options.memory:
        memory()
    else:
        table(False if options.tensors else None, options.repeats)


if __name__ == "__main__":
    main()
