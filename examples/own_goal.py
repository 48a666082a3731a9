"""A goal of your own: only light and dark matter, so the colors are free. Paints the bundled cat in charcoal.

python examples/own_goal.py [--strokes 300] [--height 512] [-o own_goal.png]
"""

from __future__ import annotations

import argparse

from torch import Tensor

import wmpaint as wp


class Silhouette(wp.PhotoGoal):
    """Match the picture's lightness, and nothing else."""

    def loss(self, picture: Tensor, variance: Tensor, strokes: wp.Strokes) -> tuple[Tensor, dict[str, float]]:
        target = self.guide(*picture.shape[-2:])
        error = (picture.mean(0) - target.mean(0)).square().mean() + variance.mean() / 3
        return error, {"gray": error.item()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=300)
    parser.add_argument("--height", type=int, default=512)
    parser.add_argument("-o", "--output", default="own_goal.png")
    options = parser.parse_args()
    painting = wp.paint(
        Silhouette(wp.sample_photo()), brush="charcoal", strokes=options.strokes, height=options.height, seed=3
    )
    painting.save(options.output)
    print(painting.terms)


if __name__ == "__main__":
    main()
