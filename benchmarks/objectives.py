"""Style, classes and dreams in brush strokes: losses, ranks, seconds, and what the medium costs.

python benchmarks/objectives.py --style           # content photo, strokes' dream, MyPaint, and optimized pixels
python benchmarks/objectives.py --classes [-o F]  # twelve classes, ranked by the networks and by one that took no part
python benchmarks/objectives.py --terms           # milliseconds a look
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import torch
from torch import Tensor

import wmpaint as wp
from wmpaint.image import resize, save_png
from wmpaint.objectives import Objective, Scene, rank
from wmpaint.painting.strategies.rounds import VISIBLE

PICTURES = Path(__file__).parents[1] / "examples" / "pictures"
CLASSES = (
    "daisy", "flamingo", "strawberry", "zebra", "tiger", "monarch", "ladybug", "lemon", "hen", "peacock",
    "school bus", "goldfish",
)  # fmt: skip
GRAY = wp.Canvas(1.0, (0.5, 0.5, 0.48))


def painted(goal: Objective, **options: object) -> tuple[wp.Painting, float, float]:
    """A painting, its seconds, and the share of its strokes that show by more than 1/255."""
    began = time.perf_counter()
    run = wp.Run(goal, **options)  # type: ignore[arg-type]
    for step in run:
        if step.index % 50 == 0:
            print(f"  step {step.index} of {step.total}, {step.loss:.4g}", file=sys.stderr, flush=True)
    shown = (run.influence() >= VISIBLE).float().mean().item()
    return run.painting(), time.perf_counter() - began, shown


def terms(goal: Objective, picture: Tensor, height: int = 256) -> dict[str, float]:
    small = resize(picture, height, round(height * picture.shape[2] / picture.shape[1]))
    with torch.no_grad():
        return goal.evaluate(Scene.of(small))[1]


def by_pixels(goal: Objective, begin: Tensor, height: int = 256, steps: int = 240) -> Tensor:
    """The same objective with free pixels, from the content: what no brush could beat."""
    width = round(height * begin.shape[2] / begin.shape[1])
    pixels = resize(begin, height, width).clone().requires_grad_()
    optimizer = torch.optim.Adam([pixels], lr=0.02)
    chance = torch.Generator().manual_seed(0)
    for _ in range(steps):
        loss, _ = goal.evaluate(Scene.of(pixels, generator=chance))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            pixels.clamp_(0, 1)
    return pixels.detach()


def style(folder: Path) -> None:
    net, photo = wp.features.load("lite0"), wp.load_image(PICTURES / "castle.jpg")
    goal = 2 * wp.content(photo, net) + 2.5 * wp.style(PICTURES / "starry_night.jpg", net)
    painting, seconds, shown = painted(goal + wp.variance(), strokes=1000, seed=0, brush="mypaint/oil")
    pictures = {
        "content photo": photo,
        "strokes, dream": painting.render()[:3],
        "strokes, real MyPaint": painting.replay("mypaint")[:3],
        "optimized pixels": by_pixels(goal, photo),
    }
    print(f"1,000 strokes, {seconds:.0f} s, {shown:.1%} of them show\n\n| picture | style | content |\n|---|---|---|")
    for name, picture in pictures.items():
        found = terms(goal, picture)
        print(f"| {name} | {found['style']:.3f} | {found['content']:.3f} |", flush=True)
        save_png(folder / f"style_{name.split()[-1]}.png", picture)


def classes(folder: Path, names: list[str]) -> None:
    nets = [wp.features.load(name) for name in ("lite0", "lite1")]
    judge = wp.features.load("lite2")
    print("| class | seconds | lite0 | lite1 | judge (lite2) | strokes that show |\n|---|---|---|---|---|---|")
    wins = 0
    for name in names:
        painting, seconds, shown = painted(wp.class_dream(name, nets), strokes=300, seed=0, canvas=GRAY)
        dream, real = painting.render()[:3], painting.replay("mypaint")[:3]
        ranks = [(rank(net, dream, name), rank(net, real, name)) for net in (*nets, judge)]
        wins += max(ranks[-1]) <= 5
        cells = " | ".join(f"{a} / {b}" for a, b in ranks)
        print(f"| {name} | {seconds:.0f} | {cells} | {shown:.1%} |", flush=True)
        save_png(folder / f"class_{name.replace(' ', '_')}.png", torch.cat([dream, real], 2))
    print(f"\nranks are dream / real; top 5 of the judge for both: {wins} of {len(names)}")


def looks() -> None:
    net, photo = wp.features.load("lite0"), wp.load_image(PICTURES / "castle.jpg")
    goals = {
        "photo": wp.photo(photo), "content": wp.content(photo, net), "style": wp.style(photo, net),
        "class": wp.dream(net, class_="daisy"), "layer": wp.dream(net, layer="block10"),
        "sinkhorn": wp.sinkhorn(photo), "ssim": wp.ssim(photo),
    }  # fmt: skip
    print("| objective | forward and backward at 256 px |\n|---|---|")
    for name, goal in goals.items():
        times = []
        for _ in range(6):
            picture = resize(photo, 256, 384).clone().requires_grad_()
            began = time.perf_counter()
            goal.evaluate(Scene.of(picture))[0].backward()
            times.append(time.perf_counter() - began)
        print(f"| {name} | {statistics.median(times[1:]) * 1e3:.0f} ms |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--style", action="store_true")
    parser.add_argument("--classes", nargs="*", metavar="NAME")
    parser.add_argument("--terms", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=Path("."))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.terms:
        looks()
    if options.style:
        style(options.output)
    if options.classes is not None:
        classes(options.output, options.classes or list(CLASSES))


if __name__ == "__main__":
    main()
