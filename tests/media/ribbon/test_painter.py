"""RibbonPainter: what it renders, what flows back, and its file."""

from __future__ import annotations

import json
import struct
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch
import toys
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.frame import Frame
from wmpaint.media.ribbon import RibbonConfig, RibbonPainter
from wmpaint.media.ribbon.ribbon import RibbonNet
from wmpaint.medium import HasInfluence, HasLayout, HasReach, Medium, render
from wmpaint.metrics import psnr
from wmpaint.strokes import Strokes

WIDE = Canvas(1.5)


def halved(picture: Tensor, factor: int = 2) -> Tensor:
    return torch.nn.functional.avg_pool2d(picture[None], factor)[0]


# Pictures


@pytest.mark.parametrize("height", [1, 7, 48])
def test_shape_and_ground(height: int) -> None:
    painter = toys.painter()
    assert isinstance(painter, Medium) and isinstance(painter, HasReach)
    assert isinstance(painter, HasLayout) and isinstance(painter, HasInfluence)
    strokes = toys.strokes(5)
    picture = render(painter, strokes, Frame(WIDE, height)).mean
    assert picture.shape == (4, *WIDE.pixels(height)) and picture.dtype == torch.float32
    assert torch.allclose(picture[3], torch.ones(()))
    assert picture.min() >= 0 and picture.max() <= 1 + 1e-6
    empty = render(painter, Strokes.empty(), Frame(Canvas(background=(0.2, 0.4, 0.6)), height)).mean
    assert torch.equal(empty, torch.tensor([0.2, 0.4, 0.6, 1.0])[:, None, None].expand(4, height, height))


def test_transparent_ground_is_premultiplied() -> None:
    painter, strokes = toys.painter(), toys.strokes(5)
    clear = render(painter, strokes, Frame(Canvas(background=None), 48)).mean
    assert (clear[:3] <= clear[3] + 1e-6).all() and 0 <= clear[3].min() < 0.01 and clear[3].max() > 0.5
    ground = torch.tensor([0.9, 0.5, 0.1])
    laid = clear[:3] + (1 - clear[3]) * ground[:, None, None]
    direct = render(painter, strokes, Frame(Canvas(background=(0.9, 0.5, 0.1)), 48)).mean
    assert torch.allclose(laid, direct[:3], atol=1e-5)
    assert torch.equal(render(painter, Strokes.empty(), Frame(Canvas(background=None), 8)).mean, torch.zeros(4, 8, 8))


def test_one_opaque_color_stays_itself() -> None:
    # Whatever the network says, alpha-over of one color on the same color changes nothing.
    strokes = toys.strokes(5).replace(color=torch.tensor([0.3, 0.6, 0.9]).repeat(5, 1))
    picture, variance = render(toys.painter(), strokes, Frame(Canvas(background=(0.3, 0.6, 0.9)), 32))[:2]
    assert torch.allclose(picture[:3], torch.tensor([0.3, 0.6, 0.9])[:, None, None], atol=1e-6)
    assert float(variance.max()) < 1e-9


def test_lifted_strokes_are_not_painted() -> None:
    painter, strokes = toys.painter(), toys.strokes(6)
    lifted = torch.tensor([False, True, False, True, True, False])
    some = render(painter, strokes.replace(lifted=lifted), Frame(WIDE, 32)).mean
    assert torch.equal(some, render(painter, strokes[~lifted], Frame(WIDE, 32)).mean)
    assert not torch.allclose(some, render(painter, strokes, Frame(WIDE, 32)).mean)


def test_variance() -> None:
    strokes = toys.strokes(6)
    _, noisy = render(toys.painter(), strokes, Frame(WIDE, 32))[:2]
    _, quiet = render(toys.painter(noise=False), strokes, Frame(WIDE, 32))[:2]
    assert noisy.shape == (32, 48) and noisy.min() >= 0 and noisy.max() > 1e-3
    assert float(quiet.max()) < 1e-9
    assert torch.equal(
        render(toys.painter(), strokes, Frame(WIDE, 32)).mean, render(toys.painter(), strokes, Frame(WIDE, 32))[:2][0]
    )


def test_a_plan_made_before_small_moves() -> None:
    painter, strokes = toys.painter(), toys.strokes(12, radius=(0.01, 0.04))
    layout = painter.layout(strokes, Frame(WIDE, 64), slack=0.02, tile=4)
    moved = strokes.replace(points=strokes.points + 0.009)
    for a, b in zip(
        render(painter, moved, Frame(WIDE, 64), layout=layout)[:2],
        render(painter, moved, Frame(WIDE, 64))[:2],
        strict=True,
    ):
        assert torch.allclose(a, b, atol=1e-5)
    assert layout.pairs > painter.layout(strokes, Frame(WIDE, 64), tile=4).pairs


def test_double_precision() -> None:
    painter, strokes = toys.painter(), toys.strokes(4)
    single = render(painter, strokes, Frame(WIDE, 32)).mean
    painter.net.double()
    double = render(painter, strokes.to(torch.float64), Frame(WIDE, 32)).mean
    assert double.dtype == torch.float64
    assert float((double - single).abs().max()) < 1e-3


# Gradients


def test_gradients_reach_strokes_and_weights() -> None:
    painter = toys.painter().requires_grad_(True)
    strokes = toys.strokes(5).map(lambda value: value.clone().requires_grad_())
    picture, variance = render(painter, strokes, Frame(WIDE, 32))[:2]
    (picture.square().mean() + variance.mean()).backward()
    for name in ("points", "radius", "pressure", "color"):
        gradient = getattr(strokes, name).grad
        assert gradient is not None and gradient.isfinite().all(), name
        assert (gradient.reshape(5, -1) != 0).any(1).all(), f"{name} of each stroke"
    for name, weight in painter.net.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all() and weight.grad.any(), name


def test_gradients_point_downhill() -> None:
    painter = toys.painter(noise=False)
    painter.net.double()
    strokes = toys.strokes(3).to(torch.float64)
    target = torch.rand(4, 24, 24, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def loss(at: Strokes) -> Tensor:
        return (render(painter, at, Frame(Canvas(), 24)).mean - target).square().sum()

    for name in ("points", "radius", "pressure", "color"):
        value = getattr(strokes, name).clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(strokes.replace(**{name: value})), value)
        step = 1e-6 * gradient / gradient.norm()
        up, down = (loss(strokes.replace(**{name: value.detach() + sign * step})) for sign in (1, -1))
        assert ((up - down) / 2e-6).item() == pytest.approx(gradient.norm().item(), rel=2e-3), name


@pytest.mark.parametrize("program_height", [None, 256])
def test_odd_strokes_are_finite_and_so_are_their_gradients(program_height: int | None) -> None:
    painter = toys.painter().requires_grad_(True)
    strokes = toys.odd_strokes().map(lambda value: value.clone().requires_grad_())
    picture, variance = render(painter, strokes, Frame(WIDE, 32, program_height=program_height))[:2]
    assert picture.isfinite().all() and variance.isfinite().all()
    (picture.sum() + variance.sum()).backward()
    for name in ("points", "radius", "pressure", "color"):
        assert getattr(strokes, name).grad.isfinite().all(), name
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in painter.net.parameters())


@pytest.mark.parametrize("gap", [0.0, 1e-4, 0.003, 0.01, 0.03, 0.1])
def test_hairpins_show_no_tears(gap: float) -> None:
    # Drawn large, neighboring pixels differ by little, except across an edge the profile makes itself.
    points = torch.tensor([[[0.5 - gap / 2, 0.8], [0.5, -0.5], [0.5 + gap / 2, 0.8]]])
    one = torch.ones(1)
    strokes = Strokes(points, 0.12 * one, torch.tensor([[0.6, 0.6]]), torch.zeros(1, 3))
    painter = RibbonPainter().requires_grad_(False)  # new: nearly uniform along the stroke
    alpha = 1 - render(painter, strokes, Frame(Canvas(), 256, program_height=16)).mean[0]
    assert alpha.max() > 0.8
    jumps = [(alpha[1:] - alpha[:-1]).abs().max().item(), (alpha[:, 1:] - alpha[:, :-1]).abs().max().item()]
    assert max(jumps) < 0.05


# Size


def test_beyond_the_trained_radius_a_stroke_is_magnified() -> None:
    painter = toys.painter(radius=(0.5, 4.0))
    strokes = toys.strokes(6, radius=(0.1, 0.2))  # 6.4 to 12.8 pixels at height 64
    small, large = (painter.ribbons(strokes, Frame(Canvas(), height)) for height in (64, 128))
    assert torch.allclose(small.logits, large.logits, atol=1e-4)
    assert torch.allclose(2 * small.half_width, large.half_width, rtol=1e-5)
    pictures = [render(painter, strokes, Frame(Canvas(), height)).mean for height in (256, 128)]
    assert psnr(halved(pictures[0]), pictures[1]) > 40
    # Within the range a larger stroke is not a magnified one: the network is asked again.
    within = toys.strokes(6, radius=(0.01, 0.02))
    one, other = (painter.ribbons(within, Frame(Canvas(), height)).logits for height in (64, 128))
    assert not torch.allclose(one, other, atol=1e-2)


def test_below_the_trained_radius_a_stroke_is_reduced() -> None:
    painter = toys.painter(radius=(2.0, 64.0))
    strokes = toys.strokes(6, radius=(0.005, 0.01))  # up to 0.64 pixels
    first, second = (painter.ribbons(strokes, Frame(Canvas(), height)) for height in (64, 32))
    assert torch.allclose(first.logits, second.logits, atol=1e-4)
    assert torch.allclose(first.half_width, 2 * second.half_width, rtol=1e-5)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_a_smaller_picture_is_the_program_s_picture_reduced(factor: int) -> None:
    painter, strokes = toys.painter(noise=False), toys.strokes(10, radius=(0.015, 0.06), seed=2)
    full = render(painter, strokes, Frame(Canvas(), 256)).mean
    small = render(painter, strokes, Frame(Canvas(), 256 // factor, program_height=256)).mean
    naive = render(painter, strokes, Frame(Canvas(), 256 // factor)).mean
    assert psnr(halved(full, factor), small) > 36
    assert psnr(halved(full, factor), small) > psnr(halved(full, factor), naive) + 3


def test_program_height_of_the_picture_itself_changes_nothing() -> None:
    painter, strokes = toys.painter(), toys.strokes(5)
    same = render(painter, strokes, Frame(Canvas(), 48, program_height=48)).mean
    assert torch.equal(same, render(painter, strokes, Frame(Canvas(), 48)).mean)


# Files


@pytest.mark.parametrize(
    "config", [{}, {"noise": False, "direction": False}, {"dabs": (1.0,) * 6 + (2.5,) * 12, "body": 5}]
)
def test_a_file_comes_back_exactly(tmp_path: Path, config: dict[str, Any]) -> None:
    painter = toys.painter(seed=3, **config)
    painter.notes["report"] = {"error_share": 0.0123, "by_radius": [0.1, 0.2]}
    painter.save(tmp_path / "one.safetensors")
    loaded = RibbonPainter.load(tmp_path / "one.safetensors")
    assert loaded.config == painter.config and loaded.notes == painter.notes and loaded.info == painter.info
    assert (loaded.brush, loaded.brush_hash) == ("toy", f"{3:064x}")
    for name, weight in painter.net.state_dict().items():
        assert torch.equal(loaded.net.state_dict()[name], weight.half().float()), name
    assert not any(weight.requires_grad for weight in loaded.net.parameters())
    loaded.save(tmp_path / "two.safetensors")
    assert load_file(tmp_path / "two.safetensors").keys() == load_file(tmp_path / "one.safetensors").keys()
    again = RibbonPainter.load(tmp_path / "two.safetensors")
    assert again.config == loaded.config and again.info == loaded.info
    strokes = toys.strokes(4)
    pictures = [render(p, strokes, Frame(Canvas(), 32)).mean for p in (loaded, again)]
    assert torch.equal(*pictures)
    assert float((pictures[0] - render(painter, strokes, Frame(Canvas(), 32)).mean).abs().max()) < 0.02
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.safetensors", "two.safetensors"]
    assert painter.weights_hash() == loaded.weights_hash() == again.weights_hash()


def test_other_weights_or_sizes_have_another_hash() -> None:
    painters = [toys.painter(), toys.painter(seed=1), toys.painter(reach=(1.9, 0.0, 1.0)), toys.painter(hidden=9)]
    assert len({painter.weights_hash() for painter in painters}) == 4
    assert toys.painter().double().weights_hash() == toys.painter().weights_hash()


def refused(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        RibbonPainter.load(path)
    message = str(caught.value)
    assert "\n" not in message and message.startswith("expected") and path.name in message and len(message) < 400
    return message


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.safetensors"
    toys.painter().save(path)
    return path


def test_files_that_are_no_painters(tmp_path: Path, good: Path) -> None:
    assert "none" in refused(tmp_path / "absent.safetensors")
    refused(tmp_path)
    path = tmp_path / "bad.safetensors"
    data = good.read_bytes()
    header = struct.unpack("<Q", data[:8])[0]
    cuts = [0, 1, 7, 8, 9, 8 + header // 2, 8 + header - 1, 8 + header, 8 + header + 1, len(data) // 2, len(data) - 1]
    for content in [data[:cut] for cut in cuts] + [b"\x89PNG" + bytes(100), data + b"more", bytes(1000)]:
        path.write_bytes(content)
        refused(path)
    path.write_bytes(b"\xff" * 7 + b"\x7f" + data[8:])  # a header of 2^63 bytes
    refused(path)
    save_file({"weight": torch.zeros(3)}, str(path))
    assert "None" in refused(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate(1 << 34)  # 16 GiB, of which nothing is on the disk
    assert "MiB" in refused(path)


def rewritten(good: Path, tensors: dict[str, Tensor] | None = None, **meta: str) -> Path:
    """The good file with other metadata or tensors."""
    data = good.read_bytes()
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    path = good.with_name("other.safetensors")
    save_file(load_file(good) if tensors is None else tensors, str(path), metadata=header["__metadata__"] | meta)
    return path


def test_foreign_metadata(good: Path) -> None:
    assert RibbonPainter.load(rewritten(good)).brush == "toy"
    assert "wmpaint-ribbon-9" in refused(rewritten(good, format="wmpaint-ribbon-9"))
    config = toys.painter().config.as_dict()
    nan, inf = float("nan"), float("inf")
    wrong: dict[str, list[Any]] = {
        "body": [10**9, 0, 1, True, 2.0, None], "caps": [2.5, 0, False], "columns": [16, 1, True, 513, -3],
        "hidden": ["8", -8, 1, 10**400], "direction": [1, 0, None, "yes"], "timed": [0.0], "noise": ["false"],
        "reach": [[1, 2], [1, -2, 0], [1e9, 0, 0], None, [nan, 0, 0], [0, 1, 1], [True, 0, 0], [[1], 0, 0], "123"],
        "radius": [[0.5], ["a", "b"], [1, inf], [0, 4], [4, 1], [0.0, 0.0], [-1, 4], [1e-30, 4], 5, {"0": 1, "1": 2}],
        "dabs": [[1], [1] * 6, [None] * 12, [1] * 13, [-1] * 12, [True] * 12], "ellipse": [[1], [1, nan], [1, 1e9]],
        "surprise": [1],
    }  # fmt: skip
    bad: list[Any] = [config | {name: value} for name, values in wrong.items() for value in values]
    bad += [[], None, "text", 5, {"body": 512, "hidden": 512, "columns": 511}]
    for value in bad:
        refused(rewritten(good, config=json.dumps(value)))
    for text in ("", "{", "[" * 100_000, "{}" * 3):
        refused(rewritten(good, config=text))
        refused(rewritten(good, info=text))
    for info in ("5", "[1]", "null", '"x"', '{"a": NaN}', '[["brush", "x"]]'):
        refused(rewritten(good, info=info))
    surrogate = r'{"%s": "\ud800"}'  # which no file takes, and no terminal
    for name in ("brush", "brush_hash", "program", "definition", "report"):
        for text in ("3", "null", "[]", "true"):
            assert name in refused(rewritten(good, info=f'{{"{name}": {text}}}'))
        refused(rewritten(good, info=surrogate % name))
    refused(rewritten(good, info=surrogate % "unknown"))
    assert RibbonPainter.load(rewritten(good, info='{"unknown": [1, {"x": "\u00e4"}]}')).brush == ""


def test_foreign_weights(good: Path) -> None:
    weights = load_file(good)
    name = next(iter(weights))
    refused(rewritten(good, {}))
    refused(rewritten(good, {k: v for k, v in weights.items() if k != name}))
    refused(rewritten(good, weights | {"extra": torch.zeros(2)}))
    refused(rewritten(good, weights | {name: torch.zeros(2, 2)}))
    for kind in (torch.float32, torch.float64, torch.bfloat16, torch.int8, torch.bool):
        assert "float16" in refused(rewritten(good, weights | {name: weights[name].to(kind)}))
    for value in (float("nan"), float("inf")):
        assert "finite" in refused(rewritten(good, weights | {name: torch.full_like(weights[name], value)}))


NUMBERS = st.one_of(
    st.sampled_from([0, 1, 2, 3, 5, 17, 0.01, 0.5, -1, 1e-9, 360, 1000, 10_000, 1e30, True, None, "1", float("nan")]),
    st.integers(-2, 20), st.floats(0, 1000),
)  # fmt: skip
LISTS = st.sampled_from([0, 1, 2, 3, 6, 12, 18]).flatmap(lambda n: st.lists(NUMBERS, min_size=n, max_size=n))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(st.sampled_from([f.name for f in fields(RibbonConfig)]), NUMBERS | LISTS, max_size=3),
    scale=st.sampled_from([0.0, 1.0, 60_000.0]),
    seed=st.integers(0, 99),
)
@example(changes={"body": 2, "caps": 1, "columns": 3, "hidden": 2}, scale=60_000.0, seed=1)
def test_whatever_loads_can_paint(good: Path, changes: dict[str, Any], scale: float, seed: int) -> None:
    config = {"hidden": 4, "body": 3, "columns": 5} | changes
    try:
        made = RibbonConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in config.items()})
    except InputError:
        refused(rewritten(good, config=json.dumps(config)))
        return
    chance = torch.Generator().manual_seed(seed)
    weights = {
        name: (scale * torch.randn(value.shape, generator=chance).sign()).half()
        for name, value in RibbonNet(made).state_dict().items()
    }
    painter = RibbonPainter.load(rewritten(good, weights, config=json.dumps(config)))
    given_strokes = toys.odd_strokes()[seed % len(toys.odd_strokes())]
    picture, variance = render(painter, given_strokes, Frame(WIDE, 9, program_height=(9, 64)[seed % 2]))[:2]
    assert picture.isfinite().all() and variance.isfinite().all()


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.torch

    path = tmp_path / "kept.safetensors"
    toys.painter().save(path)
    before = path.read_bytes()

    def full(tensors: Any, name: str, metadata: Any = None) -> None:
        Path(name).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(FileError, match="disk is full"):
        toys.painter(seed=1).save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileError):
        toys.painter().save(tmp_path / "absent" / "p.safetensors")


def test_a_canvas_too_large_is_refused() -> None:
    with pytest.raises(InputError):
        render(toys.painter(), toys.strokes(1), Frame(WIDE, 16_000))
    with pytest.raises(InputError):
        render(toys.painter(), toys.strokes(1), Frame(WIDE, 0))
    for program_height in (0, -1, float("nan"), float("inf"), "512", 16_000):
        with pytest.raises(InputError):
            render(toys.painter(), toys.strokes(1), Frame(WIDE, 8, program_height=program_height))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points", float("nan")), ("points", float("inf")), ("points", 1e30), ("radius", 0.0), ("radius", -0.1),
        ("radius", float("nan")), ("pressure", float("nan")), ("pressure", 5.0), ("color", float("nan")),
    ],
)  # fmt: skip
def test_strokes_out_of_range_are_refused(name: str, value: float) -> None:
    strokes = toys.strokes(3)
    column = getattr(strokes, name).clone()
    column[1] = value
    strokes = strokes.replace(**{name: column})
    with pytest.raises(InputError, match=f"expected {name} of stroke 1 in"):
        render(toys.painter(), strokes, Frame(Canvas(), 16))


def test_all_strokes_in_range_are_painted() -> None:
    far = torch.tensor([[[-64.0, -64], [64, 64], [64, -64]], [[0.2, 0.2], [0.5, 0.9], [0.8, 0.2]]])
    for radius in (1e-8, 16.0):
        size, pressure = torch.full((2,), radius), torch.tensor([[0.0, 1], [1, 0]])
        strokes = Strokes(far, size, pressure, torch.tensor([[0.0, 0, 0], [1, 1, 1]]))
        strokes = strokes.check().map(lambda value: value.clone().requires_grad_())
        picture, variance = render(toys.painter(), strokes, Frame(Canvas(), 24))[:2]
        (picture.sum() + variance.sum()).backward()
        assert picture.isfinite().all() and variance.isfinite().all() and strokes.points.grad is not None
        assert strokes.points.grad.isfinite().all()
