"""EfficientNet-Lite: small, fast networks without squeeze-and-excitation, all ReLU6.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019; the Lite
variants are of Google's TensorFlow TPU models (2020). Each block is an inverted residual: expand,
convolve each channel by itself, project. Padding is TensorFlow's "SAME", and input is (255 rgb - 127) / 128.

Departures: batch normalization is folded into the convolutions, memory is laid out channels last, and 1 x 1
convolutions are matrix products, so that a forward and backward pass takes a third less; values stay within 1e-4.
Layers other than `stem` are given before ReLU6 (blocks end linear anyway), since behind it most channels are
silent, and a silent channel has no gradient.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .net import folded, gather

__all__ = ["LITE", "Lite"]

# blocks, kernel, stride, expansion, channels out
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM, _HEAD, _CLASSES = 32, 1280, 1000
_BN_EPS = 1e-3
LITE = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}  # how width and depth are scaled


class Conv(nn.Conv2d):
    """A convolution with bias and TensorFlow's "SAME" padding: the odd pixel goes to the right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        pad = kernel // 2 if stride == 1 else 0  # the same on both sides, so no copy is needed for it
        super().__init__(inputs, outputs, kernel, stride, padding=pad, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel == 1:  # a matrix product over channels, which lie last in memory
            return F.linear(x.permute(0, 2, 3, 1), self.weight.flatten(1), self.bias).permute(0, 3, 1, 2)
        if stride > 1:
            down, right = (max((math.ceil(n / stride) - 1) * stride + kernel - n, 0) for n in x.shape[-2:])
            x = F.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))
        return super().forward(x)


class Block(nn.Module):
    """An inverted residual."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.skip = stride == 1 and inputs == outputs
        self.expand = Conv(inputs, inner) if expansion > 1 else None
        self.depthwise = Conv(inner, inner, kernel, stride, groups=inner)
        self.project = Conv(inner, outputs)

    def walk(self, x: Tensor, name: str) -> Iterator[tuple[str, Tensor]]:
        """`NAME.expand`, if there is one, and `NAME`."""
        y = x
        if self.expand is not None:
            y = self.expand(x)
            yield f"{name}.expand", y
            y = F.relu6(y)
        y = self.project(F.relu6(self.depthwise(y)))
        yield name, x + y if self.skip else y


class Lite(nn.Module):
    """The trunk of one size: stem, blocks, head, logits."""

    def __init__(self, width: float, depth: float) -> None:
        super().__init__()
        blocks: list[Block] = []
        ends: list[str] = []  # names of the last block of each stage
        inputs = _STEM
        for stage, (repeats, kernel, stride, expansion, channels) in enumerate(_STAGES):
            outputs = _round_to_8(channels * width)
            scaled = stage not in (0, len(_STAGES) - 1)  # in Lite, first and last stage are never deepened
            for i in range(math.ceil(repeats * depth) if scaled else repeats):
                blocks.append(Block(kernel, 1 if i else stride, expansion, inputs, outputs))
                inputs = outputs
            ends.append(f"block{len(blocks) - 1}")
        self.style, self.content = ("stem", *ends[:5]), (ends[3],)
        self.stem = Conv(3, _STEM, 3, 2)
        self.blocks = nn.ModuleList(blocks)
        self.head = Conv(inputs, _HEAD)
        self.fc = nn.Linear(_HEAD, _CLASSES)

    def forward(self, rgb: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        return {name: value.contiguous() for name, value in gather(self.walk(rgb), wanted).items()}

    def walk(self, rgb: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output, in order of depth."""
        rgb = rgb.contiguous(memory_format=torch.channels_last)
        x = F.relu6(self.stem((rgb * 255 - 127) / 128))
        yield "stem", x
        for i, block in enumerate(cast(Iterator[Block], self.blocks)):
            for name, y in block.walk(x, f"block{i}"):
                yield name, y
            x = y
        x = self.head(x)
        yield "head", x
        yield "logits", self.fc(F.relu6(x).mean((2, 3)))

    def load(self, state: dict[str, Tensor]) -> None:
        """Take the weights of a published state dict, whose names and batch normalization are TensorFlow's."""
        pairs = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1"), "fc": ("_fc", None)}
        for i, block in enumerate(self.blocks):
            for part, bn in (("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2")):
                if getattr(block, part) is not None:
                    pairs[f"blocks.{i}.{part}"] = (f"_blocks.{i}._{part}_conv", f"_blocks.{i}.{bn}")
        self.load_state_dict(folded(state, pairs, eps=_BN_EPS), assign=True)


def _round_to_8(channels: float) -> int:
    """The nearest multiple of 8 that is not below nine tenths of `channels`."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8
