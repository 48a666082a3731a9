from __future__ import annotations

import numpy as np
import pytest

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.pens import Placement


def test_a_square_lies_in_the_middle_of_the_page():
    p = Placement.of(Canvas(), "a4", margin="15mm")
    assert (p.page, p.margin, p.scale, p.left, p.top) == ((210, 297), 15, 180, 15, 58.5)
    assert p.box == (15, 58.5, 195, 238.5)
    np.testing.assert_allclose(
        p.place(np.array([[0, 0], [1, 1], [0.5, 0.25]])), [[15, 58.5], [195, 238.5], [105, 103.5]]
    )


def test_a_named_page_turns_as_the_canvas_lies():
    assert Placement.of(Canvas(1.5)).page == (297, 210)
    assert Placement.of(Canvas(1.5), landscape=False).page == (210, 297)
    assert Placement.of(Canvas(0.7), landscape=True).page == (297, 210)
    assert Placement.of(Canvas(1.5), "200x300mm").page == (200, 300)  # as it was given
    assert Placement.of(Canvas(1.5), (200, "30cm")).page == (200, 300)


@pytest.mark.parametrize("aspect", [1 / 64, 0.3, 1, 2, 64])
@pytest.mark.parametrize("page", ["a4", "200x150mm"])
def test_the_canvas_fills_the_page_up_to_its_margins(aspect, page):
    p = Placement.of(Canvas(aspect), page, margin=10)
    left, top, right, bottom = p.box
    assert (right - left) / (bottom - top) == pytest.approx(aspect)
    gaps = left, top, p.page[0] - right, p.page[1] - bottom
    assert min(gaps) == pytest.approx(10) and gaps[0] == pytest.approx(gaps[2]) and gaps[1] == pytest.approx(gaps[3])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"page": "a99"}, "expected a page out of a0, a1"),
        ({"margin": "-1mm"}, "a margin of 0 mm or more, got -1 mm"),
        ({"margin": "wide"}, "a margin such as 15mm"),
        ({"margin": 105}, "a page larger than its margins, got 210 x 297 mm with 105 mm on each side"),
        ({"page": (10, 10), "margin": 6}, "a page larger than its margins"),
    ],
)
def test_what_does_not_fit_is_refused(options, says):
    with pytest.raises(InputError, match=says):
        Placement.of(Canvas(), **options)
