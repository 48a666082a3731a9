"""Painters by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import toys
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint import agents, painters
from wmpaint.cli.app import app
from wmpaint.errors import BrushError, FileError
from wmpaint.media.programs import bundled
from wmpaint.painting import Painting
from wmpaint.painting.brush_ref import BrushRef


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


UNTRAINED = sorted(set(bundled()) - set(painters.available()))


def test_a_bundled_brush_without_a_painter_is_said_to_have_none_with_what_trains_one() -> None:
    assert "airbrush" in UNTRAINED
    for name in UNTRAINED:
        words = rf"'{name}' has none yet; train one in some minutes with: wmpaint train-painter {name} -o "
        with pytest.raises(BrushError, match=words) as refused:
            painters.load(name)
        assert f"wp.program({name!r})" in str(refused.value) and "did you mean" not in str(refused.value)


@pytest.mark.parametrize(
    "use",
    [
        lambda goal, strokes: wp.paint(goal, brush="airbrush", strokes=3, height=16),
        lambda goal, strokes: wp.Painting.of(strokes, "airbrush"),
        lambda goal, strokes: agents.plan_training(wp.data.load("digits"), brush="airbrush", steps=1),
        lambda goal, strokes: Painting(strokes, wp.Canvas(), (BrushRef("airbrush"),)).render(16),
        lambda goal, strokes: Painting(strokes, wp.Canvas(), (BrushRef("airbrush"),)).plot(),
    ],
)
def test_wherever_a_brush_is_named(use) -> None:
    strokes = wp.Strokes(torch.rand(2, 3, 2), torch.full((2,), 0.1), torch.ones(2, 2), torch.zeros(2, 3))
    with pytest.raises(BrushError, match="'airbrush' has none yet; train one"):
        use(torch.rand(3, 16, 16), strokes)


@pytest.mark.parametrize("brush", [None, 3, [1], object()])
def test_what_is_no_name_is_refused(brush: object) -> None:
    with pytest.raises(BrushError, match="expected the name of a brush with a painter, or a"):
        painters.load(brush)  # type: ignore[arg-type]


def test_the_command_line_says_it_too(tmp_path: Path) -> None:
    photo = str(wp.sample_photo())
    done = CliRunner().invoke(app, ["paint", photo, "--brush", "chalk", "-o", str(tmp_path / "a.png")])
    assert done.exit_code == 2 and "train-painter chalk -o chalk.safetensors" in " ".join(done.output.split())
