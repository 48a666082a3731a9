"""Where strokes begin: on the error, along the lines, in the picture's colors."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.frame import Frame
from wmpaint.medium import Where
from wmpaint.painting.placing import directions, guess
from wmpaint.strokes import Strokes

CANVAS = Canvas(1.5)


def stripes(angle: float, height: int = 40, width: int = 60) -> Tensor:
    """Lines that run at an angle (radians, y down)."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    across = -math.sin(angle) * x + math.cos(angle) * y
    return (0.5 + 0.5 * (across * 0.8).sin()).expand(3, -1, -1).contiguous()


def placed(count: int, error: Tensor, picture: Tensor, *, seed: int = 0, radius: float = 0.02) -> Strokes:
    generator = torch.Generator().manual_seed(seed)
    where = Where(error, picture, Frame(CANVAS, error.shape[0]), radius, 4 * radius)
    return guess(Strokes, where, count, generator)


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135, 170])
def test_directions_follow_the_lines(degrees: int) -> None:
    angle, coherence = directions(stripes(math.radians(degrees)))
    inner = slice(8, -8)
    off = (angle[inner, inner] - math.radians(degrees) + math.pi / 2) % math.pi - math.pi / 2
    assert float(off.abs().max()) < 0.05
    assert float(coherence[inner, inner].min()) > 0.95


def test_no_lines_no_coherence() -> None:
    _, flat = directions(torch.full((3, 20, 30), 0.5))
    assert float(flat.max()) < 1e-3
    _, rough = directions(torch.rand(3, 60, 60, generator=torch.Generator().manual_seed(0)), sigma=6.0)
    assert float(rough.mean()) < 0.3


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (30, 1), (2, 2), (3, 50)])
def test_directions_of_tiny_pictures(size: tuple[int, int]) -> None:
    angle, coherence = directions(torch.rand(3, *size, generator=torch.Generator().manual_seed(0)), sigma=9.0)
    assert angle.shape == coherence.shape == size
    assert angle.isfinite().all() and coherence.isfinite().all()


def test_strokes_lie_along_the_lines() -> None:
    for degrees in (20, 110):
        strokes = placed(200, torch.ones(40, 60), stripes(math.radians(degrees)))
        along = strokes.points[:, 2] - strokes.points[:, 0]
        off = (torch.atan2(along[:, 1], along[:, 0]) - math.radians(degrees) + math.pi / 2) % math.pi - math.pi / 2
        assert float(off.abs().median()) < 0.1


def test_strokes_begin_where_the_error_is() -> None:
    error = torch.zeros(40, 60)
    error[10:20, 40:55] = 1.0  # 0.25..0.5 down, 1.0..1.375 along
    strokes = placed(300, error, torch.full((3, 40, 60), 0.5))
    x, y = strokes.points[:, [0, 2]].mean(1).unbind(1)
    inside = (x > 0.95) & (x < 1.425) & (y > 0.2) & (y < 0.55)
    assert 0.8 < float(inside.float().mean()) < 1, "nearly all, but not all"


def test_an_even_error_is_covered_evenly() -> None:
    strokes = placed(600, torch.ones(40, 60), torch.full((3, 40, 60), 0.5))
    x, y = strokes.points[:, [0, 2]].mean(1).unbind(1)
    cells = ((y * 4).long().clamp(0, 3) * 6 + (x * 4).long().clamp(0, 5)).bincount(minlength=24)
    assert cells.min() >= 12 and cells.max() <= 40  # 25 each
    none = placed(50, torch.zeros(40, 60), torch.full((3, 40, 60), 0.5))
    assert none.points.isfinite().all(), "nothing to mend is no reason to fail"


def test_colors_sizes_and_ranges() -> None:
    picture = torch.zeros(3, 40, 60)
    picture[0, :, :30], picture[2, :, 30:] = 1.0, 1.0  # red and blue halves
    strokes = placed(200, torch.ones(40, 60), picture).check()
    x = strokes.points[:, [0, 2], 0].mean(1)
    red = strokes.color[:, 0] - strokes.color[:, 2]
    assert (red[x < 0.65] > 0.9).all() and (red[x > 0.85] < -0.9).all()
    assert strokes.radius.min() >= 0.016 - 1e-6 and strokes.radius.max() <= 0.024 + 1e-6
    length = (strokes.points[:, 2] - strokes.points[:, 0]).norm(dim=1)
    assert length.min() > 0.04 and length.max() < 0.12
    assert strokes.points.dtype == strokes.color.dtype == torch.float32


def test_a_seed_gives_the_same_strokes() -> None:
    error, picture = torch.ones(40, 60), stripes(0.5)
    a, b, c = (placed(30, error, picture, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(a.points, b.points) and torch.equal(a.radius, b.radius) and torch.equal(a.color, b.color)
    assert not torch.equal(a.points, c.points)


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (30, 1), (5, 5)])
def test_tiny_guides(size: tuple[int, int]) -> None:
    strokes = placed(3, torch.ones(size), torch.rand(3, *size), radius=0.2).check()
    assert len(strokes) == 3
