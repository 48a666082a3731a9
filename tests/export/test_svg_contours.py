from __future__ import annotations

import numpy as np
import pytest

from wmpaint.export.svg.areas import area, contours


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


def test_diagonal_neighbors_are_joined_where_the_middle_between_them_is_above_the_level():
    for high, low, count in ((1.0, -1.0, 2), (1.0, -3.0, 2), (3.0, -1.0, 1)):
        loops = contours(np.array([[high, low], [low, high]]))
        assert len(loops) == count and all(area(loop) > 0 for loop in loops)


def test_what_is_at_the_level_is_not_above_it():
    """A square of 3 samples at 1, with its middle, or what lies around it, at the level itself."""
    field = np.zeros((5, 5))
    field[1:4, 1:4] = 1.0
    (loop,) = contours(field)
    assert area(loop) == pytest.approx(16 - 2) and loop.min() == 0 and loop.max() == 4  # to where it is 0, less corners
    field[2, 2] = 0.0
    assert sorted(round(area(loop), 6) for loop in contours(field)) == [0.0, 14.0]
