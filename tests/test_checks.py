"""Each kind of argument is checked in one place: what is taken, what is refused, and in which words."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from wmpaint import checks
from wmpaint.errors import InputError


def refused(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(InputError) as error:
        call(*arguments, **options)
    return str(error.value)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3), torch.tensor(3)])
def test_whole_numbers_of_any_kind_become_ints(value: Any) -> None:
    found = checks.whole("it", value, 3, 3)
    assert type(found) is int and found == 3 == checks.whole("it", value, 1)


@pytest.mark.parametrize("value", [2, 6, True, np.True_, torch.tensor(True), "3", None, math.nan, [3], torch.ones(2)])
def test_what_is_no_whole_number_in_range_is_refused(value: Any) -> None:
    assert refused(checks.whole, "it", value, 3, 5).startswith("expected it of 3 to 5, got ")


def test_numbers_beyond_any_other_are_refused_in_words() -> None:
    huge = 10**5000
    assert refused(checks.whole, "it", huge, 3, 5) == "expected it of 3 to 5, got a number of 5,001 digits"
    assert refused(checks.number, "it", huge) == "expected it of any finite size, got a number of 5,001 digits"


@pytest.mark.parametrize("value", [3.0, 3.5, np.float32(4), torch.tensor(4.0)])
def test_other_numbers_are_refused_and_the_message_says_that_they_are_to_be_whole(value: Any) -> None:
    assert refused(checks.whole, "it", value, 3, 5).startswith("expected it of 3 to 5, as a whole number, got ")


def test_a_whole_number_may_be_a_float_where_sliders_give_one() -> None:
    found = checks.whole("it", 3.0, 1, 5, floats=True)
    assert type(found) is int and found == 3
    for value in (6.0, math.nan, None, True):
        assert refused(checks.whole, "it", value, 1, 5, floats=True).startswith("expected it of 1 to 5, got ")
    assert refused(checks.whole, "it", 3.5, 1, 5, floats=True) == "expected it of 1 to 5, as a whole number, got 3.5"


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), Fraction(1, 2), torch.tensor(0.5), np.array(0.5)])
def test_numbers_of_any_kind_become_floats(value: Any) -> None:
    found = checks.number("it", value, 0.5, 0.5)
    assert type(found) is float and found == 0.5 == checks.number("it", value)


@pytest.mark.parametrize(
    "value", [0, 1.1, True, np.True_, "0.5", b"1", None, math.nan, math.inf, 1j, np.complex64(1), [1], np.ones(1)]
)
def test_what_is_no_number_in_range_is_refused(value: Any) -> None:
    message = refused(checks.number, "it", value, 0, 1, above=True)
    assert message.startswith("expected it above 0, up to 1, got ")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_numbers_are_finite_without_a_range(value: float) -> None:
    assert refused(checks.number, "it", value) == f"expected it of any finite size, got {value}"


@pytest.mark.parametrize(
    ("name", "low", "high", "words"),
    [
        ("a side of … pixels", 1, 16_384, "a side of 1 to 16,384 pixels"),
        ("… passes", 1, 20, "1 to 20 passes"),
        ("strokes", 1, None, "strokes of 1 or more"),
        ("a place in … of it", 0, 10_000, "a place in 0..10,000 of it"),
        ("what … is, of … mm", 0, None, "what … is, of 0 or more mm"),
    ],
)
def test_a_range_stands_where_the_name_leaves_room(name: str, low: int, high: int | None, words: str) -> None:
    assert refused(checks.whole, name, -1, low, high) == f"expected {words}, got -1"


@pytest.mark.parametrize(
    ("low", "high", "above", "words"),
    [
        (0.25, 1e3, False, "of 0.25 to 1000"), (0, math.inf, False, "of 0 or more"), (0, math.inf, True, "above 0"),
        (-math.inf, 5, False, "of at most 5"),
    ],
)  # fmt: skip
def test_ranges_of_numbers_in_words(low: float, high: float, above: bool, words: str) -> None:
    assert refused(checks.number, "it", math.nan, low, high, above=above) == f"expected it {words}, got nan"


def test_several_numbers() -> None:
    assert checks.numbers("ink", torch.tensor([0, 0.5, 1]), 3, 0, 1) == (0.0, 0.5, 1.0)
    for values in ([0, 1], [0, 1, 2], [0, 1, True], "abc", None, 3, [0, 1, math.nan]):
        assert refused(checks.numbers, "ink", values, 3, 0, 1).startswith("expected ink of 3 numbers in 0..1, got ")


def test_seeds() -> None:
    assert checks.seed(np.int64(7)) == 7 and checks.seed(2**63 - 1) == 2**63 - 1
    for value in (-1, 2**63, True, 0.0, None):
        assert refused(checks.seed, value).startswith("expected a seed of 0 to 2**63 - 1, got ")
    assert refused(checks.seed, 2**62, "--seed", bits=62) == f"expected --seed of 0 to 2**62 - 1, got {2**62}"


def test_booleans() -> None:
    assert checks.boolean("it", True) is True and checks.boolean("it", False) is False
    for value in (0, 1, None, "yes"):
        assert refused(checks.boolean, "it", value).startswith("expected it as true or false, got ")


def test_one_of_some_words() -> None:
    assert checks.one_of("a pace", "even", {"even": 1, "stroke": 2}) == "even"
    assert refused(checks.one_of, "a pace", "evne", ("even", "stroke")) == (
        "expected a pace out of even, stroke, got 'evne': did you mean even?"
    )
    assert refused(checks.one_of, "bits of …", True, (1, 8, 16)) == "expected bits of 1, 8 or 16, got True"
    assert refused(checks.one_of, "a kind …", None, ("one",)) == "expected a kind one, got none"
    for value in (["even"], np.array(["even", "even"]), torch.ones(2), 3):
        assert refused(checks.one_of, "a pace", value, ("even",)).startswith("expected a pace out of even, got ")


def test_one_of_many_words() -> None:
    words = [f"block{k}" for k in range(30)]
    assert checks.one_of("a layer", "block7", words) == "block7"
    assert refused(checks.one_of, "a layer", "blok7", words).startswith("expected a layer, such as block7, ")
    assert refused(checks.one_of, "a layer", None, words).endswith("block15, block20, block25; got none")


def test_options_that_are_known() -> None:
    checks.known_options("for .png", ["bits"], ["bits", "dpi"])
    assert refused(checks.known_options, "for .png", ["bits", "fps"], iter(["bits", "dpi"])) == (
        "expected options for .png out of bits, dpi, got 'fps'"
    )
    assert refused(checks.known_options, "for it", ["a"], []) == "expected options for it out of none, got 'a'"


def test_values_of_a_class() -> None:
    assert checks.instance("it", 3, int) == 3
    assert refused(checks.instance, "it", 3.0, Fraction) == "expected it to be a Fraction, got 3.0"
    assert refused(checks.instance, "a title", None, str) == "expected a title to be text, got none"


def test_one_or_more() -> None:
    assert checks.some("one network", iter([1, 2])) == (1, 2)
    assert refused(checks.some, "one network", []) == "expected at least one network, got none"


@pytest.mark.parametrize("value", [np.ones((2, 3)), torch.ones(2, 3)])
def test_shapes(value: Any) -> None:
    checks.shape("it", value, (2, 3))
    assert refused(checks.shape, "it", value, [3]) == "expected it of shape (3,), got (2, 3)"


def test_suffixes() -> None:
    assert checks.suffix("a film", "A.MP4", (".mp4", ".gif", ".webp")) == ".mp4"
    assert refused(checks.suffix, "a film", "a.png", (".mp4", ".gif", ".webp")) == (
        "expected a film named .mp4, .gif or .webp, got 'a.png'"
    )
    assert refused(checks.suffix, "weights", "a", (".bin",)) == "expected weights named .bin, got 'a'"


def test_near_sorts_by_likeness() -> None:
    assert checks.near("block7", ["stem", "block1", "block71", "block7.expand"])[0] == "block71"
    assert checks.near(None, ["stem"]) == []


def test_values_in_messages() -> None:
    assert checks.quoted(None) == "none" and checks.quoted("a\nb") == r"'a\nb'"
    assert checks.quoted(10**5000) == "a number of 5,001 digits"
    assert len(checks.quoted("a" * 1000)) == 60 and "\n" not in checks.quoted(torch.ones(4, 4))
