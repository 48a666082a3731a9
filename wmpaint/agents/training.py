"""Training: `for step in Training(agent, lessons): ...`, then `training.learned()`."""

from __future__ import annotations

import copy
import json
import math
import statistics
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .. import checkpoint, checks
from ..clock import Clock, cosine
from ..errors import InputError
from ..raster import compiled
from .agent import Agent
from .judges import Critic
from .lessons import Lesson, Outcome
from .parallel import Team

__all__ = ["Stage", "TrainStep", "Training"]

WARM_UP = 50  # steps until the full learning rate
CLIP = 1.0  # norm of the gradient
AVERAGE = 0.998  # of the moving average of weights
KEEP = 25  # steps between the states that are gone back to
PATIENCE = 3  # bad steps in a row
SPIKE = 8.0  # times the recent losses' median at which a step is bad
RECENT = 50  # losses looked back on
CRITIC_RATE = 2e-4
LEAST = 0.01  # of the rate, at the end


@dataclass(frozen=True)
class TrainStep:
    """One step. `progress` 0..1 is the share of the training that is done, `terms` are the parts of the loss."""

    index: int
    loss: float
    terms: dict[str, float]
    progress: float
    seconds: float
    undone: int  # bad steps so far, which were taken back


@dataclass(frozen=True)
class Stage:
    """A lesson, until a share of the training is done."""

    lesson: Lesson
    until: float = 1.0


class Training:
    """An iterator of `TrainStep`s that teaches an agent.

    It holds steady: gradients are clipped; what is handed out is a moving average of the weights; and a step whose
    loss or gradient is not finite, or whose loss leaps to `SPIKE` times the recent ones, is taken back: weights and
    optimizer return to a state from before it. After `PATIENCE` such steps in a row it ends with an error, and the
    agent has the last good weights.

    Args:
        agent: is taught in place.
        stages: lessons one after the other; all lessons of a stage count together.
        steps, minutes: how long; the rate of learning falls to nearly nothing by then. At least one of them.
        rate: of Adam, at its highest.
        seed: of the pictures and all other chance.
        critic: learns along, for lessons that ask it.
        team: the processes that train together.

    Raises:
        InputError: neither steps nor minutes, or numbers out of range; while training, losses that stay bad.
    """

    def __init__(
        self,
        agent: Agent,
        stages: list[Stage],
        *,
        steps: int | None = None,
        minutes: float | None = None,
        rate: float = 1e-3,
        seed: int = 0,
        critic: Critic | None = None,
        team: Team | None = None,
    ) -> None:
        if steps is None and minutes is None:
            raise InputError("expected steps or minutes of training, got neither")
        if (steps is not None and steps < 1) or (minutes is not None and not minutes > 0):
            raise InputError(f"expected 1 step or more and minutes above 0, got {steps} and {minutes}")
        if not 0 < rate < 1:
            raise InputError(f"expected a rate of 0 to 1, got {rate}")
        checks.seed(seed)
        checks.some("one lesson", stages)
        self.agent, self.stages, self.critic, self.team = agent, stages, critic, team or Team()
        self.clock = Clock(steps, None if minutes is None else 60 * minutes, whole=True)
        self.rate, self.seed = rate, seed
        self.generator = torch.Generator("cpu").manual_seed(seed)
        self.weights = [p for p in agent.net.parameters() if p.requires_grad]
        self.optimizer = _adam(agent.net, rate, (0.9, 0.99))
        self.average = copy.deepcopy(agent.net).requires_grad_(False)
        self.critic_optimizer = None if critic is None else _adam(critic, CRITIC_RATE, (0.0, 0.9))
        self.undone = 0
        self.losses: deque[float] = deque(maxlen=RECENT)
        self._bad = 0
        self._lesson: Lesson | None = None
        self._good = self._state()

    # Time

    @property
    def index(self) -> int:
        """Steps taken."""
        return self.clock.index

    @property
    def seconds(self) -> float:
        """Spent training, in this process and those it was resumed from."""
        return self.clock.seconds

    @property
    def progress(self) -> float:
        """Share of the training that is done, 0..1; of steps and minutes, what is farther."""
        return self.team.agree(self.clock.progress)

    # Steps

    def _lesson_at(self, progress: float) -> Lesson:
        return next(stage.lesson for stage in self.stages if progress < stage.until or stage is self.stages[-1])

    def __iter__(self) -> Iterator[TrainStep]:
        return self

    def __next__(self) -> TrainStep:
        if not self.clock.runs:
            compiled.warm_up()
            self.clock.start()
        progress = self.progress
        if progress >= 1:
            raise StopIteration
        lesson = self._lesson_at(progress)
        if lesson is not self._lesson:  # another lesson has other losses
            self._lesson = lesson
            self.losses.clear()
        outcome = lesson.teach(self.agent, self.generator, progress)
        loss = self.team.mean(float(outcome.loss.detach()))
        if self._learn(outcome.loss, loss, progress):
            self._teach_critic(outcome)  # afterwards, for its weights are in the loss
            self._bad = 0
            self.losses.append(loss)
            if self.index % KEEP == 0:
                self._good = self._state()
            terms = {name: self.team.mean(value) for name, value in outcome.terms.items()}
        else:
            self._take_back(lesson, loss)
            terms = outcome.terms  # not averaged: where one process's pictures are unusable, it has none
        self.clock.index += 1
        return TrainStep(self.index - 1, loss, terms, progress, self.seconds, self.undone)

    def _learn(self, loss: Tensor, value: float, progress: float) -> bool:
        """One step down the gradient; False, and nothing changed, where it would do harm."""
        if not math.isfinite(value) or self._leaps(value):
            return False
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        gradients = [p.grad for p in self.weights if p.grad is not None]
        self.team.average(gradients)
        norm = nn.utils.clip_grad_norm_(self.weights, CLIP)
        if not bool(norm.isfinite()):
            return False
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, (self.index + 1) / WARM_UP) * cosine(progress, LEAST)
        self.optimizer.step()
        keep = min(AVERAGE, (self.index + 1) / (self.index + 10))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.agent.net.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)
        return True

    def _leaps(self, loss: float) -> bool:
        if len(self.losses) < RECENT:
            return False
        usual = statistics.median(self.losses)
        stray = statistics.median(abs(known - usual) for known in self.losses)
        return loss - usual > max((SPIKE - 1) * abs(usual), 20 * stray, 1e-3)

    def _take_back(self, lesson: Lesson, loss: float) -> None:
        self._bad += 1
        self.undone += 1
        self._restore(self._good)
        # A process whose pictures are unusable has drawn fewer numbers than the others: they begin again together.
        self.generator.manual_seed((self.seed + self.undone * 0x9E3779B97F4A7C15) % (1 << 63))
        lesson.forget()
        if self._bad >= PATIENCE:
            raise InputError(
                f"expected losses to stay finite and near each other, got {loss:g} at step {self.index}, "
                f"the {PATIENCE}rd time in a row; the weights are those of before"
            )

    def _teach_critic(self, outcome: Outcome) -> None:
        if self.critic is None or self.critic_optimizer is None or outcome.painted is None or outcome.target is None:
            return
        batch = len(outcome.painted) * self.team.size
        mix = torch.rand(batch, generator=self.generator, device="cpu")[self.team.share(batch)].to(outcome.painted)
        loss = self.critic.loss(outcome.painted, outcome.target, mix)
        if not math.isfinite(self.team.mean(float(loss.detach()))):
            return
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.team.average([p.grad for p in self.critic.parameters()])
        nn.utils.clip_grad_norm_(self.critic.parameters(), 10 * CLIP)
        self.critic_optimizer.step()

    # What there is

    def learned(self) -> Agent:
        """The agent with the moving average of its weights, as it is now; a copy, on the CPU."""
        agent = Agent(self.agent.config, copy.deepcopy(self.agent.medium), self.agent.notes)
        agent.net.load_state_dict(self.average.state_dict())
        agent.notes |= {"steps": self.index, "seconds": round(self.seconds, 1), "seed": self.seed}
        return agent.to("cpu").requires_grad_(False).eval()

    # What a step changes

    def _tensors(self) -> dict[str, Tensor]:
        """All tensors that a step changes, themselves, by name."""
        found: dict[str, Tensor] = {}
        nets = {"net": self.agent.net, "average": self.average, "critic": self.critic}
        for name, net in nets.items():
            found |= {} if net is None else {f"{name}/{key}": value for key, value in net.state_dict().items()}
        for name, adam in {"optimizer": self.optimizer, "critic_optimizer": self.critic_optimizer}.items():
            kept = {} if adam is None else adam.state_dict()["state"]
            found |= {f"{name}/{k}/{key}": value for k, moments in kept.items() for key, value in moments.items()}
        return found

    def _state(self) -> dict[str, Tensor]:
        return {name: value.detach().clone() for name, value in self._tensors().items()}

    @torch.no_grad()
    def _restore(self, state: dict[str, Tensor]) -> None:
        for name, value in self._tensors().items():
            value.copy_(state[name])

    # Files

    def _setting(self) -> dict[str, Any]:
        """What a checkpoint's training must share with this one, as JSON gives it back."""
        config, notes = self.agent.config.as_dict(), self.agent.notes
        own = {"agent": config, "painter": self.agent.medium.info.weights, "seed": self.seed, "data": notes.get("data")}
        found: dict[str, Any] = json.loads(json.dumps(own))
        return found

    def save_checkpoint(self, path: str | Path) -> None:
        """Write all that `resume` needs, whatever state the agent is in.

        Raises:
            FileError: the file cannot be written.
        """
        known = {
            "index": self.index, "seconds": self.seconds, "undone": self.undone, "losses": list(self.losses),
            "setting": self._setting(),
        }  # fmt: skip
        tensors = {"generator": self.generator.get_state(), **self._tensors()}
        for number, stage in enumerate(self.stages):
            tensors |= {f"stage{number}/{name}": value for name, value in stage.lesson.tensors().items()}
        checkpoint.save(path, "training", known, tensors)

    def resume(self, path: str | Path) -> None:
        """Go on from a checkpoint of the same agent, painter, data and seed; lessons, rate and length may be others.

        Raises:
            FileError: not a checkpoint. InputError: one of another agent, painter, data or seed.
        """
        known, tensors = checkpoint.load(path, "training")
        with checkpoint.expecting(path, "training"):
            theirs, index, undone = dict(known["setting"]), int(known["index"]), int(known["undone"])
            seconds, losses = float(known["seconds"]), [float(loss) for loss in known["losses"]]
        for name, ours in self._setting().items():
            if theirs.get(name) != ours:
                raise InputError(f"expected a checkpoint of the same {name}, got {path} of another")
        with checkpoint.expecting(path, "training"):
            for name, value in self._tensors().items():
                kept = tensors.get(name)
                if kept is None or kept.shape != value.shape or not bool(kept.isfinite().all()):
                    raise ValueError(f"another {name.partition('/')[0]}")
            self.generator.set_state(tensors["generator"])
            for number, stage in enumerate(self.stages):
                start = f"stage{number}/"
                mine = {name.removeprefix(start): v for name, v in tensors.items() if name.startswith(start)}
                stage.lesson.restore(mine)
        self._restore(tensors)
        self._good = self._state()
        self.clock.restore(index, seconds)
        self.undone = undone
        self._lesson = self._lesson_at(self.progress)
        self.losses.clear()
        self.losses.extend(losses)


def _adam(net: nn.Module, rate: float, betas: tuple[float, float]) -> torch.optim.Adam:
    """Adam with all of its state from the start, so that it can be kept and taken back like weights."""
    weights = [p for p in net.parameters() if p.requires_grad]
    adam = torch.optim.Adam(weights, lr=rate, betas=betas)
    for weight in weights:
        zeros = torch.zeros_like(weight)
        adam.state[weight] = {"step": torch.zeros((), device="cpu"), "exp_avg": zeros, "exp_avg_sq": zeros.clone()}
    return adam
