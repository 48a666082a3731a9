"""A pretrained image network that answers with what it sees at named layers.

`net(rgb, layers) -> {layer: features}`, one pass that stops at the deepest layer asked for.

A `FeatureNet` holds a *trunk*, which does the looking: `trunk(rgb, wanted) -> {layer: features}`,
normalization of the picture included. Trunks of this package are generators that walk from layer to
layer (`gather`), so that leaving early is a `break`, and nothing is hooked or remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import checks
from ..errors import InputError
from .labels import ClassNames

__all__ = ["IMAGENET_MEAN", "IMAGENET_STD", "FeatureLayer", "FeatureNet"]
__all__ += ["folded", "gather", "measure_layers", "normalize"]

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of its training pictures, sRGB

_SENSIBLE = 2  # places along a side: a map of a single place has no texture, and sees mostly the border


@dataclass(frozen=True)
class FeatureLayer:
    """What a layer gives: maps [N, channels, H / stride, W / stride], or vectors [N, channels].

    A vector has the stride of the map that it was pooled from.
    """

    channels: int
    stride: int


class FeatureNet(nn.Module):
    """A frozen image network with named layers; see the module's docstring.

    Gradients reach the picture, never the weights. It stays in eval mode, whatever a parent module does.

    Attributes:
        name: of the network.
        layers: names of all layers, in order of depth.
        labels: names of the classes that `logits` scores, or None.
        default_style_layers, default_content_layers: what style and content are compared at by default.
    """

    def __init__(
        self,
        name: str,
        trunk: nn.Module,
        layers: Mapping[str, FeatureLayer],  # in order of depth
        *,
        classes: ClassNames | None = None,
        style: Sequence[str] = (),
        content: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.name = name
        self.layers = tuple(layers)
        self.default_style_layers = tuple(style)
        self.default_content_layers = tuple(content)
        self._layers = dict(layers)
        self._classes = classes
        self.trunk = trunk.requires_grad_(False)
        self.eval()

    def __repr__(self) -> str:
        return f"FeatureNet({self.name}, {len(self.layers)} layers)"

    def forward(
        self,
        rgb: Tensor,  # [N, 3, H, W] or [3, H, W] in 0..1, sRGB
        layers: Sequence[str] | str,
    ) -> dict[str, Tensor]:
        """The features at `layers`, in the order asked: maps [N, C, H', W'] or vectors [N, C].

        Raises:
            InputError: an unknown layer, or none; a picture of another shape, or too small for a layer; not
                floating point; on another device than the network.
        """
        wanted = checks.some(f"one layer of {self.name}", (layers,) if isinstance(layers, str) else layers)
        picture = self._checked(rgb, wanted)
        found: dict[str, Tensor] = self.trunk(picture, frozenset(wanted))
        return {name: found[name] for name in wanted}

    def channels(self, layer: str) -> int:
        """How many channels `layer` has.

        Raises:
            InputError: an unknown layer; so with `stride` and `smallest`.
        """
        return self._layer(layer).channels

    def stride(self, layer: str) -> int:
        """Picture pixels from one place of `layer`'s map to the next."""
        return self._layer(layer).stride

    def smallest(self, layer: str) -> int:
        """The smallest side of a picture, in pixels, that `layer` takes: two places of its map."""
        return _SENSIBLE * self._layer(layer).stride

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The names of the classes, by index."""
        return None if self._classes is None else self._classes.names

    def class_index(self, which: str | int) -> int:
        """The index of a class, given by its name (any case, a synonym if it means one class only) or index.

        Raises:
            InputError: an unknown or ambiguous name, an index out of range, or a network without class names.
        """
        if self._classes is None:
            raise InputError(f"expected a network with class names to find {which!r}, got {self.name}, without any")
        return self._classes.index(which)

    def train(self, mode: bool = True) -> FeatureNet:
        """Stays in eval mode: a loss that is part of a model in training must not change its measure."""
        return super().train(False)

    def _layer(self, name: str) -> FeatureLayer:
        return self._layers[checks.one_of(f"a layer of {self.name}", name, self.layers)]

    def _checked(self, rgb: Tensor, wanted: Sequence[str]) -> Tensor:
        """`rgb` as [N, 3, H, W] in the network's precision, or an InputError."""
        needed = {name: self.smallest(name) for name in wanted}  # unknown layers are found first
        if not isinstance(rgb, Tensor) or rgb.ndim not in (3, 4) or rgb.shape[-3] != 3 or not rgb.shape[0]:
            got = tuple(rgb.shape) if isinstance(rgb, Tensor) else type(rgb).__name__
            raise InputError(f"expected a picture [N, 3, H, W] or [3, H, W] for {self.name}, got {got}")
        if not rgb.is_floating_point():
            raise InputError(f"expected a floating-point picture in 0..1 for {self.name}, got {rgb.dtype}")
        height, width = rgb.shape[-2:]
        deepest = max(needed, key=needed.__getitem__)
        if min(height, width) < needed[deepest]:
            raise InputError(
                f"expected a picture of at least {needed[deepest]} x {needed[deepest]} pixels for layer "
                f"{deepest!r} of {self.name}, got {width} x {height}"
            )
        weight = next(self.trunk.parameters(), None)
        if weight is not None:
            if weight.device != rgb.device:
                raise InputError(f"expected a picture on {weight.device}, where {self.name} is, got {rgb.device}")
            rgb = rgb.to(weight.dtype)
        return rgb if rgb.ndim == 4 else rgb[None]


def gather(walk: Iterable[tuple[str, Tensor]], wanted: Collection[str]) -> dict[str, Tensor]:
    """The `wanted` layers of a walk through a network, which is left at the last of them."""
    found: dict[str, Tensor] = {}
    for name, value in walk:
        if name in wanted:
            found[name] = value
            if len(found) == len(wanted):
                break
    return found


def normalize(rgb: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """(rgb - mean) / std, by channel."""
    return (rgb - rgb.new_tensor(mean)[:, None, None]) / rgb.new_tensor(std)[:, None, None]


def measure_layers(outputs: Mapping[str, Tensor], size: int) -> dict[str, FeatureLayer]:
    """What each layer gives, from its output for a picture of `size` x `size` pixels."""
    found: dict[str, FeatureLayer] = {}
    stride = 1
    for name, value in outputs.items():
        if value.ndim == 4 and max(value.shape[-2:]) > 1:  # a single place is a pooled vector, in effect
            stride = max(round(size / max(value.shape[-2:])), 1)
        found[name] = FeatureLayer(value.shape[-1] if value.ndim == 3 else value.shape[1], stride)
    return found


def folded(
    state: Mapping[str, Tensor], pairs: Mapping[str, tuple[str, str | None]], *, eps: float
) -> dict[str, Tensor]:
    """Weights and biases of the layers in `pairs`, from a published state dict: the same values for less work.

    A trained batch normalization is a scale and a shift of each channel, and so is a part of the convolution before it.

    Args:
        state: of the published network.
        pairs: new name -> name of the published layer, and of the normalization behind it or None.
        eps: of the normalizations.

    Raises:
        KeyError: `state` lacks a name.
    """
    made = {}
    for new, (layer, norm) in pairs.items():
        weight = state[f"{layer}.weight"]
        if norm is None:
            bias = state[f"{layer}.bias"]
        else:  # in double precision, so that folding adds no error of its own
            mean, variance, scale, shift = (
                state[f"{norm}.{part}"].double() for part in ("running_mean", "running_var", "weight", "bias")
            )
            gain = scale / torch.sqrt(variance + eps)
            old = state.get(f"{layer}.bias")
            bias = (shift + ((0 if old is None else old.double()) - mean) * gain).to(weight.dtype)
            weight = (weight.double() * gain[:, None, None, None]).to(weight.dtype)
        made[f"{new}.weight"], made[f"{new}.bias"] = weight, bias
    return made
