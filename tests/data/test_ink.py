"""Lines as amounts of ink, against a slow twin and areas known on paper."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from wmpaint.data.ink import draw
from wmpaint.geometry import bezier


def line(x0: float, y0: float, x1: float, y1: float) -> Tensor:  # [1, 1, 3, 2]
    return torch.tensor([[[[x0, y0], [(x0 + x1) / 2, (y0 + y1) / 2], [x1, y1]]]])


def slow(points: Tensor, half: Tensor, side: int) -> Tensor:
    """One curve [3, 2] as very many discs, and the pixel's middle in or out, on a grid 8 times as fine."""
    fine = 8 * side
    center = (torch.arange(fine) + 0.5) / fine
    grid = torch.stack(torch.meshgrid(center, center, indexing="xy"), -1).view(-1, 2)
    t = torch.linspace(0, 1, 400)
    inside = (torch.cdist(grid, bezier(points, t)) <= half[0] + (half[1] - half[0]) * t).any(1)
    return inside.view(1, 1, fine, fine).float().mul(1)[0].unfold(1, 8, 8).unfold(2, 8, 8).mean((3, 4))[0]


def test_a_line_has_the_area_of_a_capsule() -> None:
    half = torch.full((1, 1, 2), 0.06)
    area = float(draw(line(0.3, 0.4, 0.7, 0.6), half, side=64).mean())
    length = math.hypot(0.4, 0.2)
    assert abs(area - (length * 0.12 + math.pi * 0.06**2)) < 0.002


def test_a_dot_is_a_disc_and_a_hairline_is_pale() -> None:
    dot = draw(line(0.5, 0.5, 0.5, 0.5), torch.full((1, 1, 2), 0.2), side=64)
    assert abs(float(dot.mean()) - math.pi * 0.04) < 0.002
    hair = draw(line(0.0, 0.5, 1.0, 0.5), torch.full((1, 1, 2), 0.1 / 32), side=32)  # a fifth of a pixel wide
    assert 0.02 < float(hair.max()) < 0.3


def test_curves_are_as_the_slow_twin_has_them() -> None:
    curve = torch.tensor([[0.1, 0.2], [0.9, 0.1], [0.6, 0.9]])
    half = torch.tensor([0.02, 0.08])
    fast = draw(curve[None, None], half[None, None], side=48)[0]
    off = (fast - slow(curve, half, 48)).abs()
    assert float(off.max()) < 0.2 and float(off.mean()) < 0.003
    assert (fast - slow(curve.flip(0), half, 48)).abs().max() > 0.5  # the comparison can fail


def test_crossing_lines_take_the_larger_amount_and_pictures_are_apart() -> None:
    across, down = line(0.1, 0.5, 0.9, 0.5), line(0.5, 0.1, 0.5, 0.9)
    half = torch.full((1, 2, 2), 0.05)
    both = draw(torch.cat([across, down], 1), half, side=32)
    each = [draw(one, half[:, :1], side=32) for one in (across, down)]
    assert torch.equal(both, torch.maximum(*each))
    stacked = draw(torch.cat([across, down]), half.view(2, 1, 2), side=32)
    assert torch.equal(stacked, torch.cat(each))


def test_absent_curves_leave_no_ink_nor_do_those_outside() -> None:
    half = torch.full((1, 1, 2), 0.05)
    assert not draw(line(0.1, 0.5, 0.9, 0.5), half, torch.zeros(1, 1, dtype=torch.bool), side=32).any()
    assert not draw(line(2, 2, 3, 3), half, side=32).any()
    assert draw(line(-0.5, 0.5, 1.5, 0.5), half, side=32)[0, 16].min() == 1
