"""Closest points against sampling, lengths against formulas."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from wmpaint.geometry import Branches, arc_lengths, bezier, branches, coefficients, spread_dots
from wmpaint.raster.tiles import is_straight

SAMPLES = torch.linspace(0, 1, 1001, dtype=torch.float64)
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)


def closest(points: Tensor, pixels: Tensor) -> Branches:
    """`branches` of one curve [3, 2] at some pixels [M, 2]."""
    a, b, p0 = coefficients(points)
    straight = bool(is_straight(points[None]))
    return branches(a.unbind(-1), b.unbind(-1), (p0 - pixels).unbind(-1), straight)  # type: ignore[arg-type]


def distances(points: Tensor, pixels: Tensor, t: Tensor) -> Tensor:
    """From each pixel [M, 2] to the curve at its own t [M], in float64."""
    t = t.double()[:, None]
    p = points.double()
    return ((1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t**2 * p[2] - pixels.double()).norm(dim=1)


def sampled(points: Tensor, pixels: Tensor) -> Tensor:
    """From each pixel to the curve at SAMPLES, [M, 1001]."""
    t = SAMPLES[:, None]
    p = points.double()
    curve = (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t**2 * p[2]
    return (pixels.double()[:, None] - curve).norm(dim=2)


def precision(points: Tensor) -> float:
    """Pixels by which a distance may be off. Folded lines are the worst case in float32."""
    a, _, _ = coefficients(points.double())
    bent = 1e-5 if float(a.norm()) < 1e-5 else 0.0  # such bends are ignored
    return (float(points.abs().amax()) + 1) * (1e-9 if points.dtype == torch.float64 else 1e-4) + bent


@st.composite
def curves(draw: st.DrawFn) -> Tensor:
    """Curves of every kind, some pixels to some thousand pixels long, float32 or float64."""
    kind = draw(st.sampled_from(("any", "nearly straight", "straight", "hairpin", "cusp", "overshoot", "dot")))
    number = st.floats(-1, 1, allow_subnormal=False)
    p0, p1, p2 = torch.tensor(draw(st.lists(number, min_size=6, max_size=6)), dtype=torch.float64).view(3, 2)
    small = 10.0 ** -draw(st.integers(1, 7))
    if kind == "nearly straight":
        p1 = (p0 + p2) / 2 + small * p1
    elif kind == "straight":
        p1 = (p0 + p2) / 2
    elif kind == "hairpin":  # back to near where it began
        p2 = p0 + small * p2
    elif kind == "cusp":  # back along the same line
        p2 = p0
    elif kind == "overshoot":  # the control point on the line, but outside
        p1 = p0 + draw(st.floats(-3, 3)) * (p2 - p0)
    elif kind == "dot":
        p1 = p2 = p0
    size = 10.0 ** draw(st.floats(0, 3.3))
    return (torch.stack([p0, p1, p2]) * size).to(draw(st.sampled_from((torch.float32, torch.float64))))


def around(points: Tensor, count: int = 200) -> Tensor:
    """Pixels in and around a curve's bounding box, and on the curve."""
    chance = torch.Generator().manual_seed(0)
    low, high = points.amin(0), points.amax(0)
    middle, size = (low + high) / 2, (high - low).amax() + 2
    free = middle + (torch.rand(count, 2, generator=chance) - 0.5).to(points) * 2.5 * size
    on = bezier(points, torch.rand(20, generator=chance).to(points))
    return torch.cat([free, on, points])


@EXAMPLES
@given(curves())
def test_closest_point_is_as_close_as_any_sample(points: Tensor) -> None:
    pixels = around(points)
    found = closest(points, pixels)
    assert ((found.t >= 0) & (found.t <= 1)).all()
    excess = distances(points, pixels, found.t) - sampled(points, pixels).amin(1)
    assert float(excess.max()) < precision(points)


@EXAMPLES
@given(curves())
def test_both_branches_are_found_and_no_others(points: Tensor) -> None:
    pixels = around(points)
    found = closest(points, pixels)
    d = sampled(points, pixels)
    precise = precision(points)
    # How far the curve leaves each pixel between its first and its last local minimum, by sampling.
    padded = torch.nn.functional.pad(d, (1, 1), value=math.inf)
    minimum = (d <= padded[:, :-2]) & (d < padded[:, 2:])
    index = torch.arange(d.shape[1])
    first = torch.where(minimum, index, d.shape[1]).amin(1)
    last = torch.where(minimum, index, -1).amax(1)
    inside = (index >= first[:, None]) & (index <= last[:, None])
    top = torch.where(inside, d, 0).amax(1)
    shallow = torch.maximum(d.gather(1, first[:, None]), d.gather(1, last[:, None]))[:, 0]
    rise = top - shallow
    step = float((points[1:] - points[:-1]).norm(dim=1).max()) / 500 + precise  # what sampling may miss
    assert not (~found.twice & (rise > precise)).any(), "a branch was missed"
    assert not (found.twice & (minimum.sum(1) < 2) & (_rise(points, pixels, found) > step)).any(), "a branch too many"
    two = found.twice & (rise > precise)
    if not two.any():
        return
    other, between = distances(points, pixels, found.other), distances(points, pixels, found.between)
    assert float((other - shallow)[two].abs().max()) < step
    assert float((between - top)[two].abs().max()) < step
    assert (other[two] >= distances(points, pixels, found.t)[two] - precise).all(), "the first is the closest"
    assert (found.between[two] > torch.minimum(found.t, found.other)[two]).all()
    assert (found.between[two] < torch.maximum(found.t, found.other)[two]).all()


def _rise(points: Tensor, pixels: Tensor, found: Branches) -> Tensor:
    return distances(points, pixels, found.between) - distances(points, pixels, found.other)


def test_branches_of_a_symmetric_arch() -> None:
    # y = 1 - x^2 over -1..1. From (0, h) on its axis the feet are at x^2 = 1 - h - 1/2, the top is at t = 1/2.
    points = torch.tensor([[-1.0, 0.0], [0.0, 2.0], [1.0, 0.0]], dtype=torch.float64)
    pixels = torch.tensor([[0.0, 0.25], [0.0, 0.75], [0.0, -3.0]], dtype=torch.float64)
    found = closest(points, pixels)
    assert found.twice.tolist() == [True, False, True]
    x = 0.5
    assert sorted([found.t[0].item(), found.other[0].item()]) == pytest.approx([(1 - x) / 2, (1 + x) / 2])
    assert found.between[0].item() == pytest.approx(0.5)
    assert found.t[1].item() == pytest.approx(0.5)
    assert sorted([found.t[2].item(), found.other[2].item()]) == [0, 1]  # from far below, the two ends


def test_straight_line() -> None:
    points = torch.tensor([[2.0, 1.0], [6.0, 1.0], [10.0, 1.0]])
    pixels = torch.tensor([[0.0, 5.0], [2.0, 3.0], [4.0, -1.0], [10.0, 1.0], [99.0, 1.0]])
    found = closest(points, pixels)
    assert torch.allclose(found.t, torch.tensor([0.0, 0.0, 0.25, 1.0, 1.0]))
    assert not found.twice.any()


def test_arc_length_of_lines_and_a_parabola() -> None:
    t = torch.linspace(0, 1, 33, dtype=torch.float64)
    line = torch.tensor([[1.0, 2.0], [2.5, 4.0], [4.0, 6.0]], dtype=torch.float64)  # uniform speed 5
    assert torch.allclose(arc_lengths(line, t), 5 * t)
    back = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)  # out to 1/2 and back
    assert arc_lengths(back, t)[-1].item() == pytest.approx(1.0, rel=1e-6)
    # y = x^2 over 0..1: (2 sqrt 5 + asinh 2) / 4; up to x: (2 x sqrt(1 + 4 x^2) + asinh(2 x)) / 4
    arch = torch.tensor([[0.0, 0.0], [0.5, 0.0], [1.0, 1.0]], dtype=torch.float64)
    known = (2 * t * (1 + 4 * t * t).sqrt() + torch.asinh(2 * t)) / 4
    assert torch.allclose(arc_lengths(arch, t), known, atol=1e-7)
    both = arc_lengths(torch.stack([line, arch]), t)
    assert both.shape == (2, 33) and torch.allclose(both[1], known, atol=1e-7)


def test_arc_length_of_a_dot_has_gradients() -> None:
    dot = torch.full((1, 3, 2), 5.0, requires_grad=True)
    length = arc_lengths(dot, torch.linspace(0, 1, 5))
    length.sum().backward()  # type: ignore[no-untyped-call]
    assert float(length.detach().abs().max()) < 1e-6
    assert dot.grad is not None and bool(dot.grad.isfinite().all())


def test_bezier_and_coefficients() -> None:
    chance = torch.Generator().manual_seed(0)
    points = torch.rand(4, 3, 2, generator=chance, dtype=torch.float64)
    t = torch.tensor([0.0, 0.25, 1.0], dtype=torch.float64).expand(4, -1)
    curve = bezier(points, t)
    assert curve.shape == (4, 3, 2)
    assert torch.equal(curve[:, 0], points[:, 0]) and torch.allclose(curve[:, 2], points[:, 2])
    assert torch.allclose(curve[:, 1], (9 * points[:, 0] + 6 * points[:, 1] + points[:, 2]) / 16)
    a, b, p0 = coefficients(points)
    assert torch.allclose(a * 0.0625 + b * 0.25 + p0, curve[:, 1])


def test_spread_dots_opens_only_strokes_of_no_length() -> None:
    dot = torch.full((3, 2), 7.0)
    tiny = torch.tensor([[0.0, 0.0], [0.0005, 0.0], [0.0, 0.0009]])
    short = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 0.002]])
    points = torch.stack([dot, tiny, short, dot]).requires_grad_()
    radius = torch.tensor([2.0, 1.0, 1.0, 4.0])
    spread = spread_dots(points, radius)
    assert torch.equal(spread[2], points[2])
    along = (spread - points)[[0, 1, 3], :, 0]
    assert torch.allclose(along, radius[[0, 1, 3], None] * torch.tensor([-1e-3, 0.0, 1e-3]), atol=1e-6)
    assert torch.equal(spread[..., 1], points[..., 1])
    spread.sum().backward()  # type: ignore[no-untyped-call]
    assert points.grad is not None and torch.equal(points.grad, torch.ones_like(points))


@pytest.mark.parametrize("off", [0.0, 1e-38, 1e-30, 1e-20, 1e-12])
def test_pixels_on_or_beside_a_folded_line_s_axis(off: float) -> None:
    # All but the same distance to both ends: the cubic's last coefficient is next to nothing.
    points = torch.tensor([[off, 0.0], [1.0, 0.0], [0.0, 0.0]])
    found = closest(points, torch.zeros(1, 2))
    assert found.twice.item() and found.between.item() == pytest.approx(0.5)
    assert sorted([found.t.item(), found.other.item()]) == pytest.approx([0, 1], abs=1e-6)


def test_strokes_too_short_to_square_are_finite() -> None:
    for size in (1e-6, 1e-12, 1e-22, 1e-40):
        for shape in ([[0, 0], [0, 0], [0, 1]], [[0, 0], [1, 0], [0, 0]], [[0, 0], [1, 0], [1, 1]]):
            points = torch.tensor(shape) * size
            found = closest(points, torch.tensor([[0.0, 0.0], [3.0, 4.0], [-4000.0, 0.5]]))
            assert all(bool(value.isfinite().all()) for value in found)
