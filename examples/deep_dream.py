"""DeepDream in brush strokes: what a layer sees in a photo, painted into it.

python examples/deep_dream.py [--photo owl --layer block10 --keep 0.5 --strokes 1000]
"""

from __future__ import annotations

from common import PICTURES, options, paint, save

import wmpaint as wp
from wmpaint.objectives import layer_dream


def main() -> None:
    chosen = options(
        __doc__, strokes=1000, output="deep_dream.png", photo=str(PICTURES / "owl.jpg"), layer="block10", keep=0.5
    )
    goal = layer_dream(chosen.layer, [wp.features.load("lite0")], picture=chosen.photo, keep=chosen.keep)
    save(paint(goal, chosen), chosen)


if __name__ == "__main__":
    main()
