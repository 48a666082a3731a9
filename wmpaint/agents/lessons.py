"""What an agent is taught by: a lesson draws examples, lets the agent paint, and judges what came of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.base import Data
from ..errors import InputError
from ..strokes import Strokes
from .agent import Agent
from .judges import Critic, FeatureJudge
from .matching import matched, stroke_distance
from .parallel import Team
from .studio import resized

__all__ = ["Copying", "Freehand", "Lesson", "Outcome", "Weights"]

COARSE = 0.5  # share of the training that is judged at half the size


@dataclass(frozen=True)
class Weights:
    """Of the parts of a loss.

    Args:
        l2: squared error of the picture, mean over pixels.
        variance: the program's variance around the dream: with `l2` at the same weight, the sum is the expected
            squared error of the replay in the real program.
        early: squared error after a random number of strokes, so that a painting looks right on the way too; of
            agents that look more than once.
        strokes: squared distance from known strokes, for data that has them.
        features: squared error of what a pretrained network sees.
        critic: of a conditional WGAN-GP critic, as in 2019.

    Raises:
        InputError: a weight below 0.
    """

    l2: float = 1.0
    variance: float = 1.0
    early: float = 0.1
    strokes: float = 0.0
    features: float = 0.0
    critic: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < float("inf"):
                raise InputError(f"expected a weight of 0 or more for {field.name}, got {getattr(self, field.name)!r}")


class Outcome(NamedTuple):
    """What a lesson found."""

    loss: Tensor
    terms: dict[str, float]
    painted: Tensor | None = None  # for the critic
    target: Tensor | None = None


def unusable(like: Tensor) -> Outcome:
    """Of pictures that are no numbers: so is the loss, and no painter has to cope with it."""
    return Outcome(like.new_tensor(torch.nan), {})


class Lesson(Protocol):
    """Draws a batch and judges the agent by it."""

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """A differentiable loss, and its parts by name; `progress` 0..1 is where the training is."""


class Freehand:
    """The agent paints, and is judged by the picture.

    A painting of more looks than `unroll` is not learned in one go: the lesson keeps a batch of unfinished
    paintings, goes on with each of them by `unroll` looks, and judges those. So 200 strokes take no more memory
    than 16, and no gradient passes through hundreds of steps, which is what made longer paintings collapse.
    """

    def __init__(
        self,
        data: Data,
        *,
        batch: int = 64,
        unroll: int = 16,
        weights: Weights | None = None,
        critic: Critic | None = None,
        team: Team | None = None,
    ) -> None:
        if unroll < 1:
            raise InputError(f"expected 1 look or more to be learned in one go, got {unroll}")
        self.data, self.batch, self.unroll = data, batch, unroll
        self.weights, self.critic, self.team = weights or Weights(), critic, team or Team()
        self.features = FeatureJudge() if self.weights.features else None
        self.easels: Easels | None = None

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        c = agent.config
        looks = min(self.unroll, c.looks)
        easels = self._unfinished(agent, generator)
        if not bool(easels.target.isfinite().all()):
            return unusable(easels.target)
        mine = self.team.share(self.batch)
        first = easels.index[mine]
        seen = list(
            agent.rollout(easels.target, easels.canvas, easels.memory, first=first, looks=looks, total=c.strokes)
        )
        laid, memory, canvas = [look.strokes for look, _ in seen], seen[-1][0].memory, seen[-1][1]
        strokes = Strokes.cat(laid)
        height = c.side // 2 if progress < COARSE and c.side // 2 >= c.sees else c.side
        outcome = self._judge(agent, easels, strokes, height, generator)
        if looks < c.looks:
            with torch.no_grad():
                if not agent.is_choosy:
                    canvas, _ = agent.studio.lay(canvas, laid[-1].detach())
                else:  # the picture as it will be when it paints, though it is judged by all strokes
                    canvas = easels.canvas
                    for each in laid:
                        chosen = agent.worthwhile(easels.target, canvas, each.detach())
                        canvas, _ = agent.studio.lay(canvas, chosen)
            easels.go_on(canvas, memory.detach(), looks)
        else:
            self.easels = None
        return outcome

    def forget(self) -> None:
        """Begin new paintings: those under way may be what went wrong."""
        self.easels = None

    def under_way(self) -> dict[str, Tensor]:
        """Unfinished paintings as tensors, for a checkpoint."""
        return {} if self.easels is None else vars(self.easels)

    def go_on(self, paintings: dict[str, Tensor]) -> None:
        """Take up unfinished paintings of a checkpoint, if they are as many as this lesson has."""
        here = {n: v if n in ("index", "end") else v.to(self.team.device) for n, v in paintings.items()}
        easels = Easels(**here)
        if len(easels.index) == self.batch and len(easels.target) == self.batch // self.team.size:
            self.easels = easels

    def _unfinished(self, agent: Agent, generator: torch.Generator) -> Easels:
        """Unfinished paintings, and new ones in place of those that are done."""
        c = agent.config
        if self.easels is None:
            target = self._draw(c.side, generator)
            self.easels = Easels(
                target, agent.studio.bare(len(target)), agent.begin(target),
                torch.zeros(self.batch, dtype=torch.int64), torch.full((self.batch,), c.looks),
            )  # fmt: skip
            if self.unroll < c.looks:  # the first paintings end early, at all ages, so that later ones differ in age
                self.easels.end = torch.randint(1, c.looks + 1, (self.batch,), generator=generator)
            return self.easels
        easels = self.easels
        over = easels.index >= easels.end
        if bool(over.any()):
            fresh = over[self.team.share(self.batch)].to(easels.target.device)
            target = self._draw(c.side, generator)
            easels.target = torch.where(fresh[:, None, None, None], target, easels.target)
            easels.canvas = torch.where(fresh[:, None, None, None], agent.studio.bare(len(target)), easels.canvas)
            easels.memory = torch.where(fresh[:, None], agent.begin(target), easels.memory)
            easels.index, easels.end = easels.index.masked_fill(over, 0), easels.end.masked_fill(over, c.looks)
        return easels

    def _draw(self, side: int, generator: torch.Generator) -> Tensor:
        pictures = self.data.sample(self.batch, side=side, generator=generator).pictures
        return pictures[self.team.share(self.batch)].to(self.team.device)

    def _judge(
        self, agent: Agent, easels: Easels, strokes: Strokes, height: int, generator: torch.Generator
    ) -> Outcome:
        w = self.weights
        target = resized(easels.target, height)
        picture, variance = agent.studio.lay(easels.canvas, strokes, height=height)
        parts = {"l2": (picture - target).square().mean()}
        if w.variance and agent.painter.config.noise:
            parts["variance"] = variance.mean() / agent.config.channels
        if w.early and agent.config.looks > 1 and strokes.count > 1:
            some = int(torch.randint(1, strokes.count, (), generator=generator))
            early, _ = agent.studio.lay(easels.canvas, strokes.span(0, some), height=height)
            parts["early"] = (early - target).square().mean()
        if self.features is not None:
            parts["features"] = self.features(picture, target)
        if w.critic and self.critic is not None:
            self.critic.requires_grad_(False)
            parts["critic"] = -self.critic(picture, target).mean()
            self.critic.requires_grad_(True)
        loss = sum((getattr(w, name) * part for name, part in parts.items()), start=picture.new_zeros(()))
        return Outcome(loss, {name: float(part.detach()) for name, part in parts.items()}, picture.detach(), target)


@dataclass
class Easels:
    """Paintings under way: this process's targets, canvases and memories, and every process's ages."""

    target: Tensor
    canvas: Tensor
    memory: Tensor
    index: Tensor  # [batch] looks taken
    end: Tensor  # [batch] looks after which a painting is done

    def go_on(self, canvas: Tensor, memory: Tensor, looks: int) -> None:
        self.canvas, self.memory, self.index = canvas, memory, self.index + looks


class Copying:
    """The agent copies known strokes, each from the canvas with those before it: what to lay next, and when to stop.

    A recurrent agent learns them in their order; one that lays sets is told which of its strokes is closest to which.
    """

    def __init__(self, data: Data, *, batch: int = 64, team: Team | None = None) -> None:
        self.data, self.batch, self.team = data, batch, team or Team()

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        c = agent.config
        examples = self.data.sample(self.batch, side=c.side, generator=generator)
        if examples.strokes is None:
            raise InputError(f"expected data with known strokes to copy, got {self.data.name}")
        mine = self.team.share(self.batch)
        target = examples.pictures[mine].to(self.team.device)
        if not bool(target.isfinite().all()):
            return unusable(target)
        known = examples.strokes.span(0, c.strokes)
        each = known.present.sum(1)
        known = known.span(0, max(1, int(each.max())))  # as long as the longest
        known = known[mine].to(target)
        ours, there = agent.follow(target, known) if c.kind == "recurrent" else self._as_set(agent, target)
        laid = ours.count
        present = known.present
        if c.kind != "recurrent":
            which = matched(ours, known)
            present = present & (which >= 0)
            ours = ours.pick(which.clamp(min=0))
        # The mean over the strokes of the whole batch, so that each counts alike in whichever process it is.
        count = each.clamp(max=laid).sum().clamp(min=1) / self.team.size
        parts = {"strokes": (stroke_distance(ours, known) * present).sum() / float(count)}
        if there is not None:
            wanted = present if c.kind == "recurrent" else _marked(which, present, there)
            parts["stop"] = 0.02 * F.binary_cross_entropy_with_logits(there, wanted.to(there.dtype))
        return Outcome(
            sum(parts.values(), start=target.new_zeros(())), {n: float(p.detach()) for n, p in parts.items()}
        )

    def _as_set(self, agent: Agent, target: Tensor) -> tuple[Strokes, Tensor | None]:
        seen = agent.look(target, agent.studio.bare(len(target)), agent.begin(target), target.new_zeros(len(target)))
        return seen.strokes, seen.there


def _marked(which: Tensor, present: Tensor, like: Tensor) -> Tensor:
    """[B, K] which of our strokes were chosen."""
    marks = torch.zeros_like(like, dtype=torch.bool)
    rows = torch.arange(len(which), device=which.device)[:, None].expand_as(which)
    marks[rows[present], which[present]] = True
    return marks
