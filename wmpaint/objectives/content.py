"""Show what a picture shows: its features in a network, at the place where they are.

Content alone, without pixels, is the intrinsic style transfer of Nakano (2019): what comes out is
the picture as the brush would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..features import FeatureNet
from ..image import GOAL, load_image
from .base import Objective
from .scene import Scene
from .start import Plan, Start

__all__ = ["Content", "content", "features_of", "pick"]

MOST = 8.0  # times that a picture is enlarged for a network


class Content(Objective):
    """sum over layers of |f(x) - f(y)|^2 / |f(y)|^2 (Gatys et al., 2016, with each layer brought to one scale)."""

    name = "content"
    plan = Plan(steps=200, heights=(128, 256))

    def __init__(self, picture: Tensor, net: FeatureNet, layers: tuple[str, ...]) -> None:
        self.picture, self.net, self.layers = picture, net, layers
        self.start = Start(picture)

    def _wanted(self, scene: Scene) -> dict[str, Tensor]:
        with torch.no_grad():
            return features_of(self.net, scene.at_size(self.picture).clamp(0, 1).to(scene.picture)[None], self.layers)

    def __call__(self, scene: Scene) -> Tensor:
        """The relative squared distance of the features."""
        wanted = scene.memo(self, tuple(scene.picture.shape[-2:]), lambda: self._wanted(scene))
        seen = features_of(self.net, scene.picture[None], self.layers)
        parts = []
        for name in self.layers:
            mean = scene.mean if seen[name].ndim == 4 else torch.mean
            parts.append(mean((seen[name] - wanted[name]).square()) / mean(wanted[name].square()).clamp(min=1e-12))
        return torch.stack(parts).mean()


@explained
def content(picture: Any, net: FeatureNet, layers: str | Sequence[str] | None = None) -> Objective:
    """Show what a picture shows, as a network sees it.

    Args:
        picture: as `load_image` takes it.
        net: from `features.load` or `features.wrap`.
        layers: names of the network's layers; its usual ones for content when None.

    Raises:
        InputError: an unknown layer.
    """
    return Content(load_image(picture, most=GOAL), net, pick(net, layers, net.default_content_layers))


def pick(net: FeatureNet, layers: str | Sequence[str] | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Layers as a tuple, each known to the network."""
    if not isinstance(net, FeatureNet):
        raise InputError(f"expected a network from features.load or features.wrap, got {type(net).__name__}")
    wanted = usual if layers is None else (layers,) if isinstance(layers, str) else layers
    names = checks.some(f"one layer of {net.name}", wanted)
    for name in names:
        net.channels(name)
    return names


def features_of(net: FeatureNet, pictures: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:  # [N, 3, H, W]
    """Features of pictures; those too small or narrow for the layers are enlarged, up to eight times.

    Raises:
        InputError: smaller than that.
    """
    least, (height, width) = max(net.smallest(name) for name in layers), pictures.shape[-2:]
    zoom = least / min(height, width)
    if 1 < zoom <= MOST:
        size = [max(least, round(side * zoom)) for side in (height, width)]
        pictures = F.interpolate(pictures, size=size, mode="bilinear", align_corners=False)
    return net(pictures, layers)
