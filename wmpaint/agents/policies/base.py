"""What the kinds of agents have in common: a policy looks at targets and canvases, and decides on actions. Its network
is made of an eye of convolutions, and a head that says actions.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from ... import checks
from ...canvas import Canvas
from ...errors import InputError
from ...marks import Marks
from ...medium import Medium, Picture
from ..action import Actions, ActionSpace
from ..config import AgentConfig
from ..environment import Environment, resized, squares_of

__all__ = ["Decision", "Eye", "Policy", "SquarePolicy", "head"]

MOST = 10_000  # marks
SMALLEST = 4  # pixels of the eye's last map


class Decision(NamedTuple):
    """What was decided at one look.

    Args:
        canvas: as it was looked at.
        actions: `config.per_look` of them.
        memory: [B, M] after the look.
    """

    canvas: Picture
    actions: Actions
    memory: Tensor


class Policy(ABC):
    """How agents of one kind look, remember, decide and paint.

    Args:
        config: an agent's sizes.
        medium: that it acts with.

    Attributes:
        ends: whether a stop ends the painting, rather than leaving out its own mark.
        any_size: whether it paints pictures of any size in their own units, rather than squares.
        channels: that its pictures may have.
        count, batch: marks of a painting, and pictures a step, where a training is told no others.
        looks_once: whether it has said all that it can at its first look.
        chooses: whether it leaves out marks that make a picture worse.
    """

    ends: ClassVar[bool] = False
    any_size: ClassVar[bool] = False
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    count: ClassVar[int] = 8
    batch: ClassVar[int] = 64

    net: nn.Module

    def __init__(self, config: AgentConfig, medium: Medium) -> None:
        self.config = config
        self.environment = Environment(medium, config)
        self.space = ActionSpace(medium.marks, config, self.ends)
        with torch.device("cpu"):  # from where it goes to where the agent goes
            self.net = self._network()
        self.looks_once = self.chooses = False

    @classmethod
    @abstractmethod
    def sizes(cls, *, marks: int, side: int, channels: int, copying: bool) -> dict[str, Any]:
        """What of `AgentConfig` suits a training, where it is told nothing else."""

    @abstractmethod
    def _network(self) -> nn.Module:
        """With `begin(target) -> memory`, and called with target, canvas, memory and situation."""

    # Deciding

    def begin(self, target: Tensor) -> Tensor:
        """What it remembers before the first look at target [B, C, side, side]."""
        return self.net.begin(target)  # type: ignore[operator]

    def decide(
        self, target: Tensor, canvas: Picture, memory: Tensor, done: Tensor, zoom: Tensor | None = None
    ) -> Decision:
        """Look once.

        Args:
            target: [B, C, side, side].
            canvas: as large, or smaller; no gradient passes to it.
            done: [B] share of the painting's marks that are laid.
            zoom: [B] log2 of how much larger than `program_height` the canvas stands for; 0 if None.
        """
        sees, seen = self.config.sees, self.environment.observe(canvas).detach()
        situation = torch.stack([2 * done - 1, torch.zeros_like(done) if zoom is None else zoom], 1)
        raw, memory = self.net(resized(target, sees), resized(seen, sees), memory, situation)
        return Decision(canvas, self.space.actions(raw, target if self.config.channels == 3 else None), memory)

    def remember(self, memory: Tensor, marks: Marks) -> Tensor:
        """The memory [B, M] once marks [B, K] are laid."""
        return memory

    def has_stopped(self, memory: Tensor) -> Tensor:
        """[B] bool: whether a painting with such a memory is over."""
        return torch.zeros(len(memory), dtype=torch.bool, device=memory.device)

    def rollout(
        self,
        target: Tensor,
        canvas: Picture,
        memory: Tensor,
        *,
        first: Tensor,
        looks: int,
        total: int,
        choosy: bool = False,
    ) -> Iterator[Decision]:
        """Several looks; no gradient passes from look to look by the canvas. Marks beyond `total`, or after a stop
        that ends a painting, are absent.

        Args:
            first: [B] int64, looks that were taken before.
            total: marks of the whole painting.
            choosy: whether marks that take the picture away from the target are left out.
        """
        per = self.config.per_look
        over = self.has_stopped(memory) & (first > 0).to(target.device)
        place = torch.arange(per, device=first.device)
        for index in range(looks):
            done = ((first + index) * (per / total)).clamp(max=1).to(target)
            decision = self.decide(target, canvas, memory, done)
            marks = decision.actions.marks
            if self.ends and self.config.stops:
                marks = marks.where(~over[:, None])
                over = over | ~marks.present[:, -1]
            memory = self.remember(decision.memory, marks)
            within = (first + index)[:, None] * per + place < total
            if not bool(within.all()):
                marks = marks.where(within.to(target.device))
            if choosy:
                marks = self.environment.improving(canvas, marks, target)
            yield Decision(canvas, decision.actions._replace(marks=marks), memory)
            if index + 1 < looks:
                with torch.no_grad():
                    canvas = self.environment.lay(canvas, marks)

    @abstractmethod
    def imitate(self, target: Tensor, known: Marks) -> tuple[Actions, Tensor]:
        """What it would do where known marks [B, K] are to be laid.

        Returns:
            Actions [B, L], and [B, K] which of them stands for each known mark; -1 for none.
        """

    # Painting

    @torch.no_grad()
    def sketch(self, pictures: Tensor, count: int | None = None) -> Marks:
        """Marks for pictures [B, C, side, side] as the agent sees them.

        Args:
            count: how many at most; as trained if None.

        Raises:
            InputError: pictures of another shape, or a number of marks that it cannot lay.
        """
        c, kind = self.config, self.space.kind
        if tuple(pictures.shape[1:]) != (c.channels, c.side, c.side):
            raise InputError(
                f"expected pictures [B, {c.channels}, {c.side}, {c.side}] for this agent, got {tuple(pictures.shape)}"
            )
        total = c.strokes if count is None else count
        checks.whole(f"… {kind.noun}s", total, 1, MOST)
        if self.looks_once and total > c.strokes:
            raise InputError(f"expected at most {c.strokes} {kind.noun}s of an agent that looks once, got {total}")
        looks, target = -(-total // c.per_look), pictures.to(next(self.net.parameters()))
        first = torch.zeros(len(target), dtype=torch.int64, device="cpu")
        decisions = self.rollout(
            target, self.environment.bare(target), self.begin(target), first=first, looks=looks, total=total,
            choosy=self.chooses and looks > 1,
        )  # fmt: skip
        return kind.cat([decision.actions.marks for decision in decisions]).span(0, total)

    @abstractmethod
    def see(self, images: Any) -> tuple[Any, bool]:
        """(pictures as it paints them, whether it was one image) of what `Agent` takes."""

    @abstractmethod
    def paint(self, pictures: Any, count: int | None, polish: int | None) -> Marks:
        """Marks [B, N] for what `see` gives; arguments as for `Agent`."""

    @abstractmethod
    def canvas(self, picture: Tensor) -> Canvas:
        """What a picture [C, H, W] is painted on."""

    @abstractmethod
    def film_picture(self, image: Any, cell: int) -> Tensor:
        """[C, H, W] of an image as a film with cells so many pixels high shows it."""


class SquarePolicy(Policy):
    """A policy that sees whole pictures, as squares."""

    @staticmethod
    def radius(side: int, channels: int, copying: bool) -> dict[str, Any]:
        """Radii that suit pictures so large."""
        if channels == 3:
            return {"radius": (0.02, 0.25)}
        # Brushes fade out below a pixel and a half: strokes so thin lay nothing, until they are painted larger.
        return {} if copying else {"radius": (1.7 / side, max(0.07, 3.4 / side))}

    def see(self, images: Any) -> tuple[Tensor, bool]:
        """[B, C, side, side], the whole of each in a square."""
        return squares_of(images, self.config)

    def paint(self, pictures: Any, count: int | None, polish: int | None) -> Marks:
        """As sketched."""
        if polish:
            raise InputError(f"expected no polish of an agent of kind {self.config.kind}, got {polish}")
        return self.sketch(pictures, count)

    def canvas(self, picture: Tensor) -> Canvas:
        """A square."""
        return self.environment.canvas

    def film_picture(self, image: Any, cell: int) -> Tensor:
        """The square that it sees."""
        return self.see(image)[0][0]


# Networks


class Residual(nn.Module):
    """Two convolutions beside a way around them; it begins as that way alone."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(nn.functional.gelu(self.first(nn.functional.gelu(x))))


class Eye(nn.Module):
    """Pictures [B, C, sees, sees] -> [B, hidden]."""

    def __init__(self, channels: int, sees: int, width: int, hidden: int, blocks: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, after = channels, width
        for _ in range(int(math.log2(sees // SMALLEST))):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GELU()]
            before, after = after, min(2 * after, 2 * width)
        layers[-1:] = [*(Residual(before) for _ in range(blocks)), nn.GELU()]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * SMALLEST**2, hidden))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def head(hidden: int, out: int) -> nn.Sequential:
    """A network that begins with small differences between pictures and large ones between marks."""
    last = nn.Linear(hidden, out)
    nn.init.normal_(last.weight, std=0.02)
    nn.init.normal_(last.bias, std=0.3)
    return nn.Sequential(nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), last)
