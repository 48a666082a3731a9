"""The public names are those on a checked-in list, so that none comes or goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import wmpaint

LIST = Path(__file__).with_name("public_names.txt")


def test_public_names_are_the_checked_in_list() -> None:
    listed = LIST.read_text(encoding="utf-8").split()
    assert listed == sorted(listed), "tests/public_names.txt is sorted, one name a line"
    assert sorted(getattr(wmpaint, "__all__", [])) == listed


def test_public_names_exist() -> None:
    for name in getattr(wmpaint, "__all__", []):
        assert getattr(wmpaint, name) is not None
