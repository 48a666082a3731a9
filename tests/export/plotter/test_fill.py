from __future__ import annotations

import numpy as np
import pytest
import shapely
from plots import KINDS, SQUARE, bar, drawn, inked, iou, length_of, spine, stroke

from wmpaint.export.plotter.fill import FILLS, Fillable
from wmpaint.export.plotter.shapes import Spine, shapes, spines


def filled(fill: str, line: Spine, width: float, overlap: float = 0.1, coverage: float = 1.0, angle: float = 30.0):
    return FILLS[fill](Fillable(line, shapes([line])[0], width, overlap, coverage, angle))


def spilled(ink, shape) -> float:
    """Area of ink farther outside than rounding to chords explains, square mm."""
    return float(ink.difference(shape.buffer(0.06)).area)


@pytest.mark.parametrize("kind", KINDS)
def test_insets_are_solid(kind):
    for width in (0.4, 1.0):
        lines = filled("insets", spine(kind), width)
        ink = drawn(lines, width)
        assert iou(ink, inked(kind)) >= 0.99
        assert spilled(ink, inked(kind)) < 1e-6
    # The comparison can fail: without its inner lines, a stroke is not solid.
    assert iou(drawn(lines[:1], width), inked(kind)) < 0.75
    assert spilled(ink, inked(kind).buffer(-0.2)) > 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_offsets_cover_most(kind):
    lines = filled("offsets", spine(kind), 0.4)
    ink = drawn(lines, 0.4)
    assert iou(ink, inked(kind)) >= 0.92
    assert spilled(ink, inked(kind)) < 1e-6
    assert iou(drawn(filled("offsets", spine(kind), 1.0), 1.0), inked(kind)) >= 0.75


def test_offsets_of_a_straight_stroke_by_hand():
    # Radius 3, pen 0.4: lines may lie up to 2.8 aside, at most 0.36 apart: eight on each side, 0.35 apart.
    lines = filled("offsets", spine("straight"), 0.4)
    assert len(lines) == 17
    heights = sorted(float(line[:, 1].mean()) for line in lines)
    np.testing.assert_allclose(heights, 50 + np.linspace(-2.8, 2.8, 17), atol=1e-3)
    for line in lines:
        assert np.ptp(line[:, 1]) < 1e-6
        reach = np.sqrt(2.8**2 - min(2.8, abs(line[0, 1] - 50)) ** 2)  # into the round ends
        if line[0, 1] != 50:
            assert line[0, 0] == pytest.approx(20 - reach, abs=0.05) and line[-1, 0] == pytest.approx(
                80 + reach, abs=0.05
            )


def test_offsets_of_a_taper_end_where_it_is_too_narrow():
    lines = filled("offsets", spine("tapering"), 0.4)
    inner, outer = max(lines, key=lambda line: length_of([line])), min(lines, key=lambda line: length_of([line]))
    assert length_of([outer]) < 0.5 * length_of([inner])


def test_outline_goes_once_around():
    (line,) = filled("outline", spine("straight"), 0.4)
    np.testing.assert_array_equal(line[0], line[-1])
    assert length_of([line]) == pytest.approx(2 * 60 + 2 * np.pi * 2.8, rel=2e-3)
    away = shapely.distance(shapely.points(line), inked("straight").boundary)
    np.testing.assert_allclose(away, 0.2, atol=0.03)


@pytest.mark.parametrize("fill", FILLS)
def test_a_stroke_thinner_than_the_pen_is_its_middle(fill):
    thin = spines(bar((20, 50), (80, 50), 0.15), SQUARE, np.ones((1, 2)))[0]
    (line,) = filled(fill, thin, 0.4)
    np.testing.assert_array_equal(line, thin.points)


@pytest.mark.parametrize("fill", FILLS)
def test_a_dot_smaller_than_the_pen_is_a_very_short_line(fill):
    dot = spines(bar((50, 50), (50, 50), 0.15), SQUARE, np.ones((1, 2)))[0]
    (line,) = filled(fill, dot, 0.4)
    assert length_of([line]) == pytest.approx(0.1)
    np.testing.assert_allclose(line.mean(0), [50, 50], atol=1e-5)


@pytest.mark.parametrize("coverage", [0.1, 0.3, 0.5, 0.51, 0.75, 0.95])
@pytest.mark.parametrize("kind", ["straight", "curved", "stub"])
def test_hatching_inks_the_share_that_is_wanted(kind, coverage):
    lines = filled("hatch", spine(kind), 0.4, coverage=coverage)
    within = inked(kind).buffer(-0.6)  # away from the edge, where lines end
    ink = drawn(lines, 0.4)
    assert ink.intersection(within).area / within.area == pytest.approx(coverage, abs=0.03)
    assert spilled(ink, inked(kind)) < 1e-6


def test_hatching_has_its_angle_and_is_crossed_where_it_is_dark():
    def angles(lines):
        steps = np.array([line[-1] - line[0] for line in lines])
        return sorted({round(float(a)) % 180 for a in np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))})

    assert angles(filled("hatch", spine("straight"), 0.4, coverage=0.4)) == [30]
    assert angles(filled("hatch", spine("straight"), 0.4, coverage=0.7)) == [30, 120]
    assert filled("hatch", spine("straight"), 0.4, coverage=0.01) == []


def test_hatching_goes_on_from_stroke_to_stroke():
    grid = []
    for x in (20, 60):
        line = spines(bar((x, 50), (x + 20, 50), 4), SQUARE, np.ones((1, 2)))[0]
        lines = filled("hatch", line, 0.5, coverage=0.25, angle=0.0)
        grid.append({round(float(part[0, 1]), 6) for part in lines})
        assert {round(y / 2 % 1, 6) for y in grid[-1]} == {0.0}  # 0.5 mm of ink every 2 mm
    assert grid[0] == grid[1]


@pytest.mark.parametrize("fill", ["offsets", "insets"])
def test_overlap_brings_lines_nearer(fill):
    few, many = (length_of(filled(fill, spine("straight"), 0.4, overlap=overlap)) for overlap in (0.0, 0.5))
    assert many / few == pytest.approx(2, rel=0.15)


@pytest.mark.parametrize("fill", FILLS)
def test_holes_and_several_parts_are_filled(fill):
    # A ring and a bar: shapes as clipping leaves them. The spine tells offsets only where the middle is.
    ring = shapely.Point(50, 50).buffer(10).difference(shapely.Point(50, 50).buffer(7))
    both = ring.union(shapely.box(70, 45, 80, 55))
    lines = FILLS[fill](Fillable(spine("straight"), both, 0.4, overlap=0.1, coverage=0.8, angle=45))
    assert lines and all(line.ndim == 2 and line.shape[1] == 2 and len(line) > 1 for line in lines)
    if fill in ("outline", "insets", "hatch"):
        assert spilled(drawn(lines, 0.4), both) < 1e-6
    if fill == "insets":
        assert iou(drawn(lines, 0.4), both) > 0.98


def test_narrowing_parts_are_not_left_bare():
    # Two discs with a neck of two thirds of three pens: rings part there, and what they leave is filled.
    neck = shapely.box(40, 49.2, 60, 50.8)
    shape = shapely.union_all([shapely.Point(35, 50).buffer(6), shapely.Point(65, 50).buffer(6), neck])
    lines = FILLS["insets"](Fillable(spine("straight"), shape, 0.8, overlap=0.1, coverage=1.0, angle=0.0))
    assert iou(drawn(lines, 0.8), shape) > 0.98
    wedge = shapely.Polygon([(20, 50), (80, 45), (80, 55)])
    lines = FILLS["insets"](Fillable(spine("straight"), wedge, 0.8, overlap=0.1, coverage=1.0, angle=0.0))
    assert iou(drawn(lines, 0.8), wedge.buffer(-0.4).buffer(0.4)) > 0.97


def test_a_stroke_far_larger_than_the_page_takes_only_the_lines_that_show():
    # 100 mm of a stroke 3.2 m wide.
    huge = spines(stroke([[-600, 50], [50, 50], [700, 50]], 1600), SQUARE, np.ones((1, 2)))[0]
    shown = shapes([huge])[0].intersection(shapely.box(*SQUARE.box))
    for fill in ("offsets", "insets"):
        lines = FILLS[fill](Fillable(huge, shown, 1.0, overlap=0.1, coverage=1.0, angle=0.0))
        assert len(lines) < 300
        assert drawn(lines, 1.0).intersection(shown).area > 0.98 * shown.area
