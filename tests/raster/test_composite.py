"""Both tile rasterizers against their dense twin, forward and backward, and against values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import dense
import pytest
import torch
from scenes import BODY, CAPS, COLUMNS, Scene, scene, straight_ribbon, tight
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.raster import Layout, Ribbons, arrange, compiled, composite, sample, tensors
from wmpaint.raster.tiles import chunks

both = pytest.mark.parametrize("compile", [False, True], ids=["tensors", "compiled"])
SIZE = {"height": 19, "width": 26}


def pull(draw: Any, given: Scene, **options: Any) -> list[Tensor]:
    """Mean and variance, and the gradients to all inputs under random cotangents."""
    leaves = given.leaves()
    outputs = draw(*leaves, **options)
    chance = torch.Generator().manual_seed(5)
    weights = [torch.randn(out.shape, generator=chance, dtype=torch.float64).to(out) for out in outputs]
    total = sum((out * weight).sum() for out, weight in zip(outputs, weights, strict=True))
    assert isinstance(total, Tensor)
    total.backward()  # type: ignore[no-untyped-call]
    gradients = [leaf.grad for leaf in leaves.ribbons[:5]]
    assert all(gradient is not None for gradient in gradients)
    return [*(out.detach() for out in outputs), *(g for g in gradients if g is not None)]


def assert_like_the_twin(given: Scene, *, tile: int = 8, precise: float = 1e-6, **size: int) -> None:
    size = SIZE | size
    slow = pull(dense.composite, given, **size)
    layout = arrange(given.points, given.half_width, size["height"], size["width"], tile)
    names = ("mean", "variance", "points", "radius", "half_width", "logits", "color")
    for compile in (False, True):
        fast = pull(composite, given, **size, layout=layout, compile=compile)
        for name, a, b in zip(names, fast, slow, strict=True):
            assert a.shape == b.shape, name
            # The twin finds its closest points by sampling, to some 1e-8.
            off = float((a - b).abs().max()) / (1 + float(b.abs().max()))
            assert off < precise, f"{name} {'compiled' if compile else 'in tensors'}"


@pytest.mark.parametrize("seed", range(4))
def test_mixed_scenes(seed: int) -> None:
    assert_like_the_twin(scene(7, 19, 26, seed=seed))


@pytest.mark.parametrize("straight", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(2))
def test_one_stroke(straight: float, seed: int) -> None:
    assert_like_the_twin(scene(1, 19, 26, seed=seed, straight=straight))


@both
def test_no_strokes(compile: bool) -> None:
    given = scene(0, 19, 26)
    mean, variance = composite(*given.leaves(), **SIZE, compile=compile)
    assert torch.equal(mean, given.background[:, None, None].expand(3, 19, 26)) and not variance.any()
    slow, _ = dense.composite(*given, **SIZE)
    assert torch.equal(mean, slow)
    (mean.sum() + variance.sum()).backward()  # type: ignore[no-untyped-call]


@both
def test_a_picture_as_the_ground(compile: bool) -> None:
    given, chance = scene(5, 19, 26, seed=3), torch.Generator().manual_seed(2)
    ground = torch.rand(3, 19, 26, generator=chance, dtype=torch.float64)
    spread = 0.01 * torch.rand(19, 26, generator=chance, dtype=torch.float64)
    found = []
    for draw, more in ((composite, {"compile": compile}), (dense.composite, {})):
        below, unsure = ground.clone().requires_grad_(), spread.clone().requires_grad_()
        leaves = given.leaves().replace(background=below)
        mean, variance = draw(*leaves, **SIZE, spread=unsure, **more)  # type: ignore[operator]
        ((mean * ground.flip(1)).sum() + (variance * spread.flip(0)).sum() * 50).backward()
        found.append([mean, variance, below.grad, unsure.grad, leaves.points.grad, leaves.ribbons.color.grad])
    for fast, slow in zip(*found, strict=True):
        assert fast is not None and slow is not None and torch.allclose(fast, slow, atol=1e-6)
    # In two passes, one on what the other left, as in one.
    first, second = (given.map(lambda value, part=part: value[part]) for part in (slice(0, 2), slice(2, 5)))
    beneath = composite(first.ribbons, ground, **SIZE, spread=spread, compile=compile)
    above = composite(second.ribbons, beneath[0], **SIZE, spread=beneath[1], compile=compile)
    assert torch.allclose(above[0], found[0][0]) and torch.allclose(above[1], found[0][1])
    with pytest.raises(InputError, match="expected a background of 19 x 26 pixels"):
        composite(given.ribbons, ground[:, 1:], **SIZE, compile=compile)


@both
def test_strokes_wholly_outside(compile: bool) -> None:
    given = scene(6, 19, 26)
    away = torch.tensor([[300.0, 0], [-300, 0], [0, 300], [0, -300], [1e6, 1e6], [-60, -60]], dtype=torch.float64)
    given = given.replace(points=given.points + away[:, None])
    assert arrange(given.points, given.half_width, 19, 26).pairs == 0
    mean, variance, *gradients = pull(composite, given, **SIZE, compile=compile)
    assert torch.equal(mean, given.background[:, None, None].expand(3, 19, 26)) and not variance.any()
    assert not any(gradient.any() for gradient in gradients)
    assert torch.equal(mean, dense.composite(*given, **SIZE)[0])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 23), (17, 1), (16, 16), (33, 7)])
def test_sizes(height: int, width: int) -> None:
    assert_like_the_twin(scene(5, height, width, seed=3), height=height, width=width)


@pytest.mark.parametrize("tile", [1, 3, 4, 16, 64])
def test_tile_sizes(tile: int) -> None:
    assert_like_the_twin(scene(5, 19, 26, seed=4), tile=tile)


@pytest.mark.parametrize("channels", [1, 4])
def test_channels(channels: int) -> None:
    assert_like_the_twin(scene(5, 19, 26, seed=5, channels=channels))


def test_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    given = scene(8, 19, 26, seed=6)
    whole = pull(composite, given, **SIZE, compile=False)
    monkeypatch.setattr(tensors, "chunks", lambda layout: chunks(layout, 1000))
    assert len(chunks(arrange(given.points, given.half_width, 19, 26), 1000)) > 3
    for a, b in zip(pull(composite, given, **SIZE, compile=False), whole, strict=True):
        assert torch.allclose(a, b, atol=1e-10)
    assert_like_the_twin(given)


def test_little_is_kept_for_gradients() -> None:
    given = scene(20, 40, 40).leaves()
    kept: list[int] = []

    def keep(value: Tensor) -> Tensor:
        kept.append(value.numel())
        return value

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        composite(*given, height=40, width=40, compile=False)
    pairs = arrange(given.points.detach(), given.half_width.detach(), 40, 40).pairs
    assert kept and sum(kept) < 64 * pairs  # less than one number a pixel of each pair, which takes some forty


@both
def test_the_picture_is_of_the_grounds_precision(compile: bool) -> None:
    given = scene(4, 19, 26)
    ground = given.background.float()
    for single, double in zip(
        composite(given.ribbons, ground, **SIZE, compile=compile), composite(*given, **SIZE), strict=True
    ):
        assert single.dtype == torch.float32 and torch.allclose(single.double(), double, atol=1e-6)


def test_with_less_memory_the_backward_pass_draws_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = scene(8, 19, 26, seed=6)
    whole = pull(composite, given, **SIZE, compile=True)
    monkeypatch.setattr(compiled, "KEPT_BYTES", 20_000)
    for a, b in zip(pull(composite, given, **SIZE, compile=True), whole, strict=True):
        assert torch.allclose(a, b, atol=1e-10)


@pytest.mark.parametrize("gap", [0.3, 2.0, 6.0])
def test_hairpins(gap: float) -> None:
    given = scene(4, 19, 26, seed=7, straight=0.0)
    points = given.points.clone()
    points[:, 2] = points[:, 0] + gap * torch.tensor([0.8, 0.6], dtype=torch.float64)
    assert_like_the_twin(given.replace(points=points))


@pytest.mark.parametrize("seed", range(4))
def test_bends_tighter_than_the_brush(seed: int) -> None:
    assert_like_the_twin(tight(5, 19, 26, seed=seed))


@pytest.mark.parametrize("path", ["tensors", "compiled", "twin"])
@pytest.mark.parametrize("skew", [0.0, 8.0])
def test_no_jump_where_the_nearest_of_two_passes_changes(path: str, skew: float) -> None:
    # A bend of radius 5 under a brush of radius 8, which paints unlike on the way there and back.
    points = torch.tensor([[[10.0, 20.0], [20.0 + skew, 40.0], [30.0, 20.0]]], dtype=torch.float64)
    radius, half_width = torch.tensor([[8.0], [20.0]], dtype=torch.float64)
    ribbon = scene(1, 8, 8, seed=3).ribbons.logits / 4
    ribbon[:, :, CAPS + BODY // 2 :] += 2
    for tip in (0, -1):  # behind an end, left meets right
        ribbon[:, :, tip] = (ribbon[:, :, tip] + ribbon[:, :, tip].flip(2)) / 2
    ribbon -= 40 * torch.linspace(-1, 1, COLUMNS, dtype=torch.float64).abs().pow(8)  # none is left to cut off

    given = Ribbons(points, radius, half_width, ribbon, torch.empty(1, 0), CAPS)

    def drawn(places: Tensor) -> Tensor:  # [M, 2] -> alpha and variance [M, 2]
        if path == "twin":
            return torch.stack(dense._stroke(given, 0, places), -1)
        stroke = torch.zeros(len(places), dtype=torch.int64)
        return torch.stack(sample(given, stroke, places, 1, compile=path == "compiled"), -1)[:, 0]

    # On lines across the bend close in on the largest change again and again: of a jump all is left.
    chance = torch.Generator().manual_seed(0)
    ends = 40 * torch.rand(2, 24, 1, 2, generator=chance, dtype=torch.float64)
    low, high = torch.zeros(24, 1, 1, dtype=torch.float64), torch.ones(24, 1, 1, dtype=torch.float64)
    steps = torch.linspace(0, 1, 21, dtype=torch.float64)[None, :, None]
    for _ in range(7):
        at = low + (high - low) * steps
        value = drawn(torch.lerp(ends[0], ends[1], at).reshape(-1, 2)).view(24, 21, 2)
        change = (value[:, 1:] - value[:, :-1]).abs().amax(2)
        worst = change.argmax(1)[:, None, None]
        low, high = at.gather(1, worst), at.gather(1, worst + 1)
    assert float(high.sub(low).max()) < 1e-8
    assert float(change.max()) < 1e-3


@pytest.mark.parametrize("length", [0.01, 1.0, 4.0])
def test_short_strokes(length: float) -> None:
    assert_like_the_twin(scene(5, 19, 26, seed=8, length=length), precise=1e-6 if length > 0.1 else 1e-5)


@both
def test_a_plan_made_before_moving(compile: bool) -> None:
    given = scene(6, 19, 26, seed=9)
    layout = arrange(given.points, given.half_width + 2, 19, 26)
    moved = given.replace(points=given.points + 1.0)
    old, new = (pull(composite, moved, **SIZE, layout=made, compile=compile) for made in (layout, None))
    for a, b in zip(old, new, strict=True):
        assert torch.allclose(a, b, atol=1e-12)


@both
@pytest.mark.parametrize("name", ["points", "radius", "half_width", "logits"])
def test_gradcheck_of_tight_bends(name: str, compile: bool) -> None:
    given = tight(2, 8, 9, seed=1)

    def drawn(value: Tensor) -> tuple[Tensor, Tensor]:
        return composite(*given.replace(**{name: value}), height=8, width=9, compile=compile)

    value = getattr(given.ribbons, name).clone().requires_grad_()
    assert torch.autograd.gradcheck(drawn, (value,), eps=1e-7, atol=1e-5, fast_mode=True)


@both
@pytest.mark.parametrize("name", ["points", "radius", "half_width", "logits", "color"])
def test_gradcheck(name: str, compile: bool) -> None:
    given = scene(3, 8, 9, seed=2, spread=1.0, straight=0.4)
    points = given.points.clone()
    points[0, 2] = points[0, 0] + 1.5  # a hairpin, so that radius and second passes matter
    given = given.replace(points=points)

    def drawn(value: Tensor) -> tuple[Tensor, Tensor]:
        return composite(*given.replace(**{name: value}), height=8, width=9, compile=compile)

    value = getattr(given.ribbons, name).clone().requires_grad_()
    assert torch.autograd.gradcheck(drawn, (value,), eps=1e-7, atol=1e-5, fast_mode=True)


def test_the_radius_matters_where_a_stroke_passes_twice() -> None:
    given = scene(1, 19, 26, seed=2, straight=0.0)
    points = torch.tensor([[[3.0, 8.0], [30.0, 9.0], [3.0, 11.0]]], dtype=torch.float64)
    given = given.replace(points=points, half_width=torch.full((1,), 5.0, dtype=torch.float64))
    gradients = pull(composite, given, **SIZE)
    assert float(gradients[3].abs().max()) > 1e-3
    assert_like_the_twin(given)


@both
@pytest.mark.parametrize("axis", [0, 1])
def test_single_precision_far_from_the_origin(axis: int, compile: bool) -> None:
    # The last corner of a canvas of 4096 pixels: the same strokes in float64, in float32, and at the origin.
    given = scene(8, 16, 120, seed=10)
    across = torch.linspace(-1, 1, COLUMNS, dtype=torch.float64).abs()
    given = given.replace(
        logits=given.ribbons.logits - 12 * across.pow(4)
    )  # nothing is left to be cut at the half width
    near = composite(*given, height=16, width=120, compile=compile)
    moved = given.replace(points=given.points + torch.tensor([4096.0 - 120, 0]).double())
    if axis:
        moved = moved.replace(points=moved.points.flip(2), logits=moved.ribbons.logits.flip(3))
    height, width = (16, 4096) if axis == 0 else (4096, 16)
    for dtype, tolerance in ((torch.float64, 1e-8), (torch.float32, 2e-3)):
        far = composite(*moved.to(dtype), height=height, width=width, compile=compile)
        for a, b in zip(far, near, strict=True):
            a = (a.transpose(-2, -1) if axis else a)[..., -120:]
            assert float((a - b).abs().max()) < tolerance


@both
def test_single_precision_gradients(compile: bool) -> None:
    given = scene(8, 40, 40, seed=11)
    double = pull(composite, given, height=40, width=40, compile=compile)
    single = pull(composite, given.to(torch.float32), height=40, width=40, compile=compile)
    for a, b in zip(single, double, strict=True):
        assert a.dtype == torch.float32
        assert float((a.double() - b).norm()) < 1e-3 * float(b.norm()) + 1e-6


@both
def test_beyond_the_half_width_the_ground_is_untouched(compile: bool) -> None:
    given = scene(3, 40, 60, seed=12)
    mean, variance = composite(*given, height=40, width=60, compile=compile)
    t = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None]
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(60.0), indexing="ij")
    pixels = torch.stack([x, y], -1).double().view(-1, 2) + 0.5
    outside = torch.ones(40 * 60, dtype=torch.bool)
    for p, width in zip(given.points, given.half_width, strict=True):
        curve = (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t**2 * p[2]
        distance = torch.cdist(pixels, curve).amin(1)
        outside &= distance > width
    assert 0 < int(outside.sum()) < 2000
    assert torch.equal(mean.reshape(3, -1)[:, outside], given.background[:, None].expand(3, int(outside.sum())))
    assert not variance.reshape(-1)[outside].any()
    assert (mean.reshape(3, -1)[:, ~outside] != given.background[:, None]).any(0).double().mean() > 0.99


# By hand


def bars(*alphas_and_ratios: tuple[float, float], color: list[list[float]], background: list[float]) -> Scene:
    """Strokes that cover a picture of 4 x 4 pixels evenly, one above the other."""
    n = len(alphas_and_ratios)
    points = torch.tensor([[-20.0, 2.0], [2.0, 2.0], [24.0, 2.0]], dtype=torch.float64).expand(n, 3, 2).clone()
    radius = torch.full((n,), 10.0, dtype=torch.float64)
    logits = torch.stack([straight_ribbon(a, r) for a, r in alphas_and_ratios])
    ribbons = Ribbons(points, radius, 3 * radius, logits, torch.tensor(color, dtype=torch.float64), CAPS)
    return Scene(ribbons, torch.tensor(background, dtype=torch.float64))


FOUR = {"height": 4, "width": 4}


@both
def test_one_stroke_by_hand(compile: bool) -> None:
    given = bars((0.6, 0.5), color=[[1.0, 0.0, 0.5]], background=[0.0, 1.0, 0.5])
    mean, variance = composite(*given, **FOUR, compile=compile)
    assert torch.allclose(mean, torch.tensor([0.6, 0.4, 0.5]).double()[:, None, None])
    # var alpha = 0.5 * 0.6 * 0.4, and the color changes by (1, -1, 0)
    assert torch.allclose(variance, torch.tensor(0.12 * 2).double())


@both
def test_two_strokes_by_hand_and_by_chance(compile: bool) -> None:
    (a1, r1), (a2, r2) = (0.7, 0.3), (0.4, 0.6)
    color, ground = torch.tensor([[0.9, 0.2], [0.1, 0.8]], dtype=torch.float64), torch.tensor([0.5, 0.5]).double()
    given = bars((a1, r1), (a2, r2), color=color.tolist(), background=ground.tolist())
    mean, variance = composite(*given, **FOUR, compile=compile)
    s1, s2 = r1 * a1 * (1 - a1), r2 * a2 * (1 - a2)
    m1 = ground + a1 * (color[0] - ground)
    v1 = s1 * (color[0] - ground).square().sum()
    v2 = ((1 - a2) ** 2 + s2) * v1 + s2 * (color[1] - m1).square().sum()
    assert torch.allclose(mean[:, 0, 0], m1 + a2 * (color[1] - m1))
    assert torch.allclose(variance, v2)

    def beta(a: float, s: float) -> Tensor:
        size = a * (1 - a) / s - 1
        draw = torch.distributions.Beta(torch.tensor(a * size).double(), torch.tensor((1 - a) * size).double())
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return draw.sample((400_000, 1))

    one, two = beta(a1, s1), beta(a2, s2)[torch.randperm(400_000, generator=torch.Generator().manual_seed(1))]
    under = ground + one * (color[0] - ground)
    picture = under + two * (color[1] - under)
    assert picture.var(0).sum().item() == pytest.approx(v2.item(), rel=0.01)


@both
def test_an_opaque_stroke_hides_what_is_beneath(compile: bool) -> None:
    given = bars((0.8, 0.9), (1 - 1e-12, 0.0), color=[[1.0], [0.25]], background=[0.0]).leaves()
    mean, variance = composite(*given, **FOUR, compile=compile)
    assert torch.allclose(mean, torch.tensor(0.25).double()) and float(variance.detach().max()) < 1e-9
    (mean.sum() + variance.sum()).backward()  # type: ignore[no-untyped-call]
    assert given.ribbons.color.grad is not None and given.ribbons.color.grad[0].abs().item() < 1e-9
    assert given.ribbons.color.grad[1].item() == pytest.approx(16)


@both
def test_paint_order(compile: bool) -> None:
    colors = [[1.0, 0.0], [0.0, 1.0]]
    opaque = (1 - 1e-12, 0.0)
    for order in ([0, 1], [1, 0]):
        given = bars(opaque, opaque, color=[colors[k] for k in order], background=[0.5, 0.5])
        mean, _ = composite(*given, **FOUR, compile=compile)
        assert torch.allclose(mean[:, 0, 0], torch.tensor(colors[order[1]], dtype=torch.float64))


def straight(
    ribbon: Tensor, compile: bool, *, half_width: float = 8.0, points: Any = ((10.0, 10), (15, 10), (20, 10))
) -> Tensor:
    """Alpha [21, 31] of one stroke."""
    one = torch.ones(1, dtype=torch.float64)
    given = Ribbons(
        torch.tensor(points, dtype=torch.float64)[None], 4 * one, half_width * one, ribbon[None], one[:, None], CAPS
    )
    mean, _ = composite(given, torch.zeros_like(one), height=21, width=31, compile=compile)
    return mean[0]


@both
def test_across_the_ribbon_by_hand(compile: bool) -> None:
    # Columns -4..4 at distances of 2 pixels: the logit is the column's number, so logit = v / 2 pixels.
    ribbon = straight_ribbon(0.5)
    ribbon[0] = torch.arange(-4.0, 5.0)
    alpha = straight(ribbon, compile)
    # At x = 15.5, y = 10 + d: left of the direction of travel (up on a screen) counts positive.
    for row in range(3, 18):
        off = row + 0.5 - 10
        want = 1 / (1 + math.exp(off / 2)) if abs(off) < 8 else 0.0
        assert alpha[row, 15].item() == pytest.approx(want, abs=1e-6)


@both
def test_along_the_ribbon_by_hand(compile: bool) -> None:
    ribbon = straight_ribbon(0.5)
    ribbon[0, CAPS : CAPS + BODY] = torch.arange(BODY, dtype=torch.float64)[:, None] - 2  # logit = 5 t - 2
    alpha = straight(ribbon, compile)
    for column in range(10, 20):
        t = (column + 0.5 - 10) / 10
        assert alpha[10, column].item() == pytest.approx(1 / (1 + math.exp(2 - 5 * t)), abs=1e-6)


@both
def test_around_the_ends_by_hand(compile: bool) -> None:
    # The first row lies straight behind the start and row 3 square to it: the logit is the row's number.
    ribbon = straight_ribbon(0.5)
    ribbon[0] = torch.arange(2 * CAPS + BODY, dtype=torch.float64)[:, None]
    alpha = straight(ribbon, compile)
    for row, column in ((10, 4), (7, 7), (13, 9), (5, 8)):
        back, side = 10 - (column + 0.5), abs(row + 0.5 - 10)
        want = CAPS * (1 - back / (back + side))
        assert alpha[row, column].item() == pytest.approx(1 / (1 + math.exp(-want)), abs=1e-6)
        beyond = 2 * CAPS + BODY - 1 - want  # the same place after the end
        assert alpha[row, 29 - column].item() == pytest.approx(1 / (1 + math.exp(-beyond)), abs=1e-6)


@both
def test_a_fold_is_painted_twice(compile: bool) -> None:
    # Out to x = 20 and back on the same line: 1 - (1 - a)^2, except within half a radius of the fold.
    alpha = straight(straight_ribbon(0.4), compile, points=((10.0, 10.5), (30.0, 10.5), (10.0, 10.5)))
    assert torch.allclose(alpha[10, 10:18], torch.tensor(1 - 0.6**2).double(), atol=1e-6)
    fold = alpha[10, 17:21]
    assert (fold[1:] <= fold[:-1] + 1e-9).all() and 0.4 <= fold[-1].item() < 0.5
    assert alpha[10, 24].item() == pytest.approx(0.4, abs=1e-6)


def turned(points: Tensor, side: float) -> Tensor:
    """A quarter turn clockwise (as rows and columns lie) about a square's middle."""
    return torch.stack([side - points[..., 1], points[..., 0]], -1)


@both
def test_a_turned_scene_is_a_turned_picture(compile: bool) -> None:
    given = scene(6, 24, 24, seed=13)
    square = {"height": 24, "width": 24, "compile": compile}
    upright = composite(*given, **square)
    quarter = composite(*given.replace(points=turned(given.points, 24)), **square)
    for a, b in zip(upright, quarter, strict=True):
        assert torch.allclose(torch.rot90(a, -1, (-2, -1)), b, atol=1e-7)


@both
def test_a_stroke_painted_backward_with_its_ribbon_reversed_is_the_same(compile: bool) -> None:
    given = scene(5, 24, 24, seed=14)
    back = given.replace(points=given.points.flip(1), logits=given.ribbons.logits.flip(2, 3))
    square = {"height": 24, "width": 24, "compile": compile}
    for a, b in zip(composite(*given, **square), composite(*back, **square), strict=True):
        assert torch.allclose(a, b, atol=1e-7)


@both
def test_dots_folds_and_slivers_are_finite(compile: bool) -> None:
    shapes = [[0, 0, 0, 0, 0, 0], [0, 0, 5, 0, 0, 0], [0, 0, 9, 0, 4, 0], [0, 0, 5, 5, 1e-7, 0], [0, 0, 0, 0, 0, 1e-25]]
    shapes += [[0, 0, 1e-6, 0, 0, 0], [0, 0, 2, 0, 4, 1e-6], [0, 0, 0, 0, 8, 0]]
    points = torch.tensor(shapes).view(-1, 3, 2) + torch.tensor([8.5, 8.5])
    given = scene(len(shapes), 19, 26, seed=15, dtype=torch.float32)
    for offset in (0.0, 0.5, -8.5):
        for value in pull(composite, given.replace(points=points + offset), **SIZE, compile=compile):
            assert value.isfinite().all()


def test_refused() -> None:
    given = scene(3, 19, 26)
    for name in given.ribbons._fields[:5]:
        with pytest.raises(InputError, match=r"expected \w+ of shape"):
            composite(*given.replace(**{name: getattr(given.ribbons, name)[:2]}), **SIZE)
    with pytest.raises(InputError, match="color"):
        composite(*given.replace(background=given.background[:2]), **SIZE)
    with pytest.raises(InputError, match="ribbons"):
        composite(*given.replace(logits=given.ribbons.logits[:, 0]), **SIZE)
    with pytest.raises(InputError, match="expected a layout of 19 x 26 pixels, got one of 18 x 26"):
        composite(*given, **SIZE, layout=arrange(given.points, given.half_width, 18, 26))


LAYOUTS: dict[str, Callable[[Layout], Layout]] = {
    "other strokes": lambda p: p._replace(strokes=p.strokes + 5),
    "negative strokes": lambda p: p._replace(strokes=p.strokes - 10**6),
    "real strokes": lambda p: p._replace(strokes=p.strokes.double()),
    "tiles": lambda p: p._replace(tiles=p.tiles + 12),
    "negative tiles": lambda p: p._replace(tiles=p.tiles - 10**6),
    "far starts": lambda p: p._replace(starts=p.starts * 1000),
    "falling starts": lambda p: p._replace(starts=torch.cat([p.starts[:1], p.starts[1:-1].flip(0), p.starts[-1:]])),
    "negative starts": lambda p: p._replace(starts=p.starts - 1),
    "fewer starts": lambda p: p._replace(starts=p.starts[:-1]),
    "no starts": lambda p: p._replace(starts=p.starts[:0]),
    "fewer tiles": lambda p: p._replace(tiles=p.tiles[:-1]),
    "no tile": lambda p: p._replace(tile=0),
}


@both
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_that_would_be_followed_out_of_memory_is_refused(name: str, compile: bool) -> None:
    given = scene(5, 19, 26)
    layout = arrange(given.points, given.half_width, 19, 26)
    assert layout.check(5) is layout and len(layout.tiles) > 3
    with pytest.raises(InputError, match=r"expected .* layout"):
        composite(*given, **SIZE, layout=LAYOUTS[name](layout), compile=compile)


@both
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e200])
@pytest.mark.parametrize("name", ["points", "radius", "half_width"])
def test_strokes_that_are_no_numbers_are_refused(name: str, value: float, compile: bool) -> None:
    given = scene(5, 19, 26)
    layout = arrange(given.points, given.half_width, 19, 26)
    column = getattr(given.ribbons, name).clone()
    column.view(5, -1)[3, -1] = value
    for made in (layout, None):
        with pytest.raises(InputError, match=f"{name} of stroke 3 of finite pixels"):
            composite(*given.replace(**{name: column}), **SIZE, layout=made, compile=compile)


@both
def test_without_gradients_nothing_is_kept(compile: bool) -> None:
    given = scene(3, 19, 26)
    mean, variance = composite(*given, **SIZE, compile=compile)
    assert not mean.requires_grad and mean.grad_fn is None and variance.grad_fn is None


@both
def test_the_graph_may_be_used_twice(compile: bool) -> None:
    given = scene(3, 19, 26).leaves()
    mean, _ = composite(*given, **SIZE, compile=compile)
    once, twice = (
        torch.autograd.grad(mean.sum(), given.ribbons[:5], retain_graph=True, allow_unused=True) for _ in range(2)
    )
    for a, b in zip(once, twice, strict=True):
        assert a is not None and b is not None and torch.equal(a, b)


def test_compiled_drawing_leaves_the_number_of_threads_alone() -> None:
    before = torch.get_num_threads()
    composite(*scene(3, 19, 26), **SIZE, compile=True)
    assert torch.get_num_threads() == before
