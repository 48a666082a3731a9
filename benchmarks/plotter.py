"""Pen plotters: how solid fills are, how long planning takes, what it saves, and how large the files are.

python benchmarks/plotter.py                        # paints the bundled photo first, 500 strokes of acrylic
python benchmarks/plotter.py cat.wmp.json           # a painting that is there
python benchmarks/plotter.py cat.wmp.json --fills --plans --files   # only some of the tables
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

import wmpaint as wp
from wmpaint.export.plotter import FILLS, Order, Speeds, plan
from wmpaint.export.plotter.fill import Fillable
from wmpaint.export.plotter.plan import _measured
from wmpaint.export.plotter.plot import Effort
from wmpaint.export.plotter.shapes import shapes, spines
from wmpaint.pens import Placement

PEN = 0.4  # mm
SAMPLE = 60


def fills(painting: Any) -> None:
    """Each of 60 strokes alone, with nothing hidden and nothing sorted."""
    place = Placement.of(painting.canvas, "a4")
    strokes = painting.strokes.detach()
    chosen = np.linspace(0, len(strokes) - 1, min(SAMPLE, len(strokes))).round().astype(int)
    strokes = strokes[chosen.tolist()]
    share, _ = _measured(painting.medium, strokes, painting.program_height)
    bones = spines(strokes, place, share)
    bodies = shapes(bones)
    print(f"{len(bones)} strokes of {painting.title!r} on A4, pen {PEN} mm, each alone, in paint order")
    print("| fill | IoU, median | IoU, least | lifts | drawn m | minutes | ms a stroke |")
    print("|---|---|---|---|---|---|---|")
    for name, fill in FILLS.items():
        scores, lines = [], []
        spent = 0.0
        for bone, body in zip(bones, bodies, strict=True):
            began = time.process_time()
            mine = fill(Fillable(bone, body, PEN, overlap=0.1, coverage=1.0, angle=45.0))
            spent += time.process_time() - began
            ink = shapely.union_all([shapely.LineString(line).buffer(PEN / 2, quad_segs=8) for line in mine])
            scores.append(ink.intersection(body).area / ink.union(body).area)
            lines += mine
        work = Effort.of(lines, Speeds())
        print(
            f"| {name} | {statistics.median(scores):.3f} | {min(scores):.3f} | {work.lifts:,} | {work.drawn:.1f} | "
            f"{work.minutes:.1f} | {spent / len(bones) * 1e3:.1f} |"
        )


def plans(painting: Any) -> None:
    """The whole painting with four pens of its own colors."""
    print(f"{len(painting.strokes)} strokes of {painting.title!r}, 4 pens of {PEN} mm, A4; before → after sorting")
    print("| fill | planning s (of which CPU) | lifts | drawn m | pen up m | pen up falls by | minutes |")
    print("|---|---|---|---|---|---|---|")
    plan(painting, 4, fill="center", page="a6")  # compiles, imports
    cases: list[tuple[str, dict[str, Any]]] = [(name, {"fill": name}) for name in FILLS]
    cases += [("offsets, no flip", {"fill": "offsets", "order": Order(flip=False)}), ("cmyk", {"pens": "cmyk"})]
    for name, options in cases:
        began, spent = time.perf_counter(), time.process_time()
        job = plan(painting, options.pop("pens", 4), **options)
        seconds, spent = time.perf_counter() - began, time.process_time() - spent
        was, now = job.total_before, job.total
        print(
            f"| {name} | {seconds:.1f} ({spent:.1f}) | {was.lifts:,} → {now.lifts:,} | {now.drawn:.1f} | "
            f"{was.travel:.1f} → {now.travel:.1f} | {1 - now.travel / was.travel:.0%} | "
            f"{was.minutes:.0f} → {now.minutes:.0f} |"
        )


def sizes(painting: Any) -> None:
    """What the files of one plan take."""
    print("| fill | lines | .svg KB (without the painting) | .hpgl KB | .gcode KB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for fill in ("center", "offsets", "insets"):
            job = plan(painting, 4, fill=fill)
            kb = []
            for name, options in (("a.svg", {}), ("b.svg", {"embed": False}), ("a.hpgl", {}), ("a.gcode", {})):
                (path,) = job.save(Path(folder) / name, **options)
                kb.append(round(path.stat().st_size / 1000))
            print(f"| {fill} | {job.total.lifts:,} | {kb[0]:,} ({kb[1]:,}) | {kb[2]:,} | {kb[3]:,} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painting", nargs="?", type=Path, help="a .wmp.json; the bundled photo is painted without one")
    for table in ("fills", "plans", "files"):
        parser.add_argument(f"--{table}", action="store_true")
    args = parser.parse_args()
    if args.painting is None:
        from wmpaint.image import sample_photo

        painting = wp.paint(sample_photo(), brush="acrylic", strokes=500, height=512, seed=0)
    else:
        painting = wp.Painting.load(args.painting)
    everything = not (args.fills or args.plans or args.files)
    for wanted, table in ((args.fills, fills), (args.plans, plans), (args.files, sizes)):
        if wanted or everything:
            table(painting)
            print()


if __name__ == "__main__":
    main()
