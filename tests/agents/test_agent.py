"""Agents paint what they are shown: shapes, counts, stops, and the canvas they paint on."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from pupils import Blobs, agent, chance
from torch import Tensor

from wmpaint.agents import Agent
from wmpaint.agents.config import KINDS, AgentConfig
from wmpaint.agents.environment import as_ink, in_squares
from wmpaint.agents.policies import POLICIES, Decision
from wmpaint.errors import InputError
from wmpaint.strokes import Strokes

COLUMNS = ("points", "radius", "pressure", "color")


def pictures(count: int = 4, channels: int = 1, side: int = 16) -> Tensor:
    return Blobs(channels).sample(count, side=side, generator=chance()).pictures


def same(one: Any, two: Any) -> bool:
    return all(torch.equal(getattr(one, n), getattr(two, n)) for n in COLUMNS)


# Its sizes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "cubist"}, "an agent of kind"), ({"strokes": 0}, "strokes of 1 to"),
        ({"strokes": True}, "strokes of"),
        ({"sees": 24}, "power of 2"), ({"side": 40, "sees": 16}, "divides side"), ({"channels": 4}, "1 or 3 channels"),
        ({"stops": 1}, "stops as true or false"), ({"radius": (0.1, 0.1)}, "smallest radius"),
        ({"radius": (0.0, 0.1)}, "smallest radius"), ({"ink": (0.0, 0.0)}, "ink of 3 numbers"),
        ({"ink": (1.0, 1.0, 1.0)}, "another color than the ground"),
        ({"ink": (0.0, 0.0, math.nan)}, "ink of 3 numbers"), ({"reach": math.nan}, "reach of 0.1 to 2"),
        ({"pressure": (0.7, 0.7)}, "lightest pressure"), ({"program_height": 10**9}, "program_height of 16"),
    ],
)  # fmt: skip
def test_sizes_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        AgentConfig(**change)


def test_every_kind_has_a_policy() -> None:
    assert tuple(POLICIES) == KINDS
    for kind in KINDS:
        assert type(agent(kind=kind, channels=3).policy) is POLICIES[kind]


def test_sizes_there_and_back() -> None:
    config = AgentConfig(kind="set", strokes=7, per_look=3, channels=3, stops=True)
    assert AgentConfig.of({**config.as_dict(), "radius": [0.016, 0.07]}) == config
    assert config.looks == 3
    for wrong in ({"surprise": 1}, [], None):
        with pytest.raises(InputError, match="the sizes of an agent"):
            AgentConfig.of(wrong)


# What it is shown


def test_dark_on_light_is_the_ink_of_light_on_dark() -> None:
    light = pictures(3, side=24)
    torch.testing.assert_close(as_ink(light), light)
    torch.testing.assert_close(as_ink(1 - light), light)
    pupil = agent()
    for one, two in ((pupil(light), pupil(1 - light)), (pupil(light[1]), pupil(1 - light[1]))):
        torch.testing.assert_close(one.points, two.points, atol=1e-5, rtol=0)
    mixed = torch.cat([light[:1], 1 - light[1:2]])  # each picture has a ground of its own
    torch.testing.assert_close(pupil(mixed).points, pupil(light[:2]).points, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("height", "width"), [(8, 16), (30, 10), (1, 1), (64, 64), (1, 50)])
def test_pictures_of_other_sizes_lie_in_the_middle(height: int, width: int) -> None:
    given = torch.full((2, 1, height, width), 0.3)
    torch.testing.assert_close(in_squares(given, 16), torch.full((2, 1, 16, 16), 0.3))
    assert agent()(given).count == 3
    tall = torch.zeros(1, 1, 32, 16)
    tall[..., 4:-4] = 1  # a dark border to each side
    ink = in_squares(tall, 16)
    assert float(ink[..., 7:9].min()) > 0.999 and float(ink[..., :4].max()) == 0


# Painting


@pytest.mark.parametrize("kind", ["recurrent", "set"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_batch_is_its_pictures_one_by_one(kind: str, channels: int) -> None:
    pupil = agent(kind=kind, channels=channels, per_look=3 if kind == "set" else 1)
    given = pictures(3, channels)
    batch = pupil(given)
    assert isinstance(batch, Strokes) and batch.batch == (3,) and len(batch) == 3 and batch.count == 3
    for k in range(3):
        strokes = pupil(given[k])
        assert len(strokes) == 3
        for name in COLUMNS:
            torch.testing.assert_close(getattr(strokes, name), getattr(batch[k], name), atol=1e-4, rtol=1e-4)
    assert same(pupil(given), batch), "no chance in it"
    assert not torch.equal(batch.points[0], batch.points[1]), "it looks at the picture"
    assert same(pupil.strokes_for(given[0]), pupil(given[0]))
    with pytest.raises(InputError, match="expected one image, got 3"):
        pupil.strokes_for(given)
    batch.flat().check()


def test_the_same_seed_gives_the_same_strokes() -> None:
    given = pictures(1)
    assert same(agent(3)(given), agent(3)(given)) and not same(agent(3)(given), agent(4)(given))


def test_as_many_strokes_as_one_likes() -> None:
    pupil, given = agent(), pictures(2)
    for count in (1, 2, 7, 40):
        batch = pupil(given, strokes=count)
        assert batch.count == count
        batch.flat().check()
    two = agent(per_look=2, strokes=4)
    assert [two(given, strokes=count).count for count in (1, 3, 5)] == [1, 3, 5]
    for wrong in (0, -1, 10_001):
        with pytest.raises(InputError, match="1 to 10,000 strokes"):
            pupil(given, strokes=wrong)
    once = agent(kind="set", per_look=3)
    assert once(given, strokes=2).count == 2
    with pytest.raises(InputError, match="at most 3 strokes"):
        once(given, strokes=4)
    assert agent(kind="set", per_look=1)(given, strokes=5).count == 5, "a set that looks again"


@pytest.mark.parametrize(
    "given",
    [
        torch.zeros(2, 2, 16, 16), torch.zeros(0, 1, 16, 16), torch.zeros(1, 16, 0),
        torch.zeros(1, 16, 16, dtype=torch.uint8), torch.full((1, 16, 16), math.nan), torch.full((1, 16, 16), math.inf),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(given: Tensor) -> None:
    with pytest.raises(InputError, match=r"^expected"):
        agent()(given)


def test_a_sketch_takes_only_its_own_size() -> None:
    with pytest.raises(InputError, match=r"pictures \[B, 1, 16, 16\]"):
        agent().sketch(torch.zeros(1, 1, 32, 32))


def test_it_stops_where_it_says_so() -> None:
    pupil, given = agent(stops=True, strokes=6), pictures(8)
    with torch.no_grad():
        pupil.net.head[-1].weight[-1] *= 60  # some looks say yes, some no
        pupil.net.head[-1].bias[-1] = 0.2
    batch = pupil(given)
    assert batch.present is not None
    present = batch.present.long()
    assert (present.diff(dim=1) <= 0).all(), "never again after a stop"
    assert 0 < int(present.sum()) < 48 and [len(batch[k]) for k in range(8)] == present.sum(1).tolist()
    # What a stop hides is really said later, or the test would show nothing.
    with torch.no_grad():
        said = torch.cat([look.actions.going for look in rollout(pupil, given, 6)], 1) > 0  # type: ignore[misc]
    assert bool((said & ~batch.present).any())


def rollout(pupil: Agent, given: Tensor, looks: int) -> list[Decision]:
    policy, first = pupil.policy, torch.zeros(len(given), dtype=torch.int64)
    bare = pupil.environment.bare(given)
    return list(policy.rollout(given, bare, policy.begin(given), first=first, looks=looks, total=pupil.config.strokes))


def test_each_look_sees_what_was_laid_before() -> None:
    pupil, given = agent(), pictures(2)
    place = pupil.environment
    with torch.no_grad():
        looks = rollout(pupil, given, 3)
    laid = Strokes.cat([look.actions.marks for look in looks])
    for k, look in enumerate(looks):
        expected = place.lay(place.bare(given), laid.span(0, k))
        torch.testing.assert_close(look.canvas.mean, expected.mean, atol=1e-5, rtol=0)
    assert same(laid, pupil.sketch(given))


def test_the_painter_goes_where_the_agent_goes() -> None:
    pupil = agent().double()
    assert pupil.medium is pupil.environment.medium and pupil.medium.dtype == torch.float64
    assert not any(p.requires_grad for p in pupil.medium.parameters())
    assert pupil(pictures(2)).points.dtype == torch.float64


def test_a_set_that_looks_again_leaves_out_what_makes_it_worse() -> None:
    pupil = agent(kind="set", per_look=2, strokes=12, channels=3)
    assert pupil.policy.chooses
    assert not agent(kind="set", per_look=3).policy.chooses and not agent(strokes=12).policy.chooses
    given = pictures(6, 3)
    batch = pupil(given)
    assert batch.present is not None and 0 < int(batch.present.sum()) < 72, "some are in, some are out"
    place, errors = pupil.environment, []
    for count in range(0, 13, 2):
        canvas = place.lay(place.bare(given), batch.span(0, count))
        errors.append(place.error(canvas, given))
    assert bool((torch.stack(errors).diff(dim=0) < 1e-6).all()), "no look makes a picture worse"
    with torch.no_grad():
        last = rollout(pupil, given, 6)[-1]
    assert bool((place.error(last.canvas, given) > errors[-1]).any()), "or there was nothing to leave out"
