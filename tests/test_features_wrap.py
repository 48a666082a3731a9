"""Any module becomes a `FeatureNet`: its layers are caught, the pass ends early, the module stays as it was."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from wmpaint.errors import InputError
from wmpaint.features import wrap


class Tiny(nn.Module):
    """Maps and vectors, ReLU in place, a module called twice, a branch on the input, and a catch-all."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 6, 2, stride=2),
        )
        self.act = nn.ReLU()
        self.pair = Pair()
        self.unused = nn.ReLU()
        self.fc = nn.Linear(6, 5)
        self.passes = 0
        for value in self.parameters():
            nn.init.normal_(value, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        try:
            x = self.act(self.body(x))
        except Exception as error:
            raise AssertionError("the end of a pass was caught by the module") from error
        if x.sum() < 0:
            raise RuntimeError("never after ReLU")
        x = self.act(2 * self.pair(x)[0])
        x = self.fc(x.mean((2, 3)))
        self.passes += 1
        return x


class Pair(nn.Module):
    """Gives a tuple."""

    def forward(self, x: Tensor) -> tuple[Tensor, str]:
        return x - 1, "and more"


LAYERS = {"first": "body.0", "norm": "body.1", "deep": "body.3", "act": "act", "pair": "pair", "logits": "fc"}
MEAN, STD = (0.1, 0.2, 0.3), (1.0, 2.0, 4.0)


def expected(module: Tiny, rgb: Tensor) -> dict[str, Tensor]:
    """The layers by hand."""
    found = {"first": module.body[0]((rgb - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None])}
    found["norm"] = module.body[1](found["first"])
    found["deep"] = module.body[3](found["norm"].relu())
    found["act"] = found["deep"].relu()
    found["pair"] = found["act"] - 1
    found["logits"] = module.fc((2 * found["pair"]).relu().mean((2, 3)))
    return found


def test_layers_are_those_computed_by_hand() -> None:
    module = Tiny().eval()
    net = wrap(module, LAYERS, mean=MEAN, std=STD, labels=["a, first", "b", "c", "d", "e"], size=32)
    rgb = torch.rand(2, 3, 16, 24)
    by_hand = expected(module, rgb)
    for layers in ([*LAYERS], [*LAYERS][::-1], ["deep", "first"], ["logits"], ["pair"]):
        found = net(rgb, layers)
        assert list(found) == layers
        for name in layers:
            torch.testing.assert_close(found[name], by_hand[name])


def test_what_it_says_about_its_layers() -> None:
    net = wrap(Tiny(), dict(reversed(LAYERS.items())), labels=["a, first", "b", "c", "d", "e"], size=32)
    assert net.layers == tuple(LAYERS)  # in order of depth, however they were given
    assert [net.channels(name) for name in net.layers] == [4, 4, 6, 6, 6, 5]
    assert [net.stride(name) for name in net.layers] == [2, 2, 4, 4, 4, 4]
    assert net.smallest("deep") == 8 and net.name == "Tiny"
    assert net.labels == ("a", "b", "c", "d", "e") and net.class_index("first") == 0
    assert net.default_style_layers == net.layers and net.default_content_layers == ("logits",)


def test_paths_can_be_the_names_and_the_whole_module_a_layer() -> None:
    module = Tiny()
    net = wrap(module, ["body.3", ""], name="mine", size=32)
    assert net.layers == ("body.3", "") and net.name == "mine" and net.labels is None
    torch.testing.assert_close(net(torch.full((3, 8, 8), 0.5), [""])[""].shape, torch.Size([1, 5]))
    with pytest.raises(InputError, match="expected a network with class names to find 'daisy', got mine"):
        net.class_index("daisy")


def test_the_pass_ends_at_the_deepest_layer() -> None:
    net = wrap(Tiny(), LAYERS, size=32)
    tiny = net.trunk.module
    before = tiny.passes
    net(torch.rand(3, 16, 16), ["pair", "first"])
    net(torch.rand(3, 16, 16), ["logits"])
    assert tiny.passes == before


def test_the_module_is_left_as_it_is() -> None:
    module = Tiny().train()
    rgb = torch.rand(1, 3, 16, 16, requires_grad=True)
    net = wrap(module, LAYERS, size=32)
    net(rgb, ["logits"])["logits"].sum().backward()
    assert rgb.grad is not None and bool(rgb.grad.any())
    assert module.training and all(value.requires_grad and value.grad is None for value in module.parameters())
    assert module.passes == 0 and int(module.body[1].num_batches_tracked) == 0
    assert not any(part._forward_hooks for part in [*module.modules(), *net.modules()])


def test_hooks_are_removed_when_the_module_fails() -> None:
    net = wrap(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(2 * 30 * 30, 4)), ["0", "2"], size=32)
    with pytest.raises(RuntimeError):
        net(torch.rand(3, 40, 40), ["2"])
    assert not any(part._forward_hooks for part in net.modules())


def test_calls_at_the_same_time_do_not_mix() -> None:
    module = Tiny().eval()
    net = wrap(module, LAYERS, mean=MEAN, std=STD, size=32)
    start = threading.Barrier(4)

    def ask(seed: int) -> None:
        rgb = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(seed))
        by_hand = expected(module, rgb)
        layers = [[*LAYERS], ["first"], ["norm", "pair"], ["logits"]][seed % 4]
        start.wait(timeout=30)
        for _ in range(50):
            for name, value in net(rgb, layers).items():
                torch.testing.assert_close(value, by_hand[name])

    with torch.no_grad(), ThreadPoolExecutor(4) as pool:
        list(pool.map(torch.no_grad()(ask), range(4)))


class Words(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"out": x}


PARTS = "body, body.0, body.1, body.2, body.3, act, pair, unused, fc"


@pytest.mark.parametrize(
    ("module", "layers", "message"),
    [
        (Tiny(), ["body.9"], f"expected a submodule of Tiny out of {PARTS}, got 'body.9': did you mean body.3?"),
        (Tiny(), {"x": "zzzzzz"}, f"expected a submodule of Tiny out of {PARTS}, got 'zzzzzz'"),
        (Tiny(), [], "expected at least one layer of Tiny, got none"),
        (Tiny(), ["body.0", "unused"], "expected Tiny to pass through 'unused', got a pass that never calls it"),
        (nn.Sequential(Words()), ["0"], "expected maps or vectors from '0' of Sequential, got dict"),
    ],
)
def test_wrong_layers_are_refused(module: nn.Module, layers: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        wrap(module, layers, size=32)
    assert str(caught.value) == message


def test_a_module_that_takes_no_pictures_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected Linear to take a picture \[1, 3, 32, 32\], got RuntimeError: mat1"):
        wrap(nn.Linear(7, 2), [""], size=32)
