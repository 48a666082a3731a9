"""Show what a network dreams of: a class, a layer, a channel, a neuron, a direction.

The picture is seen through random transforms, several views a step, and by one network or several:
what all of them see from everywhere is there for people, too, more often than what one sees from
one place (Mordvintsev et al., 2015; Olah et al., 2017). Of N views x:

    class      mean of cross entropy(logits(x), class) - logit(x, class) / 10
    layer      -log mean f(x)^2, the DeepDream of all that the layer sees
    channel    -mean of the channel, over its map
    neuron     -mean of the channel at the middle of its map
    direction  -mean of cos(f, d) max(cos, 0.1)^2 |f| over the map
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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
from .content import features_of, pick
from .scene import Scene, weights
from .start import Plan, Start
from .transforms import Transform, octaves, usual

__all__ = ["Dream", "Muted", "dream", "muted"]

PULL = 0.1  # of the bare logit beside the cross entropy, which fades once a network is convinced


class Dream(Objective):
    """The mean over views and networks of an opinion of the features; see the module.

    Args:
        opinion: what is minimized of features [N, C, h, w] or logits [N, C], and a mask [N, 1, h, w] or None.
    """

    plan = Plan(steps=200, heights=(96, 160))

    def __init__(
        self, name: str, opinion: Callable[[Tensor, Tensor | None], Tensor], nets: tuple[FeatureNet, ...], layer: str,
        transforms: tuple[Transform, ...], views: int, picture: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.name, self.opinion = name, opinion
        self.nets, self.layer, self.views, self.transforms = nets, layer, views, transforms
        self.start = None if picture is None else Start(picture)

    def __call__(self, scene: Scene) -> Tensor:
        """The mean over views and networks."""
        generator = scene.chance()
        views = scene.picture[None].expand(self.views, -1, -1, -1)
        mask = None if scene.mask is None else scene.mask[None, None].to(views).expand(self.views, 3, -1, -1)
        for transform in self.transforms:
            state = generator.get_state()
            views = transform(views, generator)
            if mask is not None and not getattr(transform, "photometric", False):  # it takes the same way
                generator.set_state(state)
                mask = transform(mask, generator)
        mask = None if mask is None else mask[:, :1].clamp(0, 1)
        parts = [self.opinion(features_of(net, views, [self.layer])[self.layer], mask) for net in self.nets]
        return torch.stack(parts).mean()


def _of_class(index: int, features: Tensor, mask: Tensor | None) -> Tensor:
    wanted = torch.full((len(features),), index, device=features.device)
    return F.cross_entropy(features, wanted) - PULL * features[:, index].mean()


def _of_layer(features: Tensor, mask: Tensor | None) -> Tensor:
    return -(_mean(features.square(), mask) + 1e-6).log()


def _of_channel(channel: int, middle: bool, features: Tensor, mask: Tensor | None) -> Tensor:
    value = features[:, channel : channel + 1]
    if value.ndim == 2:
        return -value.mean()
    if middle:
        height, width = value.shape[-2:]
        return -value[:, :, height // 2, width // 2].mean()
    return -_mean(value, mask)


def _of_direction(direction: Tensor, features: Tensor, mask: Tensor | None) -> Tensor:
    """The projection times the squared cosine: the direction is to grow, not the size."""
    d = direction.to(features).view(1, -1, *[1] * (features.ndim - 2))
    along = (features * d).sum(1, keepdim=True)
    cosine = along / (features.norm(dim=1, keepdim=True) + 1e-6)
    value = along * cosine.clamp(min=0.1).square()
    return -(value.mean() if features.ndim == 2 else _mean(value, mask))


def _mean(values: Tensor, mask: Tensor | None) -> Tensor:
    """The mean of values [N, C, h, w], by a mask [N, 1, H, W] where there is one."""
    if mask is None:
        return values.mean()
    share = torch.stack([weights(m[0], values) for m in mask])[:, None]
    return (values * share).sum() / (share.sum() * values.shape[1]).clamp(min=1e-12)


@explained
def dream(
    net: FeatureNet | Sequence[FeatureNet],
    *,
    class_: str | int | None = None,
    layer: str | None = None,
    channel: int | None = None,
    neuron: int | None = None,
    direction: Any = None,
    picture: Any = None,
    transforms: Sequence[Transform] | None = None,
    views: int = 4,
) -> Objective:
    """Show what one network, or several at once, would like to see.

    Args:
        class_: name or number of a class, "daisy". It is a matter of the whole picture: within a region, only what
            lies there is moved.
        layer: all that a layer sees; with `channel`, `neuron` (a channel in the middle of the picture) or
            `direction` (one number a channel) that part of it.
        picture: a photo to begin from, as `load_image` takes it: DeepDream.
        transforms: looks from elsewhere, in order; `transforms.usual()` for classes, octaves and jitter for
            layers when None. `[]` looks straight, and ends in noise.
        views: transformed pictures a step.

    Raises:
        InputError: an unknown class, layer or channel, none or several wishes at once.
    """
    nets = checks.some("one network", (net,) if isinstance(net, FeatureNet) else net or ())
    wishes = {"class_": class_, "layer": layer, "channel": channel, "neuron": neuron, "direction": direction}
    asked = [name for name, value in wishes.items() if value is not None]
    if asked != ["class_"] and (asked[:1] != ["layer"] or len(asked) > 2):
        got = ", ".join(asked) or "neither"
        raise InputError(f"expected a class_, or a layer with one of channel, neuron or direction at most, got {got}")
    views = checks.whole("… views", views, 1, 256)
    name = "logits" if layer is None else layer
    for each in nets:
        pick(each, name, ())
    if transforms is None:
        transforms = usual() if layer is None else (octaves(3), *usual()[2:])
    given = (nets, name, tuple(transforms), views, None if picture is None else load_image(picture, most=GOAL))
    if class_ is not None:
        indices = {each.class_index(class_) for each in nets}
        if len(indices) != 1:
            raise InputError(f"expected networks with the same classes, got {class_!r} as {sorted(indices)}")
        return Dream("class", partial(_of_class, indices.pop()), *given)
    if direction is not None:
        try:
            vector = torch.as_tensor(direction, dtype=torch.float32, device="cpu").flatten()
        except (TypeError, ValueError, RuntimeError) as error:
            raise InputError(f"expected a direction in numbers, got {direction!r}") from error
        if len(vector) != nets[0].channels(name) or not bool(vector.isfinite().all()) or not bool(vector.any()):
            raise InputError(f"expected a direction of {nets[0].channels(name)} numbers, not all 0, got {len(vector)}")
        return Dream("direction", partial(_of_direction, vector / vector.norm()), *given)
    if channel is None and neuron is None:
        return Dream("layer", _of_layer, *given)
    most = min(each.channels(name) for each in nets) - 1
    index = checks.whole(f"a channel of … of {name}", neuron if channel is None else channel, 0, most)
    return Dream("channel", partial(_of_channel, index, neuron is not None), *given)


class Muted(Objective):
    """The mean square of the opponent channels, red - green and (red + green) / 2 - blue.

    In photos these vary far less than lightness; networks hardly care, and dream in neon.
    """

    name = "muted"
    local = 0

    def __call__(self, scene: Scene) -> Tensor:
        """How colorful the picture is."""
        red, green, blue = scene.picture
        return scene.mean((red - green).square() + ((red + green) / 2 - blue).square())


@explained
def muted() -> Objective:
    """Prefer muted colors, as photos have them."""
    return Muted()
