from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmpaint.errors import InputError
from wmpaint.units import PAGES, length, page_size


@pytest.mark.parametrize(
    ("text", "mm"),
    [
        ("15mm", 15), ("0.4in", 10.16), ("1.5cm", 15), ("0.2m", 200), ("72pt", 25.4), ("96px", 25.4), ('2"', 50.8),
        ("1 inch", 25.4), (" 3 MM ", 3), ("7", 7), ("-2mm", -2), (".5mm", 0.5), ("1e1mm", 10), (12, 12), (0.5, 0.5),
    ],
)  # fmt: skip
def test_lengths(text, mm):
    assert length(text) == pytest.approx(mm, abs=1e-12)


@pytest.mark.parametrize(
    "value", ["", "mm", "3 ells", "1,5mm", "nan", "inf", "0x10mm", "1e999mm", "1mm 2mm", float("nan"), float("inf"),
              10**400, True, None, [3], b"3mm"],
)  # fmt: skip
def test_what_is_no_length_is_refused(value):
    with pytest.raises(InputError, match=r"expected the margin such as 15mm, 0.4in or a number of millimetres, got"):
        length(value, "the margin")


def test_lengths_beyond_ten_metres_are_refused():
    assert length("10m") == 10_000
    with pytest.raises(InputError, match=r"expected a length of at most 10000 mm, got '10.1m'"):
        length("10.1m")


def test_pages():
    assert page_size("a4") == page_size(" A4 ") == (210, 297)
    assert page_size("a4", landscape=True) == (297, 210)
    assert page_size("tabloid", landscape=False) == (279.4, 431.8)
    assert page_size("200x150mm") == page_size("200mm x 15cm") == page_size("200×150") == (200, 150)
    assert page_size("8x10in") == pytest.approx((203.2, 254))
    assert page_size("200x150mm", landscape=False) == (150, 200)
    assert page_size(("10cm", 50)) == (100, 50)
    for name, (width, height) in PAGES.items():
        assert 0 < width < height, name
    # Each ISO page is half the one before, rounded down to whole millimetres.
    for k in range(6):
        assert PAGES[f"a{k + 1}"] == (PAGES[f"a{k}"][1] // 2, PAGES[f"a{k}"][0])


@pytest.mark.parametrize("page", ["a9", "", "x", "200x", "200x150x3", "0x10mm", "-1x5mm", (1,), (1, 2, 3), 4, None])
def test_what_is_no_page_is_refused(page):
    with pytest.raises(InputError, match="expected a page"):
        page_size(page)


@given(st.text(max_size=12))
def test_any_text_is_a_length_or_an_input_error(text):
    for read in (length, page_size):
        try:
            read(text)
        except InputError as error:
            assert "\n" not in str(error)
