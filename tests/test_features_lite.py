"""EfficientNet-Lite against a plain, unfolded twin, and on a picture of a cat."""

from __future__ import annotations

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from wmpaint import features
from wmpaint.features import zoo
from wmpaint.features.lite import LITE
from wmpaint.features.net import folded
from wmpaint.image import load_image, sample_photo

State = dict[str, Tensor]


def same(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """A convolution with TensorFlow's "SAME" padding, pixel by pixel as its documentation has it."""
    groups = x.shape[1] // weight.shape[1]
    pads = []
    for side, kernel in ((x.shape[3], weight.shape[3]), (x.shape[2], weight.shape[2])):
        total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
        pads += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, pads), weight, stride=stride, groups=groups)


def norm(x: Tensor, state: State, name: str) -> Tensor:
    mean, variance, scale, shift = (state[f"{name}.{k}"] for k in ("running_mean", "running_var", "weight", "bias"))
    return F.batch_norm(x, mean, variance, scale, shift, eps=1e-3)


def twin(state: State, strides: list[int], rgb: Tensor) -> State:
    """The layers of EfficientNet-Lite from the published weights as they are; shapes come from the weights."""
    x = F.relu6(norm(same((rgb * 255 - 127) / 128, state["_conv_stem.weight"], 2), state, "_bn0"))
    found = {"stem": x}
    for i, stride in enumerate(strides):
        block, y = f"_blocks.{i}", x
        if f"{block}._expand_conv.weight" in state:
            y = found[f"block{i}.expand"] = norm(
                same(y, state[f"{block}._expand_conv.weight"], 1), state, f"{block}._bn0"
            )
            y = F.relu6(y)
        y = F.relu6(norm(same(y, state[f"{block}._depthwise_conv.weight"], stride), state, f"{block}._bn1"))
        y = norm(same(y, state[f"{block}._project_conv.weight"], 1), state, f"{block}._bn2")
        x = found[f"block{i}"] = x + y if x.shape == y.shape else y
    found["head"] = norm(same(x, state["_conv_head.weight"], 1), state, "_bn1")
    found["logits"] = F.linear(F.relu6(found["head"]).mean((2, 3)), state["_fc.weight"], state["_fc.bias"])
    return found


STRIDES = {
    "lite0": [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1],
    "lite1": [1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1],
}
STRIDES["lite2"] = STRIDES["lite1"]


@pytest.mark.parametrize("name", LITE)
def test_every_layer_is_that_of_the_unfolded_twin(name: str) -> None:
    net = features.load(name)
    rgb = torch.rand(2, 3, 97, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = twin(zoo._PACKAGES[name].weights(), STRIDES[name], rgb)
        found = net(rgb, net.layers)
    assert list(found) == list(expected)
    for layer, value in expected.items():
        torch.testing.assert_close(found[layer], value, atol=1e-4, rtol=1e-4, msg=lambda m, at=layer: f"{at}: {m}")
        assert net.channels(layer) == value.shape[1]
        if value.ndim == 4:
            assert math.ceil(97 / net.stride(layer)) == value.shape[2]
    assert found["logits"].std() > 0.5  # far from what 1e-4 forgives


@pytest.mark.parametrize(("name", "side"), [("lite0", 224), ("lite1", 240), ("lite2", 260)])  # that it was trained at
def test_the_sample_photo_is_a_cat(name: str, side: int) -> None:
    net = features.load(name)
    photo = F.interpolate(load_image(sample_photo())[None], size=(side, side), antialias=True, mode="bilinear")
    assert net.labels is not None
    best = net.labels[int(net(photo, ["logits"])["logits"].argmax())]
    assert best in ("tabby", "tiger cat", "Egyptian cat")


def test_default_layers_end_the_stages() -> None:
    net = features.load("lite0")
    assert net.default_style_layers == ("stem", "block0", "block2", "block4", "block7", "block10")
    assert net.default_content_layers == ("block7",)
    assert features.load("lite2").default_style_layers == ("stem", "block0", "block3", "block6", "block10", "block14")
    assert [net.smallest(layer) for layer in ("stem", "block2", "block10", "logits")] == [4, 8, 32, 64]
    assert net.class_index("daisy") == 985


def test_gradients_to_the_picture_are_those_of_finite_differences() -> None:
    net = copy.deepcopy(features.load("lite0")).double()
    rgb = torch.rand(1, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    ways = torch.randn(1, 24, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(lambda x: (net(x, ["block2"])["block2"] * ways).sum(), rgb, fast_mode=True)


def test_blocks_are_linear() -> None:
    net = features.load("lite0")
    found = net(torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0)), ["block7.expand", "block7", "head"])
    assert all(value.min() < 0 for value in found.values())


def test_folding_by_hand() -> None:
    bn = {"running_mean": 3.0, "running_var": 4.0 - 1e-3, "weight": 10.0, "bias": 0.5}
    state = {f"bn.{key}": torch.tensor([value]) for key, value in bn.items()}
    state |= {"conv.weight": torch.full((1, 1, 1, 1), 2.0), "conv.bias": torch.tensor([1.0])}
    made = folded(state, {"new": ("conv", "bn")}, eps=1e-3)  # 10 (2 x + 1 - 3) / 2 + 0.5
    torch.testing.assert_close(made["new.weight"], torch.full((1, 1, 1, 1), 10.0))
    torch.testing.assert_close(made["new.bias"], torch.tensor([-9.5]))
    made = folded(state, {"new": ("conv", None)}, eps=1e-3)
    assert made["new.weight"].item() == 2 and made["new.bias"].item() == 1
