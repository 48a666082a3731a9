"""What costs what: time of painting, replaying and exporting against that of a base case, and peak memory.

python benchmarks/costs.py                  # docs/performance.md's table: three rounds, some 25 minutes on two cores
python benchmarks/costs.py --small          # all of it, tiny: to see that it works
python benchmarks/costs.py --only base strokes replay --rounds 1

Each case runs in a process of its own. Its start does not count, nor does what is imported and compiled on first use:
something tiny of the same kind is made before. A round runs all cases one after the other, and
each is divided by the base case of its own round: so a machine that grows busier between rounds shifts no ratio.
Processor time counts all threads, and depends less on what else is running. Printed are medians over rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASE: dict[str, Any] = {"brush": "acrylic", "strokes": 500, "height": 512}
SMALL: dict[str, Any] = {"brush": "acrylic", "strokes": 20, "height": 64, "steps": 4}
AGENT = 0.6  # of the strokes, as `wmpaint paint --init agent` has it
MARK, END = "<!-- made by benchmarks/costs.py -->", "<!-- end -->"


@dataclass(frozen=True)
class Case:
    """A row of the table.

    Args:
        name: by which --only finds it.
        words: in the table.
        kind: "paint", "replay" or "save"; the latter two of the base case's painting.
        options: of that.
        threads: that PyTorch and the compiled loops may use; None for as many as there are.
    """

    name: str
    words: str
    kind: str = "paint"
    options: dict[str, Any] | None = None
    threads: int | None = None


def cases(small: bool) -> list[Case]:
    base = SMALL if small else BASE
    n, h = base["strokes"], base["height"]

    def paint(name: str, words: str, threads: int | None = None, **change: Any) -> Case:
        return Case(name, words, "paint", {**base, **change}, threads)

    brush = str(base["brush"])
    rows = [
        paint("base", f"**{brush}, {n:,} strokes, {h} px**"),
        paint("strokes-half", f"{n // 2:,} strokes", strokes=n // 2),
        paint("strokes", f"{2 * n:,} strokes", strokes=2 * n),
        paint("height-half", f"{h // 2} px", height=h // 2),
        paint("height", f"{h * 3 // 2} px", height=h * 3 // 2),
        paint("large", f"{4 * n:,} strokes, {2 * h} px", strokes=4 * n, height=2 * h),
        paint("steps-half", "half the steps", steps=2 if small else 60),
        paint("steps", "twice the steps", steps=8 if small else 240),
        paint("reach-small", "brush `round` (reach 1.1 radii)", brush="round"),
        paint("reach-large", "brush `charcoal` (reach 4.6 radii)", brush="charcoal"),
        paint("budget", f"`budget={1 if small else 5}`", budget=1 if small else 5),
        paint("agent", "`--init agent`, its time counted", init="photo"),
        paint("thread", "one thread", threads=1),
    ]
    heights = (64, 128, 256) if small else (512, 2048, 4096)
    rows += [Case("replay", f"replay, {height} px", "replay", {"height": height}) for height in heights]
    tall = {"height": heights[1]}
    rows += [
        Case("save", f"dream, .png of {heights[1]} px", "save", {"suffix": ".png", **tall}),
        Case("save", ".svg, lines", "save", {"suffix": ".svg"}),
        Case("save", ".svg, style brush", "save", {"suffix": ".svg", "style": "brush"}),
        Case("save", ".mp4", "save", {"suffix": ".mp4"}),
        Case("save", ".mp4 by the program", "save", {"suffix": ".mp4", "program": "auto"}),
        Case("save", ".ora", "save", {"suffix": ".ora"}),
        Case("save", "plot, fineliners, offsets", "save", {"suffix": ".gcode", "pens": "fineliners"}),
    ]
    return rows


def measure(case: Case, painting: Path) -> dict[str, float | None]:
    """Run a case in this process: its seconds, the dream's PSNR where it paints, and the most memory it held."""
    import torch

    import wmpaint as wp
    from wmpaint.raster import compiled

    if case.threads is not None:
        torch.set_num_threads(case.threads)
    compiled.warm_up()
    options, psnr = dict(case.options or {}), None
    if case.kind == "paint":
        spent, psnr = _paint(wp, options, painting if case.name == "base" else None)
    else:
        made = wp.Painting.load(painting)
        some = dataclasses.replace(made, strokes=made.strokes[:: max(1, len(made.strokes) // 10)])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"a{options.pop('suffix', '')}"
            with contextlib.suppress(wp.WmpaintError):  # of ten strokes, none may be one for the pens
                _make(some, case.kind, path, {**options, "height": 32} if "height" in options else options)
            began = time.perf_counter(), time.process_time()
            _make(made, case.kind, path, options)
            spent = time.perf_counter() - began[0], time.process_time() - began[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    return {"seconds": spent[0], "cpu": spent[1], "psnr": psnr, "gigabytes": peak}


def _make(painting: Any, kind: str, path: Path, options: dict[str, Any]) -> None:
    if kind == "replay":
        painting.replay("auto", **options)
    else:
        painting.save(path, **options)


def _paint(wp: Any, options: dict[str, Any], keep: Path | None) -> tuple[tuple[float, float], float | None]:
    photo = wp.sample_photo()
    agent = wp.agents.load(options.pop("init")) if "init" in options else None
    wp.paint(photo, brush=options["brush"], strokes=8, height=32, steps=1)
    if agent is not None:
        agent.strokes_for(photo, 4, polish=0)
    began = time.perf_counter(), time.process_time()
    if agent is not None:
        options["init"] = agent.strokes_for(photo, max(1, round(AGENT * options["strokes"])), polish=0)
    painting = wp.paint(photo, seed=0, **options)
    spent = time.perf_counter() - began[0], time.process_time() - began[1]
    if keep is not None:
        painting.save(keep)
    return spent, painting.report(program=None).dream_psnr


def run(index: int, painting: Path, small: bool) -> dict[str, float | None]:
    """A case in a process of its own."""
    command = [sys.executable, __file__, "--case", str(index), "--painting", str(painting)]
    done = subprocess.run(command + ["--small"] * small, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(case: Case, rounds: list[dict[str, float | None]], bases: list[dict[str, float | None]]) -> str:
    def median(name: str) -> tuple[float, float]:
        """Of the rounds, and of what they are of the base case's."""
        pairs = [(float(r[name] or 0), float(base[name] or 1)) for r, base in zip(rounds, bases, strict=True)]
        return statistics.median(mine for mine, _ in pairs), statistics.median(mine / base for mine, base in pairs)

    (seconds, ratio), (cpu, cpu_ratio) = median("seconds"), median("cpu")
    psnr, memory = rounds[0]["psnr"], max(float(r["gigabytes"] or 0) for r in rounds)
    shown = "" if psnr is None else f"{psnr:.1f} dB"
    return (
        f"| {case.words} | {seconds:.1f} s | {ratio:.2f} | {cpu:.1f} s | {cpu_ratio:.2f} | {shown} | {memory:.2f} GB |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="few strokes, small pictures, one round")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="cases of these names, beside the base")
    parser.add_argument("--case", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--painting", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows = cases(options.small)
    if options.case is not None:
        print(json.dumps(measure(rows[options.case], options.painting)))
        return
    names = sorted({case.name for case in rows})
    unknown = set(options.only or ()) - set(names)
    if unknown:
        parser.error(f"expected names out of {', '.join(names)}, got {', '.join(sorted(unknown))}")
    # The base comes first in each round: the others are compared with it, and replay its painting.
    chosen = [k for k, case in enumerate(rows) if k == 0 or options.only is None or case.name in options.only]
    found: dict[int, list[dict[str, float | None]]] = {k: [] for k in chosen}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1 if options.small else options.rounds):
            for k in chosen:
                found[k].append(run(k, Path(folder) / "base.wmp.json", options.small))
                print(f"round {number + 1}, {rows[k].words}: {found[k][-1]}", file=sys.stderr, flush=True)
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    columns = ("what", "seconds", "of the base", "processor time", "of the base", "dream", "peak memory")
    print(f"{MARK}\n\n| {' | '.join(columns)} |\n|---{'|--:' * (len(columns) - 1)}|")
    for k in chosen:
        print(row(rows[k], found[k], found[0]))
    rounds = "one round" if len(found[0]) == 1 else f"medians of {len(found[0])} rounds"
    print(f"\nThe bundled photo, seed 0, {count} cores; {rounds}. Seconds without imports.\n\n{END}")


if __name__ == "__main__":
    main()
