"""Few colors: each stroke's is pulled to the nearest of a palette."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..image import GOAL, load_image, zoomed
from ..strokes import Strokes
from .base import Weight, weight_at
from .penalty import Judged, Penalty
from .scene import Scene

__all__ = ["main_colors", "palette"]

LOOK = 64  # pixels of the longer side, at which a picture's colors are counted


def main_colors(picture: Tensor, count: int) -> Tensor:  # [3, H, W] -> [k, 3], k <= count
    """Colors that a picture consists of, by k-means in sRGB, the most frequent first.

    It begins with the mean and adds the pixel that is farthest from all so far (Gonzalez, 1985), so nothing
    is random.
    """
    small = zoomed(picture, min(1.0, LOOK / max(picture.shape[1:])))
    pixels = small.flatten(1).t().contiguous()
    centers = pixels[(pixels - pixels.mean(0)).square().sum(1).argmin()][None]
    while len(centers) < count:
        distance = torch.cdist(pixels, centers).amin(1)
        if distance.max() < 1e-3:  # no more colors than these
            break
        centers = torch.cat([centers, pixels[distance.argmax()][None]])
    for _ in range(30):
        own = torch.cdist(pixels, centers).argmin(1)
        sizes = own.bincount(minlength=len(centers))
        sums = torch.zeros_like(centers).index_add(0, own, pixels)
        centers = torch.where(sizes[:, None] > 0, sums / sizes[:, None].clamp(min=1), centers)
    return centers[sizes.argsort(descending=True, stable=True)]


@explained
def palette(
    colors: int | Sequence[str | Sequence[float]] | Tensor, *, picture: Any = None, hardness: Weight = 2.0
) -> Penalty:
    """Few colors: the squared distance of each stroke's color to the nearest of a palette, in sRGB.

    Where translucent strokes lie over each other the picture has mixtures all the same.

    Good weights: 0.1 to 1 (hardly another color).

    Args:
        colors: "#rrggbb", names of colors ("navy"), or sRGB triples in 0..1; or how many, 1 to 256, to take
            from `picture`.
        picture: as `load_image` takes it; needed, and used, for a number of colors only.
        hardness: 1 or more; at 2 a stroke between colors still feels them all, at 8 hardly more than the nearest.
            May be a schedule, `progress -> hardness`.

    Raises:
        FileError: a picture that cannot be read.
        InputError: a color that is none, a number without a picture, or a hardness out of range.
    """
    if not callable(hardness):
        hardness = checks.number("a hardness of …, or a schedule (progress -> hardness)", hardness, 1)
    if isinstance(colors, int):
        if picture is None or not 1 <= colors <= 256 or isinstance(colors, bool):
            given = "no picture" if picture is None else "a picture"
            raise InputError(f"expected a list of colors, or 1 to 256 and a picture, got {colors!r} and {given}")
        known = main_colors(load_image(picture, most=GOAL), colors)
    elif isinstance(colors, str) or picture is not None or not len(colors):
        raise InputError(f"expected a list of colors, or a number of them and a picture, got {colors!r}")
    else:
        known = torch.tensor([_rgb(color) for color in colors], device="cpu")
    return Judged("palette", partial(_from_nearest, known, hardness), needs=("color",))


def _from_nearest(colors: Tensor, hardness: Weight, strokes: Strokes, scene: Scene) -> Tensor:  # [k, 3] sRGB
    """The soft minimum of squared distances, (sum_k d_k^-2h)^(-1/h): 0 on each color, hard as h grows.

    For h > 1/2 the sum is subharmonic in three dimensions, so there is no other minimum, however soft it is:
    unlike a softmax of distances, it does not ask for mixtures.
    """
    h = checks.number("a hardness", weight_at(hardness, scene.progress), 1)
    squared = (strokes.color[:, None] - colors.to(strokes.color)).square().sum(-1)
    return ((squared + 1e-10).log() * -h).logsumexp(1).div(-h).exp().mean()


def _rgb(color: Any) -> tuple[float, ...]:
    from PIL import ImageColor

    values = color
    if isinstance(color, str):
        with contextlib.suppress(ValueError):
            values = [c / 255 for c in ImageColor.getrgb(color)]
    try:
        return checks.numbers("a color", values, 3, 0, 1)
    except InputError:
        raise InputError(f"expected a color as #rrggbb, a name or 3 numbers in 0..1, got {color!r}") from None
