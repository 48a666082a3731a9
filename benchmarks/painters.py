"""Bundled painters: train them, measure them, and paint a contact sheet of each.

    python benchmarks/painters.py                       # the table of docs/painters.md
    python benchmarks/painters.py --sheets              # contact sheets, beside the weights
    python benchmarks/painters.py --train charcoal …    # train again, into wmpaint/media/ribbon/weights/
    python benchmarks/painters.py --train oil/flat …    # or wmpaint/media/oil/weights/
    python benchmarks/painters.py --texture oil/flat …  # measure the streaks again, for the same weights: 1 minute each
    python benchmarks/painters.py --report              # measure the weights again, as training does, and note it there

Bundled painters are trained without a time limit: 14,000 strokes and 9,000 steps, some minutes of one core each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import wmpaint as wp
from wmpaint.image import save_png
from wmpaint.media import families
from wmpaint.media.oil import painters as oil
from wmpaint.media.ribbon.measure import retexture
from wmpaint.media.ribbon.painter import WEIGHTS


def train(names: list[str]) -> None:
    for name in names:
        painter = wp.RibbonPainter()
        program, path = known(name)
        print(wp.fit(painter, program, seed=0), flush=True)
        painter.save(path)


def known(name: str) -> tuple[wp.OilProgram | wp.MyPaint, Path]:
    """The program of a brush, and the file of its painter."""
    family, brush = families.split(name)
    file = f"{brush}.safetensors"
    return (wp.OilProgram(brush), oil.WEIGHTS / file) if family == "oil" else (wp.MyPaint(brush), WEIGHTS / file)


def report(name: str) -> None:
    """What is known of a painter's errors, after a change to what draws its ribbons."""
    painter = wp.painters.load(name)
    found = wp.evaluate(painter, wp.MyPaint(name), strokes=400)
    found = replace(found, seconds=painter.notes["report"]["seconds"])  # what training took stays
    painter.notes["report"] = found.as_dict()
    painter.save(WEIGHTS / f"{name}.safetensors")
    print(found, flush=True)


def table(strokes: int) -> None:
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
        size, seconds = (WEIGHTS / f"{name}.safetensors").stat().st_size, painter.notes["report"]["seconds"]
        tail = f"{base + force:.1f} r | {size / 1000:.0f} | {seconds:.0f} s |"
        print(f"| {name} | {errors} | {r.noise:.0f} | {spread} | {tail}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", nargs="+", metavar="BRUSH", default=[])
    parser.add_argument("--texture", nargs="+", metavar="BRUSH", default=[])
    parser.add_argument("--strokes", type=int, default=300)
    parser.add_argument("--sheets", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    train(options.train)
    for name in options.texture:
        program, path = known(name)
        retexture(painter := wp.RibbonPainter.load(path), program)
        painter.save(path)
        print(name, painter.texture, flush=True)
    for name in wp.painters.available():
        if options.report:
            report(name)
        if options.sheets:
            sheet = wp.painters.sheet(wp.painters.load(name), wp.MyPaint(name))
            save_png(WEIGHTS / f"{name}.png", (sheet * 48).round() / 48)  # 49 shades, for small files
    if not (options.train or options.texture or options.report or options.sheets):
        table(options.strokes)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
