"""As few strokes as will do: a cat in pen, where each stroke has to earn its ink.

python examples/economy_sketch.py [--strokes 200 --brush sketch_pen]
"""

from __future__ import annotations

from common import options, paint, save

import wmpaint as wp
from wmpaint.objectives import preset


def main() -> None:
    chosen = options(
        __doc__, strokes=200, output="economy_sketch.png", brush="sketch_pen", photo=str(wp.sample_photo())
    )
    goal = preset("sketch", chosen.photo) + 0.02 * wp.curvature()
    painting = paint(goal, chosen, brush=chosen.brush)
    save(painting, chosen)
    print(painting.terms)


if __name__ == "__main__":
    main()
