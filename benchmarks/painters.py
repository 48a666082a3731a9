"""Bundled painters: train them, measure them, and paint a contact sheet of each.

    python benchmarks/painters.py                       # the table of docs/painters.md
    python benchmarks/painters.py --sheets sheets/      # and a contact sheet each
    python benchmarks/painters.py --train charcoal …    # train again, into wmpaint/painters/weights/

Training takes about three minutes of one core each.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import wmpaint as wp
from wmpaint.image import save_png
from wmpaint.painters.zoo import WEIGHTS


def train(names: list[str]) -> None:
    for name in names:
        painter = wp.RibbonPainter()
        print(wp.fit(painter, wp.MyPaint(name), seed=0), flush=True)
        painter.save(WEIGHTS / f"{name}.safetensors")


def table(strokes: int, sheets: Path | None) -> None:
    print(
        "| brush | error | radius 0.5–1.5 | 1.5–4 | 4–16 | 16–64 px | noise /255 | std off | reach | KB | trained in |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in wp.painters.available():
        painter, program = wp.painters.load(name), wp.MyPaint(name)
        r = wp.evaluate(painter, program, strokes=strokes, seed=7)
        errors = " | ".join(f"{100 * share:.2f} %" for share in (r.error_share, *r.by_radius))
        spread = "–" if r.std_error is None else f"{100 * r.std_error:.0f} %"
        base, force, _ = painter.config.reach
        size, seconds = (WEIGHTS / f"{name}.safetensors").stat().st_size, painter.info["report"]["seconds"]
        tail = f"{base + force:.1f} r | {size / 1000:.0f} | {seconds:.0f} s |"
        print(f"| {name} | {errors} | {r.noise:.0f} | {spread} | {tail}", flush=True)
        if sheets is not None:
            save_png(sheets / f"{name}.png", wp.painters.sheet(painter, program))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", nargs="+", metavar="BRUSH", default=[])
    parser.add_argument("--strokes", type=int, default=300)
    parser.add_argument("--sheets", type=Path)
    options = parser.parse_args()
    if options.sheets is not None:
        options.sheets.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    train(options.train)
    if not options.train:
        table(options.strokes, options.sheets)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
