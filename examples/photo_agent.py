"""A photo in three seconds: the bundled agent paints it at one go, and the optimizer goes on from there.

python examples/photo_agent.py [--photo PHOTO] [--strokes 500] [-o quick.png]

It writes the agent's painting and the improved one side by side, and prints how long both took.
"""

from __future__ import annotations

import time

import common
import torch

import wmpaint as wp
from wmpaint.image import load_image, save_png
from wmpaint.metrics import psnr


def main() -> None:
    chosen = common.options(
        __doc__, strokes=500, output="quick.png", photo=wp.sample_photo(), agent="photo", brush="mypaint/oil"
    )
    photo = load_image(chosen.photo)[:3]
    agent = wp.agents.load(chosen.agent)
    began = time.monotonic()
    first = agent(photo, chosen.strokes)
    print(f"the agent: {len(first)} strokes in {time.monotonic() - began:.1f} s")
    canvas = wp.Canvas.like(photo)
    quick = wp.render(agent.medium, first, wp.Frame(canvas, chosen.height)).mean[:3]
    began = time.monotonic()
    painting = common.paint(chosen.photo, chosen, brush=chosen.brush, init=first)
    print(f"the optimizer, from there: {time.monotonic() - began:.1f} s")
    better = painting.render()[:3]
    for name, picture in (("agent", quick), ("optimizer", better)):
        target = wp.load_image(chosen.photo)[:3]
        target = torch.nn.functional.interpolate(target[None], picture.shape[1:], mode="area")[0]
        print(f"{name}: {float(psnr(picture, target)):.1f} dB")
    save_png(chosen.output, torch.cat([quick, better], 2))


if __name__ == "__main__":
    main()
