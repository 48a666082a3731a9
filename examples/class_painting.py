"""Paint a thing that two networks would call by its name, on a gray ground, from nothing.

python examples/class_painting.py [--name goldfish --strokes 300]
"""

from __future__ import annotations

from common import options, paint, save

import wmpaint as wp
from wmpaint.objectives import rank


def main() -> None:
    chosen = options(__doc__, strokes=300, output="class_painting.png", name="goldfish")
    names = [name for name in ("lite0", "lite1") if wp.features.installed(name)]
    nets = [wp.features.load(name) for name in names]
    painting = paint(wp.class_dream(chosen.name, nets), chosen, canvas=wp.Canvas(1.0, (0.5, 0.5, 0.48)))
    save(painting, chosen)
    if wp.features.installed("lite2"):
        judge = wp.features.load("lite2")
        dream, real = (
            rank(judge, picture[:3], chosen.name) for picture in (painting.render(), painting.replay("auto"))
        )
        print(f"a network that took no part has {chosen.name} on place {dream} in the dream, {real} in the replay")


if __name__ == "__main__":
    main()
