"""Single strokes on chosen tiles are what the same strokes are on a canvas."""

from __future__ import annotations

import pytest
import torch
from scenes import scene
from torch import Tensor

from wmpaint.errors import InputError
from wmpaint.raster import composite, sample

both = pytest.mark.parametrize("compile", [False, True], ids=["tensors", "compiled"])


def tiles_of(picture: Tensor, corner: Tensor, side: int) -> Tensor:  # [N, H, W], [T, 3] stroke, row, column
    return torch.stack([picture[n, y : y + side, x : x + side].reshape(-1) for n, y, x in corner.tolist()])


@both
@pytest.mark.parametrize("side", [1, 4, 7])
def test_as_on_a_canvas_forward_and_backward(side: int, compile: bool) -> None:
    given = scene(4, 30, 40, seed=1)
    chance = torch.Generator().manual_seed(0)
    corner = torch.stack([torch.randint(high, (60,), generator=chance) for high in (4, 30 - side, 40 - side)], 1)
    center = corner[:, [2, 1]].double() + side / 2
    weights = torch.randn(2, 60, side * side, generator=chance, dtype=torch.float64)
    one, none = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)

    leaves = given.leaves()
    alphas, variances = [], []
    for k in range(4):
        # White on black: the picture is alpha, its variance is alpha's.
        part = leaves.map(lambda value, k=k: value[k : k + 1]).replace(color=one)
        mean, variance = composite(part.ribbons, none, height=30, width=40, compile=compile)
        alphas.append(mean[0])
        variances.append(variance)
    slow = [tiles_of(torch.stack(column), corner, side) for column in (alphas, variances)]
    sum((a * w).sum() for a, w in zip(slow, weights, strict=True)).backward()  # type: ignore[union-attr]

    fresh = given.leaves()
    fast = sample(fresh.ribbons, corner[:, 0], center, side, compile=compile)
    sum((a * w).sum() for a, w in zip(fast, weights, strict=True)).backward()  # type: ignore[union-attr]
    for a, b in zip(fast, slow, strict=True):
        assert a.shape == (60, side * side)
        assert torch.allclose(a, b, atol=1e-10)
    for a, b in zip(fresh.ribbons[:4], leaves.ribbons[:4], strict=True):
        assert a.grad is not None and b.grad is not None
        assert torch.allclose(a.grad, b.grad, atol=1e-8)


@both
def test_no_tiles(compile: bool) -> None:
    given = scene(2, 30, 40).leaves()
    none = torch.empty(0, dtype=torch.int64)
    center = torch.empty(0, 2, dtype=torch.float64)
    alpha, variance = sample(given.ribbons, none, center, side=4, compile=compile)
    assert alpha.shape == variance.shape == (0, 16)
    (alpha.sum() + variance.sum()).backward()  # type: ignore[no-untyped-call]


def test_compiled_and_in_tensors() -> None:
    given = scene(5, 30, 40, seed=2, dtype=torch.float32)
    stroke = torch.arange(5).repeat_interleave(20)
    center = torch.rand(100, 2, generator=torch.Generator().manual_seed(1)) * torch.tensor([40.0, 30.0])
    a, b = (sample(given.ribbons, stroke, center, side=4, compile=compile) for compile in (False, True))
    for one, other in zip(a, b, strict=True):
        assert one.dtype == other.dtype == torch.float32
        assert float((one - other).abs().max()) < 1e-3


@both
def test_what_would_be_read_from_beside_the_tensors_is_refused(compile: bool) -> None:
    given = scene(3, 30, 40)
    stroke, center = torch.tensor([0, 2]), torch.full((2, 2), 9.0, dtype=torch.float64)
    for bad in (torch.tensor([0, 3]), torch.tensor([-(10**6), 0])):
        with pytest.raises(InputError, match="numbers of strokes 0 to 2"):
            sample(given.ribbons, bad, center, side=4, compile=compile)
    with pytest.raises(InputError, match="centers of finite pixels"):
        sample(given.ribbons, stroke, center * float("nan"), side=4, compile=compile)
    with pytest.raises(InputError, match="points of stroke 0 of finite pixels"):
        sample(given.replace(points=given.points * float("nan")).ribbons, stroke, center, side=4, compile=compile)
