"""Look like a picture, pixel by pixel: the mean of compare(canvas, picture) over the pixels.

    wp.paint(multiscale(l1("sample")) + 0.2 * ssim("sample"), brush="gouache")

They judge the mean picture of the painter; add `variance()` to also keep the program close to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..image import GOAL, load_image
from .base import Objective
from .scene import Scene
from .start import Start

__all__ = ["Likeness", "PixelWise", "charbonnier", "edges", "l1", "l2", "lab", "multiscale", "ssim"]


class Likeness(Objective):
    """Look like a picture in some way; the painting begins from it and takes its proportions.

    Args:
        picture: whatever `load_image` takes.

    Raises:
        FileError, InputError: a picture that cannot be read.
    """

    def __init__(self, picture: Any) -> None:
        self.picture = load_image(picture, most=GOAL)
        self.start = Start(self.picture, self.picture)

    def wanted(self, scene: Scene) -> Tensor:
        """The picture as the scene's should be, [3, H, W]."""
        key = tuple(scene.picture.shape[-2:]), scene.frame.window
        return scene.memo(self, key, lambda: scene.at_size(self.picture).contiguous().to(scene.picture))


class PixelWise(Likeness):
    """The mean of `compare(canvas, picture)` over the pixels, by the mask where there is one.

    Args:
        compare: of two pictures [3, H, W], how far apart they are at each pixel, [..., H, W].
        local: pixels around one that it looks at.
    """

    def __init__(self, picture: Any, name: str, compare: Callable[[Tensor, Tensor], Tensor], local: int = 0) -> None:
        super().__init__(picture)
        self.name, self.compare, self.local = name, compare, local

    def __call__(self, scene: Scene) -> Tensor:
        """The mean over the pixels."""
        return scene.mean(self.compare(scene.picture, self.wanted(scene)))


class _MultiScale(Likeness):
    name = "multiscale"

    def __init__(self, objective: PixelWise, levels: int) -> None:
        super().__init__(objective.picture)
        self.objective, self.levels = objective, checks.whole("… levels", levels, 1)

    def __call__(self, scene: Scene) -> Tensor:
        canvas, picture = scene.picture, self.wanted(scene)
        total, count = scene.mean(self.objective.compare(canvas, picture)), 1
        while count < self.levels and max(canvas.shape[-2:]) > 1:
            canvas, picture = _half(canvas), _half(picture)
            total = total + scene.with_picture(canvas).mean(self.objective.compare(canvas, picture))
            count += 1
        return total / count


@explained
def l1(picture: Any) -> PixelWise:
    """The mean absolute error: |x - t|, which forgives a few large errors, so that edges stay sharp.

    Raises:
        FileError, InputError: a picture that `load_image` does not take.
    """
    return PixelWise(picture, "l1", _absolute)


@explained
def l2(picture: Any) -> PixelWise:
    """The mean squared error: (x - t)^2.

    Raises:
        FileError, InputError: a picture that `load_image` does not take.
    """
    return PixelWise(picture, "l2", _squared)


@explained
def charbonnier(picture: Any, eps: float = 1e-3) -> PixelWise:
    """The absolute error with its corner rounded off: sqrt((x - t)^2 + eps^2) - eps (Charbonnier et al., 1994).

    Subtracting eps is a departure, so that equal pictures score 0.

    Args:
        eps: the error, in 0..1, below which it is quadratic.

    Raises:
        FileError, InputError: a picture that `load_image` does not take, an eps that is not above 0.
    """
    return PixelWise(picture, "charbonnier", partial(_rounded, checks.number("eps", eps, 0.0, above=True)))


@explained
def ssim(picture: Any, window: int = 11) -> PixelWise:
    """Structural dissimilarity, 1 - SSIM (Wang et al., 2004), by kornia: contrast and texture, more than colors.

    Args:
        window: pixels, odd; pictures smaller than that get the largest odd window that fits.

    Raises:
        FileError, InputError: a picture that `load_image` does not take, an even window or one below 1.
    """
    if isinstance(window, bool) or not isinstance(window, int) or window < 1 or window % 2 == 0:
        raise InputError(f"expected an odd window of 1 pixel or more, got {window!r}")
    return PixelWise(picture, "ssim", partial(_dissimilar, window), window // 2)


@explained
def lab(picture: Any, lightness: float = 1.0) -> PixelWise:
    """The squared CIE76 color difference in Lab (D65), (w dL^2 + da^2 + db^2) / 100^2: black on white is 1, as in `l2`.

    Args:
        lightness: the weight w; 0 leaves light and dark free, and only hue and chroma count.

    Raises:
        FileError, InputError: a picture that `load_image` does not take, a negative weight.
    """
    return PixelWise(picture, "lab", partial(_apart, checks.number("a weight of lightness", lightness, 0.0)))


@explained
def edges(picture: Any) -> PixelWise:
    """The squared difference of the gray pictures' Sobel gradients (change per pixel): for sketches.

    Colors, and how light the whole is, are free; a line must stand where the picture changes.

    Raises:
        FileError, InputError: a picture that `load_image` does not take.
    """
    return PixelWise(picture, "edges", _edges, 1)


@explained
def multiscale(objective: Any, levels: int = 4) -> Likeness:
    """A pixel objective on a pyramid, each level half as high as the one before, averaged.

    The coarse levels see across several pixels, so that a stroke is pulled to where it should be from further away.

    Args:
        objective: one of this module, as `l1(photo)`; a picture stands for its `l2`.
        levels: of the pyramid; it ends sooner where the picture has become one pixel.

    Raises:
        FileError, InputError: not a pixel objective nor a picture, less than one level.
    """
    if not isinstance(objective, PixelWise):
        if isinstance(objective, Objective):
            raise InputError(f"expected a picture or one pixel objective, as l1(photo), got {objective.name!r}")
        objective = l2(objective)
    return _MultiScale(objective, levels)


def _absolute(canvas: Tensor, picture: Tensor) -> Tensor:
    return (canvas - picture).abs()


def _squared(canvas: Tensor, picture: Tensor) -> Tensor:
    return (canvas - picture).square()


def _rounded(eps: float, canvas: Tensor, picture: Tensor) -> Tensor:
    return ((canvas - picture).square() + eps**2).sqrt() - eps


def _dissimilar(window: int, canvas: Tensor, picture: Tensor) -> Tensor:
    from kornia.metrics import ssim as kornia_ssim

    side = min(window, *canvas.shape[-2:])
    return 1 - kornia_ssim(canvas[None], picture[None], side - 1 + side % 2)[0]


def _apart(lightness: float, canvas: Tensor, picture: Tensor) -> Tensor:
    from kornia.color import rgb_to_lab

    squares = ((rgb_to_lab(canvas) - rgb_to_lab(picture)) / 100).square()  # black to white is 1
    return lightness * squares[0] + squares[1] + squares[2]


def _edges(canvas: Tensor, picture: Tensor) -> Tensor:
    from kornia.color import rgb_to_grayscale
    from kornia.filters import spatial_gradient

    return spatial_gradient(rgb_to_grayscale(canvas - picture)[None]).square().sum((0, 1, 2))


def _half(picture: Tensor) -> Tensor:  # [3, H, W] -> [3, ceil(H / 2), ceil(W / 2)]
    height, width = picture.shape[-2:]
    return F.interpolate(picture[None], size=((height + 1) // 2, (width + 1) // 2), mode="area")[0]
