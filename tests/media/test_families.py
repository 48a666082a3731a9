"""Names of brushes: what people write, and what files of any age mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import needs
import pytest
import torch
from safetensors import safe_open
from typer.testing import CliRunner

import wmpaint as wp
from wmpaint import agents, checkpoint
from wmpaint.cli.app import app
from wmpaint.errors import BrushError, InputError
from wmpaint.media import families
from wmpaint.painting import BrushRef, Run

ROOT = Path(__file__).parents[2]
PICTURE = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(0))
STROKES = wp.Strokes(torch.tensor([[[0.2, 0.2], [0.5, 0.8], [0.8, 0.2]]]), torch.tensor([0.1]), torch.ones(1, 2),
                     torch.full((1, 3), 0.3))  # fmt: skip


def as_before(value: object) -> object:
    """JSON as it was written when MyPaint's brush was the only one of its name."""
    return json.loads(json.dumps(value).replace("mypaint/oil", "oil"))


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("oil", "oil/flat"), ("oil/flat", "oil/flat"), ("filbert", "oil/filbert"), ("mypaint/oil", "mypaint/oil"),
        ("ink", "mypaint/ink"), ("round", "mypaint/round"),
    ],
)  # fmt: skip
def test_what_people_write(name: str, full: str) -> None:
    assert families.load(name).info.full_name == full
    assert wp.Painting.of(STROKES, name).painted_with()[0].info.full_name == full
    assert Run(PICTURE, brush=name, strokes=2, height=24).painter.info.full_name == full


def test_a_painting_says_which_oil_it_is_of() -> None:
    for name, full in (("oil", "oil/flat"), ("mypaint/oil", "mypaint/oil")):
        painting = wp.paint(PICTURE, brush=name, strokes=2, height=24, steps=1)
        held = json.loads(painting.to_json())
        assert (held["brushes"][0]["name"], held["parameters"]["brush"]) == (full, full)
        again = wp.Painting.from_json(painting.to_json())
        assert again.painted_with()[0].info.full_name == full
        assert again.in_program("dabs").info.brush == full.split("/")[1]
    both = wp.paint(PICTURE, brush=["oil", "mypaint/oil"], strokes=4, height=24, steps=1)
    assert both.parameters["brush"] == ["oil/flat", "mypaint/oil"]
    given = Run(PICTURE, painter=families.load("mypaint/oil"), strokes=2, height=24)
    assert given.parameters["brush"] == "mypaint/oil"


def test_in_files_the_short_name_is_mypaint_s() -> None:
    assert families.named("oil").info.full_name == "mypaint/oil"
    assert BrushRef("oil") == BrushRef("mypaint/oil") and BrushRef("ink").name == "ink"
    hung = ROOT / "gallery/cat_oil/painting.wmp.json"
    assert json.loads(hung.read_text("utf-8"))["brushes"][0]["name"] == "oil"
    for path in (hung, hung.with_name("painting.svg")):
        painting = wp.load(path)
        assert painting.brushes[0].name == "mypaint/oil"
        # A warning, which is an error in tests, would tell that these are not the brush and painter of then.
        assert painting.painted_with()[0].info.full_name == "mypaint/oil"
        assert painting.in_program("dabs").info.brush == "oil"


def test_a_painting_of_before_looks_as_it_did(tmp_path: Path) -> None:
    painting = wp.Painting.of(STROKES, "mypaint/oil", height=32)
    (tmp_path / "old.wmp.json").write_text(json.dumps(as_before(json.loads(painting.to_json()))))
    assert '"mypaint/oil"' not in (tmp_path / "old.wmp.json").read_text("utf-8")
    old = wp.load(tmp_path / "old.wmp.json")
    assert torch.equal(old.render(), painting.render()) and torch.equal(old.replay("dabs"), painting.replay("dabs"))
    assert "mypaint/oil" in old.to_json()  # written anew, it says which


def test_a_checkpoint_of_before_goes_on_with_mypaint_s(tmp_path: Path) -> None:
    for brush in ("mypaint/oil", ["mypaint/oil", "ink"]):
        run = Run(PICTURE, brush=brush, strokes=3, height=24, steps=4)
        next(run)
        run.save_checkpoint(tmp_path / "new.state")
        known, tensors = checkpoint.load(tmp_path / "new.state", "painting")
        checkpoint.save(tmp_path / "old.state", "painting", as_before(known), tensors)  # type: ignore[arg-type]
        again = Run.resume(tmp_path / "old.state", PICTURE)
        assert again.brushes == run.brushes and again.parameters["brush"] == brush
        assert [step.loss for step in again] == [step.loss for step in run]


def test_an_unfinished_film_of_before_goes_on_with_mypaint_s(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for k in range(2):
        wp.image.save_png(tmp_path / f"in/{k}.png", PICTURE.roll(3 * k, 2))
    options = {"strokes": 3, "height": 24, "steps": 1, "steps_first": 2}
    output, held = tmp_path / "out.gif", tmp_path / "out.gif.strokes/options.json"
    wp.paint_video(tmp_path / "in", output, brush="mypaint/oil", keep=True, **options)
    held.write_text(json.dumps(as_before(json.loads(held.read_text("utf-8")))))
    with pytest.raises(InputError, match="expected brush mypaint/oil as in the unfinished film, got oil/flat"):
        wp.paint_video(tmp_path / "in", output, brush="oil", resume=True, **options)
    assert wp.paint_video(tmp_path / "in", output, brush="mypaint/oil", resume=True, **options).frames == 2


def test_an_agent_of_before_paints_with_mypaint_s(tmp_path: Path) -> None:
    path = agents.agent.WEIGHTS / "photo.safetensors"
    with safe_open(path, "pt") as file:
        assert json.loads(file.metadata()["info"])["brush"] == "oil"
    agent = agents.load("photo")
    assert agent.medium.info.full_name == agent.notes["brush"] == "mypaint/oil"
    agents.save(agent, tmp_path / "new.safetensors")
    with safe_open(tmp_path / "new.safetensors", "pt") as file:
        assert json.loads(file.metadata()["info"])["brush"] == "mypaint/oil"
    assert agents.load(tmp_path / "new.safetensors").medium.info.full_name == "mypaint/oil"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("oill", "did you mean oil"), ("oil/flt", "did you mean flat"), ("mypaint/oill", "did you mean oil"),
        ("filbret", "did you mean oil/filbert"), ("charcaol", "did you mean charcoal"), ("zzz", "there are acrylic, "),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_the_nearest(name: str, words: str) -> None:
    with pytest.raises(BrushError, match=f"^expected .*got '{name.split('/')[-1]}': {words}"):
        families.load(name)


def test_lists_name_each_brush_once_by_a_name_that_is_known() -> None:
    names = [row["name"] for row in families.bundled_brushes()]
    assert len(set(names)) == len(names) and {"mypaint/oil", "oil/flat", "ink"} <= set(names) and "oil" not in names
    for row in families.bundled_brushes():
        if row["painter"]:
            assert families.load(row["name"]).info.full_name in (row["name"], f"mypaint/{row['name']}")
    listed = CliRunner().invoke(app, ["brushes", "--json"])
    assert [row["name"] for row in json.loads(listed.stdout)["brushes"]] == names


@pytest.mark.parametrize("load", [wp.MyPaint, wp.Dabs, wp.program, wp.painters.load], ids=lambda load: load.__name__)
def test_mypaint_s_own_loaders_know_both_names(load: Callable[[str], wp.Medium]) -> None:
    if load is wp.MyPaint:
        needs.libmypaint()
    assert load("oil").info == load("mypaint/oil").info and load("oil").info.brush == "oil"


def test_the_commands_know_both(tmp_path: Path) -> None:
    for name, brush in (("oil", "flat"), ("mypaint/oil", "oil")):
        done = CliRunner().invoke(app, ["evaluate-painter", name, "--strokes", "2", "--json"])
        assert done.exit_code == 0 and json.loads(done.stdout.splitlines()[-1])["brush"] == brush, done.output
