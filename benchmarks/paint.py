"""`wmpaint paint` from process start to all files, as a user runs it.

python benchmarks/paint.py                          # the sample photo, 500 strokes, 512 px: medians of 3
python benchmarks/paint.py --brushes acrylic round dry_brush charcoal
python benchmarks/paint.py --large                  # 2,000 strokes at 1024 px, and peak memory
python benchmarks/paint.py --import                 # what importing wmpaint costs
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def paint(*options: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wmpaint", "paint", "--json", "-o", folder, *options]
        began = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        seconds = time.perf_counter() - began
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": seconds}


def show(name: str, results: list[dict[str, float]]) -> None:
    wall, dream, real, gap = (
        statistics.median(float(r[key]) for r in results) for key in ("wall", "dream_psnr", "real_psnr", "gap_db")
    )
    print(f"| {name} | {wall:.1f} s | {dream:.2f} dB | {real:.2f} dB | {gap:.2f} dB |", flush=True)


def imports() -> None:
    code = "import time, torch; t = time.perf_counter(); import wmpaint; wmpaint.paint; print(time.perf_counter() - t)"
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5)]
    print(f"import wmpaint and its painting loop, beyond torch: {statistics.median(times):.2f} s, median of 5")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brushes", nargs="+", default=["acrylic"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--import", dest="imports", action="store_true")
    options = parser.parse_args()
    if options.imports:
        return imports()
    print("| painting | process start to all files | dream | real MyPaint | gap |\n|---|---|---|---|---|")
    if options.large:
        show("2,000 strokes, 1024 px", [paint("--strokes", "2000", "--height", "1024")])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"\npeak memory {peak / 1e6:.2f} GB")
        return None
    for brush in options.brushes:
        paint("--brush", brush, "--strokes", "10", "--height", "64")  # compiles the loops, if this machine never has
        show(f"{brush}, 500 strokes, 512 px", [paint("--brush", brush) for _ in range(options.runs)])
    return None


if __name__ == "__main__":
    main()
