"""Checkpoints: exact, whole, and nothing in a broken one gets further than one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import toys
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from wmpaint import checkpoint
from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.painting import Run, paint
from wmpaint.painting.brush_ref import BrushRef
from wmpaint.painting.state import Origin

PICTURE = torch.rand(3, 12, 16, generator=torch.Generator().manual_seed(0))
PAINTER = toys.painter()


def fresh() -> Run:
    return Run(PICTURE, painter=PAINTER, strokes=14, height=24, steps=12, seed=3)


def resume(path: Path) -> Run:
    return Run.resume(path, PICTURE, painter=PAINTER)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made in the middle, when strokes have moved since they were last binned."""
    run = fresh()
    for _ in range(7):
        next(run)
    path = tmp_path_factory.mktemp("state") / "good.state"
    run.save_checkpoint(path)
    return path


def content(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    with safe_open(str(path), "pt") as file:
        return dict(file.metadata()), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def test_what_is_saved_comes_back_exactly(tmp_path: Path, good: Path) -> None:
    known, tensors = checkpoint.load(good, "painting")
    assert known["layout"] == [24, 32, 4] and known["columns"][:2] == ["x0", "y0"] and known["marks"] == "strokes"
    checkpoint.save(tmp_path / "again.state", "painting", known, tensors)
    again, others = checkpoint.load(tmp_path / "again.state", "painting")
    assert again == known and others.keys() == tensors.keys()
    assert all(torch.equal(others[name], value) for name, value in tensors.items())
    with pytest.raises(FileError, match="one of a painting"):
        checkpoint.load(good, "training")


def test_before_the_first_step(tmp_path: Path) -> None:
    fresh().save_checkpoint(tmp_path / "early.state")
    known, tensors = checkpoint.load(tmp_path / "early.state", "painting")
    assert known["rounds"] == known["index"] == 0 and known["layout"] is None and "free.points" not in tensors
    whole, again = list(fresh()), list(resume(tmp_path / "early.state"))
    assert [step.loss for step in whole] == [step.loss for step in again]


def test_a_checkpoint_of_a_finished_run(tmp_path: Path) -> None:
    run = fresh()
    steps = list(run)
    run.save_checkpoint(tmp_path / "late.state")
    late = resume(tmp_path / "late.state")
    assert list(late) == [] and torch.equal(late.strokes().points, run.strokes().points)
    assert late.painting().terms["loss"] == steps[-1].loss
    assert late.seconds >= run.seconds - 1


def test_it_can_be_resumed_again_and_again(tmp_path: Path) -> None:
    whole = fresh()
    losses = [step.loss for step in whole]
    run, seen = fresh(), []
    for k in range(12):
        seen.append(next(run).loss)
        run.save_checkpoint(tmp_path / f"{k % 2}.state")
        run = resume(tmp_path / f"{k % 2}.state")
    assert seen == losses
    for name in ("points", "radius", "pressure", "color"):
        assert torch.equal(getattr(run.strokes(), name), getattr(whole.strokes(), name)), name


@pytest.mark.parametrize(("brush", "hold"), [(["round", "charcoal"], False), (["round", "ink"], True), ("ink", False)])
def test_brushes_of_the_painting_that_it_began_with_come_back(
    tmp_path: Path, brush: str | list[str], hold: bool
) -> None:
    first = paint(PICTURE, brush="ink", strokes=6, height=24, steps=3)

    def begun() -> Run:
        return Run(PICTURE, brush=brush, strokes=16, height=24, steps=8, seed=3, init=first, hold=hold)

    losses, run = [step.loss for step in begun()], begun()
    seen = [next(run).loss, next(run).loss]
    run.save_checkpoint(tmp_path / "two.state")
    again = Run.resume(tmp_path / "two.state", PICTURE)
    assert again.brushes == run.brushes and again.brushes[0].name == "ink"
    assert seen + [step.loss for step in again] == losses and len(losses) > 2
    with pytest.raises(InputError, match="other weights of"):
        Run.resume(tmp_path / "two.state", PICTURE, painter=PAINTER)


def refused(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        resume(path)
    message = str(caught.value)
    assert message.startswith("expected") and "\n" not in message and len(message) < 400
    return message


def test_bytes_that_are_no_checkpoint(tmp_path: Path, good: Path) -> None:
    path, data = tmp_path / "bad.state", good.read_bytes()
    for cut in (0, 1, 8, 20, 500, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        refused(path)
    toys.painter().save(tmp_path / "painter.safetensors")
    assert "wmpaint-ribbon-1" in refused(tmp_path / "painter.safetensors")
    refused(tmp_path)


STATES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no brush": lambda s: s["parameters"].pop("brush"),
    "parameters": lambda s: s.update(parameters=[1]),
    "strokes": lambda s: s["parameters"].update(strokes="many"),
    "fewer strokes": lambda s: s["parameters"].update(strokes=-1),
    "height": lambda s: s["parameters"].update(height=None),
    "seed": lambda s: s.update(seed="x"),
    "large seed": lambda s: s.update(seed=1 << 70),
    "index": lambda s: s.update(index=-5),
    "no rounds": lambda s: s.pop("rounds"),
    "canvas": lambda s: s.update(canvas=5),
    "aspect": lambda s: s.update(canvas=["wide", None]),
    "far aspect": lambda s: s.update(canvas=[1e9, None]),
    "background": lambda s: s["canvas"].__setitem__(1, "abc"),
    "one number of background": lambda s: s["canvas"].__setitem__(1, 5),
    "bright background": lambda s: s["canvas"].__setitem__(1, [1.0, 2.0, 0.0]),
    "paper": lambda s: s["canvas"].__setitem__(2, "a4"),
    "small paper": lambda s: s["canvas"].__setitem__(2, [0.0, 10.0]),
    "longer canvas": lambda s: s["canvas"].append(None),
    "another canvas": lambda s: s["canvas"].__setitem__(0, 3.0),
    "other marks": lambda s: s.update(marks="leaf"),
    "other columns": lambda s: s["columns"].pop(),
    "more rounds": lambda s: s["sizes"].append(1),
    "a round below 0": lambda s: s["sizes"].extend([-1, 1]),
    "rounds in one": lambda s: s.update(sizes=sum(s["sizes"])),
    "real rounds": lambda s: s["sizes"].append(0.0),
    "fixed ones that are not there": lambda s: s.update(fixed=2),
    "an odd layout": lambda s: s.update(layout=[24, 32]),
    "a layout of no pixels": lambda s: s.update(layout=[0, 32, 4]),
    "brushes": lambda s: s.update(brushes="round"),
    "held ones that are not there": lambda s: s["parameters"].update(hold=99),
    "fewer rounds": lambda s: s.update(rounds=-1),
    "seconds": lambda s: s.update(seconds="long"),
    "no seconds": lambda s: s.update(seconds=float("nan")),
    "a term": lambda s: s.update(terms={"pixel": "small"}),
    "large term": lambda s: s.update(terms={"pixel": 10**400}),
    "terms": lambda s: s.update(terms=None),
}


@pytest.mark.parametrize("name", STATES)
def test_broken_states(tmp_path: Path, good: Path, name: str) -> None:
    meta, tensors = content(good)
    known = json.loads(meta["state"])
    STATES[name](known)
    save_file(tensors, str(tmp_path / "bad.state"), metadata={**meta, "state": json.dumps(known)})
    refused(tmp_path / "bad.state")


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000])
def test_states_that_are_no_state(tmp_path: Path, good: Path, text: str) -> None:
    meta, tensors = content(good)
    save_file(tensors, str(tmp_path / "bad.state"), metadata={**meta, "state": text})
    refused(tmp_path / "bad.state")


TENSORS: dict[str, tuple[str, Callable[[Tensor], Tensor | None]]] = {
    "no chance": ("generator", lambda v: None),
    "chance": ("generator", lambda v: v[:10]),
    "chance of ones": ("generator", lambda v: torch.full_like(v, 255)),
    "chance of zeros": ("generator", torch.zeros_like),
    "real chance": ("generator", lambda v: v.float()),
    "no points": ("free.points", lambda v: None),
    "far points": ("free.points", lambda v: v + 1e5),
    "huge radius": ("free.radius", lambda v: torch.full_like(v, 1e30)),
    "no radius": ("free.radius", lambda v: torch.full_like(v, -1e30)),
    "color": ("free.color", lambda v: v + 9),
    "steps": ("free.points.step", lambda v: v.expand(3)),
    "no step": ("free.radius.step", lambda v: None),
    "step": ("free.color.step", lambda v: v * float("nan")),
    "negative step": ("free.color.step", lambda v: v * 0 - 1),
    "double step": ("free.pressure.step", lambda v: v.double()),
    "negative squares": ("free.pressure.exp_avg_sq", lambda v: v - 1),
    "no squares": ("free.pressure.exp_avg_sq", lambda v: None),
    "fewer points": ("free.points", lambda v: v[:2]),
    "flat points": ("free.points", lambda v: v.reshape(-1, 6)),
    "double points": ("free.points", lambda v: v.double()),
    "points": ("free.points", lambda v: v * float("nan")),
    "fewer colors": ("free.color", lambda v: v[:1]),
    "moments": ("free.radius.exp_avg", lambda v: v[:1]),
    "endless moments": ("free.points.exp_avg_sq", lambda v: v + float("inf")),
    "strokes that are not there": ("layout.strokes", lambda v: v + 10**6),
    "negative strokes": ("layout.strokes", lambda v: v - 10**6),
    "tiles that are not there": ("layout.tiles", lambda v: v + 10**6),
    "starts": ("layout.starts", lambda v: v.flip(0)),
    "fewer starts": ("layout.starts", lambda v: v[:-1]),
    "real starts": ("layout.starts", lambda v: v.double()),
    "no tiles": ("layout.tiles", lambda v: None),
}


@pytest.mark.parametrize("name", TENSORS)
def test_broken_tensors(tmp_path: Path, good: Path, name: str) -> None:
    meta, tensors = content(good)
    field, change = TENSORS[name]
    value = change(tensors.pop(field))
    if value is not None:
        tensors[field] = value.contiguous()
    save_file(tensors, str(tmp_path / "bad.state"), metadata=meta)
    refused(tmp_path / "bad.state")


def test_the_canvas_comes_back_with_its_paper() -> None:
    whole = Canvas(0.75, (1.0, 0.5, 0.25), (210.0, 297.0))
    parameters = {"brush": "ink", "strokes": 3, "height": 24, "steps": None}
    origin = Origin(parameters, 5, whole, "goal", ["weights", None], (BrushRef("ink"), BrushRef("oil", "hash")))
    assert Origin.of(json.loads(json.dumps(origin.as_file()))) == origin


def test_another_picture_or_brush_is_refused(good: Path) -> None:
    with pytest.raises(InputError, match="got another"):
        Run.resume(good, PICTURE.flip(2), painter=PAINTER)
    with pytest.raises(InputError, match="other weights of 'toy'"):
        Run.resume(good, PICTURE, painter=toys.painter(seed=1))


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: Path) -> None:
    import safetensors.torch

    path = tmp_path / "kept.state"
    path.write_bytes(good.read_bytes())

    def full(tensors: Any, name: str, metadata: Any = None) -> None:
        Path(name).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(FileError, match="disk is full"):
        fresh().save_checkpoint(path)
    assert path.read_bytes() == good.read_bytes() and list(tmp_path.iterdir()) == [path]
