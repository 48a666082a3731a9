"""Finding a class by its name, a synonym or its index."""

from __future__ import annotations

import pytest

from wmpaint.errors import InputError
from wmpaint.features.labels import ClassNames, imagenet

NAMES = ClassNames(["puma, panther", "jaguar, panther", "mountain lion", "projectile, missile", "missile", "T-shirt"])


def refused(names: ClassNames, which: object) -> str:
    with pytest.raises(InputError) as caught:
        names.index(which)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize(
    ("which", "index"),
    [("jaguar", 1), ("PUMA", 0), ("Mountain_Lion", 2), (" mountain  lion ", 2), ("t shirt", 5), (3, 3), ("3", 3)],
)
def test_names_and_indices_are_found(which: str | int, index: int) -> None:
    assert NAMES.index(which) == index


def test_a_name_goes_before_a_synonym() -> None:
    assert NAMES.names[3:5] == ("projectile", "missile")
    assert NAMES.index("missile") == 4


def test_what_names_no_class_or_two_is_refused() -> None:
    assert refused(NAMES, "panther") == (
        "expected the name of one class, got 'panther', which can be 'puma' (0) or 'jaguar' (1)"
    )
    assert refused(NAMES, "lion") == "expected the name of a class, got 'lion'; near it are mountain lion"
    assert refused(NAMES, "jagar") == "expected the name of a class, got 'jagar'; near it are jaguar"
    assert refused(NAMES, "xyzzy") == "expected the name of a class, got 'xyzzy'"
    assert refused(NAMES, "") == "expected the name of a class, got ''"


@pytest.mark.parametrize("which", [6, -1, "6", "-1", True, 1.0, None])
def test_what_is_no_index_is_refused(which: object) -> None:
    assert "got" in refused(NAMES, which)


def test_imagenet_has_a_thousand_classes_of_different_names() -> None:
    names = imagenet()
    assert len(names) == len({name.casefold() for name in names.names}) == 1000
    assert all(names.index(name) == i for i, name in enumerate(names.names))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        *[("tench", 0), ("goldfish", 1), ("flamingo", 130), ("tabby", 281), ("tiger", 292), ("espresso", 967)],
        *[("daisy", 985), ("toilet paper", 999), ("king of beasts", 291), ("crane (machine)", 517)],
    ],
)
def test_classes_of_imagenet_are_where_they_belong(name: str, index: int) -> None:
    assert imagenet().index(name) == index


def test_near_names_of_imagenet_are_suggested() -> None:
    assert "near it are daisy" in refused(imagenet(), "dasiy")
    assert "near it are crane (bird), crane (machine)" in refused(imagenet(), "crane")
    assert "tiger cat" in refused(imagenet(), "cat")
