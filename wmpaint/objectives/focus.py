"""Where people look in a picture, eyes, faces, things, not skies; and errors that count more there."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..features import FeatureNet
from ..features import load as load_net
from ..image import resize
from .pixel import Likeness
from .scene import Scene
from .start import Plan

__all__ = ["Striking", "focus"]

SEEN = 320  # pixels of the shorter side that the network sees
CELL = 32  # pixels that it makes one of, at its deepest
LAYER = "block10"
PLAIN, STRIKING = 0.8, 2.2  # energies, in the picture's mean, that count nothing, and all


@torch.no_grad()
def focus(picture: Tensor, net: FeatureNet | None = None) -> Tensor:  # [3, H, W] -> [h, w]
    """How much each place of a picture draws the eye, 0..1: how far a network's features there are from their mean.

    Args:
        net: that was trained on pictures of things; None is the bundled lite0.
    """
    h, w = picture.shape[1:]
    scale = SEEN / min(h, w)
    size = [min(4 * SEEN, max(CELL, round(side * scale / CELL) * CELL)) for side in (h, w)]
    seen = (load_net("lite0") if net is None else net)(resize(picture, *size)[None], LAYER)[LAYER][0]
    energy = (seen - seen.mean((1, 2), keepdim=True)).square().mean(0).sqrt()
    share = (energy / energy.mean().clamp(min=1e-12) - PLAIN) / (STRIKING - PLAIN)
    wide = F.interpolate(
        share.clamp(0, 1)[None, None], size=(max(1, size[0] // 4), max(1, size[1] // 4)), mode="bicubic"
    )
    return wide[0, 0].clamp(0, 1)


class Striking(Likeness):
    """The expected squared error where the eye goes, as `photo` has it, a mean over all pixels.

    Args:
        picture: whatever `load_image` takes.
        place: [h, w] how much each place of it counts, 0..1.
        plan: how to go about it.
    """

    name = "focus"
    local = 0

    def __init__(self, picture: Any, place: Tensor, plan: Plan) -> None:
        super().__init__(picture)
        self.place, self.plan = place, plan

    def __call__(self, scene: Scene) -> Tensor:
        """The mean over the pixels."""
        key = "place", tuple(scene.picture.shape[-2:]), scene.frame.window
        place = scene.memo(self, key, lambda: scene.at_size(self.place[None])[0].to(scene.picture))
        error = scene.mean((scene.picture - self.wanted(scene)).square() * place)
        return error + scene.mean(scene.variance * place) / 3
