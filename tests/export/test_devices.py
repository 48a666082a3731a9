"""Files are the same whatever the default device: what does not say where it lies would lie there, without numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import toys
from works import painting

from wmpaint.export.plotter import plan
from wmpaint.media.oil import OilStrokes
from wmpaint.painting import Painting


def same(path: Path, write: Callable[[], object]) -> bool:
    """Whether a file is written twice the same, with and without a default device that computes nothing."""
    write()
    expected = path.read_bytes()
    torch.set_default_device("meta")
    try:
        write()
    finally:
        torch.set_default_device(None)
    return path.read_bytes() == expected


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {"grain": True}),
        ("a.ora", {"layers": 2}),
        ("a.gif", {"seconds": 1.0, "hold": 0.0, "cursor": True}),
        ("a.svg", {"style": "brush"}),
        ("a.html", {"style": "outline"}),
        ("a.csv", {"palette": "zorn", "colors": 2}),
    ],
)
def test_files_of_a_painting(name: str, options: dict[str, object], tmp_path: Path) -> None:
    work = painting(toys.strokes(4), renderer=toys.painter(), program_height=32)
    assert same(tmp_path / name, lambda: work.save(tmp_path / name, **options))


@pytest.mark.parametrize(
    ("name", "options"), [("a.svg", {"style": "brush"}), ("a.ora", {"layers": 2}), ("a.png", {"grain": True})]
)
def test_files_of_oil(name: str, options: dict[str, object], tmp_path: Path) -> None:
    work = Painting.of(toys.strokes(4).to_kind(OilStrokes), "oil/flat", height=32)
    assert same(tmp_path / name, lambda: work.save(tmp_path / name, **options))


@pytest.mark.parametrize(("pens", "fill"), [("cmyk", None), (2, "hatch"), ("fineliners", "offsets")])
def test_plots(pens: object, fill: str | None, tmp_path: Path) -> None:
    path, strokes = tmp_path / "a.svg", toys.strokes(4)
    assert same(path, lambda: plan(strokes, pens, page="a6", fill=fill).save(path))


def test_a_forgotten_device_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(NotImplementedError):
        same(path, lambda: path.write_text(str(torch.ones(1).tolist())))
