"""A medium that is written down in one place: its columns reach the optimizer, files, checkpoints, and exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from leafy import LeafMarks, Leafy

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.frame import Frame
from wmpaint.media import families
from wmpaint.media.mixed import Mixed
from wmpaint.medium import Medium, gain, influence, render
from wmpaint.painting import Run

OPTIONS: dict[str, Any] = {"strokes": 14, "height": 24, "steps": 16, "seed": 2}


@pytest.fixture(autouse=True)
def known() -> None:
    families.register(families.Family("leafy", lambda brush: Leafy(), lambda: ("oak",)))


def photo() -> torch.Tensor:
    y, x = torch.linspace(0, 1, 24)[:, None], torch.linspace(0, 1, 32)[None]
    return torch.stack([x.expand(24, 32), y.expand(24, 32), 0.3 + 0 * x.expand(24, 32)])


def same(one: Any, other: Any) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in LeafMarks.columns())


def test_it_is_painted_with_and_every_column_is_improved() -> None:
    assert isinstance(Leafy(), Medium)
    run = Run(photo(), brush="leafy/oak", **OPTIONS)
    next(run)
    first = run.strokes().detach().clone()
    losses = [step.loss for step in run]
    assert losses[-1] < losses[2]
    marks = run.painting().strokes
    assert isinstance(marks, LeafMarks) and len(marks) == 14
    for name in LeafMarks.columns():
        assert not torch.equal(getattr(marks[: len(first)], name), getattr(first, name)), name
    assert float(influence(Leafy(), marks, Frame(run.canvas, 24)).min()) == 1


def test_its_file_says_what_its_columns_are(tmp_path: Path) -> None:
    painting = wp.paint(photo(), brush="oak", **OPTIONS)
    assert painting.brushes[0].name == "leafy/oak"
    painting.save(tmp_path / "a.wmp.json")
    text = (tmp_path / "a.wmp.json").read_text()
    assert '"marks": "leafmarks"' in text and '"turn"' in text and '"jitter"' in text and '"version": 2' in text
    again = wp.load(tmp_path / "a.wmp.json")
    assert same(again.strokes, painting.strokes) and torch.equal(again.render(), painting.render())
    assert torch.equal(again.replay("auto"), again.render()), "it is its own program"
    for name in ("a.png", "a.mp4", "a.ora"):
        painting.save(tmp_path / name)
    for spoiled, message in (
        (text.replace("leafmarks", "fern"), 'expected marks of a kind that is known, .*leafmarks.*got "fern"'),
        (text.replace('"turn"', '"spin"'), "expected columns of leafmarks to begin with x, y, size, turn"),
    ):
        (tmp_path / "b.wmp.json").write_text(spoiled)
        with pytest.raises(FileError, match=message):
            wp.load(tmp_path / "b.wmp.json")


def test_what_needs_strokes_along_a_curve_says_so(tmp_path: Path) -> None:
    painting = wp.paint(photo(), brush="leafy/oak", **(OPTIONS | {"steps": 1}))
    for name in ("a.svg", "a.hpgl", "a.html"):
        with pytest.raises(InputError, match=r"expected strokes along curves for .*, got leafmarks"):
            painting.save(tmp_path / name)
    with pytest.raises(InputError, match="expected marks with points and radius for 'curvature', got leafmarks"):
        wp.paint(wp.photo(photo()) + wp.curvature(), brush="leafy/oak", **OPTIONS)


@pytest.mark.parametrize("stop", [1, 6])
def test_a_resumed_run_ends_as_an_unbroken_one(tmp_path: Path, stop: int) -> None:
    whole = wp.paint(photo(), brush="leafy/oak", **OPTIONS)
    run = Run(photo(), brush="leafy/oak", **OPTIONS)
    for _ in range(stop):
        next(run)
    run.save_checkpoint(tmp_path / "state")
    again = Run.resume(tmp_path / "state", photo())
    for _ in again:
        pass
    assert same(again.painting().strokes, whole.strokes)


def test_held_and_begun_with(tmp_path: Path) -> None:
    begun = wp.paint(photo(), brush="leafy/oak", **OPTIONS)
    run = Run(photo(), brush="leafy/oak", init=begun, hold=3, **(OPTIONS | {"strokes": 20}))
    for _ in run:
        pass
    assert same(run.painting().strokes[-3:], begun.strokes[-3:]) and len(run.painting().strokes) == 20


def test_names_of_media() -> None:
    assert isinstance(families.load("leafy/oak"), Leafy) and isinstance(families.load("oak"), Leafy)
    assert families.load("mypaint/charcoal").info.full_name == "mypaint/charcoal"
    assert families.load("round").info.full_name == "mypaint/round"  # whose names were here first
    assert families.load("oil/round").info.full_name == "oil/round" and families.load("filbert").info.name == "oil"
    with pytest.raises(wp.WmpaintError, match="did you mean leafy/oak"):
        families.load("leafy_oak")
    families.register(families.Family("fern", lambda brush: Leafy(), lambda: ("oak",)))
    try:
        with pytest.raises(wp.WmpaintError, match="expected the full name of a brush that several media have"):
            families.load("oak")
    finally:
        families._families.pop("fern")
    with pytest.raises(InputError, match="expected a family's name"):
        families.register(families.Family("a/b", lambda brush: Leafy(), lambda: ()))


def test_two_media_of_its_kind_are_mixed_and_gain_is_what_it_says() -> None:
    both = Mixed([Leafy(), Leafy()])
    marks = LeafMarks.sample(
        4, generator=torch.Generator().manual_seed(0), bounds={"place": (0.2, 0.8), "size": (0.1, 0.2)}
    )
    marks = marks.replace(brush=torch.tensor([0, 1, 1, 0]))
    frame = Frame(wp.Canvas(), 16)
    assert torch.allclose(render(both, marks, frame).mean, render(Leafy(), marks, frame).mean, atol=1e-6)
    goal, bare = torch.zeros(3, 16, 16), render(Leafy(), marks[:0], frame)
    won = gain(both, marks, frame, bare, goal)
    expected = [3 * 256 - float(render(Leafy(), marks[k], frame).mean[:3].square().sum()) for k in range(4)]
    assert won.tolist() == pytest.approx(expected, rel=1e-4)
    with pytest.raises(InputError, match="one kind of marks"):
        wp.paint(photo(), brush=["leafy/oak", "round"], **OPTIONS)
