from __future__ import annotations

import numpy as np
import pytest
import shapely
from plots import KINDS, SQUARE, bar, inked, iou, spine, stroke

from wmpaint.export.plotter.shapes import lines_of, shapes, spines, strings_of
from wmpaint.strokes import Strokes


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_is_what_discs_pass_over(kind):
    shape = shapes([spine(kind)])[0]
    assert shape.is_valid and iou(shape, inked(kind)) > 0.995
    assert shapely.hausdorff_distance(shape, inked(kind)) < 0.06


def test_a_straight_shape_s_area():
    found = shapes([spine("straight")])
    assert found[0].area == pytest.approx(60 * 6 + np.pi * 9, rel=2e-3)
    assert found[0].bounds == pytest.approx((17, 47, 83, 53), abs=0.02)
    assert shapes([spine("straight")], 0.5)[0].bounds == pytest.approx((18.5, 48.5, 81.5, 51.5), abs=0.02)


def test_spines_follow_the_curve_and_its_width():
    strokes = Strokes.cat([bar((10, 20), (30, 20), 2), stroke([[0, 50], [50, 0], [100, 50]], 1)])
    first, second = spines(strokes, SQUARE, np.array([[1.0, 0.5], [1.0, 1.0]]))
    np.testing.assert_allclose(first.points[[0, -1]], [[10, 20], [30, 20]], atol=1e-5)
    np.testing.assert_allclose(first.half[[0, -1]], [2, 1], rtol=1e-6)
    # Travelling to the right on a page whose y points down, up the page is left.
    np.testing.assert_allclose(first.normals, np.tile([[0, -1]], (len(first.points), 1)), atol=1e-6)
    assert first.length == pytest.approx(20, abs=1e-5) and first.tightest > 1e6
    # A parabola over a chord c with its control point h above it: radius c² / 4h at the vertex.
    assert second.tightest == pytest.approx(100**2 / (4 * 50), rel=0.02)
    t = np.linspace(0, 1, 999)[:, None]
    curve = 2 * t * (1 - t) * np.array([[50, 0]]) + (1 - t) ** 2 * np.array([[0, 50]]) + t**2 * np.array([[100, 50]])
    away = shapely.distance(shapely.points(curve), shapely.LineString(second.points))
    assert away.max() <= 0.0101


def test_strokes_of_no_length_have_directions_all_the_same():
    strokes = Strokes.cat([bar((50, 50), (50, 50), 2), stroke([[50, 50], [60, 50], [50, 50]], 2)])
    for one in spines(strokes, SQUARE, np.ones((2, 2))):
        np.testing.assert_allclose(np.linalg.norm(one.normals, axis=1), 1)
    dot, there_and_back = shapes(spines(strokes, SQUARE, np.ones((2, 2))))
    assert dot.area == pytest.approx(4 * np.pi, rel=0.01)
    assert there_and_back.area == pytest.approx(4 * np.pi + 4 * 5, rel=0.01)  # it turns at half the way


def test_lines_and_strings_are_inverse():
    lines = [np.array([[0.0, 0], [1, 1]]), np.array([[2.0, 0], [3, 1], [4, 0]])]
    for got, line in zip(lines_of(strings_of(lines)), lines, strict=True):
        np.testing.assert_array_equal(got, line)
    assert lines_of(strings_of([])) == []
    both = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 1 0))")
    assert [line.tolist() for line in lines_of(both)] == [[[0, 0], [1, 0]]]
    assert lines_of(shapely.from_wkt("LINESTRING EMPTY")) == []
