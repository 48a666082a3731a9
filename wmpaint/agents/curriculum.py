"""A whole training from plain options: `plan_training(data, strokes=8, minutes=10) -> Training`."""

from __future__ import annotations

from typing import Any

import torch

from .. import checks
from ..data.base import Data
from ..errors import InputError
from ..media import families
from ..medium import Medium
from .agent import Agent
from .config import AgentConfig
from .judges import Critic
from .lessons import CoarseToFine, Copying, Freehand, Lesson, LossWeights, WeightedLessons
from .parallel import Team
from .policies import POLICIES
from .policies.set import AT_ONCE
from .training import Stage, Training

__all__ = ["plan_training"]

SIDES = (16, 32, 64, 128)  # pixels, which an eye can halve down to its last map


def plan_training(
    data: Data,
    *,
    strokes: int | None = None,
    kind: str | None = None,
    brush: str = "round",
    medium: Medium | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    batch: int | None = None,
    rate: float = 1e-3,
    seed: int = 0,
    weights: LossWeights | None = None,
    copy: float = 0.0,
    copy_from: Data | None = None,
    stops: bool = False,
    unroll: int = 16,
    side: int = 64,
    begin_with: Agent | None = None,
    team: Team | None = None,
    **sizes: Any,
) -> Training:
    """Build an agent and its training.

    Args:
        data: to learn from, its training part.
        strokes: of a painting; 8 if None, and 500 for tiles.
        kind: "set", "recurrent" or "tiles". If None: recurrent where known strokes are copied, the agent stops by
            itself, or lays more than 16; else a set.
        brush, medium: what it paints with: a brush's name, or a differentiable medium in memory.
        minutes, steps: how long; one of them.
        batch: pictures a step; 64 if None, 24 for tiles.
        side: pixels of the canvas, 16, 32, 64 or 128.
        weights: of the losses' parts.
        copy: share of the training, from the start, in which it copies known strokes; afterwards it paints freely, and
            with a weight on `strokes` goes on copying beside that.
        copy_from: other data whose known strokes are copied, such as `digits` for MNIST's, which has none.
        stops: whether it learns from known strokes when to stop.
        unroll: looks learned in one go, see `Freehand`.
        begin_with: an agent whose weights it begins with; of the same sizes, but for the number of strokes of one that
            looks again. Long paintings are learned sooner by an agent that knows short ones.
        sizes: what else `AgentConfig` takes.

    Raises:
        InputError: options that do not go together, or out of range.
    """
    weights, team = weights or LossWeights(), team or Team()
    if kind is None:
        many = strokes is not None and strokes > AT_ONCE
        kind = "recurrent" if copy > 0 or stops or many else "set"
    policy = POLICIES[checks.one_of("an agent of kind …", kind, POLICIES)]
    strokes = policy.count if strokes is None else strokes
    checks.number("a share of … for copying", copy, 0, 1)
    if stops and not (copy or weights.strokes):
        raise InputError("expected known strokes to be copied by an agent that stops: it learns that from nothing else")
    if copy_from is not None and copy_from.channels != data.channels:
        raise InputError(f"expected data to copy from with {data.channels} channels, got {copy_from.channels}")
    if data.channels not in policy.channels:
        raise InputError(f"expected colored pictures for an agent of kind {kind}, got amounts of ink from {data.name}")
    chosen: dict[str, Any] = {
        "kind": kind, "strokes": strokes, "channels": data.channels, "side": side, "program_height": side,
        "stops": stops, "sees": min(32, side),
        **policy.sizes(marks=strokes, side=side, channels=data.channels, copying=copy > 0),
    }  # fmt: skip
    if "sees" not in sizes:
        checks.one_of("a side of … pixels", side, SIDES)
    config = AgentConfig(**{**chosen, **sizes})
    batch = checks.whole("a batch of … pictures", policy.batch if batch is None else batch, 1)
    team.share(batch)  # refuses what cannot be shared
    if (copy or weights.strokes) and (copy_from or data).take([0], side=side).strokes is None:
        raise InputError(f"expected data with known strokes to copy, got {(copy_from or data).name}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        medium = medium or families.load(brush)
        if not medium.info.differentiable:
            raise InputError(f"expected a medium with gradients to learn with, got {medium.info.full_name}")
        notes = {"data": data.name, **({"credit": data.credit} if data.credit else {})}
        agent = Agent(config, medium, notes)
        critic = Critic(config.channels, config.sees).to(team.device) if weights.critic else None
    if begin_with is not None:
        _take_over(agent, begin_with)
    agent.to(team.device)
    copying = Copying(copy_from or data, batch=batch, team=team)
    free: Lesson
    if policy.any_size:
        free = CoarseToFine(data, batch=batch, weights=weights, team=team)
    else:
        free = Freehand(data, batch=batch, unroll=unroll, weights=weights, critic=critic, team=team)
    if weights.strokes:
        free = WeightedLessons((1.0, free), (weights.strokes, copying))
    stages = [Stage(copying, copy)] if copy else []
    if copy < 1:
        stages.append(Stage(free))
    return Training(agent, stages, steps=steps, minutes=minutes, rate=rate, seed=seed, critic=critic, team=team)


def _take_over(agent: Agent, earlier: Agent) -> None:
    """Begin with the weights of another agent."""
    weights, own = earlier.net.state_dict(), agent.net.state_dict()
    if {name: value.shape for name, value in weights.items()} != {name: value.shape for name, value in own.items()}:
        raise InputError(
            f"expected an agent of kind {agent.config.kind} with {agent.config.per_look} strokes a look and the same "
            f"sizes to begin with, got one of kind {earlier.config.kind} with {earlier.config.per_look}"
        )
    agent.net.load_state_dict(weights)
