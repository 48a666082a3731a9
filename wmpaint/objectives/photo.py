"""Look like a picture, in the program.

The expected squared error in the real program is the squared error of the mean plus the variance,
E|X - T|^2 = |E X - T|^2 + Var X: minimizing that keeps a rough brush out of fine detail, where it
would only make noise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor

from .. import checks
from ..canvas import WHITE, Canvas
from ..explain import explained
from ..image import GOAL, load_image
from .base import Objective
from .pixel import l2
from .scene import Scene
from .start import Start

__all__ = ["Variance", "photo", "variance"]


class Variance(Objective):
    """How far the program strays from the mean picture: its variance, averaged over pixels and channels."""

    name = "variance"
    local = 0

    def __call__(self, scene: Scene) -> Tensor:
        """The mean variance of a channel."""
        return scene.mean(scene.variance) / 3


@explained
def variance() -> Variance:
    """The program's variance, to be added to an objective of the mean picture."""
    return Variance()


@explained
def photo(
    picture: Any, *, variance: float = 1.0, background: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> Objective:
    """Look like a picture, whatever `load_image` takes.

    Args:
        variance: weight of the program's variance; 1 is the expected squared error, 0 ignores it.
        background: the ground to paint on, sRGB in 0..1, which also shows through what is transparent.

    Raises:
        FileError, InputError: a picture that cannot be read, a negative weight.
    """
    variance = checks.number("a variance weight", variance, 0.0)
    error = l2(load_image(picture, background=background, most=GOAL)).named("error")
    error.start = replace(error.start or Start(), background=Canvas(background=background).background or WHITE)
    return error + variance * Variance() if variance else error
