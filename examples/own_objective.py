"""An objective of your own: tones from a photo, colors from a lamp. Light is gold and shadow is blue, as at dusk.

python examples/own_objective.py [--photo sample --brush charcoal --strokes 400]
"""

from __future__ import annotations

from common import options, paint, save
from torch import Tensor

import wmpaint as wp
from wmpaint.objectives import Function, Start


class Tones(wp.Objective):
    """As light and dark as a photo, with more contrast; its colors do not matter."""

    name = "tones"

    def __init__(self, photo: str) -> None:
        self.photo = wp.load_image(photo)
        self.start = Start(self.photo)  # the painting begins from it, and takes its proportions

    def __call__(self, scene: wp.Scene) -> Tensor:
        photo = scene.memo(self, scene.picture.shape, lambda: scene.at_size(self.photo)).mean(0)
        wanted = (photo + 0.4 * (photo - photo.mean())).clamp(0, 1)
        return scene.mean((scene.picture.mean(0) - wanted).square())


def dusk(scene: wp.Scene) -> Tensor:
    """The lighter a place, the more red and the less blue it is; green follows the light."""
    red, green, blue = scene.picture
    light = scene.picture.mean(0)
    return scene.mean((red - blue - 2 * (light - 0.45)).square() + (green - light - 0.02).square())


def main() -> None:
    chosen = options(__doc__, strokes=400, output="own_objective.png", brush="charcoal", photo=str(wp.sample_photo()))
    painting = paint(Tones(chosen.photo) + 0.5 * Function(dusk) + wp.variance(), chosen, brush=chosen.brush)
    save(painting, chosen)
    print(painting.terms)


if __name__ == "__main__":
    main()
