"""What an agent is taught by: a lesson draws examples, lets the agent paint, and judges what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import NamedTuple, final

import torch
from torch import Tensor

from .. import checks
from ..data.base import Data, Examples
from ..errors import InputError
from ..marks import Marks
from ..medium import Picture
from .agent import Agent
from .environment import picture_where, resized
from .judges import Critic, FeatureJudge
from .parallel import Team
from .policies.tiles import LEVELS, LOOKS, window, zoom_of

__all__ = ["CoarseToFine", "Copying", "Freehand", "Lesson", "LossWeights", "Outcome", "Unfinished", "WeightedLessons"]

COARSE = 0.5  # share of the training that is judged at half the size


@dataclass(frozen=True)
class LossWeights:
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
            checks.number(f"a weight of … for {field.name}", getattr(self, field.name), 0)


class Outcome(NamedTuple):
    """What a lesson found."""

    loss: Tensor
    terms: dict[str, float]
    painted: Tensor | None = None  # for the critic
    target: Tensor | None = None

    @classmethod
    def of(cls, parts: dict[str, Tensor], weights: LossWeights | None, *pictures: Tensor) -> Outcome:
        """The sum of some parts, each with the weight of its name if there are weights."""
        loss = torch.stack([part if weights is None else getattr(weights, n) * part for n, part in parts.items()]).sum()
        return cls(loss, {name: float(part.detach()) for name, part in parts.items()}, *pictures)

    @classmethod
    def unusable(cls, like: Tensor) -> Outcome:
        """Of pictures that are no numbers: so is the loss, and no medium has to cope with it."""
        return cls(like.new_tensor(torch.nan), {})


@dataclass
class Unfinished:
    """Paintings under way: this process's targets, canvases and memories, and every process's ages."""

    target: Tensor
    mean: Tensor
    variance: Tensor
    memory: Tensor
    index: Tensor  # [batch] looks taken
    end: Tensor  # [batch] looks after which a painting is done

    @property
    def canvas(self) -> Picture:
        """As far as they are painted."""
        return Picture(self.mean, self.variance)

    @canvas.setter
    def canvas(self, canvas: Picture) -> None:
        assert canvas.variance is not None
        self.mean, self.variance = canvas.mean, canvas.variance


class Lesson(ABC):
    """Draws a batch and judges the agent by it. A subclass says how in `teach`, and keeps what it goes on with next
    time in `unfinished`; of a lesson made of others, these are its `parts`.

    Args:
        data: pictures to learn from; None for a lesson made of others.
        batch: pictures a step, over all processes.
        team: the processes that learn together.
        parts: lessons that this one teaches by.
    """

    def __init__(
        self, data: Data | None, *, batch: int = 64, team: Team | None = None, parts: tuple[Lesson, ...] = ()
    ) -> None:
        self.data, self.batch, self.team, self.parts = data, batch, team or Team(), parts
        self.unfinished: Unfinished | None = None

    @abstractmethod
    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """A differentiable loss, and its parts by name; `progress` 0..1 is where the training is."""

    @final
    def draw(self, side: int, generator: torch.Generator) -> tuple[Examples, Tensor]:
        """Examples of the whole batch, and this process's pictures of them."""
        assert self.data is not None
        examples = self.data.sample(self.batch, side=side, generator=generator)
        return examples, examples.pictures[self.team.share(self.batch)].to(self.team.device)

    @final
    def forget(self) -> None:
        """Begin new paintings: those under way may be what went wrong."""
        self.unfinished = None
        for part in self.parts:
            part.forget()

    @final
    def tensors(self) -> dict[str, Tensor]:
        """What is unfinished, for a checkpoint."""
        found = {} if self.unfinished is None else dict(vars(self.unfinished))
        for number, part in enumerate(self.parts):
            found |= {f"{number}.{name}": value for name, value in part.tensors().items()}
        return found

    @final
    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Take up what a checkpoint says was unfinished, if it is as much as this lesson has."""
        for number, part in enumerate(self.parts):
            start = f"{number}."
            part.restore({name.removeprefix(start): v for name, v in tensors.items() if name.startswith(start)})
        own = {field.name for field in fields(Unfinished)}
        if not own <= tensors.keys():
            return
        here = {n: v if n in ("index", "end") else v.to(self.team.device) for n, v in tensors.items() if n in own}
        if len(here["index"]) == self.batch and len(here["target"]) == self.batch // self.team.size:
            self.unfinished = Unfinished(**here)


class Freehand(Lesson):
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
        weights: LossWeights | None = None,
        critic: Critic | None = None,
        team: Team | None = None,
    ) -> None:
        super().__init__(data, batch=batch, team=team)
        self.unroll = checks.whole("… looks to be learned in one go", unroll, 1)
        self.weights, self.critic = weights or LossWeights(), critic
        self.features = FeatureJudge() if self.weights.features else None

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """As `Lesson.teach`; the first half of the training is judged at half the size."""
        c, policy = agent.config, agent.policy
        looks = min(self.unroll, c.looks)
        under_way = self._under_way(agent, generator)
        if not bool(under_way.target.isfinite().all()):
            return Outcome.unusable(under_way.target)
        first = under_way.index[self.team.share(self.batch)]
        decisions = list(
            policy.rollout(
                under_way.target, under_way.canvas, under_way.memory, first=first, looks=looks, total=c.strokes
            )
        )
        laid = [decision.actions.marks for decision in decisions]
        height = c.side // 2 if progress < COARSE and c.side // 2 >= c.sees else c.side
        outcome = self._judge(agent, under_way, policy.space.kind.cat(laid), height, generator)
        if looks == c.looks:
            self.unfinished = None
            return outcome
        with torch.no_grad():
            # The picture as it will be when it paints, though it is judged by all strokes.
            canvas = under_way.canvas if policy.chooses else decisions[-1].canvas
            for marks in laid if policy.chooses else laid[-1:]:
                if policy.chooses:
                    marks = agent.environment.improving(canvas, marks, under_way.target)
                canvas = agent.environment.lay(canvas, marks)
        under_way.canvas, under_way.memory = canvas, decisions[-1].memory.detach()
        under_way.index = under_way.index + looks
        return outcome

    def _under_way(self, agent: Agent, generator: torch.Generator) -> Unfinished:
        """Unfinished paintings, and new ones in place of those that are done."""
        c = agent.config
        found = self.unfinished
        if found is None:
            _, target = self.draw(c.side, generator)
            mean, variance, *_ = agent.environment.bare(target)
            assert variance is not None
            zeros = torch.zeros(self.batch, dtype=torch.int64, device=generator.device)
            memory, end = agent.policy.begin(target), torch.full_like(zeros, c.looks)
            found = Unfinished(target, mean, variance, memory, zeros, end)
            if self.unroll < c.looks:  # the first paintings end early, at all ages, so that later ones differ in age
                found.end = torch.randint(1, c.looks + 1, (self.batch,), generator=generator, device=generator.device)
            self.unfinished = found
            return found
        over = found.index >= found.end
        if bool(over.any()):
            fresh = over[self.team.share(self.batch)].to(found.target.device)
            _, target = self.draw(c.side, generator)
            found.target = torch.where(fresh[:, None, None, None], target, found.target)
            found.canvas = picture_where(fresh, agent.environment.bare(target), found.canvas)
            found.memory = torch.where(fresh[:, None], agent.policy.begin(target), found.memory)
            found.index, found.end = found.index.masked_fill(over, 0), found.end.masked_fill(over, c.looks)
        return found

    def _judge(
        self, agent: Agent, under_way: Unfinished, marks: Marks, height: int, generator: torch.Generator
    ) -> Outcome:
        w, place = self.weights, agent.environment
        target = resized(under_way.target, height)
        painted = place.lay(under_way.canvas, marks, height=height)
        picture = place.observe(painted)
        parts = {"l2": (picture - target).square().mean()}
        if w.variance and place.info.random:
            parts["variance"] = place.variance(painted).mean()
        if w.early and agent.config.looks > 1 and marks.count > 1:
            some = int(torch.randint(1, marks.count, (), generator=generator, device=generator.device))
            early = place.observe(place.lay(under_way.canvas, marks.span(0, some), height=height))
            parts["early"] = (early - target).square().mean()
        if self.features is not None:
            parts["features"] = self.features(picture, target)
        if w.critic and self.critic is not None:
            self.critic.requires_grad_(False)
            parts["critic"] = -self.critic(picture, target).mean()
            self.critic.requires_grad_(True)
        return Outcome.of(parts, w, picture.detach(), target)


class CoarseToFine(Lesson):
    """A picture is painted as a whole; then a window of half its size, and so on: each time on what is there.

    Args:
        data: colored pictures; drawn four times as large as the agent's canvas.
    """

    def __init__(
        self, data: Data, *, batch: int = 32, weights: LossWeights | None = None, team: Team | None = None
    ) -> None:
        super().__init__(data, batch=batch, team=team)
        self.weights = weights or LossWeights()

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """As `Lesson.teach`."""
        c, place, policy = agent.config, agent.environment, agent.policy
        _, pictures = self.draw(4 * c.side, generator)
        if not bool(pictures.isfinite().all()):
            return Outcome.unusable(pictures)
        corner, share = pictures.new_zeros(len(pictures), 2), 1.0
        canvas, memory = place.bare(pictures), policy.begin(pictures)
        loss, terms = pictures.new_zeros(()), {}
        for level in range(LEVELS):
            size = c.program_height >> level
            zoom = zoom_of(torch.full((len(pictures),), float(size), device=pictures.device))
            target, seen, laid = window(pictures, corner, share, c.side), canvas, []
            wanted = resized(target, c.sees)
            for look in range(LOOKS):
                done = target.new_full((len(target),), look / LOOKS)
                laid.append(policy.decide(target, seen, memory, done, zoom).actions.marks)
                seen = place.lay(seen, laid[-1], height=c.sees, program_height=size)
                error = (place.observe(seen) - wanted).square().mean()
                loss = loss + self.weights.l2 * error + self.weights.variance * place.variance(seen).mean()
            terms[f"level{level}"] = float(error.detach())
            if level + 1 < LEVELS:
                with torch.no_grad():
                    canvas = place.lay(canvas, policy.space.kind.cat(laid), program_height=size)
                step = torch.rand(self.batch, 2, generator=generator, device=generator.device)
                step = step[self.team.share(self.batch)].to(pictures) / 2
                corner, share = corner + share * step, share / 2
                assert canvas.variance is not None
                both = window(torch.cat([canvas.mean, canvas.variance[:, None]], 1), step, 0.5, c.side)
                canvas = Picture(both[:, :4], both[:, 4])
        return Outcome(loss / LEVELS, terms)


class Copying(Lesson):
    """The agent copies known strokes, each from the canvas with those before it: what to lay next, and when to stop.

    A recurrent agent learns them in their order; one that lays sets is told which of its strokes is closest to which.
    """

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """As `Lesson.teach`.

        Raises:
            InputError: data without strokes, or with others than the agent lays.
        """
        examples, target = self.draw(agent.config.side, generator)
        known, kind = examples.strokes, agent.policy.space.kind
        if not isinstance(known, kind):
            got = self.data.name if known is None and self.data is not None else repr(known)
            raise InputError(f"expected data with known {kind.noun}s to copy, got {got}")
        if not bool(target.isfinite().all()):
            return Outcome.unusable(target)
        known = known.span(0, agent.config.strokes)
        each = known.present.sum(1)
        known = known.span(0, max(1, int(each.max())))  # as long as the longest
        known = known[self.team.share(self.batch)].to(target)
        actions, which = agent.policy.imitate(target, known)
        copied = known.present & (which >= 0)
        ours = actions.marks.pick(which.clamp(min=0))
        # The mean over the strokes of the whole batch, so that each counts alike in whichever process it is.
        count = each.clamp(max=actions.marks.count).sum().clamp(min=1) / self.team.size
        parts = {"strokes": (ours.distance(known) * copied).sum() / float(count)}
        if agent.config.stops:
            wanted = torch.zeros(actions.marks.shape, dtype=torch.bool, device=target.device)
            row = torch.arange(len(which), device=target.device)[:, None].expand_as(which)
            wanted[row[copied], which[copied]] = True
            parts["stop"] = actions.stop_loss(wanted)
        return Outcome.of(parts, None)


class WeightedLessons(Lesson):
    """Several lessons at a time, each with a weight."""

    def __init__(self, *lessons: tuple[float, Lesson]) -> None:
        super().__init__(None, parts=tuple(lesson for _, lesson in lessons))
        self.weights = [weight for weight, _ in lessons]

    def teach(self, agent: Agent, generator: torch.Generator, progress: float) -> Outcome:
        """The weighted sum of all losses."""
        outcomes = [lesson.teach(agent, generator, progress) for lesson in self.parts]
        terms = {name: value for outcome in outcomes for name, value in outcome.terms.items()}
        losses = [weight * outcome.loss for weight, outcome in zip(self.weights, outcomes, strict=True)]
        return Outcome(torch.stack(losses).sum(), terms, outcomes[0].painted, outcomes[0].target)
