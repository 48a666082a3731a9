"""A medium that is written down in one place is learned with: agents know no column by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from leafy import LeafMarks, Leafy
from pupils import Blobs, chance
from torch import Tensor

from wmpaint.agents import Agent, AgentConfig, Copying, Freehand, Stage, Training, evaluate, load, plan_training, save
from wmpaint.agents.evaluation import painting_of
from wmpaint.data.base import Examples
from wmpaint.errors import InputError
from wmpaint.media import families
from wmpaint.painting.result import Painting

SIZES: dict[str, Any] = {"side": 16, "sees": 16, "width": 4, "hidden": 32, "radius": (0.06, 0.2)}


@pytest.fixture(autouse=True)
def known() -> None:
    families.register(families.Family("leafy", lambda brush: Leafy(), lambda: ("oak",)))


class Leaves(Blobs):
    """A leaf on each picture, of a red that hardly jitters."""

    name = "leaves"

    def __init__(self) -> None:
        super().__init__(3)

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        marks = LeafMarks.sample(count, 1, generator=generator, bounds={"place": (0.3, 0.7), "size": (0.15, 0.2)})
        color = torch.tensor([1.0, 0.0, 0.0], device=marks.device).expand(count, 1, 3)
        marks = marks.replace(color=color, jitter=0.45 + 0 * marks.jitter)
        place = Agent(AgentConfig(kind="set", channels=3, **(SIZES | {"side": side})), Leafy()).environment
        seen = place.observe(place.lay(place.bare(marks.place), marks))
        return Examples(seen, marks)  # type: ignore[arg-type]

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        return self.sample(len(index), side=side, generator=chance(1))


def leaf_agent(kind: str = "set", **config: Any) -> Agent:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = SIZES | {"kind": kind, "strokes": 2, "per_look": 2 if kind == "set" else 1, "channels": 3} | config
        return Agent(AgentConfig(**sizes), Leafy())


@pytest.mark.parametrize("kind", ["set", "recurrent"])
def test_every_column_is_learned_saved_and_painted(tmp_path: Path, kind: str) -> None:
    pupil = leaf_agent(kind)
    before = pupil.net.head[-1].weight.detach().clone()  # type: ignore[index, union-attr]
    losses = [step.loss for step in Training(pupil, [Stage(Freehand(Leaves(), batch=8))], steps=12, rate=1e-2)]
    assert losses[-1] < 0.95 * losses[0]
    moved = (pupil.net.head[-1].weight - before).abs().sum(1)  # type: ignore[index, union-attr, operator]
    assert len(moved) == pupil.config.per_look * LeafMarks.width() and bool((moved > 0).all()), "jitter's, too"
    save(pupil, tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert isinstance(again.medium, Leafy) and again.notes["brush"] == "leafy/oak"
    given = Leaves().take(range(3), side=16).pictures
    marks = again(given)
    assert isinstance(marks, LeafMarks) and marks.shape == (3, 2)
    marks.flat().check()
    torch.testing.assert_close(marks.jitter, pupil(given).jitter, atol=5e-3, rtol=0)
    found = evaluate(again, Leaves(), limit=4)
    assert found.dream_mse == pytest.approx(found.real_mse, abs=1e-4) and found.dream_mse < 0.2
    painting = painting_of(again, given[0], again(given[0]))
    painting.save(tmp_path / "a.wmp.json")
    kept = Painting.load(tmp_path / "a.wmp.json")
    assert kept.brushes[0].name == "leafy/oak"
    torch.testing.assert_close(kept.strokes.jitter, again(given[0]).jitter, atol=1e-4, rtol=0)


def test_an_output_reaches_its_own_mark_and_column() -> None:
    pupil, given = leaf_agent(), Leaves().take(range(3), side=16).pictures
    before = pupil(given)
    with torch.no_grad():
        pupil.net.head[-1].bias[2 * LeafMarks.width() - 1] += 1.0  # type: ignore[index, union-attr, operator]
    after = pupil(given)
    assert (after.jitter > before.jitter).tolist() == [[False, True]] * 3, "the last number is the second mark's jitter"
    assert all(torch.equal(getattr(before, n), getattr(after, n)) for n in LeafMarks.columns() if n != "jitter")
    assert torch.equal(before.jitter[:, 0], after.jitter[:, 0])


def test_a_column_s_values_are_copied() -> None:
    pupil, lesson = leaf_agent(strokes=1, per_look=1), Copying(Leaves(), batch=16)

    def off() -> float:
        examples = Leaves().take(range(16), side=16)
        return float((pupil(examples.pictures).jitter - examples.strokes.jitter).abs().mean())  # type: ignore[union-attr]

    before = off()
    list(Training(pupil, [Stage(lesson)], steps=40, rate=5e-2))
    assert off() < 0.5 * before
    with pytest.raises(InputError, match=r"known strokes to copy, got LeafMarks\(16 pictures of 1\)"):
        from pupils import agent

        Copying(Leaves(), batch=16).teach(agent(channels=3), chance(), 0.0)


def test_a_picture_of_any_size_is_painted_and_polished() -> None:
    pupil = leaf_agent("tiles", strokes=20, per_look=4, reach=0.45, program_height=512)
    photo = torch.stack([torch.linspace(0, 1, 24).expand(20, 24), torch.full((20, 24), 0.5), torch.zeros(20, 24)])
    plain, better = (pupil(photo, polish=steps) for steps in (0, 4))
    assert isinstance(better, LeafMarks) and 1 <= len(plain) == len(better) <= 20
    assert not torch.equal(plain.jitter, better.jitter)


def test_a_brush_is_known_by_name() -> None:
    training = plan_training(Leaves(), brush="leafy/oak", steps=1, batch=2, strokes=2, **SIZES)
    assert isinstance(training.agent.medium, Leafy) and training.agent.config.kind == "set"
    assert len(list(training)) == 1
