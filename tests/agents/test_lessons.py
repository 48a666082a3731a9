"""Lessons: what is painted and judged, in one go and by and by; what is copied."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pupils import Blobs, Known, agent, chance

from wmpaint.agents import Agent, CoarseToFine, Copying, Freehand, Lesson, LossWeights, WeightedLessons
from wmpaint.agents.lessons import Outcome
from wmpaint.errors import InputError
from wmpaint.strokes import Strokes


class Watched(Freehand):
    """Keeps what it judges."""

    laid: list[tuple[Any, Strokes]]

    def _judge(self, pupil: Agent, under_way: Any, strokes: Any, height: int, generator: Any) -> Outcome:
        kept = vars(under_way) | {"index": under_way.index.clone()}
        self.laid = [*getattr(self, "laid", []), (kept, strokes.detach())]
        return super()._judge(pupil, under_way, strokes, height, generator)


def test_weights_below_zero_are_refused() -> None:
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="a weight of 0 or more for variance"):
            LossWeights(variance=wrong)


def test_a_painting_is_judged_by_its_picture() -> None:
    pupil, lesson = agent(), Freehand(Blobs(), batch=4, weights=LossWeights(variance=0.5, early=0))
    outcome = lesson.teach(pupil, chance(), 1.0)
    target = Blobs().sample(4, side=16, generator=chance()).pictures
    place = pupil.environment
    painted = place.lay(place.bare(target), pupil.sketch(target))
    l2 = float(place.error(painted, target).mean())
    assert outcome.terms["l2"] == pytest.approx(l2, rel=1e-4)
    assert float(outcome.loss.detach()) == pytest.approx(l2 + 0.5 * float(place.variance(painted).mean()), rel=1e-4)
    assert lesson.unfinished is None and lesson.tensors() == {}
    half = Freehand(Blobs(), batch=4).teach(agent(side=32), chance(), 0.0)
    assert half.painted is not None and half.painted.shape == (4, 1, 16, 16), "half the size, to begin with"


def test_a_long_painting_by_and_by_is_the_whole() -> None:
    pupil, lesson = agent(strokes=6), Watched(Blobs(), batch=8, unroll=2)
    generator = chance()
    for _ in range(7):
        lesson.teach(pupil, generator, 1.0)
    ages = torch.stack([kept["index"] for kept, _ in lesson.laid])
    assert len(set(ages[3].tolist())) > 1, "of different ages"
    assert int(ages.max()) == 4 and set(ages.flatten().tolist()) == {0, 2, 4}
    checked = 0
    for k in range(8):
        for start in range(5):
            if ages[start : start + 3, k].tolist() != [0, 2, 4]:
                continue
            checked += 1
            parts = lesson.laid[start : start + 3]
            target = parts[0][0]["target"][k : k + 1]
            assert all(torch.equal(kept["target"][k : k + 1], target) for kept, _ in parts)
            whole = pupil.sketch(target)
            laid = torch.cat([strokes.points[k] for _, strokes in parts])
            torch.testing.assert_close(laid, whole.points[0], atol=1e-4, rtol=0)
            canvas = pupil.environment.lay(pupil.environment.bare(target), whole.span(0, 4))
            for name in ("mean", "variance"):
                torch.testing.assert_close(parts[2][0][name][k], getattr(canvas, name)[0], atol=1e-4, rtol=0)
    assert checked >= 4
    # What is done makes place for another, which is hardly ever the same.
    targets = torch.stack([kept["target"] for kept, _ in lesson.laid])
    other = (targets[1:] != targets[:-1]).flatten(2).any(2)
    assert not other[ages[1:] > 0].any() and float(other[ages[1:] == 0].float().mean()) > 0.8


def test_no_more_strokes_are_learned_than_are_laid() -> None:
    # 5 strokes, 2 a look and 2 looks a step: the third look lays one, and a fourth would lay none.
    pupil, lesson = agent(strokes=5, per_look=2), Watched(Blobs(), batch=8, unroll=2)
    generator = chance()
    for _ in range(6):
        lesson.teach(pupil, generator, 1.0)
    for kept, strokes in lesson.laid:
        for k, before in enumerate(kept["index"].tolist()):
            assert len(strokes[k]) == min(4, 5 - 2 * before)
    whole = Watched(Blobs(), batch=2)
    whole.teach(pupil, chance(), 1.0)
    assert [len(whole.laid[0][1][k]) for k in range(2)] == [5, 5]


def test_a_painting_that_is_over_stays_so() -> None:
    pupil = agent(strokes=6, stops=True)
    with torch.no_grad():
        pupil.net.head[-1].weight[-1] *= 60  # type: ignore[index, operator]
        pupil.net.head[-1].bias[-1] = 0.2  # type: ignore[index]
    lesson, generator = Watched(Blobs(), batch=16, unroll=2), chance()
    for _ in range(9):
        lesson.teach(pupil, generator, 1.0)
    seen = 0
    for (one, first), (two, second) in zip(lesson.laid, lesson.laid[1:], strict=False):
        for k in range(16):
            if two["index"][k] == one["index"][k] + 2 and len(first[k]) < 2:
                assert len(second[k]) == 0
                seen += 1
    assert seen > 3


def test_copying_its_own_strokes_costs_nothing() -> None:
    pupil = agent()

    class Own(Known):
        def sample(self, count: int, *, side: int, generator: torch.Generator) -> Any:
            found = super().sample(count, side=side, generator=generator)
            with torch.no_grad():
                for k in range(3):  # each stroke as the agent says it, with those before it laid
                    assert found.strokes is not None
                    (ours, _), _ = pupil.policy.imitate(found.pictures, found.strokes)
                    for name in ("points", "radius", "pressure"):
                        getattr(found.strokes, name)[:, k] = getattr(ours, name)[:, k]
            return found

    known = Copying(Own(pupil, all_there=True), batch=4).teach(pupil, chance(), 0.0)
    assert known.terms["strokes"] == pytest.approx(0, abs=1e-9)
    other = Copying(Known(pupil, all_there=True), batch=4).teach(pupil, chance(), 0.0)
    assert other.terms["strokes"] > 0.01


@pytest.mark.parametrize("kind", ["recurrent", "set"])
def test_copies_come_closer_and_stop_in_time(kind: str) -> None:
    from wmpaint.agents import Stage, Training

    pupil = agent(kind=kind, stops=True, per_look=3 if kind == "set" else 1)
    lesson = Copying(Known(pupil), batch=16)
    before = lesson.teach(pupil, chance(9), 0.0)
    assert set(before.terms) == {"strokes", "stop"}
    list(Training(pupil, [Stage(lesson)], steps=40, rate=1e-2))
    after = lesson.teach(pupil, chance(9), 0.0)
    assert after.terms["strokes"] < 0.8 * before.terms["strokes"] and after.terms["stop"] < before.terms["stop"]


def test_absent_strokes_are_not_copied() -> None:
    pupil = agent()

    class Moved(Known):
        def sample(self, count: int, *, side: int, generator: torch.Generator) -> Any:
            found = super().sample(count, side=side, generator=generator)
            assert found.strokes is not None and found.strokes.present is not None
            found.strokes.points[~found.strokes.present] += 0.3
            return found

    for kind in ("recurrent", "set"):
        pupil = agent(kind=kind, per_look=3 if kind == "set" else 1)
        one, two = (Copying(data(pupil), batch=8).teach(pupil, chance(), 0.0) for data in (Known, Moved))
        assert two.terms["strokes"] == pytest.approx(one.terms["strokes"], rel=1e-5)


def test_weighted_lessons_add_up() -> None:
    pupil = agent(kind="recurrent")
    data = Known(pupil)
    lessons = [Freehand(data, batch=4, weights=LossWeights(early=0)), Copying(data, batch=4)]
    apart = []
    generator = chance()
    for lesson in lessons:
        apart.append(lesson.teach(pupil, generator, 1.0).loss)
    both = WeightedLessons((1.0, lessons[0]), (0.5, lessons[1])).teach(pupil, chance(), 1.0).loss
    assert torch.allclose(both, apart[0] + 0.5 * apart[1])


# What all lessons have


def test_a_lesson_says_how_it_teaches_and_no_more() -> None:
    """What else a lesson does is written once, so that no misspelt method is taken for none."""
    for kind in (Freehand, CoarseToFine, Copying, WeightedLessons):
        assert {name for name in vars(kind) if not name.startswith("_")} == {"teach"}

    class Idle(Lesson):
        def teech(self) -> None:
            pass

    with pytest.raises(TypeError, match="abstract"):
        Idle(None)  # type: ignore[abstract]


def test_what_is_unfinished_is_forgotten_and_taken_up_through_lessons_of_lessons() -> None:
    pupil = agent(strokes=6)
    first, second = (
        WeightedLessons((1.0, Copying(Known(pupil), batch=4)), (1.0, Freehand(Blobs(), batch=4, unroll=2)))
        for _ in range(2)
    )
    first.teach(pupil, chance(), 1.0)
    kept = first.tensors()
    assert {name.partition(".")[0] for name in kept} == {"1"} and kept["1.index"].tolist() == [2] * 4
    second.restore(kept)
    assert second.parts[1].unfinished is not None and second.parts[0].unfinished is None
    second.forget()
    assert second.tensors() == {}
