"""Looks at a picture from elsewhere: `transform(pictures [N, 3, H, W], generator) -> pictures`.

What a network likes from one exact viewpoint is noise; what it likes from many is a picture
(Mordvintsev et al., 2015; Olah et al., 2017). A list of transforms is applied in order, each view
of a batch by its own random numbers. One that only changes colors has a true attribute `photometric`,
so that masks do not take it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks

__all__ = [
    "Transform",
    "affine",
    "augmentation",
    "color",
    "compose",
    "jitter",
    "noise",
    "octaves",
    "perspective",
    "usual",
]

Transform = Callable[[Tensor, torch.Generator], Tensor]


def compose(transforms: Sequence[Transform]) -> Transform:
    """One transform after the other."""

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        for transform in transforms:
            pictures = transform(pictures, generator)
        return pictures

    return apply


def jitter(pixels: int = 8) -> Transform:
    """Shift by up to some pixels; what comes in from outside repeats the edge."""
    checks.whole("… pixels", pixels, 0, 1024)

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        height, width = pictures.shape[-2:]
        out = F.pad(pictures, (pixels,) * 4, mode="replicate")
        moves = torch.randint(2 * pixels + 1, (len(pictures), 2), generator=generator, device=generator.device)
        return torch.stack([out[k, :, y : y + height, x : x + width] for k, (x, y) in enumerate(moves.tolist())])

    return apply


def affine(
    degrees: float = 10.0, scale: tuple[float, float] = (0.8, 1.2), shift: float = 0.05, mirror: bool = False
) -> Transform:
    """Rotate, zoom and shift about the middle.

    Args:
        degrees: of rotation to each side.
        scale: range of the zoom, drawn evenly in its logarithm; above 1 looks closer.
        shift: in picture sides, to each side.
        mirror: left and right change places in half of the views.
    """

    checks.number("the least zoom", scale[0], 0.05, 20)
    checks.number("the largest zoom", scale[1], scale[0], 20)

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        n, low, high = len(pictures), math.log(scale[0]), math.log(scale[1])
        draw = torch.rand(n, 5, generator=generator, device=generator.device)
        angle = (2 * draw[:, 0] - 1) * math.radians(degrees)
        zoom = (low + (high - low) * draw[:, 1]).exp()
        flip = torch.where(draw[:, 4] < 0.5, -1.0, 1.0) if mirror else torch.ones(n, device=draw.device)
        move = (2 * draw[:, 2:4] - 1) * (2 * shift)
        ratio = pictures.shape[-1] / pictures.shape[-2]
        rows = [
            torch.stack([flip * angle.cos() / zoom, -angle.sin() / (zoom * ratio), move[:, 0]], 1),
            torch.stack([flip * angle.sin() * ratio / zoom, angle.cos() / zoom, move[:, 1]], 1),
        ]
        theta = torch.stack(rows, 1).to(pictures)
        grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
        return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)

    return apply


def perspective(strength: float = 0.2) -> Transform:
    """Tilt: each corner moves inwards or outwards by up to a share of the side."""

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        from kornia.geometry.transform import get_perspective_transform, warp_perspective

        n, (height, width) = len(pictures), pictures.shape[-2:]
        corners = torch.tensor([[0.0, 0.0], [1, 0], [1, 1], [0, 1]], device=generator.device).expand(n, 4, 2)
        moved = corners + strength * (torch.rand(n, 4, 2, generator=generator, device=generator.device) - 0.5)
        size = corners.new_tensor([width - 1.0, height - 1.0])
        matrix = get_perspective_transform(corners * size, moved * size).to(pictures)
        return warp_perspective(pictures, matrix, (height, width), padding_mode="border", align_corners=True)

    return apply


def color(brightness: float = 0.1, contrast: float = 0.2, tint: float = 0.05) -> Transform:
    """Vary brightness, contrast and the three channels."""

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        n = len(pictures)
        draw = 2 * torch.rand(n, 5, generator=generator, device=generator.device).to(pictures) - 1
        gain = (1 + contrast * draw[:, 0])[:, None, None, None]
        offset = (brightness * draw[:, 1:2] + tint * draw[:, 2:])[:, :, None, None]
        return ((pictures - 0.5) * gain + 0.5 + offset).clamp(0, 1)

    return _photometric(apply)


def octaves(count: int = 3, ratio: float = 1.4) -> Transform:
    """Look at one of several sizes, each `ratio` times smaller than the one before; all views at the same."""
    checks.whole("… octaves", count, 1, 16)
    checks.number("a ratio", ratio, 1, 4)

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        step = int(torch.randint(count, (), generator=generator, device=generator.device))
        size = [max(1, round(side / ratio**step)) for side in pictures.shape[-2:]]
        return pictures if step == 0 else F.interpolate(pictures, size=size, mode="bilinear", antialias=True)

    return apply


def noise(deviation: float = 0.05) -> Transform:
    """Add Gaussian noise."""

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        grain = torch.randn(pictures.shape, generator=generator, device=generator.device)
        return pictures + deviation * grain.to(pictures)

    return _photometric(apply)


def _photometric(transform: Transform) -> Transform:
    """Mark a transform of colors, which leaves masks alone."""
    transform.photometric = True  # type: ignore[attr-defined]
    return transform


def augmentation(module: Callable[[Tensor], Tensor]) -> Transform:
    """A kornia augmentation, such as `kornia.augmentation.RandomErasing()`, as a transform.

    Kornia draws from PyTorch's global generator, which is seeded from ours for the while, and then left as it was.
    """

    def apply(pictures: Tensor, generator: torch.Generator) -> Tensor:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(torch.randint(1 << 62, (), generator=generator, device=generator.device)))
            return module(pictures)

    return apply


def usual() -> tuple[Transform, ...]:
    """What makes dreams of classes hold together: shifted, zoomed, turned, tilted, and in another light."""
    return (affine(15.0, (0.7, 1.3), 0.1, mirror=True), perspective(0.3), jitter(8), color())
