"""Brushes of oil as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from wmpaint.errors import BrushError, FileError, InputError
from wmpaint.media.oil import BRUSHES, OilBrush
from wmpaint.media.oil.brush import RANGES, Hairs


def test_six_brushes_come_along() -> None:
    assert {"flat", "filbert", "round", "fan", "knife", "dry"} <= set(BRUSHES)
    hashes = {OilBrush.load(name).hash for name in BRUSHES}
    assert len(hashes) == len(BRUSHES) and all(OilBrush.load(name).bundled for name in BRUSHES)
    assert all(OilBrush.load(name).about for name in BRUSHES) and set(RANGES) == set(Hairs._fields)


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "mop.toml"
    path.write_text('name = "mop"\nhairs = 200\nwet = 0.5\n')
    mop = OilBrush.load(path)
    assert mop.name == "mop" and mop.numbers == Hairs(hairs=200, wet=0.5) and not mop.bundled
    assert OilBrush.parse(mop.text()) == mop
    odd = OilBrush("mop", 'say "hi"\\\n', Hairs(load=1.25))
    assert OilBrush.parse(odd.text()).numbers == odd.numbers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hair = 3", "did you mean hairs"),
        ("hairs = 1", "2 to 300"),
        ("hairs = 2.5", "whole number"),
        ("hairs = true", "hairs"),
        ("wet = 1.0", "wet"),
        ("wet = nan", "wet"),
        ('wet = "a"', "wet"),
        ('name = "a/b"', "letters"),
        ("name = 3", "name"),
        ('about = ["x"]', "about"),
    ],
)
def test_what_is_no_brush_is_told(text: str, said: str) -> None:
    with pytest.raises(BrushError, match=said) as caught:
        OilBrush.parse(text)
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    for data in (b"\xff\xfe", b"a = [" * 50, b"=", b"a = 1\n" * 5000):
        path = tmp_path / "bad.toml"
        path.write_bytes(data)
        with pytest.raises((FileError, BrushError)):
            OilBrush.load(path)
    with pytest.raises(FileError):
        OilBrush.load(tmp_path / "none.toml")
    with pytest.raises(InputError, match="letters"):
        OilBrush("", "")
