"""The network's ribbons: what they may depend on, where they close, and how larger pixels see them."""

from __future__ import annotations

import math

import pytest
import torch
import toys
from torch import Tensor

from wmpaint.media.ribbon.ribbon import SPEEDS, Ribbon, RibbonConfig, RibbonNet, soften


def net(**config: object) -> RibbonNet:
    return toys.painter(**config).net


def some(count: int = 6, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Points and radius in program pixels, and pressure."""
    strokes = toys.strokes(count, seed=seed)
    return strokes.points * 200, strokes.radius * 200, strokes.pressure


def turned(points: Tensor, angle: float) -> Tensor:
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ torch.tensor([[cos, sin], [-sin, cos]])


def logits(made: RibbonNet, points: Tensor, radius: Tensor, pressure: Tensor, pace: float = 1.0) -> Tensor:
    with torch.no_grad():
        return made(points, radius, pressure, pace).logits


def close(a: Tensor, b: Tensor) -> bool:
    return bool(torch.allclose(a, b, atol=2e-3, rtol=1e-3))


def test_shapes_and_half_width() -> None:
    config = RibbonConfig(body=7, caps=2, columns=9, reach=(1.5, 0.5, 2.0))
    points, radius, pressure = some()
    ribbon = RibbonNet(config)(points, radius, pressure)
    assert config.rows == 11 and ribbon.logits.shape == (6, 2, 11, 9) and ribbon.caps == 2
    assert torch.allclose(ribbon.half_width, radius * (1.5 + 0.5 * pressure.amax(1)) + 2.0)
    nothing = RibbonNet(config)(points[:0], radius[:0], pressure[:0])
    assert nothing.logits.shape == (0, 2, 11, 9)


def test_place_on_the_canvas_does_not_matter() -> None:
    points, radius, pressure = some()
    assert close(logits(net(), points, radius, pressure), logits(net(), points + 300, radius, pressure))


def test_direction_and_time_matter_only_where_the_brush_listens() -> None:
    points, radius, pressure = some()
    for direction in (True, False):
        made = net(direction=direction)
        a, b = (logits(made, turned(points, angle), radius, pressure) for angle in (0.0, 0.9))
        assert close(a, b) != direction
    for timed in (True, False):
        made = net(timed=timed)
        a, b = (logits(made, points, radius, pressure, pace) for pace in (1.0, 3.0))
        assert close(a, b) != timed


def test_pressure_length_and_radius_matter() -> None:
    points, radius, pressure = some()
    made = net()
    first = logits(made, points, radius, pressure)
    assert not close(first, logits(made, points, radius, pressure.flip(1)))
    assert not close(first, logits(made, points * 2, radius, pressure))
    assert not close(first, logits(made, points, radius * 1.5, pressure))


def test_without_noise_there_is_next_to_no_variance() -> None:
    points, radius, pressure = some()
    assert float(logits(net(noise=False), points, radius, pressure)[:, 1].sigmoid().max()) < 1e-9
    assert float(logits(net(), points, radius, pressure)[:, 1].sigmoid().max()) > 1e-3


def test_fans_are_one_valued_where_their_rows_meet() -> None:
    points, radius, pressure = some()
    made = net(caps=3, body=6, columns=9)
    grid = logits(made, points, radius, pressure)
    for tip, end, rows in ((0, 3, range(0, 3)), (11, 8, range(9, 12))):
        # Straight ahead there is no left and right.
        assert torch.allclose(grid[:, :, tip], grid[:, :, tip].flip(2))
        # At the end of the curve itself all directions are the same place.
        for row in rows:
            assert torch.equal(grid[:, :, row, 4], grid[:, :, end, 4])


def test_rows_of_dots_and_slivers_are_finite_with_their_gradients() -> None:
    strokes = toys.odd_strokes()
    points = (strokes.points * 200).requires_grad_()
    made = net(dabs=(2.0,) * 6 + (5.0,) * 6).requires_grad_(True)
    ribbon = made(points, strokes.radius * 200, strokes.pressure)
    ribbon.logits.sum().backward()
    assert ribbon.logits.isfinite().all()
    assert points.grad is not None and points.grad.isfinite().all()


def dabs(made: RibbonNet, length: float, *, radius: float = 2.0, angle: float = 0.0) -> tuple[float, float]:
    """Dabs laid on a straight stroke at full pressure, and the length left bare after the last, in radii."""
    t = torch.linspace(0, 1, 12)
    heading = torch.tensor([math.cos(angle), math.sin(angle)]).expand(1, 12, 2)
    count, gap = made._dabs(length * t[None], torch.tensor([radius]), torch.ones(1, 12), torch.ones(1, 12), heading)
    return count.item(), gap.item()


def test_whole_dabs_and_what_they_leave_bare() -> None:
    made = net(dabs=(9.0,) * len(SPEEDS) + (2.0,) * len(SPEEDS))  # at full pressure two dabs a radius
    for length, count, gap in ((10.6, 10, 0.3), (1.5, 1, 0.25), (0.0, 0, 0.0)):
        assert dabs(made, length) == (count, pytest.approx(gap, abs=1e-4))
    assert dabs(made, 1000.3)[1] == 0, "far along it is not known"
    assert dabs(net(), 10.6) == (0, 0), "nor if the brush is not"


def test_dabs_across_an_ellipse_lie_closer() -> None:
    made = net(dabs=(2.0,) * (2 * len(SPEEDS)), ellipse=(3.0, 30.0))
    assert dabs(made, 10.6, angle=math.radians(30))[0] == 10
    assert dabs(made, 10.6, angle=math.radians(120))[0] == 31


# Softening


def profile(ribbon: Ribbon) -> Tensor:
    """Paint across, in pixels of alpha per pixel of length: the trapezoidal rule over columns."""
    alpha = ribbon.logits[:, 0].sigmoid()
    step = 2 * ribbon.half_width / (alpha.shape[2] - 1)
    return (alpha[..., 1:] + alpha[..., :-1]).sum(-1) / 2 * step[:, None]


def bump(columns: int = 17) -> Ribbon:
    across = torch.linspace(-1, 1, columns, dtype=torch.float64)
    mean = 6 - 14 * across.abs()
    grid = torch.stack([mean, torch.full_like(mean, -1.0)])[:, None].repeat(1, 12, 1)[None]
    return Ribbon(grid.repeat(2, 1, 1, 1), torch.tensor([10.0, 20.0], dtype=torch.float64), 3)


def test_small_pixels_leave_the_ribbon_alone() -> None:
    ribbon = bump()
    assert soften(ribbon, 1.0) is ribbon and soften(ribbon, 0.25) is ribbon


@pytest.mark.parametrize("pixel", [2.0, 4.0, 8.0])
def test_softening_keeps_the_paint_and_widens_it(pixel: float) -> None:
    ribbon = bump()
    soft = soften(ribbon, pixel)
    box = math.sqrt(pixel**2 - 1)
    assert torch.allclose(soft.half_width, ribbon.half_width + box / 2)
    assert soft.logits.shape == ribbon.logits.shape and soft.caps == ribbon.caps
    assert torch.allclose(profile(soft), profile(ribbon), rtol=0.03)
    alpha, before = soft.logits[:, 0].sigmoid(), ribbon.logits[:, 0].sigmoid()
    assert float(alpha.max()) <= float(before.max()) and float(alpha[..., 0].max()) < 0.01
    assert float(soft.logits[:, 1].sigmoid().max()) <= 1


def test_softening_by_hand() -> None:
    # An alpha of 1/2 everywhere, softened over a box: 1/2 inside, and a ramp as wide as the box at the edges.
    grid = torch.zeros(1, 2, 5, 33, dtype=torch.float64)
    pixel = math.sqrt(65)  # a box of 8
    soft = soften(Ribbon(grid, torch.tensor([12.0], dtype=torch.float64), 1), pixel)
    across = torch.linspace(-16, 16, 33, dtype=torch.float64)
    want = 0.5 * ((16 - across.abs()) / 8).clamp(0, 1)
    assert torch.allclose(soft.logits[0, 0, 2].sigmoid(), want, atol=1e-4)
    # Variance is averaged as alpha is (neighbors go together): 1/2 of 1/4 inside.
    inside = across.abs() < 8
    variance = soft.logits.sigmoid()[0, 1, 2] * want * (1 - want)
    assert torch.allclose(variance[inside], torch.tensor(0.125).double(), atol=1e-4)


def test_softening_has_gradients() -> None:
    ribbon = bump()
    leaves = ribbon.logits.clone().requires_grad_(), ribbon.half_width.clone().requires_grad_()

    def softened(grid: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        soft = soften(Ribbon(grid, width, 3), 3.0)
        return soft.logits[..., 3:-3], soft.half_width

    assert torch.autograd.gradcheck(softened, leaves, eps=1e-7, atol=1e-4, fast_mode=True)
