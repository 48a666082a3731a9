from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wmpaint.errors import InputError
from wmpaint.export.curves import fit_lines, fit_loops, path_data, svg_number
from wmpaint.export.svg.areas import contours

TOLERANCE = 0.02


def disc(radius, rows=40, columns=50, middle=(25.0, 20.0)):
    """Distance inside the rim of a disc."""
    y, x = np.mgrid[:rows, :columns]
    return radius - np.hypot(x - middle[0], y - middle[1])


def sampled(curves: np.ndarray, steps: int = 40) -> np.ndarray:  # [S, 4, 2] -> [S * steps + 1, 2]
    t = np.linspace(0, 1, steps + 1)[:-1, None]
    parts = [(1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d for a, b, c, d in curves]
    return np.concatenate([*parts, curves[-1:, 3]])


def apart(curves: np.ndarray, line: np.ndarray) -> float:
    """The greatest distance between the two, either way."""
    return float(
        shapely.hausdorff_distance(shapely.LineString(sampled(curves)), shapely.LineString(line), densify=0.05)
    )


def checked(line: np.ndarray, most: float = 2 * TOLERANCE) -> np.ndarray:
    (curves,) = fit_lines([line], TOLERANCE)
    np.testing.assert_allclose(curves[0, 0], line[0], atol=1e-9)
    np.testing.assert_allclose(curves[-1, 3], line[-1], atol=1e-9)
    np.testing.assert_allclose(curves[1:, 0], curves[:-1, 3], atol=1e-9)  # end to end
    assert np.isfinite(curves).all() and apart(curves, line) <= most
    return curves


def test_a_straight_line_is_one_curve():
    line = np.stack([np.linspace(0, 30, 61), np.linspace(0, 15, 61)], 1)
    assert len(checked(line, 1e-6)) == 1
    assert len(checked(line[[0, -1]], 1e-6)) == 1


def test_a_square_keeps_its_corners():
    line = np.array([[0.0, 0], [20, 0], [20, 20], [0, 20], [0, 0]])
    curves = checked(line, 1e-6)
    np.testing.assert_allclose(curves[:, 0], line[:4], atol=1e-9)


def test_an_open_circle_takes_few_curves():
    angles = np.linspace(0, 2 * np.pi, 400)
    line = 50 + 20 * np.stack([np.cos(angles), np.sin(angles)], 1)
    assert len(checked(line)) <= 16


def test_parabolas_take_very_few():
    t = np.linspace(0, 1, 80)[:, None]
    for height, most in ((20, 3), (60, 4)):
        line = 2 * t * (1 - t) * np.array([[25, height]]) + t**2 * np.array([[50, 0]])
        assert len(checked(line)) <= most


def test_many_lines_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(0)
    lines = [np.cumsum(rng.normal(0, 2, (rng.integers(2, 40), 2)), 0) for _ in range(30)]
    for together, line in zip(fit_lines(lines, TOLERANCE), lines, strict=True):
        np.testing.assert_allclose(together, fit_lines([line], TOLERANCE)[0], atol=1e-9)
    assert fit_lines([], TOLERANCE) == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.sampled_from([0.001, 0.1, 1.0, 20.0]), st.booleans())
def test_any_line_is_passed_within_bounds(seed, count, size, closed):
    rng = np.random.default_rng(seed)
    line = 100 + np.cumsum(rng.normal(0, size, (count, 2)), 0)
    if closed:
        line = np.concatenate([line, line[:1]])
    curves = checked(line, 0.1)
    # Sharp corners are passed.
    steps = np.diff(line, axis=0)
    turns = np.abs(np.arctan2(
        steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0], (steps[:-1] * steps[1:]).sum(1)
    ))  # fmt: skip
    corners = line[1:-1][turns > np.deg2rad(40)]
    ends = curves[:, 0]
    if len(corners):
        assert np.linalg.norm(corners[:, None] - ends, axis=2).min(1).max() < 1e-6


@pytest.mark.parametrize(
    "line",
    [
        [[5, 5], [5, 5]],
        [[5, 5], [5, 5], [5, 5]],
        [[0, 0], [0, 0], [10, 0], [10, 0], [10, 10], [10, 10]],
        [[0, 0], [10, 0], [0, 0]],
        [[0, 0], [1e-9, 0]],
        [[0, 0], [1e4, 1e4]],
    ],
)
def test_degenerate_lines(line):
    (curves,) = fit_lines([np.array(line, float)], TOLERANCE)
    assert len(curves) and np.isfinite(curves).all()
    np.testing.assert_allclose(curves[[0, -1], [0, 3]], [line[0], line[-1]], atol=1e-9)
    assert path_data(curves).startswith("M") and "nan" not in path_data(curves)


def test_no_curve_runs_back_behind_a_step_at_a_bend():
    # Of a hatching: two short steps whose least-squares handles are longer than the steps, and make a loop.
    line = np.array([[148.2, 103.987], [144.981, 107.206], [144.883, 107.089], [145.532, 107.738], [145.561, 107.849],
                     [157.116, 119.404], [157.123, 119.434], [153.725, 122.832]])  # fmt: skip
    checked(line, 3 * TOLERANCE)


def test_lines_do_not_depend_on_the_unit():
    line = np.array([[0.0, 0], [10, 1], [20, 5], [27, 13], [30, 25], [30, 40]])
    (curves,), (larger,) = fit_lines([line], 0.5), fit_lines([1000 * line], 500)
    np.testing.assert_allclose(larger, 1000 * curves, rtol=1e-9)


def test_a_line_of_one_point_is_refused():
    with pytest.raises(InputError, match="lines of two points or more, got 1 in line 1"):
        fit_lines([np.zeros((2, 2)), np.zeros((1, 2))], TOLERANCE)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_of_nothing_is_refused(tolerance):
    with pytest.raises(InputError, match="tolerance above 0, got"):
        fit_lines([np.zeros((2, 2))], tolerance)


def test_path_data_by_hand():
    (line,) = fit_lines([np.array([[0.0, 0], [10, -0.0], [10, 5.25]])], TOLERANCE)
    assert path_data(line) == "M0 0L10 0L10 5.25"
    square = fit_lines([np.array([[0.0, 0], [2, 0], [2, 2], [0, 2], [0, 0]])], TOLERANCE)[0]
    assert path_data(square) == "M0 0L2 0L2 2L0 2L0 0Z"
    diagonal = fit_lines([np.array([[1.0, 1], [2, 3]])], TOLERANCE)[0]
    assert path_data(diagonal) == "M1 1L2 3"
    loop = np.array([[[0.0, 0], [1, 1], [-1, 1], [0, 0]]])  # which ends where it began, and is no point
    assert path_data(loop) == "M0 0C1 1 -1 1 0 0"
    curve = np.array([[[0.0, 0], [1, 2], [3, 2], [4, 0.12345]]])
    assert path_data(curve) == "M0 0C1 2 3 2 4 0.123"


def test_a_circle_takes_few_curves():
    (loop,) = contours(disc(12.3))
    (curves,) = fit_loops([loop], [0.05])
    assert len(curves) <= 8
    assert np.abs(np.hypot(*(sampled(curves, 20) - (25, 20)).T) - 12.3).max() < 0.1
    np.testing.assert_allclose(curves[:, 3], np.roll(curves[:, 0], -1, axis=0))  # each begins where the last ends


def test_a_loop_s_tolerance_is_kept_and_matters():
    # A star of five points: coarse curves are off, fine ones are not.
    y, x = np.mgrid[:120, :120]
    angle, far = np.arctan2(y - 60, x - 60), np.hypot(x - 60, y - 60)
    (loop,) = contours(40 + 6 * np.cos(5 * angle) - far)
    counts = []
    for tolerance in (10.0, 0.5, 0.1):
        (curves,) = fit_loops([loop], [tolerance])
        points = sampled(curves, 60)
        gap = shapely.distance(shapely.LineString(points), shapely.points(loop)).max()
        assert gap <= tolerance + 0.01
        counts.append(len(curves))
    assert counts[0] < counts[1] < counts[2]


def test_polygons_are_fitted_as_if_alone():
    loops = [*contours(disc(12)), *contours(disc(5)), np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])]
    together = fit_loops(loops, [0.1, 0.2, 0.1])
    for loop, tolerance, curves in zip(loops, (0.1, 0.2, 0.1), together, strict=True):
        np.testing.assert_allclose(fit_loops([loop], [tolerance])[0], curves, atol=1e-9)
    assert np.isfinite(np.concatenate(together)).all()
    assert fit_loops([], []) == []


def test_numbers_by_hand():
    assert [svg_number(x) for x in (0.0, -0.0, -0.0004, 0.5, -2.50, 1000.0, 0.12345)] == [
        "0", "0", "0", "0.5", "-2.5", "1000", "0.123",
    ]  # fmt: skip
