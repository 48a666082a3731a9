"""Trainings from plain options."""

from __future__ import annotations

import pytest
import torch
from pupils import Blobs, Known, agent

from wmpaint.agents import plan_training
from wmpaint.errors import InputError
from wmpaint.media.programs import Dabs

TINY = {"side": 32, "width": 4, "hidden": 16, "sees": 16}


@pytest.mark.parametrize(
    ("options", "kind", "per_look"),
    [
        ({}, "set", 8),
        ({"strokes": 16}, "set", 16),
        ({"strokes": 40}, "recurrent", 1),
        ({"strokes": 40, "kind": "set"}, "set", 8),
        ({"copy": 0.5}, "recurrent", 1),
    ],
)
def test_defaults_fit_the_task(options: dict[str, object], kind: str, per_look: int) -> None:
    config = plan_training(Known(agent()), steps=1, **TINY, **options).agent.config
    assert (config.kind, config.per_look) == (kind, per_look)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stops": True}, "known strokes"),
        ({"copy": 2.0}, "share of 0 to 1"),
        ({"kind": "tiles"}, "colored pictures"),
        ({"kind": "cube"}, "agent of kind"),
        ({"strokes": 0}, "strokes of 1"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_training(Blobs(), steps=1, **{**TINY, **options})


def test_a_photo_takes_more_strokes_than_a_digit() -> None:
    options = {**TINY, "side": 64}
    assert plan_training(Blobs(3), kind="tiles", steps=1, **options).agent.config.strokes == 500
    assert plan_training(Blobs(), steps=1, **options).agent.config.strokes == 8


def test_what_is_handed_out_is_a_copy() -> None:
    training = plan_training(Blobs(), steps=1, batch=2, **TINY)
    learned = training.learned()
    theirs = {id(p) for p in training.agent.parameters()}
    assert not theirs & {id(p) for p in learned.parameters()}


def test_the_seed_decides() -> None:
    ends = []
    for seed in (0, 0, 1):
        training = plan_training(Blobs(), steps=3, batch=4, seed=seed, strokes=2, **TINY)
        ends.append([step.loss for step in training])
    assert ends[0] == ends[1] != ends[2]


def test_copying_needs_known_strokes() -> None:
    with pytest.raises(InputError, match="known strokes"):
        list(plan_training(Blobs(), steps=2, copy=1.0, batch=4, **TINY))


def test_strokes_may_be_copied_from_other_data() -> None:
    known = Known(agent())
    training = plan_training(Blobs(), steps=3, copy=0.5, copy_from=known, batch=4, **TINY)
    assert [next(iter(step.terms)) for step in training] == ["strokes", "strokes", "l2"]
    with pytest.raises(InputError, match="3 channels"):
        plan_training(Blobs(3), steps=1, copy=0.5, copy_from=known, **TINY)


def test_a_longer_painting_begins_with_what_a_shorter_one_has_learned() -> None:
    options = {"kind": "set", "per_look": 2, "steps": 1, "batch": 2, "side": 16, "width": 4, "hidden": 16}
    short = plan_training(Blobs(3), strokes=4, seed=1, **options)
    for _ in short:
        pass
    earlier = short.learned()
    for other in (plan_training(Blobs(3), strokes=12, seed=2, begin_with=earlier, **options).agent, earlier):
        for one, two in zip(other.net.parameters(), earlier.net.parameters(), strict=True):
            assert torch.equal(one, two)
    apart = plan_training(Blobs(3), strokes=12, seed=2, **options).agent
    assert not torch.equal(next(apart.net.parameters()), next(earlier.net.parameters()))
    with pytest.raises(
        InputError, match="3 strokes a look and the same sizes to begin with, got one of kind set with 2"
    ):
        plan_training(Blobs(3), strokes=12, begin_with=earlier, **(options | {"per_look": 3}))
    with pytest.raises(InputError, match="kind recurrent"):
        plan_training(Blobs(3), strokes=12, begin_with=earlier, kind="recurrent", steps=1, batch=2, side=16)


def test_a_medium_without_gradients_is_refused() -> None:
    with pytest.raises(InputError, match="a medium with gradients to learn with, got dabs/round"):
        plan_training(Blobs(), steps=1, medium=Dabs("round"), **TINY)
