"""A castle in the style of The Starry Night: what is where from a photo, palette and marks from a painting.

python examples/style_transfer.py [--content castle --style starry_night --weight 2.5 --strokes 1000]
"""

from __future__ import annotations

from common import PICTURES, options, paint, save

import wmpaint as wp


def main() -> None:
    chosen = options(
        __doc__, strokes=1000, output="style_transfer.png", brush="mypaint/oil", weight=2.5, scale=1.0,
        content=str(PICTURES / "castle.jpg"), style=str(PICTURES / "starry_night.jpg"),
    )  # fmt: skip
    net = wp.features.load("lite0")
    goal = 2 * wp.content(chosen.content, net) + chosen.weight * wp.style(chosen.style, net, scale=chosen.scale)
    save(paint(goal + wp.variance(), chosen, brush=chosen.brush), chosen)


if __name__ == "__main__":
    main()
