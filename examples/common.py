"""Options that all examples have, and the way they end: a picture of the dream beside the same strokes in MyPaint.

`-o NAME.wmp.json` writes the painting instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

import wmpaint as wp
from wmpaint.image import save_png

PICTURES = Path(__file__).with_name("pictures")


def options(about: str | None, *, strokes: int, output: str, **more: Any) -> argparse.Namespace:
    """The command line: --strokes, --height, --steps, --seed, --tiny, -o, and `more` options with their defaults."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=strokes)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tiny", action="store_true", help="few strokes and steps, to see that it runs")
    parser.add_argument("-o", "--output", default=output)
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    chosen = parser.parse_args()
    if chosen.tiny:
        chosen.strokes, chosen.height, chosen.steps = min(chosen.strokes, 20), 64, 3
    return chosen


def paint(goal: Any, chosen: argparse.Namespace, **more: Any) -> wp.Painting:
    """Paint with the chosen options, saying now and then how far it is."""

    def say(step: Any) -> None:
        if step.index % 20 == 0:
            terms = ", ".join(f"{name} {value:.4g}" for name, value in step.terms.items())
            print(f"step {step.index + 1} of {step.total}: {step.strokes} strokes, {terms}", flush=True)

    how = {"strokes": chosen.strokes, "height": chosen.height, "steps": chosen.steps, "seed": chosen.seed}
    return wp.paint(goal, progress=say, **{**how, **more})


def save(painting: wp.Painting, chosen: argparse.Namespace) -> None:
    """Dream and replay side by side, the latter MyPaint's where it is installed; or the painting, as a .wmp.json."""
    if chosen.output.endswith(".wmp.json"):
        painting.save(chosen.output)
        print(chosen.output)
        return
    dream, real = painting.render()[:3], painting.replay("auto")[:3]
    gap = torch.ones(3, dream.shape[1], max(1, dream.shape[1] // 64))
    save_png(chosen.output, torch.cat([dream, gap, real], 2))
    print(f"{chosen.output}: the dream, and the same strokes in {painting.program_name('auto')}")
