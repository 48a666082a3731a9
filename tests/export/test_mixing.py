"""Mixing tables: what is in them, in which order, and as files."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest
import torch
from flat import line
from works import BLUE, RED, painting

import wmpaint as wp
from wmpaint.errors import InputError
from wmpaint.export.mixing import mixing_table
from wmpaint.strokes import Strokes
from wmpaint.tubes import PALETTES, Tubes


def test_shares_and_order_of_a_painting_on_paper() -> None:
    """A red bar and one that is twice as wide and blue, on white: both reach from side to side but for a pixel."""
    white = line(0.95, 0.02, (1.0, 1.0, 1.0))
    tubes, heaps = mixing_table(painting(Strokes.cat([line(0.3, 0.1, RED), line(0.7, 0.2, BLUE), white])), "classic")
    assert tubes.names == PALETTES["classic"] and len(heaps) == 3
    near_white, red, blue = heaps  # grays first, then from yellow over red to blue
    assert near_white.words == "1 titanium white" and "cadmium red" in red.recipe and "ultramarine" in blue.recipe
    assert red.share == pytest.approx(0.19, abs=0.015) and blue.share == pytest.approx(0.39, abs=0.015)
    assert sum(heap.share for heap in heaps) == pytest.approx(1) and red.off > 1  # no tube is that red


def test_its_own_palette_and_nothing_off() -> None:
    tubes = Tubes.of("zorn")
    chance = torch.Generator().manual_seed(0)
    colors = tubes.colors[torch.randint(len(tubes.colors), (40,), generator=chance)]
    strokes = Strokes(
        torch.rand(40, 3, 2, generator=chance), torch.full((40,), 0.1), torch.ones(40, 2), colors
    )  # fmt: skip
    work = painting(strokes, parameters={"palette": list(tubes.names)})
    found, heaps = mixing_table(work, colors=256)
    assert found.names == tubes.names and max(heap.off for heap in heaps) < 0.01
    assert {heap.color for heap in heaps} == {tuple(color) for color in colors.tolist()}
    assert len(mixing_table(work)[1]) <= 24 and len(mixing_table(work, colors=1)[1]) == 1


def test_files(tmp_path: Path) -> None:
    work = dataclasses.replace(painting(), provenance={"source": "<b>.jpg"})
    work.save(tmp_path / "a.csv", palette="primaries")
    with open(tmp_path / "a.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["color", "share", "off", *PALETTES["primaries"]] and len(rows) == 2
    assert all(sum(int(row[name]) > 0 for name in PALETTES["primaries"]) in (1, 2, 3) for row in rows)
    work.save(tmp_path / "a.txt", colors=1)
    text = (tmp_path / "a.txt").read_text("utf-8").splitlines()
    assert text[0] == work.title and len(text) == 3 and text[2].startswith("#")
    work.save(tmp_path / "a.palette.html")
    page = (tmp_path / "a.palette.html").read_text("utf-8")
    assert "&lt;b&gt;" in page and "<b>" not in page and page.count("<tr>") == 3 and "(PW6)" in page


def test_refusals() -> None:
    work = painting()
    for options, word in (({"palette": "mud"}, "tube"), ({"colors": 0}, "colors"), ({"colors": 257}, "colors")):
        with pytest.raises(InputError, match=word):
            mixing_table(work, **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="colors for a mixing table"):
        mixing_table(painting(work.strokes[:0]))
    with pytest.raises(InputError, match="palette"):
        wp.paint(torch.rand(3, 16, 16), pens="black", palette="zorn")
