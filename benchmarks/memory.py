"""Memory: what `memory` predicts, and the peak of a process that paints just that.

python benchmarks/memory.py                # paintings of several sizes: predicted, measured, and their ratio
python benchmarks/memory.py --files        # finished paintings as pictures, layers and films, at several heights
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

# (strokes, height, how it is painted)
PAINTED = [
    (50, 512, "photo"), (500, 512, "photo"), (2_000, 1024, "photo"), (10_000, 1024, "photo"), (300, 2048, "photo"),
    (300, 4096, "photo"), (100, 8192, "photo"), (500, 512, "pens"), (1_000, 512, "charcoal"),
    (200, 2048, "style"), (200, 512, "class"),
    (200, 1024, "tall"),
]  # fmt: skip
WRITTEN = [(512, "png"), (4096, "png"), (4096, "real.png"), (8192, "png"), (4096, "ora"), (1080, "mp4"), (2160, "mp4")]

CHILD = """
import json, resource, sys, tempfile
from pathlib import Path
import wmpaint as wp
from wmpaint import memory
from wmpaint.objectives.start import Plan
strokes, height, kind = json.loads(sys.argv[1])
photo = wp.sample_photo()
if kind in ("photo", "pens", "charcoal"):
    goal = photo
elif kind == "style":
    goal = wp.transfer(photo, [photo], wp.features.load())
elif kind == "tall":
    goal = wp.photo(photo)
    goal.plan = Plan(heights=(64, height))
else:
    goal = wp.class_dream("daisy", [wp.features.load()])
asked = []
options = {"pens": {"pens": "fineliners"}, "charcoal": {"brush": "charcoal"}}.get(kind, {})
memory.check_painting = lambda *args, **options: asked.append(memory.needed(*args, **options))
with tempfile.TemporaryDirectory() as folder:
    run = wp.Run(goal, strokes=strokes, height=height, steps=8, **options)
    for step in run:
        pass
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    painting = run.painting()
    painting.save(Path(folder) / "a.png")
    painting.report()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([asked[0] / 1e6, before / 1e3, peak / 1e3, run.schedule.fine]))
"""

WRITES = """
import json, resource, sys, tempfile
from pathlib import Path
import torch
import wmpaint as wp
from wmpaint import memory
from wmpaint.objectives.start import Plan
height, kind = json.loads(sys.argv[1])
painting = wp.paint(wp.sample_photo(), strokes=100, height=128, steps=4)
asked = []
memory.check_picture = lambda *args, **options: asked.append(memory.picture(*args, **options))
options = {"program": "dabs"} if kind.startswith("real") else {}
with tempfile.TemporaryDirectory() as folder:
    painting.save(Path(folder) / f"a.{kind}", height=height, **options)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([max(asked) / 1e6, peak / 1e3]))
"""


def ask(code: str, case: tuple[object, ...]) -> list[float]:
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code, json.dumps(case)], check=True, stdout=subprocess.PIPE, text=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", action="store_true")
    options = parser.parse_args()
    if options.files:
        print("| file | height | predicted MB | peak MB | ratio |\n|---|---|---|---|---|")
        for height, kind in WRITTEN:
            predicted, peak = ask(WRITES, (height, kind))
            print(f"| {kind} | {height} | {predicted:.0f} | {peak:.0f} | {predicted / peak:.2f} |", flush=True)
        return
    print(
        "| painted | strokes | height | of which looked at | predicted MB | peak of painting MB | with its pictures MB "
        "| ratio |\n|---|---|---|---|---|---|---|---|"
    )
    for strokes, height, kind in PAINTED:
        predicted, before, peak, fine = ask(CHILD, (strokes, height, kind))
        print(
            f"| {kind} | {strokes:,} | {height} | {fine:.0f} | {predicted:.0f} | {before:.0f} | {peak:.0f} | "
            f"{predicted / peak:.2f} |", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
