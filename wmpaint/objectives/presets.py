"""Recipes: objectives put together, as the command line offers them by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..features import FeatureNet
from ..features import load as load_net
from ..image import GOAL, load_image, resize
from . import transforms
from .base import Objective
from .colors import palette
from .content import content
from .coverage import economy
from .dream import dream, muted
from .painterly import painterly
from .penalty import radii
from .photo import photo, variance
from .style import style
from .transforms import affine, color, jitter, noise, perspective

__all__ = ["PRESETS", "class_dream", "layer_dream", "preset", "rank", "transfer"]

PRESETS = ("photo", "painterly", "sketch", "intrinsic", "economy")
INKS = ("#1c1a19", "#6b6763")  # of a sketch: what is white is paper
SHADE = 0.1  # of the lightness itself, that is left in a sketch's flat places
SIDE = 240  # pixels; what the networks that judge were trained at, about


@explained
def preset(name: str, picture: Any, **dials: Any) -> Objective:
    """An objective for a picture by name: one of `PRESETS`.

    Args:
        dials: of "painterly": detail, wildness, thickness, 0..1.

    Raises:
        InputError: an unknown name, or dials of another. FileError: a picture that cannot be read.
    """
    name = checks.one_of("an objective", name, PRESETS)
    target = load_image(picture, most=GOAL)
    if name == "painterly":
        return painterly(target, **dials)
    if dials:
        raise InputError(f"expected {' and '.join(dials)} with the objective painterly, got them with {name}")
    if name == "photo":
        return photo(target)
    if name == "economy":
        return photo(target) + 0.5 * economy()
    if name == "sketch":
        return photo(lines(target)) + 20 * radii(high=0.006) + palette(INKS) + 0.3 * economy()
    return content(target, load_net(), ("block2", "block4", "block7")) + 2 * variance()


def lines(picture: Tensor) -> Tensor:  # [3, H, W] -> [3, H, W]
    """A picture's lines on white paper: its lightness divided by that of the surroundings, and a little shade."""
    gray = picture.mean(0)
    size = max(1, min(gray.shape) // 24)
    around = torch.nn.functional.avg_pool2d(gray[None, None], 2 * size + 1, 1, size, count_include_pad=False)[0, 0]
    drawn = (gray / around.clamp(min=0.02)).clamp(0, 1).square() * (1 - SHADE * (1 - gray))
    return drawn.expand(3, -1, -1).contiguous()


@explained
def transfer(
    picture: Any, styles: Sequence[Any], net: FeatureNet, *, weight: float = 1.0, scale: float = 1.0,
    keep_color: bool = False,
) -> Objective:  # fmt: skip
    """A picture in the style of others, in the real program: content, style, and the program's variance.

    Raises:
        InputError: a weight below 0 or not finite, and what `style` raises.
    """
    weight = checks.number("a style weight", weight, 0.0)
    target = load_image(picture, most=GOAL)
    like = style(list(styles), net, scale=scale, colors=target if keep_color else None)
    return content(target, net) + weight * like + variance()


@explained
def class_dream(class_: str | int, nets: Sequence[FeatureNet], *, picture: Any = None, keep: float = 1.0) -> Objective:
    """A class of things, in the middle of the picture; with a photo, on it.

    Views from near push it to the middle, which all of them see, and muted colors make it a picture:
    in colors at will a network sees what nobody else does.
    """
    views = (affine(15.0, (0.9, 1.7), 0.03, mirror=True), perspective(0.3), color(0.1, 0.3, 0.05), noise(0.05))
    goal = dream(nets, class_=class_, transforms=views, picture=picture) + 2 * muted()
    return _kept(goal, picture, keep)


@explained
def layer_dream(
    layer: str, nets: Sequence[FeatureNet], *, channel: int | None = None, octaves: int = 3, picture: Any = None,
    keep: float = 1.0,
) -> Objective:  # fmt: skip
    """What a layer, or a channel of it, would like to see, at several sizes; with a photo, in it."""
    count = checks.whole("… octaves", octaves, 1, 8)
    views = (transforms.octaves(count), jitter(8), affine(5.0, (0.95, 1.05), 0.0))
    goal = dream(nets, layer=layer, channel=channel, transforms=views, views=1, picture=picture)
    return _kept(1.0 * goal, picture, keep)


def _kept(goal: Objective, picture: Any, keep: float) -> Objective:
    keep = checks.number("to keep … of the photo", keep, 0.0)
    return goal if picture is None or not keep else goal + 40 * keep * photo(picture)


def rank(net: FeatureNet, picture: Tensor, class_: str | int) -> int:  # [3, H, W]
    """The place of a class among all that a network sees in a picture, 1 for the first."""
    with torch.no_grad():
        logits = net(resize(picture, SIDE, SIDE)[None], "logits")["logits"][0]
    return int((logits > logits[net.class_index(class_)]).sum()) + 1
