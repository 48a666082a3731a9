"""Paths as few quadratic curves."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from wmpaint.data.curves import cubics, quadratics
from wmpaint.errors import InputError
from wmpaint.geometry import bezier

CIRCLE = 4 / 3 * math.tan(math.pi / 8)


def dense(curves: Tensor) -> Tensor:  # [K, 3, 2] -> [M, 2]
    return bezier(curves, torch.linspace(0, 1, 200)).flatten(0, 1)


def distance(path: Tensor, curves: Tensor) -> float:
    """The largest distance of a path [C, 4, 2] from its curves, and of the curves from the path."""
    t = torch.linspace(0, 1, 200)[:, None]
    weights = torch.cat([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], 1)
    apart = torch.cdist((weights @ path).flatten(0, 1), dense(curves))
    return max(float(apart.amin(1).max()), float(apart.amin(0).max()))


def test_commands_absolute_and_relative_are_the_same() -> None:
    absolute = cubics("M1,2C2,3 4,5 6,7S10,11 12,13L14 15H20V30")
    relative = cubics("m1 2c1 1 3,3 5-.0e0+5s4,4,6 6l2,2h6v15".replace("-.0e0+5", ",5"))
    assert torch.allclose(absolute, relative)
    assert absolute[0].tolist() == [[1, 2], [2, 3], [4, 5], [6, 7]]
    assert absolute[1].tolist() == [[6, 7], [8, 9], [10, 11], [12, 13]]  # (4, 5) mirrored at (6, 7)
    assert torch.allclose(absolute[4], torch.tensor([[20.0, 15.0], [20, 20], [20, 25], [20, 30]]))


def test_numbers_need_no_space_between_them() -> None:
    assert torch.allclose(cubics("M31.01.5l-1-2"), cubics("M 31.01 0.5 L 30.01 -1.5"))


def test_more_pairs_after_a_move_are_lines_and_z_goes_home() -> None:
    assert cubics("M0 0 3 0 3 3z")[:, 3].tolist() == [[3, 0], [3, 3], [0, 0]]


def test_a_quadratic_is_raised_exactly() -> None:
    cubic = cubics("M0 0Q1 2 3 0")
    half = bezier(torch.tensor([[0.0, 0.0], [1, 2], [3, 0]]), torch.tensor([0.5]))[0]
    assert torch.allclose((cubic[0] * torch.tensor([1, 3, 3, 1])[:, None]).sum(0) / 8, half)
    curve = quadratics([cubic], tolerance=0.1)[0]
    assert len(curve) == 1 and distance(cubic, curve) < 0.1


@pytest.mark.parametrize(
    "text",
    ["", "C1 2 3 4 5 6", "M1", "M1 2", "M0 0A1 1 0 0 0 1 1", "M0 0L1 1M2 2L3 3", "M0 0L1", "M0 0Lx 1", "M0 0zz9"],
)
def test_other_paths_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected an SVG path of one piece"):
        cubics(text)


def test_a_line_is_one_curve_with_its_ends() -> None:
    curves = quadratics([cubics("M0.1 0.2L0.9 0.4")], tolerance=0.01)[0]
    assert torch.allclose(curves, torch.tensor([[[0.1, 0.2], [0.5, 0.3], [0.9, 0.4]]]), atol=1e-4)


def test_a_circle_stays_within_the_tolerance_and_is_smooth() -> None:
    c = CIRCLE
    circle = cubics(f"M1 0C1 {c} {c} 1 0 1S-1 {c} -1 0S{-c} -1 0 -1S1 {-c} 1 0")
    for tolerance, most in ((0.05, 4), (0.01, 7), (0.002, 11)):
        curves = quadratics([circle], tolerance=tolerance)[0]
        assert 2 < len(curves) <= most
        assert distance(circle, curves) < tolerance + 0.005  # the circle's points are that far apart
        before, after = curves[:-1, 2] - curves[:-1, 1], curves[1:, 1] - curves[1:, 0]
        assert torch.nn.functional.cosine_similarity(before, after).min() > 0.9999
        assert torch.equal(curves[:-1, 2], curves[1:, 0])


def test_a_corner_stays_a_corner() -> None:
    corner = cubics("M0 0L1 0L1 1")
    curves = quadratics([corner], tolerance=0.01)[0]
    assert len(curves) in (2, 3) and distance(corner, curves) < 0.015


def test_the_direction_is_kept_and_all_paths_at_once_are_as_each_alone() -> None:
    paths = [cubics("M0 0C0.3 0.9 0.7 -0.9 1 0"), cubics("M1 1L0 1"), cubics("M0 0C1 0 1 1 0 1")]
    together = quadratics(paths, tolerance=0.01)
    for path, curves in zip(paths, together, strict=True):
        assert torch.allclose(curves[0, 0], path[0, 0], atol=1e-5)
        assert torch.allclose(curves[-1, 2], path[-1, 3], atol=1e-5)
        assert torch.allclose(quadratics([path], tolerance=0.01)[0], curves, atol=1e-5)


def test_fewer_curves_for_more_tolerance() -> None:
    path = [cubics("M0 0C0.3 0.9 0.7 -0.9 1 0")]
    counts = [len(quadratics(path, tolerance=tolerance)[0]) for tolerance in (0.2, 0.03, 0.003)]
    assert counts == sorted(counts) and counts[0] < counts[2]


def test_small_paths_can_be_followed_more_closely() -> None:
    c = 0.05 * CIRCLE
    small = cubics(f"M.05 0C.05 {c} {c} .05 0 .05S-.05 {c} -.05 0S{-c} -.05 0 -.05S.05 {-c} .05 0")
    rough = quadratics([small], tolerance=0.02)[0]
    fine = quadratics([small], tolerance=0.02, finest=0.04)[0]
    assert distance(small, fine) < 0.008 < distance(small, rough)


def test_a_scrawl_is_refused_and_nothing_is_nothing() -> None:
    zigzag = cubics("M0 0" + "".join(f"L{i % 2} {i / 40}" for i in range(1, 41)))
    with pytest.raises(InputError, match="expected paths that 16 curves can follow"):
        quadratics([zigzag], tolerance=0.001)
    assert quadratics([], tolerance=0.1) == []
