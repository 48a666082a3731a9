from __future__ import annotations

import numpy as np
import pytest

from wmpaint.export.svg.contours import area, contours


def disc(radius, rows=40, columns=50, middle=(25.0, 20.0)):
    """Distance inside the rim of a disc."""
    y, x = np.mgrid[:rows, :columns]
    return radius - np.hypot(x - middle[0], y - middle[1])


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
