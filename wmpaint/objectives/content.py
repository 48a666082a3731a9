"""Show what a picture shows: its features in a network, at the place where they are.

Content alone, without pixels, is the intrinsic style transfer of Nakano (2019): what comes out is
the picture as the brush would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..features import FeatureNet
from ..image import load_image
from .base import Objective, Scene

__all__ = ["Content", "content"]


class Content(Objective):
    """sum over layers of |f(x) - f(y)|^2 / |f(y)|^2 (Gatys et al., 2016, with each layer brought to one scale)."""

    name = "content"
    heights = (128, 256)
    steps = 200

    def __init__(self, picture: Tensor, net: FeatureNet, layers: tuple[str, ...]) -> None:
        self.picture, self.net, self.layers = picture, net, layers
        self._cache: dict[tuple[int, int], dict[str, Tensor]] = {}

    def _wanted(self, height: int, width: int) -> dict[str, Tensor]:
        if (height, width) not in self._cache:
            guide = self.guide(height, width)
            assert guide is not None
            with torch.no_grad():
                self._cache = {(height, width): self.net(guide[None], self.layers)}
        return self._cache[height, width]

    def __call__(self, scene: Scene) -> Tensor:
        """The relative squared distance of the features."""
        wanted = self._wanted(*scene.picture.shape[-2:])
        seen = self.net(scene.picture[None], self.layers)
        parts = [scene.mean((seen[k] - wanted[k]).square()) / wanted[k].square().mean() for k in self.layers]
        return torch.stack(parts).mean()


def content(picture: Any, net: FeatureNet, layers: str | Sequence[str] | None = None) -> Objective:
    """Show what a picture shows, as a network sees it.

    Args:
        picture: as `load_image` takes it.
        net: from `features.load` or `features.wrap`.
        layers: names of the network's layers; its usual ones for content when None.

    Raises:
        InputError: an unknown layer.
    """
    return Content(load_image(picture), net, pick(net, layers, net.default_content_layers))


def pick(net: FeatureNet, layers: str | Sequence[str] | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Layers as a tuple, each known to the network."""
    names = usual if layers is None else (layers,) if isinstance(layers, str) else tuple(layers)
    for name in names:
        net.channels(name)
    return names
