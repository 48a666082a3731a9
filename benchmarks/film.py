"""Films and layers of one painting: seconds and sizes.

python benchmarks/film.py [PAINTING.wmp.json]      # without one, the sample photo is painted first: 500 strokes, 512 px
python benchmarks/film.py --large                  # pictures and layers at 4096 px, with peak memory
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import wmpaint as wp

FILMS: list[tuple[str, dict[str, Any]]] = [
    ("cat.mp4", {}),
    ("cat.gif", {}),
    ("cat.webp", {"animate": True}),
    ("cat.mp4", {"seconds": 6, "pace": "even", "cursor": True}),
    ("cat.mp4", {"pace": "stroke", "cursor": True}),
    ("cat.gif", {"pace": "stroke"}),
    ("cat.webp", {"animate": True, "pace": "stroke"}),
    ("cat.mp4", {"program": "mypaint"}),
    ("cat.webp", {"animate": True, "program": "mypaint"}),
]
PICTURES: list[tuple[str, dict[str, Any]]] = [
    ("cat.png", {}),
    ("cat.png", {"bits": 16}),
    ("cat.tif", {"bits": 16}),
    ("cat.webp", {}),
    ("cat.jpg", {}),
    ("cat.ora", {}),
    ("cat.ora", {"layers": 50}),
    ("cat.ora", {"program": "mypaint"}),
]
LARGE: list[tuple[str, dict[str, Any]]] = [
    ("cat.png", {"program": "mypaint", "height": 4096}),
    ("cat.png", {"program": "mypaint", "height": 4096, "bits": 16}),
    ("cat.tif", {"program": "mypaint", "height": 4096, "bits": 16}),
    ("cat.ora", {"program": "mypaint", "height": 4096}),
    ("cat.png", {"height": 4096}),
]


def once(work: wp.Painting, path: Path, options: dict[str, Any]) -> tuple[float, float]:
    """Seconds, and seconds of processor time, the encoder's included."""
    began, busy = time.perf_counter(), sum(os.times()[:4])
    work.save(path, **options)
    return time.perf_counter() - began, sum(os.times()[:4]) - busy


def table(work: wp.Painting, cases: list[tuple[str, dict[str, Any]]], runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        once(work, Path(folder) / "first.mp4", {"height": 64, "frames": 9})  # loads what is loaded once
        plain = statistics.median(once(work, Path(folder) / "plain.png", {})[1] for _ in range(3))
        print("| file | options | seconds | processor time | × one .png | size |\n|---|---|---|---|---|---|")
        for name, options in cases:
            path = Path(folder) / name
            seconds, busy = map(statistics.median, zip(*[once(work, path, options) for _ in range(runs)], strict=True))
            said = ", ".join(f"{key}={value!r}" for key, value in options.items())
            size = path.stat().st_size / 1e3
            row = f"{seconds:.1f} s | {busy:.1f} s | {busy / plain:.0f} | {size:,.0f} kB"
            print(f"| {path.suffix} | {said} | {row} |", flush=True)
        print(f"\none .png at 512 pixels: {plain:.2f} s of processor time\n")


def peak(source: str, name: str, options: dict[str, Any]) -> None:
    """One file in a process of its own, which tells its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import sys, wmpaint as wp; wp.Painting.load(sys.argv[1]).save(sys.argv[2], **eval(sys.argv[3]))"
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-c", code, source, f"{folder}/{name}", repr(options)])
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        if status:
            sys.exit(f"benchmarks/film.py: {name} was not written")
        size = (Path(folder) / name).stat().st_size / 1e6
    said = ", ".join(f"{key}={value!r}" for key, value in options.items())
    row = f"{seconds:.0f} s | {size:.1f} MB | {used.ru_maxrss / 1e6:.2f} GB"
    print(f"| {Path(name).suffix} | {said} | {row} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painting", nargs="?")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    work = wp.Painting.load(options.painting) if options.painting else wp.paint(wp.sample_photo(), strokes=500)
    if not options.large:
        table(work, FILMS, options.runs)
        table(work, PICTURES, options.runs)
        return
    print("| file | options | seconds | size | peak memory |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        source = f"{folder}/painting.wmp.json"
        work.save(source)
        for name, chosen in LARGE:
            peak(source, name, chosen)


if __name__ == "__main__":
    main()
