"""Painters by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import toys

from wmpaint import painters
from wmpaint.errors import BrushError, FileError
from wmpaint.programs import bundled


def test_each_bundled_painter_has_a_bundled_brush() -> None:
    names = painters.available()
    assert names == tuple(sorted(names)) and len(names) >= 12
    assert set(names) <= set(bundled())


def test_by_name_and_by_file(tmp_path: Path) -> None:
    name = painters.available()[0]
    assert painters.load(name).brush == name
    path = tmp_path / "mine.safetensors"
    toys.painter().save(path)
    assert painters.load(path).brush == painters.load(str(path)).brush == "toy"


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(BrushError, match="did you mean charcoal"):
        painters.load("charcaol")
    with pytest.raises(BrushError, match=r"there are .*charcoal"):
        painters.load("zzz")
    with pytest.raises(BrushError):
        painters.load("")


def test_files_that_are_no_painters(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="none at"):
        painters.load("absent.safetensors")
    with pytest.raises(FileError, match=r"train-painter my\.myb"):
        painters.load("my.myb")
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(FileError, match="expected a painter"):
        painters.load(tmp_path / "x.safetensors")
