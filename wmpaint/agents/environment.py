"""Where an agent acts: a medium, and square canvases of many pictures at once, of which it sees colors or ink."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..canvas import Canvas
from ..frame import Frame
from ..marks import Marks
from ..medium import Medium, Picture, render
from .config import AgentConfig

__all__ = ["Environment", "resized"]


class Environment:
    """Square canvases `config.side` pixels high, as `Picture`s of B of them.

    Args:
        medium: lays the marks.
        config: of the agent that acts here.
    """

    def __init__(self, medium: Medium, config: AgentConfig) -> None:
        self.medium, self.config = medium, config
        self.canvas = Canvas(background=config.ground)

    @cached_property
    def random(self) -> bool:
        """Whether the program strays from the medium's pictures."""
        return self.medium.info.random

    def frame(self, like: Tensor | Marks, height: int, program_height: int | None = None) -> Frame:
        """The pixels of canvases, where targets or marks lie."""
        return Frame(
            self.canvas, height, program_height=program_height or self.config.program_height, device=like.device,
            dtype=like.dtype,
        )  # fmt: skip

    def bare(self, target: Tensor) -> Picture:  # [B, C, h, w]
        """Canvases without a mark, one for each target."""
        mean = self.frame(target, self.config.side).bare((len(target),))
        return Picture(mean, torch.zeros_like(mean[:, 0]))

    def lay(
        self, canvas: Picture, marks: Marks, *, height: int | None = None, program_height: int | None = None
    ) -> Picture:
        """Canvases with marks laid on them. No gradient reaches those below: an agent is judged by what it lays.

        Args:
            height: pixels; the canvases are resized to it.
            program_height: of the whole canvas in program pixels; the config's if None.
        """
        height = height or self.config.side
        frame = self.frame(canvas.mean, height, program_height)
        found = render(self.medium, marks, frame, ground=_below(canvas, height))
        return found if found.variance is not None else found._replace(variance=torch.zeros_like(found.mean[:, 0]))

    # What is seen

    def observe(self, picture: Picture) -> Tensor:
        """[B, C, h, w] colors; or amounts of ink, which are how far along the way from ground to ink they lie."""
        colors = picture.mean[:, :3]
        if self.config.channels == 3:
            return colors
        ground, way = self._ink(colors)
        return ((colors - ground) * (way / way.square().sum())).sum(1, keepdim=True)

    def variance(self, picture: Picture) -> Tensor:
        """[B, h, w] of what is seen, the mean of its channels; zero where a medium knows of none."""
        if picture.variance is None:
            return torch.zeros_like(picture.mean[:, 0])
        return picture.variance / (3 if self.config.channels == 3 else self._ink(picture.mean)[1].square().sum())

    def colors(self, seen: Tensor) -> Tensor:  # [B, C, h, w]
        """[B, 3, h, w] of what an agent sees: amounts of ink as ink on its ground."""
        if self.config.channels == 3:
            return seen
        ground, way = self._ink(seen)
        return ground + way * seen

    def _ink(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """[3, 1, 1] the ground's color, and the way from there to the ink's."""
        ground, ink = (like.new_tensor(color)[:, None, None] for color in (self.config.ground, self.config.ink))
        return ground, ink - ground

    # What marks are worth

    def error(self, picture: Picture, target: Tensor) -> Tensor:
        """[B] mean squared error of what is seen."""
        return (self.observe(picture) - target).square().mean((1, 2, 3))

    @torch.no_grad()
    def stages(self, marks: Marks, target: Tensor, height: int, every: int = 1) -> Tensor:
        """[B, K / every, C, height, height] bare canvases with the first 0, `every`, 2 `every`, ... marks laid."""
        state, found = self.medium.begin(self.frame(target, height), batch=marks.batch), []
        for start in range(0, marks.count, every):
            found.append(self.observe(self.medium.look(state)))
            state = self.medium.lay(state, marks.span(start, start + every))
        return torch.stack(found, 1)

    @torch.no_grad()
    def improvement(self, canvas: Picture, marks: Marks, target: Tensor, *, program_height: int) -> Tensor:
        """[B, K] what each takes off the error when it is laid after those before it; below 0 if it adds.

        The target is [B, C, h, h], and so are the canvases.
        """
        frame, errors = self.frame(target, target.shape[-1], program_height), [self.error(canvas, target)]
        state = self.medium.begin(frame, ground=canvas, batch=marks.batch)
        for k in range(marks.count):
            state = self.medium.lay(state, marks.span(k, k + 1))
            errors.append(self.error(self.medium.look(state), target))
        found = torch.stack(errors, 1)
        return found[:, :-1] - found[:, 1:]

    @torch.no_grad()
    def improving(self, canvas: Picture, marks: Marks, target: Tensor) -> Marks:
        """The marks, without those that would take the picture away from the target, laid after those that stay."""
        side = self.config.sees
        target, canvas = resized(target, side), _below(canvas, side)
        error, kept = self.error(canvas, target), []
        for k in range(marks.count):
            after = self.lay(canvas, marks.span(k, k + 1), height=side)
            error_after = self.error(after, target)
            better = error_after < error
            canvas = picture_where(better, after, canvas)
            error = torch.where(better, error_after, error)
            kept.append(better)
        return marks.where(torch.stack(kept, 1))


def picture_where(which: Tensor, one: Picture, other: Picture) -> Picture:  # [B] bool
    """Pictures of one where `which` says so, else of the other."""

    def pick(a: Tensor | None, b: Tensor | None) -> Any:
        return None if a is None or b is None else torch.where(which.view(-1, *[1] * (a.ndim - 1)), a, b)

    return Picture(*map(pick, one, other))


def _below(canvas: Picture, height: int) -> Picture:
    """Canvases as a ground for others, so many pixels high."""
    mean, *rest = canvas
    return Picture(
        resized(mean.detach(), height),
        *(None if value is None else resized(value.detach()[:, None], height)[:, 0] for value in rest),
    )


def resized(pictures: Tensor, side: int) -> Tensor:
    """Square pictures of another size; averaged where they shrink."""
    before = pictures.shape[-1]
    if before == side:
        return pictures
    if before % side == 0:
        return F.avg_pool2d(pictures, before // side)
    return F.interpolate(pictures, size=(side, side), mode="bilinear", align_corners=False, antialias=before > side)
