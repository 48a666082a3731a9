"""This style here, that one there: a sky by one painting, the land below it by another.

python examples/two_styles_masked.py [--strokes 1200]
"""

from __future__ import annotations

import torch
from common import PICTURES, options, paint, save

import wmpaint as wp


def main() -> None:
    chosen = options(__doc__, strokes=1200, output="two_styles_masked.png", brush="mypaint/oil")
    net, photo = wp.features.load("lite0"), wp.load_image(PICTURES / "castle.jpg")
    red, green, blue = photo
    sky = ((blue > red + 0.02) & (blue > green)).float()  # what is blue, smoothed, and only above the horizon
    sky = torch.nn.functional.avg_pool2d(sky[None, None], 25, 1, 12, count_include_pad=False)[0, 0].clamp(0, 1)
    goal = (
        2 * wp.content(photo, net)
        + wp.style(PICTURES / "starry_night.jpg", net).within(sky).named("sky")
        + wp.style(PICTURES / "cafe_terrace.jpg", net).within(1 - sky).named("land")
        + wp.variance()
    )
    save(paint(goal, chosen, brush=chosen.brush), chosen)


if __name__ == "__main__":
    main()
