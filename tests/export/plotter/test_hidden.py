from __future__ import annotations

import numpy as np
import pytest
import shapely
from plots import length_of

from wmpaint.export.plotter.shapes import cut, veils

BARS = np.array([shapely.box(0, 4, 20, 6), shapely.box(8, 0, 12, 10), shapely.box(30, 0, 40, 10)], dtype=object)


def test_veils_are_what_lies_above():
    found = veils(BARS, BARS, [0, 1, 2])
    assert list(found) == [0]  # the second lies above the first; nothing lies above the others
    assert found[0].equals(BARS[1])
    assert veils(BARS, BARS, [1, 2]) == {}
    none = np.array([None, None, None], dtype=object)
    assert veils(BARS, none, [0, 1, 2]) == {} == veils(BARS, BARS, [])
    only = np.array([None, BARS[1], shapely.Polygon()], dtype=object)
    assert list(veils(BARS, only, [0, 1])) == [0]


def test_lines_are_cut_where_they_are_covered():
    line = np.array([[0.0, 5.0], [20.0, 5.0]])
    left, right = cut([line], BARS[1], 0.1)
    assert left.tolist() == [[0, 5], [8, 5]] and right.tolist() == [[12, 5], [20, 5]]
    back = [part.tolist() for part in cut([line[::-1]], BARS[1], 0.1)]
    assert sorted(back) == [[[8, 5], [0, 5]], [[20, 5], [12, 5]]]  # the way it went
    assert cut([line], BARS[1], 8.5) == []
    assert cut([line], None, 0.1)[0] is line and cut([line], BARS[2], 0.1)[0] is line
    assert cut([np.array([[9.0, 1], [11, 9]])], BARS[1], 0.1) == []
    assert cut([], BARS[1], 0.1) == []


def test_short_lines_that_nothing_covers_stay():
    dot = np.array([[0.0, 0.0], [0.05, 0.0]])
    line = np.array([[0.0, 5.0], [20.0, 5.0]])
    assert len(cut([dot, line], BARS[1], 1.0)) == 3
    assert cut([dot, line], BARS[1], 1.0)[0].tolist() == dot.tolist()


def test_a_ring_is_cut_once_not_at_its_seam():
    ring = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10], [0, 0]])
    (rest,) = cut([ring], shapely.box(4, 9, 6, 11), 0.1)
    assert length_of([rest]) == pytest.approx(40 - 2)
    assert {tuple(rest[0]), tuple(rest[-1])} == {(4.0, 10.0), (6.0, 10.0)}
    assert tuple(rest[0]) == (4.0, 10.0)  # still 10, 10 before 0, 10


def test_order_of_lines_is_kept():
    lines = [np.array([[0.0, y], [20.0, y]]) for y in (1.0, 20.0, 2.0, 30.0)]
    heights = [float(line[0, 1]) for line in cut(lines, BARS[1], 0.1)]
    assert heights == [1, 1, 20, 2, 2, 30]
