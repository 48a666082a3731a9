"""Training goes downhill, takes back what went wrong, and goes on where it was left."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from pupils import Blobs, Known, agent, brush, chance
from torch import Tensor, nn

from wmpaint.agents import Agent, Copying, Freehand, Lesson, LossWeights, Stage, Training
from wmpaint.agents.evaluation import painted_by
from wmpaint.agents.judges import Critic
from wmpaint.agents.lessons import Outcome, Unfinished
from wmpaint.agents.training import AVERAGE, RECENT
from wmpaint.data.base import Examples
from wmpaint.errors import FileError, InputError


def weights_of(net: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def error(pupil: Agent) -> float:
    """Mean squared error of its paintings of pictures that it has not seen."""
    target = Blobs().take(range(32), side=16).pictures
    return float((painted_by(pupil.medium, pupil, pupil.sketch(target)) - target).square().mean())


class Spoiled(Lesson):
    """Another lesson, except at some calls. A new painting that is never finished tells of `forget`."""

    def __init__(self, lesson: Lesson, spoil: Callable[[Outcome], Outcome], calls: set[int]) -> None:
        super().__init__(None, parts=(lesson,))
        self.spoil, self.calls, self.count, self.forgotten = spoil, calls, 0, -1

    def teach(self, pupil: Agent, generator: torch.Generator, progress: float) -> Outcome:
        if self.unfinished is None:
            self.forgotten += 1
            none = torch.zeros(0)
            self.unfinished = Unfinished(none, none, none, none, none, none)
        outcome = self.parts[0].teach(pupil, generator, progress)
        self.count += 1
        return self.spoil(outcome) if self.count - 1 in self.calls else outcome


class Blemished(Blobs):
    """Blobs, of which some batches hold a picture of what are no numbers."""

    def __init__(self, calls: set[int]) -> None:
        super().__init__()
        self.calls, self.count = calls, 0

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        found = super().sample(count, side=side, generator=generator)
        if self.count in self.calls:
            found.pictures[count // 2, 0, 3, 3] = math.nan
        self.count += 1
        return found


def times(factor: float) -> Callable[[Outcome], Outcome]:
    return lambda outcome: outcome._replace(loss=outcome.loss * factor)


def quick(**config: Any) -> Agent:
    """A pupil that says all at one look."""
    return agent(kind="set", per_look=config.get("strokes", 3), **config)


def freehand(**options: Any) -> Freehand:
    return Freehand(options.pop("data", None) or Blobs(), batch=options.pop("batch", 8), **options)


# Going downhill


@pytest.mark.parametrize("kind", ["recurrent", "set"])
def test_it_learns(kind: str) -> None:
    pupil = agent(kind=kind, per_look=3 if kind == "set" else 1)
    before = error(pupil)
    training = Training(pupil, [Stage(freehand(batch=16))], steps=60, rate=1e-2)
    steps = list(training)
    assert [step.index for step in steps] == list(range(60)) and steps[-1].undone == 0
    assert [step.progress for step in steps] == pytest.approx([k / 60 for k in range(60)])
    assert error(pupil) < 0.7 * before and error(training.learned()) < 0.85 * before
    assert set(steps[0].terms) == {"l2", "variance"} | ({"early"} if pupil.config.looks > 1 else set())


def test_the_average_follows_the_weights() -> None:
    pupil = agent()
    training, expected = Training(pupil, [Stage(freehand())], steps=30), weights_of(pupil.net)
    for step in islice(training, 8):
        keep = min(AVERAGE, (step.index + 1) / (step.index + 10))
        expected = keep * expected + (1 - keep) * weights_of(pupil.net)
    learned = training.learned()
    torch.testing.assert_close(weights_of(learned.net), expected, atol=1e-6, rtol=0)
    assert learned.notes["steps"] == 8 and not any(p.requires_grad for p in learned.parameters())
    assert any(p.requires_grad for p in pupil.net.parameters()), "the pupil goes on learning"
    assert not torch.equal(weights_of(learned.net), weights_of(pupil.net))


def test_minutes_end_it() -> None:
    training = Training(agent(), [Stage(freehand())], minutes=1e-6)
    assert len(list(training)) <= 1 and training.progress == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "steps or minutes"), ({"steps": 0}, "1 step or more"), ({"minutes": math.nan}, "minutes above 0"),
        ({"steps": 1, "rate": 0.0}, "a rate of 0 to 1"), ({"steps": 1, "seed": -1}, "a seed of 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Training(agent(), [Stage(freehand())], **options)
    with pytest.raises(InputError, match="at least one lesson"):
        Training(agent(), [], steps=1)


# Holding steady


def test_pictures_that_are_no_numbers_are_taken_back() -> None:
    pupil = quick()
    training = Training(pupil, [Stage(freehand(data=Blemished({3}), batch=16))], steps=60, rate=1e-2)
    steps = list(training)
    assert [step.index for step in steps if not math.isfinite(step.loss)] == [3] and training.undone == 1
    assert weights_of(pupil.net).isfinite().all() and weights_of(training.average).isfinite().all()
    whole = Training(other := quick(), [Stage(freehand(batch=16))], steps=60, rate=1e-2)
    list(whole)
    assert error(pupil) == pytest.approx(error(other), rel=0.25)


def test_a_loss_that_is_no_number_is_taken_back() -> None:
    pupil = agent()
    lesson = Spoiled(freehand(), times(math.nan), {2, 5})
    training = Training(pupil, [Stage(lesson)], steps=12)
    before = weights_of(pupil.net)
    for step in training:
        if step.index == 0:
            first = weights_of(pupil.net)
        if step.index == 2:
            assert torch.equal(weights_of(pupil.net), first), "the state that was kept last"
    assert training.undone == 2 == lesson.forgotten and not torch.equal(weights_of(pupil.net), before)


def test_a_gradient_that_is_no_number_is_taken_back() -> None:
    def spoil(outcome: Outcome) -> Outcome:
        zero = (outcome.loss - outcome.loss).abs()
        return outcome._replace(loss=outcome.loss + zero.sqrt())  # finite, and its slope is not

    pupil = agent()
    training = Training(pupil, [Stage(Spoiled(freehand(), spoil, {3}))], steps=6)
    list(training)
    assert training.undone == 1 and weights_of(pupil.net).isfinite().all()


def test_a_leap_is_taken_back() -> None:
    pupil = quick()
    lesson = Spoiled(freehand(), times(100), {RECENT + 5})
    training = Training(pupil, [Stage(lesson)], steps=RECENT + 10, rate=1e-3)
    steps = list(training)
    assert training.undone == 1 == lesson.forgotten and steps[RECENT + 5].loss > 20 * steps[RECENT + 4].loss
    assert steps[RECENT + 9].loss < 2 * steps[RECENT + 4].loss


def test_losses_around_zero_are_no_leaps() -> None:
    # A critic's part of the loss may lie on both sides of zero.
    class Swinging(Lesson):
        def __init__(self, middle: float) -> None:
            super().__init__(None)
            self.middle = middle

        def teach(self, pupil: Agent, generator: torch.Generator, progress: float) -> Outcome:
            tied = sum((p.sum() for p in pupil.net.parameters()), torch.zeros(()))
            return Outcome(tied * 0 + self.middle + 0.1 * torch.randn((), generator=generator), {})

    for middle in (-1.0, 0.0):
        training = Training(quick(), [Stage(Swinging(middle))], steps=2 * RECENT)
        list(training)
        assert training.undone == 0


def test_another_lesson_has_losses_of_its_own() -> None:
    quiet = Spoiled(freehand(), times(0.01), set(range(RECENT + 1)))
    training = Training(quick(), [Stage(quiet, until=0.9), Stage(freehand())], steps=RECENT + 6)
    steps = list(training)
    assert training.undone == 0 and steps[-1].loss > 20 * steps[RECENT - 1].loss


def test_three_times_in_a_row_is_an_error() -> None:
    pupil = agent()
    training = Training(pupil, [Stage(Spoiled(freehand(), times(math.inf), {1, 4, 5, 6}))], steps=30)
    good = [weights_of(pupil.net) for _ in islice(training, 6)]
    with pytest.raises(InputError, match=r"got inf at step 6, the 3rd time in a row"):
        next(training)
    assert torch.equal(weights_of(pupil.net), good[0]) and training.undone == 4


def test_a_wrong_lesson_is_an_error_at_once() -> None:
    with pytest.raises(InputError, match="known strokes to copy, got blobs"):
        next(Training(agent(), [Stage(Copying(Blobs()))], steps=3))


def test_long_paintings_take_no_more_memory() -> None:
    laid: list[int] = []

    class Counting(Freehand):
        def _judge(self, pupil: Agent, under_way: Any, strokes: Any, height: int, generator: Any) -> Outcome:
            assert strokes.points.requires_grad
            assert not any(value.requires_grad for value in vars(under_way).values())
            laid.append(strokes.count)
            return super()._judge(pupil, under_way, strokes, height, generator)

    pupil = agent(strokes=200)
    training = Training(pupil, [Stage(Counting(Blobs(), batch=4, unroll=4))], steps=30, rate=1e-2)
    losses = [step.loss for step in training]
    assert laid == [4] * 30 and all(map(math.isfinite, losses)) and training.undone == 0
    assert weights_of(pupil.net).isfinite().all()


# A critic


def test_a_critic_learns_along() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        critic = Critic(1, 16, width=4)
    lesson = freehand(weights=LossWeights(critic=0.1), critic=critic)
    before = weights_of(critic)
    training = Training(agent(), [Stage(lesson)], steps=4, critic=critic)
    step = next(training)
    assert "critic" in step.terms and not torch.equal(weights_of(critic), before)
    assert all(p.requires_grad for p in critic.parameters())


def test_a_bad_step_takes_the_critic_back_too() -> None:
    critic = Critic(1, 16, width=4)
    spoiled = Spoiled(freehand(weights=LossWeights(critic=0.1), critic=critic), times(math.nan), {1})
    training = Training(agent(), [Stage(spoiled)], steps=4, critic=critic)
    next(training)
    before = weights_of(critic)
    next(training)
    assert torch.equal(weights_of(critic), before)


# Going on


def setup(seed: int = 5, *, critic: bool = False, steps: int = 12, **config: Any) -> Training:
    pupil = agent(**({"strokes": 6} | config))
    judge = None
    if critic:
        with torch.random.fork_rng():
            torch.manual_seed(9)
            judge = Critic(1, 16, width=4)
    weights = LossWeights(critic=0.05) if critic else None
    stages = [
        Stage(Freehand(Blobs(), batch=4, unroll=6), until=0.2),
        Stage(Freehand(Blobs(), batch=4, unroll=2, weights=weights, critic=judge)),
    ]
    return Training(pupil, stages, steps=steps, seed=seed, critic=judge)


@pytest.mark.parametrize("critic", [False, True])
def test_resumed_is_unbroken(tmp_path: Path, critic: bool) -> None:
    unbroken, path = setup(critic=critic), tmp_path / "a.safetensors"
    losses = [step.loss for step in unbroken]
    first = setup(critic=critic)
    begun = [step.loss for step in islice(first, 7)]
    first.save_checkpoint(path)
    lesson: Any = first.stages[1].lesson
    assert lesson.unfinished is not None and int(lesson.unfinished.index.max()) > 0, "paintings are under way"
    second = setup(critic=critic)
    next(second)  # whatever it did before
    second.resume(path)
    assert begun + [step.loss for step in second] == losses
    assert torch.equal(weights_of(second.agent.net), weights_of(unbroken.agent.net))
    assert torch.equal(weights_of(second.average), weights_of(unbroken.average))
    if critic:
        assert second.critic is not None and unbroken.critic is not None
        assert torch.equal(weights_of(second.critic), weights_of(unbroken.critic))
    assert second.index == 12 and second.learned().notes["steps"] == 12


def test_resumed_without_paintings_is_not_unbroken(tmp_path: Path) -> None:
    # What shows that the comparison above can fail.
    unbroken, first, path = setup(), setup(), tmp_path / "a.safetensors"
    losses = [step.loss for step in unbroken]
    list(islice(first, 7))
    lesson: Any = first.stages[1].lesson
    lesson.forget()
    first.save_checkpoint(path)
    second = setup()
    second.resume(path)
    assert [step.loss for step in second] != losses[7:]


def test_paintings_of_another_batch_begin_anew(tmp_path: Path) -> None:
    first, path = setup(), tmp_path / "a.safetensors"
    list(islice(first, 7))
    first.save_checkpoint(path)
    second = setup()
    second.stages[1] = Stage(Freehand(Blobs(), batch=6, unroll=2))
    second.resume(path)
    assert len(list(second)) == 5


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    first = setup()
    next(first)
    first.save_checkpoint(path)
    with pytest.raises(InputError, match=r"the same seed, got .*a\.safetensors of another$"):
        setup(seed=6).resume(path)
    with pytest.raises(InputError, match="the same agent"):
        setup(reach=0.7).resume(path)
    with pytest.raises(InputError, match="the same agent"):
        setup(hidden=24).resume(path)
    with pytest.raises(FileError, match="another critic"):
        setup(critic=True).resume(path)
    other = setup()
    other.agent.medium = brush(seed=1)
    with pytest.raises(InputError, match="the same painter"):
        other.resume(path)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path, cut = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    training = setup()
    training.save_checkpoint(path)
    for size in (0, 7, 100, len(path.read_bytes()) - 1):
        cut.write_bytes(path.read_bytes()[:size])
        with pytest.raises(FileError, match="expected a training's checkpoint in the format wmpaint-checkpoint-3, got"):
            training.resume(cut)
    good = {"format": "wmpaint-checkpoint-3", "kind": "training", "state": "{}"}
    for meta in (
        None,
        good,
        good | {"format": "wmpaint-training-1"},
        good | {"kind": "painting"},
        good | {"state": "{"},
    ):
        save_file({"generator": torch.zeros(1)}, str(cut), metadata=meta)
        with pytest.raises(FileError, match="expected a training's checkpoint"):
            training.resume(cut)
    with pytest.raises(FileError, match="there is none"):
        training.resume(tmp_path / "c.safetensors")


def test_copying_falls_and_then_the_picture(kind: str = "recurrent") -> None:
    pupil = agent(stops=True)
    stages = [Stage(Copying(Known(pupil), batch=8), until=0.5), Stage(freehand(data=Known(pupil)))]
    terms = [set(step.terms) for step in Training(pupil, stages, steps=6)]
    assert terms == [{"strokes", "stop"}] * 3 + [{"l2", "variance", "early"}] * 3
    assert chance().initial_seed() == 0
