"""How close the embedded engine comes to libmypaint, and how fast both are: the table in docs/programs.md.

python benchmarks/programs.py            # print the table, write it into docs/programs.md
python benchmarks/programs.py --noise    # measure how noisy each brush is, write it into brushes.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

from wmpaint.media.families import filed
from wmpaint.media.programs import Brush, Dabs, MyPaint, bundled
from wmpaint.media.programs.base import BrushProgram

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "programs.md"
BRUSHES = ROOT / "wmpaint" / "media" / "programs" / "brushes" / "brushes.json"
BEGIN, END = "<!-- made by benchmarks/programs.py -->", "<!-- end -->"
SIDE = 128  # pixels


def strokes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points [N, 3, 2] pixels, radius [N] from 1 to 24 pixels, pressure [N, 2]."""
    chance = np.random.default_rng(seed)
    points = chance.uniform(-0.1, 1.1, (count, 3, 2)) * SIDE
    return points, np.exp(chance.uniform(0, np.log(24), count)), chance.random((count, 2))


def speed(program: BrushProgram, given: tuple[np.ndarray, ...], repeats: int = 3) -> float:
    """Strokes per second, the median of a few runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        program.alphas(*given, height=SIDE, width=SIDE, seeds=range(len(given[0])))
        seconds.append(time.perf_counter() - start)
    return len(given[0]) / statistics.median(seconds)


def compare(name: str, count: int, seeds: int) -> tuple[float, float, float, float]:
    """Error on the same seed, error of the mean over seeds (8-bit levels), strokes/s of libmypaint and of Dabs."""
    given = strokes(count, seed=1)
    real, ours = MyPaint(name), Dabs(name)
    means = []
    same = 0.0
    for k in range(seeds if real.style.noisy else 1):
        each = [np.arange(count) + k * count, np.arange(count) + k * count]
        a, b = (
            p.alphas(*given, height=SIDE, width=SIDE, seeds=s).astype(np.float32) * (255 / 32768)
            for p, s in zip((real, ours), each, strict=True)
        )
        same += float(np.abs(a - b).mean())
        means.append((a, b))
    mean_a, mean_b = (np.mean([pair[k] for pair in means], 0) for k in (0, 1))
    return same / len(means), float(np.abs(mean_a - mean_b).mean()), speed(real, given), speed(ours, given)


def table(count: int, seeds: int) -> str:
    lines = [
        "| brush | error, same seed | error, mean of seeds | libmypaint, strokes/s | Dabs, strokes/s |",
        "|---|---|---|---|---|",
    ]
    for name in bundled():
        same, mean, real, ours = compare(name, count, seeds)
        lines.append(f"| {filed(name)} | {same:.4f} | {mean:.4f} | {real:,.0f} | {ours:,.0f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def noise(name: str, count: int = 40, seeds: int = 24) -> float:
    """Standard deviation of alpha over seeds, averaged where the mean stroke has paint, in 8-bit levels."""
    if not Brush.load(name).noisy:
        return 0.0
    points, radius, pressure = strokes(count, seed=2)
    program = MyPaint(name)
    out = []
    for k in range(count):
        many = [np.repeat(x[k : k + 1], seeds, 0) for x in (points, radius, pressure)]
        alphas = program.alphas(*many, height=SIDE, width=SIDE, seeds=range(seeds)).astype(np.float32) * (255 / 32768)
        painted = alphas.mean(0) > 1
        if painted.any():
            out.append(float(alphas.std(0, ddof=1)[painted].mean()))
    return round(statistics.mean(out), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noise", action="store_true", help="measure the brushes' noise instead")
    parser.add_argument("--strokes", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    if options.noise:
        entries = json.loads(BRUSHES.read_text(encoding="utf-8"))
        for name in entries:
            entries[name]["noise"] = noise(name)
            print(f"{name}: {entries[name]['noise']}", flush=True)
        BRUSHES.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    text = table(options.strokes, options.seeds)
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
