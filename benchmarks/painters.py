"""Bundled painters: train them, measure them, and paint a contact sheet of each.

    python benchmarks/painters.py                       # the table of docs/painters.md: MyPaint's brushes
    python benchmarks/painters.py oil                   # the table of docs/oil.md: oil's
    python benchmarks/painters.py charcoal oil/fan      # some of them
    python benchmarks/painters.py --sheets              # contact sheets, beside the weights
    python benchmarks/painters.py --train charcoal …    # train again, into wmpaint/media/ribbon/weights/
    python benchmarks/painters.py --train oil/flat …    # or wmpaint/media/oil/weights/
    python benchmarks/painters.py --texture oil/flat …  # measure the streaks again, for the same weights: 1 minute each
    python benchmarks/painters.py --report [oil]        # measure the weights again, as training does, and note it there

Bundled painters are trained without a time limit: 14,000 strokes and 9,000 steps, some minutes of one core each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import wmpaint as wp
from wmpaint.image import save_png
from wmpaint.media import families
from wmpaint.media.oil import painters as oil
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter
from wmpaint.media.ribbon.measure import retexture
from wmpaint.media.ribbon.painter import WEIGHTS

PROGRAMS: dict[str, Callable[[str], wp.OilProgram | wp.MyPaint]] = {"mypaint": wp.MyPaint, "oil": wp.OilProgram}
FOLDERS = {"mypaint": WEIGHTS, "oil": oil.WEIGHTS}
SIZES = {"mypaint": RibbonConfig(), "oil": RibbonConfig(body=20)}  # oil changes more along a stroke


def parts(name: str) -> tuple[str, str, wp.OilProgram | wp.MyPaint, Path]:
    """Family, brush, program and file of a painter by its name."""
    family, brush = families.split(name)
    family = family or "mypaint"
    return family, brush, PROGRAMS[family](brush), FOLDERS[family] / f"{brush}.safetensors"


def train(names: list[str]) -> None:
    for name in names:
        family, _, program, path = parts(name)
        painter = RibbonPainter(SIZES[family])
        print(wp.fit(painter, program, seed=0), flush=True)
        painter.save(path)


def report(name: str) -> None:
    """What is known of a painter's errors, after a change to what draws its ribbons."""
    _, _, program, path = parts(name)
    painter = RibbonPainter.load(path)
    found = wp.evaluate(painter, program, strokes=400)
    found = replace(found, seconds=painter.notes["report"]["seconds"])  # what training took stays
    painter.notes["report"] = found.as_dict()
    painter.save(path)
    print(found, flush=True)


def table(names: list[str], strokes: int) -> None:
    columns = (
        "brush | error | radius 0.5–1.5 | 1.5–4 | 4–16 | 16–64 px | noise /255 | std off | reach | KB | trained in"
    )
    tall = any(families.split(name)[0] == "oil" for name in names)
    print(f"| {columns} |{' height |' if tall else ''}\n{'|---' * (12 if tall else 11)}|")
    for name in names:
        _, _, program, path = parts(name)
        painter = RibbonPainter.load(path)
        r = wp.evaluate(painter, program, strokes=strokes, seed=7)
        errors = " | ".join(f"{100 * share:.2f} %" for share in (r.error_share, *r.by_radius))
        spread = "–" if r.std_error is None else f"{100 * r.std_error:.0f} %"
        base, force, _ = painter.config.reach
        size, seconds = path.stat().st_size, painter.notes["report"]["seconds"]
        tail = f"{base + force:.1f} r | {size / 1000:.0f} | {seconds:.0f} s |"
        high = "" if r.height_share is None else f" {100 * r.height_share:.1f} % |"
        print(f"| {families.filed(name)} | {errors} | {r.noise:.0f} | {spread} | {tail}{high}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="BRUSH", help="which; a family's name is all of it")
    parser.add_argument("--train", nargs="+", metavar="BRUSH", default=[])
    parser.add_argument("--texture", nargs="+", metavar="BRUSH", default=[])
    parser.add_argument("--strokes", type=int, default=300)
    parser.add_argument("--sheets", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    train(options.train)
    for name in options.texture:
        _, _, program, path = parts(name)
        retexture(painter := RibbonPainter.load(path), program)
        painter.save(path)
        print(name, painter.texture, flush=True)
    names = []
    for name in options.names or ["mypaint"]:
        names += [f"{name}/{b}" for b in families.known()[name].brushes()] if name in families.known() else [name]
    for name in names:
        _, _, program, path = parts(name)
        if options.report:
            report(name)
        if options.sheets:
            sheet = wp.painters.sheet(RibbonPainter.load(path), program)
            save_png(path.with_suffix(".png"), (sheet * 48).round() / 48)  # 49 shades, for small files
    if not (options.train or options.texture or options.report or options.sheets):
        table(names, options.strokes)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
