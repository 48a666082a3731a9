"""Strokes that stay as they are, while others are painted beneath them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import toys

from wmpaint import Canvas, Run, load
from wmpaint.errors import FileError, InputError
from wmpaint.frame import Frame
from wmpaint.medium import render
from wmpaint.strokes import Strokes

COLUMNS = ("points", "radius", "pressure", "color")


def drawn() -> Strokes:
    """A red cross over the middle."""
    points = torch.tensor([[[0.2, 0.2], [0.5, 0.5], [0.8, 0.8]], [[0.8, 0.2], [0.5, 0.5], [0.2, 0.8]]])
    return Strokes(points, torch.tensor([0.06, 0.06]), torch.ones(2, 2), torch.tensor([[0.9, 0.1, 0.1]] * 2))


def slope(side: int = 48) -> torch.Tensor:
    line = torch.linspace(0.2, 0.8, side)
    return torch.stack([line.expand(side, side), line[:, None].expand(side, side), torch.full((side, side), 0.5)])


def run(**options: object) -> Run:
    usual = {"painter": toys.painter(), "strokes": 14, "steps": 12, "height": 48, "init": drawn(), "hold": True}
    return Run(slope(), **(usual | options))  # type: ignore[arg-type]


def test_held_strokes_stay_on_top_and_the_others_are_painted() -> None:
    painting_run = run()
    losses = [step.loss for step in painting_run]
    painted = painting_run.painting().strokes
    assert len(painted) == 14 and losses[-1] < losses[0]
    for name in COLUMNS:
        assert torch.equal(getattr(painted[-2:], name), getattr(drawn(), name)), name
    provenance = painting_run.painting().provenance
    assert provenance["held"] == 2 and sum(provenance["rounds"]) == 12
    free = run(hold=False)
    for _ in free:
        pass
    assert not torch.equal(free.painting().strokes.points[:2], drawn().points), "without it they move"


def test_a_held_painting_resumes_to_the_same_result(tmp_path: Path) -> None:
    whole = run()
    for _ in whole:
        pass
    half = run()
    for step in half:
        if step.index == 5:
            break
    half.save_checkpoint(tmp_path / "half")
    again = Run.resume(tmp_path / "half", slope(), painter=toys.painter())
    for _ in again:
        pass
    for name in COLUMNS:
        assert torch.equal(getattr(again.painting().strokes, name), getattr(whole.painting().strokes, name)), name


def test_a_checkpoint_without_its_held_strokes_is_refused(tmp_path: Path) -> None:
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    half = run()
    next(half)
    half.save_checkpoint(tmp_path / "half")
    tensors = load_file(tmp_path / "half")
    with safe_open(tmp_path / "half", "pt") as file:
        meta = file.metadata()
    table = tensors["fixed.table"]
    for spoiled in ({"fixed.table": -table}, {"fixed.table": table[:1]}, {"fixed.places": tensors["fixed.places"][:1]}):
        save_file(tensors | spoiled, tmp_path / "spoiled", metadata=meta)
        with pytest.raises(FileError, match="expected a checkpoint"):
            Run.resume(tmp_path / "spoiled", slope(), painter=toys.painter())
    del tensors["fixed.table"]
    save_file(tensors, tmp_path / "spoiled", metadata=meta)
    with pytest.raises(FileError, match=r"fixed\.table"):
        Run.resume(tmp_path / "spoiled", slope(), painter=toys.painter())


def test_nothing_to_hold_or_nothing_to_paint_is_refused() -> None:
    with pytest.raises(InputError, match="expected strokes to hold, and more to paint, got 2 of 2"):
        run(strokes=2)
    with pytest.raises(InputError, match="got 0 of 14"):
        run(init=None)


def test_new_strokes_go_where_they_show() -> None:
    """A held stroke that covers the left half leaves only the right one to paint."""
    wall = Strokes(
        torch.tensor([[[0.2, -0.2], [0.2, 0.5], [0.2, 1.2]]]), torch.tensor([0.3]), torch.ones(1, 2), torch.zeros(1, 3)
    )
    painting_run = run(init=wall, strokes=61)
    for _ in painting_run:
        pass
    new = painting_run.strokes().detach()[:-1]
    cover = render(toys.painter(), wall, Frame(Canvas(1.0, None), 48)).mean[3]
    assert float(cover[:, :16].mean()) > 0.5 > 0.1 > float(cover[:, 34:].mean()), "the wall is one"
    middle = new.points[:, 1, 0]
    assert float((middle < 0.33).float().mean()) < 0.2, "a third of the canvas, where nothing of them shows"


def test_a_painting_with_held_strokes_can_be_saved(tmp_path: Path) -> None:
    painting_run = run()
    next(painting_run)
    painting_run.painting().save(tmp_path / "p.wmp.json")
    assert load(tmp_path / "p.wmp.json").parameters["hold"] == 2


def test_the_last_of_some_strokes_can_be_held_and_the_others_improved() -> None:
    first = run()
    for _ in first:
        pass
    had = first.painting().strokes
    further = run(init=had, hold=2, strokes=20)
    for _ in further:
        pass
    strokes = further.painting().strokes
    assert len(strokes) == 20 and torch.equal(strokes.points[-2:], drawn().points)
    assert further.schedule.laid and not torch.equal(strokes.points[:12], had.points[:12])
    with pytest.raises(InputError, match="got 15 of 20"):
        run(init=had, hold=15, strokes=20)
