"""A whole training from plain options: `plan_training(data, strokes=8, minutes=10) -> Training`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..data.base import Data
from ..errors import InputError
from ..media.ribbon.painter import RibbonPainter
from ..media.ribbon.zoo import load
from .agent import Agent
from .config import AgentConfig
from .judges import Critic
from .ladder import Ladder
from .lessons import Copying, Freehand, Lesson, Outcome, Weights
from .parallel import Team
from .training import Stage, Training

__all__ = ["Mixed", "plan_training"]

FEW, ON_A_PHOTO = 8, 500  # strokes
SIDES = (16, 32, 64, 128)  # pixels, which an eye can halve down to its last map
AT_ONCE = 16  # strokes that a set lays well at one look
PER_WINDOW = 8  # strokes


class Mixed:
    """Several lessons at a time, each with a weight."""

    def __init__(self, *lessons: tuple[float, Lesson]) -> None:
        self.lessons = lessons

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """The weighted sum of all losses."""
        outcomes = [(weight, lesson.teach(agent, generator, progress)) for weight, lesson in self.lessons]
        terms: dict[str, float] = {}
        for _, outcome in outcomes:
            terms |= outcome.terms
        loss = sum(
            (weight * outcome.loss for weight, outcome in outcomes[1:]), start=outcomes[0][0] * outcomes[0][1].loss
        )
        first = outcomes[0][1]
        return Outcome(loss, terms, first.painted, first.target)

    def forget(self) -> None:
        """As the lessons do."""
        for _, lesson in self.lessons:
            getattr(lesson, "forget", lambda: None)()

    def under_way(self) -> dict[str, Tensor]:
        """As the lessons do."""
        found: dict[str, Tensor] = {}
        for number, (_, lesson) in enumerate(self.lessons):
            mine: dict[str, Tensor] = getattr(lesson, "under_way", dict)()
            found |= {f"{number}.{name}": value for name, value in mine.items()}
        return found

    def go_on(self, paintings: dict[str, Tensor]) -> None:
        """As the lessons do."""
        for number, (_, lesson) in enumerate(self.lessons):
            mine = {n.partition(".")[2]: v for n, v in paintings.items() if n.startswith(f"{number}.")}
            if mine:
                lesson.go_on(mine)  # type: ignore[attr-defined]


def plan_training(
    data: Data,
    *,
    strokes: int | None = None,
    kind: str | None = None,
    brush: str = "round",
    painter: RibbonPainter | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    batch: int | None = None,
    rate: float = 1e-3,
    seed: int = 0,
    weights: Weights | None = None,
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
        brush, painter: what it paints with: a bundled painter's name, or a painter in memory.
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
    weights, team = weights or Weights(), team or Team()
    strokes = (ON_A_PHOTO if kind == "tiles" else FEW) if strokes is None else strokes
    ordered = copy > 0 or stops or strokes > AT_ONCE
    kind = kind or ("recurrent" if ordered else "set")
    if not 0 <= copy <= 1:
        raise InputError(f"expected a share of 0 to 1 for copying, got {copy}")
    if stops and not (copy or weights.strokes):
        raise InputError("expected known strokes to be copied by an agent that stops: it learns that from nothing else")
    if copy_from is not None and copy_from.channels != data.channels:
        raise InputError(f"expected data to copy from with {data.channels} channels, got {copy_from.channels}")
    if kind == "tiles" and data.channels != 3:
        raise InputError(f"expected colored pictures for an agent of kind tiles, got amounts of ink from {data.name}")
    chosen: dict[str, Any] = {
        "kind": kind, "strokes": strokes, "channels": data.channels, "side": side, "program_height": side,
        "stops": stops, "per_look": strokes if kind == "set" and strokes <= AT_ONCE else 1,
        "sees": min(32, side), "hidden": 512 if kind != "recurrent" else 384,
    }  # fmt: skip
    if kind == "set" and strokes > AT_ONCE:
        chosen["per_look"] = PER_WINDOW
    if kind == "recurrent":
        chosen |= {"sees": side, "width": 16}
    if kind == "tiles":
        chosen |= {"per_look": PER_WINDOW, "program_height": 512, "radius": (0.03, 0.3), "reach": 0.45}
    elif data.channels == 3:
        chosen |= {"radius": (0.02, 0.25)}
    elif not copy:
        # Brushes fade out below a pixel and a half: strokes so thin lay nothing, until they are painted larger.
        chosen |= {"radius": (1.7 / side, max(0.07, 3.4 / side))}
    if "sees" not in sizes and side not in SIDES:
        raise InputError(f"expected a side of {', '.join(map(str, SIDES))} pixels, got {side}")
    config = AgentConfig(**{**chosen, **sizes})
    batch = (24 if kind == "tiles" else 64) if batch is None else batch
    if batch < 1:
        raise InputError(f"expected a batch of 1 picture or more, got {batch}")
    team.share(batch)  # refuses what cannot be shared
    if (copy or weights.strokes) and (copy_from or data).take([0], side=side).strokes is None:
        raise InputError(f"expected data with known strokes to copy, got {(copy_from or data).name}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        agent = Agent(
            config, painter or load(brush), {"data": data.name, **({"credit": data.credit} if data.credit else {})}
        )
        critic = Critic(config.channels, config.sees) if weights.critic else None
    if begin_with is not None:
        _take_over(agent, begin_with)
    agent.to(team.device)
    if critic is not None:
        critic.to(team.device)
    copying = Copying(copy_from or data, batch=batch, team=team)
    free: Lesson
    if kind == "tiles":
        free = Ladder(data, batch=batch, weights=weights, team=team)
    else:
        free = Freehand(data, batch=batch, unroll=unroll, weights=weights, critic=critic, team=team)
    if weights.strokes:
        free = Mixed((1.0, free), (weights.strokes, copying))
    stages = [Stage(copying, copy)] if copy else []
    if copy < 1:
        stages.append(Stage(free))
    return Training(
        agent, stages, steps=steps, minutes=minutes, rate=rate, seed=seed, critic=critic, team=team,
    )  # fmt: skip


def _take_over(agent: Agent, earlier: Agent) -> None:
    """Begin with the weights of another agent."""
    weights, own = earlier.net.state_dict(), agent.net.state_dict()
    if {name: value.shape for name, value in weights.items()} != {name: value.shape for name, value in own.items()}:
        raise InputError(
            f"expected an agent of kind {agent.config.kind} with {agent.config.per_look} strokes a look and the same "
            f"sizes to begin with, got one of kind {earlier.config.kind} with {earlier.config.per_look}"
        )
    agent.net.load_state_dict(weights)
