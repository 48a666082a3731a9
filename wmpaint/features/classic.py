"""VGG and GoogLeNet, the networks of the first style transfers and dreams, for weights that torchvision publishes.

VGG: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
GoogLeNet: Szegedy et al., "Going Deeper with Convolutions", 2014, as torchvision trained it: batch normalization
after each convolution (folded in here), 3 x 3 in place of 5 x 5 kernels, no auxiliary heads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .net import IMAGENET_MEAN, IMAGENET_STD, folded, gather, normalize

__all__ = ["VGG_DEPTHS", "GoogLeNet", "Vgg"]

_CLASSES = 1000
_BN_EPS = 1e-3

VGG_DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # convolutions before each of the five poolings
_VGG_WIDTHS = (64, 128, 256, 512, 512)
_VGG_GRID, _VGG_FC = 7, 4096


class Vgg(nn.Module):
    """A trunk of layers `conv1_1`, `relu1_1` ... `relu5_3`, `fc6`, `fc7` (before ReLU) and `logits`."""

    style = tuple(f"relu{block}_1" for block in range(1, 6))  # as Gatys et al., 2015
    content = ("relu4_2",)

    def __init__(self, depths: tuple[int, ...]) -> None:
        super().__init__()
        self.depths = depths
        convs, inputs = [], 3
        for depth, width in zip(depths, _VGG_WIDTHS, strict=True):
            for _ in range(depth):
                convs.append(nn.Conv2d(inputs, width, 3, padding=1))
                inputs = width
        self.convs = nn.ModuleList(convs)
        sides = (inputs * _VGG_GRID**2, _VGG_FC, _VGG_FC, _CLASSES)
        self.fc = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sides))

    def forward(self, rgb: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        return gather(self.walk(rgb), wanted)

    def walk(self, rgb: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output, in order of depth."""
        x = normalize(rgb, IMAGENET_MEAN, IMAGENET_STD)
        convs = iter(self.convs)
        for block, depth in enumerate(self.depths, 1):
            for i in range(1, depth + 1):
                x = next(convs)(x)
                yield f"conv{block}_{i}", x
                x = F.relu(x)
                yield f"relu{block}_{i}", x
            x = F.max_pool2d(x, 2)
        x = F.adaptive_avg_pool2d(x, _VGG_GRID).flatten(1)
        for name, layer in zip(("fc6", "fc7", "logits"), self.fc, strict=True):
            x = layer(x)
            yield name, x
            x = F.relu(x)

    def load(self, state: dict[str, Tensor]) -> None:
        """Take torchvision's weights, whose numbers count ReLU, pooling and dropout as layers, too.

        Raises:
            KeyError: `state` lacks a layer.
            RuntimeError: a layer of another shape.
        """
        pairs: dict[str, tuple[str, str | None]] = {f"fc.{i}": (f"classifier.{3 * i}", None) for i in range(3)}
        made, place = 0, 0
        for depth in self.depths:
            for _ in range(depth):
                pairs[f"convs.{made}"] = (f"features.{place}", None)
                made, place = made + 1, place + 2
            place += 1
        self.load_state_dict(folded(state, pairs, eps=0), assign=True)


# name, then channels: 1 x 1; reduced, 3 x 3; reduced, the other 3 x 3; after pooling
_INCEPTIONS = (
    ("3a", 64, 96, 128, 16, 32, 32),
    ("3b", 128, 128, 192, 32, 96, 64),
    ("4a", 192, 96, 208, 16, 48, 64),
    ("4b", 160, 112, 224, 24, 64, 64),
    ("4c", 128, 128, 256, 24, 64, 64),
    ("4d", 112, 144, 288, 32, 64, 64),
    ("4e", 256, 160, 320, 32, 128, 128),
    ("5a", 256, 160, 320, 32, 128, 128),
    ("5b", 384, 192, 384, 48, 128, 128),
)
_BRANCHES = {"one": "branch1", "two_in": "branch2.0", "two": "branch2.1"}
_BRANCHES |= {"three_in": "branch3.0", "three": "branch3.1", "four": "branch4.1"}


class Inception(nn.Module):
    """Four branches side by side, before their ReLU."""

    def __init__(self, inputs: int, one: int, two_in: int, two: int, three_in: int, three: int, four: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(inputs, one, 1)
        self.two_in, self.two = nn.Conv2d(inputs, two_in, 1), nn.Conv2d(two_in, two, 3, padding=1)
        self.three_in, self.three = nn.Conv2d(inputs, three_in, 1), nn.Conv2d(three_in, three, 3, padding=1)
        self.four = nn.Conv2d(inputs, four, 1)
        self.outputs = one + two + three + four

    def forward(self, x: Tensor) -> Tensor:
        two, three = self.two(F.relu(self.two_in(x))), self.three(F.relu(self.three_in(x)))
        return torch.cat([self.one(x), two, three, self.four(F.max_pool2d(x, 3, 1, padding=1))], 1)


class GoogLeNet(nn.Module):
    """A trunk of layers `conv1`, `conv2`, `conv3`, `inception3a` ... `inception5b` and `logits`.

    Each of them also comes before its ReLU, as `conv1.linear` and so on.
    """

    style = ("conv1", "conv3", "inception3b", "inception4b", "inception4d")
    content = ("inception4b",)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleList([nn.Conv2d(3, 64, 7, 2, 3), nn.Conv2d(64, 64, 1), nn.Conv2d(64, 192, 3, 1, 1)])
        inputs, made = 192, {}
        for name, *channels in _INCEPTIONS:
            made[name] = Inception(inputs, *channels)
            inputs = made[name].outputs
        self.inceptions = nn.ModuleDict(made)
        self.fc = nn.Linear(inputs, _CLASSES)

    def forward(self, rgb: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        return gather(self.walk(rgb), wanted)

    def walk(self, rgb: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output, in order of depth."""
        x = 2 * rgb - 1
        for name, layer in self._named():
            x = layer(x)
            yield f"{name}.linear", x
            x = F.relu(x)
            yield name, x
            if name in ("conv1", "conv3", "inception3b", "inception4e"):
                x = F.max_pool2d(x, 2 if name == "inception4e" else 3, 2, ceil_mode=True)
        yield "logits", self.fc(x.mean((2, 3)))

    def load(self, state: dict[str, Tensor]) -> None:
        """Take torchvision's weights; the auxiliary heads' are left out. Raises as `Vgg.load`."""
        pairs: dict[str, tuple[str, str | None]] = {"fc": ("fc", None)}
        for i in range(3):
            pairs[f"stem.{i}"] = (f"conv{i + 1}.conv", f"conv{i + 1}.bn")
        for name in self.inceptions:
            for ours, theirs in _BRANCHES.items():
                place = f"inception{name}.{theirs}"
                pairs[f"inceptions.{name}.{ours}"] = (f"{place}.conv", f"{place}.bn")
        self.load_state_dict(folded(state, pairs, eps=_BN_EPS), assign=True)

    def _named(self) -> Iterator[tuple[str, nn.Module]]:
        for i, conv in enumerate(self.stem, 1):
            yield f"conv{i}", conv
        for name, block in self.inceptions.items():
            yield f"inception{name}", block
