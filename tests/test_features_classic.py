"""VGG and GoogLeNet take state dicts of torchvision's names, and compute what those names say."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from wmpaint.features.classic import VGG_DEPTHS, GoogLeNet, Vgg
from wmpaint.features.net import measure_layers

MEAN, STD = torch.tensor([0.485, 0.456, 0.406])[:, None, None], torch.tensor([0.229, 0.224, 0.225])[:, None, None]

# Where torchvision's VGG16 and VGG19 have their convolutions: ReLU and pooling count, too.
VGG_PLACES = {
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
}
VGG_PARAMETERS = {"vgg16": 138_357_544, "vgg19": 143_667_240}


def published(trunk: GoogLeNet, generator: torch.Generator) -> dict[str, Tensor]:
    """Random weights under torchvision's names for GoogLeNet, with the auxiliary head that wmpaint leaves out."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    def unit(name: str, conv: nn.Module) -> dict[str, Tensor]:
        assert isinstance(conv, nn.Conv2d)
        outputs, inputs, side, _ = conv.weight.shape
        return {
            f"{name}.conv.weight": normal(outputs, inputs, side, side) / (inputs * side * side) ** 0.5,
            f"{name}.bn.weight": 1 + 0.1 * normal(outputs),
            f"{name}.bn.bias": 0.1 * normal(outputs),
            f"{name}.bn.running_mean": 0.1 * normal(outputs),
            f"{name}.bn.running_var": 1 + 0.1 * normal(outputs).abs(),
            f"{name}.bn.num_batches_tracked": torch.tensor(0),
        }

    state = {"fc.weight": 0.03 * normal(1000, 1024), "fc.bias": normal(1000), "aux1.fc1.bias": normal(1024)}
    for i, conv in enumerate(trunk.stem, 1):
        state |= unit(f"conv{i}", conv)
    places = ("branch1", "branch2.0", "branch2.1", "branch3.0", "branch3.1", "branch4.1")
    for name, block in trunk.inceptions.items():
        for place, conv in zip(places, block.children(), strict=True):
            state |= unit(f"inception{name}.{place}", conv)
    return state


def unit(x: Tensor, state: dict[str, Tensor], name: str, **how: int) -> Tensor:
    x = F.conv2d(x, state[f"{name}.conv.weight"], **how)
    bn = [state[f"{name}.bn.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
    return F.relu(F.batch_norm(x, *bn, eps=0.001))


def googlenet(state: dict[str, Tensor], rgb: Tensor) -> dict[str, Tensor]:
    """The plain, unfolded twin. torchvision turns its own normalization into the one that TensorFlow had."""
    x = (rgb - MEAN) / STD
    x = x * (STD / 0.5) + (MEAN - 0.5) / 0.5
    found = {"conv1": unit(x, state, "conv1", stride=2, padding=3)}
    found["conv2"] = unit(F.max_pool2d(found["conv1"], 3, 2, ceil_mode=True), state, "conv2")
    x = found["conv3"] = unit(found["conv2"], state, "conv3", padding=1)
    for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        if name in ("3a", "4a"):
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        if name == "5a":
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        at = f"inception{name}"
        two = unit(unit(x, state, f"{at}.branch2.0"), state, f"{at}.branch2.1", padding=1)
        three = unit(unit(x, state, f"{at}.branch3.0"), state, f"{at}.branch3.1", padding=1)
        four = unit(F.max_pool2d(x, 3, 1, padding=1), state, f"{at}.branch4.1")
        x = found[at] = torch.cat([unit(x, state, f"{at}.branch1"), two, three, four], 1)
    found["logits"] = F.linear(x.mean((2, 3)), state["fc.weight"], state["fc.bias"])
    return found


@torch.no_grad()
def test_googlenet_is_the_unfolded_twin() -> None:
    trunk, generator = GoogLeNet(), torch.Generator().manual_seed(0)
    state = published(trunk, generator)
    trunk.load(state)
    rgb = torch.rand(1, 3, 96, 75, generator=generator)
    expected, found = googlenet(state, rgb), dict(trunk.walk(rgb))
    assert [name for name in found if not name.endswith(".linear")] == list(expected)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=1e-4, rtol=1e-4)
        if name != "logits":
            torch.testing.assert_close(F.relu(found[f"{name}.linear"]), found[name])
            assert found[f"{name}.linear"].min() < 0
    layers = measure_layers(found, 96)
    assert set(GoogLeNet.style + GoogLeNet.content) <= set(layers)
    assert layers["inception4b"].channels == 512 and layers["logits"].channels == 1000


@torch.no_grad()
@pytest.mark.parametrize("name", VGG_DEPTHS)
def test_vgg_takes_each_convolution_from_its_place(name: str) -> None:
    with torch.device("meta"):
        trunk = Vgg(VGG_DEPTHS[name])
    assert sum(value.numel() for value in trunk.parameters()) == VGG_PARAMETERS[name]
    generator = torch.Generator().manual_seed(0)
    state = {}
    for place, conv in zip(VGG_PLACES[name], trunk.convs, strict=True):
        shape = conv.weight.shape
        state[f"features.{place}.weight"] = torch.randn(shape, generator=generator) * (2 / shape[1:].numel()) ** 0.5
        state[f"features.{place}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)
    for i, layer in zip((0, 3, 6), trunk.fc, strict=True):  # one number stands for all: these are large
        state[f"classifier.{i}.weight"] = torch.tensor(float(i)).expand(layer.weight.shape)
        state[f"classifier.{i}.bias"] = torch.tensor(float(i)).expand(layer.bias.shape)
    trunk.load(state)

    rgb = torch.rand(1, 3, 32, 48, generator=generator)
    found = trunk(rgb, frozenset(f"relu5_{i}" for i in (1, VGG_DEPTHS[name][-1])))
    x = (rgb - MEAN) / STD
    places = VGG_PLACES[name]
    for i in range(places[-1] + 1):
        if i in places:
            x = F.conv2d(x, state[f"features.{i}.weight"], state[f"features.{i}.bias"], padding=1)
        else:
            x = F.relu(x) if i - 1 in places else F.max_pool2d(x, 2)
    torch.testing.assert_close(found[f"relu5_{VGG_DEPTHS[name][-1]}"], F.relu(x))
    assert found["relu5_1"].shape == (1, 512, 2, 3)
    assert [float(layer.weight[0, 0]) for layer in trunk.fc] == [0, 3, 6]


def test_a_state_dict_of_another_network_is_refused() -> None:
    with torch.device("meta"):
        trunk = Vgg(VGG_DEPTHS["vgg16"])
    with pytest.raises(KeyError, match="classifier"):
        trunk.load({})
