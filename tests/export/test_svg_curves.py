from __future__ import annotations

import numpy as np
import pytest

from wmpaint.export.svg.contours import area, contours
from wmpaint.export.svg.curves import fit


def disc(radius, rows=40, columns=50, middle=(25.0, 20.0)):
    """Distance inside the rim of a disc."""
    y, x = np.mgrid[:rows, :columns]
    return radius - np.hypot(x - middle[0], y - middle[1])


def along(curves, count=20):
    """Points [S * count, 2] of cubic curves [S, 4, 2]."""
    t = np.linspace(0, 1, count)[None, :, None]
    p0, p1, p2, p3 = (curves[:, None, k] for k in range(4))
    return ((1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t * t * p2 + t**3 * p3).reshape(-1, 2)


def test_a_disc_has_one_contour_around_it():
    (loop,) = contours(disc(12.3))
    np.testing.assert_allclose(contours(disc(20.0), 7.7)[0], loop)
    assert np.abs(np.hypot(*(loop - (25, 20)).T) - 12.3).max() < 0.05
    assert area(loop) == pytest.approx(np.pi * 12.3**2, rel=0.005)


def test_holes_run_the_other_way():
    loops = contours(np.minimum(disc(15), -disc(6)))
    assert sorted(round(area(loop) / np.pi) for loop in loops) == [pytest.approx(-36, abs=1), pytest.approx(225, abs=2)]


def test_two_islands_corners_and_the_rim():
    assert len(contours(np.maximum(disc(4, middle=(8, 8)), disc(4, middle=(30, 30))))) == 2
    assert contours(np.full((4, 5), -1.0)) == []
    # All inside: the contour runs around the grid, 1/9 of a sample outside of it, with corners cut.
    (loop,) = contours(np.full((4, 5), 1.0))
    assert loop.min() == pytest.approx(-1 / 9) and area(loop) > 3 * 4
    # Diagonal neighbors are kept apart.
    assert len(contours(np.array([[1.0, -1.0], [-1.0, 1.0]]))) == 2


def test_a_circle_takes_few_curves():
    (loop,) = contours(disc(12.3))
    (curves,) = fit([loop], [0.05])
    assert len(curves) <= 8
    assert np.abs(np.hypot(*(along(curves) - (25, 20)).T) - 12.3).max() < 0.1
    np.testing.assert_allclose(curves[:, 3], np.roll(curves[:, 0], -1, axis=0))  # each begins where the last ends


def test_the_tolerance_is_kept_and_matters():
    # A star of five points: coarse curves are off, fine ones are not.
    y, x = np.mgrid[:120, :120]
    angle, far = np.arctan2(y - 60, x - 60), np.hypot(x - 60, y - 60)
    (loop,) = contours(40 + 6 * np.cos(5 * angle) - far)
    counts = []
    for tolerance in (10.0, 0.5, 0.1):
        (curves,) = fit([loop], [tolerance])
        points = along(curves, 60)
        gap = np.sqrt(((loop[:, None] - points[None]) ** 2).sum(-1).min(1)).max()
        assert gap <= tolerance + 0.1
        counts.append(len(curves))
    assert counts[0] < counts[1] < counts[2]


def test_polygons_are_fitted_as_if_alone():
    loops = [*contours(disc(12)), *contours(disc(5)), np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])]
    together = fit(loops, [0.1, 0.2, 0.1])
    for loop, tolerance, curves in zip(loops, (0.1, 0.2, 0.1), together, strict=True):
        np.testing.assert_allclose(fit([loop], [tolerance])[0], curves, atol=1e-9)
    assert np.isfinite(np.concatenate(together)).all()
    assert fit([], []) == []
