"""Where an agent acts, and what it sees: square canvases of many pictures at once, in colors or as amounts of ink."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..canvas import Canvas
from ..errors import InputError
from ..frame import Frame
from ..image import GOAL, load_image
from ..marks import Marks
from ..medium import Medium, MediumInfo, Picture, render
from .config import AgentConfig

__all__ = ["Environment", "as_ink", "as_pictures", "in_squares", "picture_where", "resized", "squares_of"]


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
    def info(self) -> MediumInfo:
        """Of the medium."""
        return self.medium.info

    def frame(self, like: Tensor | Marks, height: int, program_height: int | None = None) -> Frame:
        """The pixels of canvases, where targets or marks lie."""
        program = program_height or self.config.program_height
        return Frame(self.canvas, height, program_height=program, device=like.device, dtype=like.dtype)

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

    def _layer(self, marks: Marks, frame: Frame) -> Callable[[Picture, int], Picture]:
        """A function that lays the k-th marks on canvases.

        Where marks do not depend on what lies beneath, all of them are painted at once, each on a sheet of its own.
        """
        if self.info.reads_canvas:
            return lambda canvas, k: render(self.medium, marks.span(k, k + 1), frame, ground=canvas)
        sheets = render(self.medium, marks.apart(), frame.on(None)).mean.unflatten(0, marks.shape)
        return lambda canvas, k: Picture(sheets[:, k] + (1 - sheets[:, k, 3:]) * canvas.mean)

    @torch.no_grad()
    def stages(self, marks: Marks, target: Tensor, height: int, every: int = 1) -> Tensor:
        """[B, K / every, C, height, height] bare canvases with the first 0, `every`, 2 `every`, ... marks laid."""
        frame, found = self.frame(target, height), []
        canvas, lay = Picture(frame.bare(marks.batch)), self._layer(marks, frame)
        for k in range(marks.count):
            if k % every == 0:
                found.append(self.observe(canvas))
            canvas = lay(canvas, k)
        return torch.stack(found, 1)

    @torch.no_grad()
    def improvement(self, canvas: Picture, marks: Marks, target: Tensor, *, program_height: int) -> Tensor:
        """[B, K] what each takes off the error when it is laid after those before it; below 0 if it adds.

        The target is [B, C, h, h], and so are the canvases.
        """
        lay, errors = self._layer(marks, self.frame(target, target.shape[-1], program_height)), []
        for k in range(marks.count):
            errors.append(self.error(canvas, target))
            canvas = lay(canvas, k)
        return -torch.stack([*errors, self.error(canvas, target)], 1).diff(dim=1)

    @torch.no_grad()
    def improving(self, canvas: Picture, marks: Marks, target: Tensor) -> Marks:
        """The marks, without those that would take the picture away from the target, laid after those that stay."""
        side = self.config.sees
        target, canvas, lay = resized(target, side), _below(canvas, side), self._layer(marks, self.frame(target, side))
        error, kept = self.error(canvas, target), []
        for k in range(marks.count):
            after = lay(canvas, k)
            error_after = self.error(after, target)
            better = error_after < error
            canvas, error = picture_where(better, after, canvas), torch.where(better, error_after, error)
            kept.append(better)
        return marks.where(torch.stack(kept, 1))


def picture_where(which: Tensor, one: Picture, other: Picture) -> Picture:  # [B] bool
    """Pictures of one where `which` says so, else of the other."""

    def pick(a: Tensor | None, b: Tensor | None) -> Any:
        return None if a is None or b is None else torch.where(which.view(-1, *[1] * (a.ndim - 1)), a, b)

    return Picture(*map(pick, one, other))


def _below(canvas: Picture, height: int) -> Picture:
    """Canvases as a ground for others, so many pixels high."""
    mean, *rest = canvas[:3]
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


# What is shown of images


def squares_of(images: Any, config: AgentConfig) -> tuple[Tensor, bool]:
    """([B, C, side, side], whether it was one image), as the agent of that config takes them.

    Raises:
        InputError: something that is no picture, or not finite.
    """
    pictures, single = as_pictures(images)
    if config.channels == 1:
        pictures = torch.cat([as_ink(picture) for picture in pictures.split(1)])
    elif pictures.shape[1] == 1:
        pictures = pictures.expand(-1, 3, -1, -1)
    return in_squares(pictures, config.side), single


def as_pictures(images: Any) -> tuple[Tensor, bool]:
    """([B, 1 or 3, H, W] in 0..1, whether it was one image).

    Raises:
        InputError: something that is no picture, or not finite.
    """
    single = True
    if isinstance(images, Tensor) and images.ndim in (3, 4):
        if images.shape[-3] not in (1, 3) or 0 in images.shape or not images.is_floating_point():
            raise InputError(f"expected images [B, 1 or 3, H, W] in 0..1, got {images.dtype} {tuple(images.shape)}")
        single = images.ndim == 3
        pictures = images[None] if single else images
    else:
        pictures = load_image(images, most=GOAL)[None, :3]
    if not bool(pictures.isfinite().all()):
        raise InputError("expected images of finite numbers, got some that are not")
    return pictures.detach().float().clamp(0, 1), single


def as_ink(
    pictures: Tensor,  # [B, 1 or 3, H, W] of one polarity
) -> Tensor:
    """[B, 1, H, W] amounts of ink: brightness, or darkness where the border is bright."""
    gray = pictures.mean(1, keepdim=True)
    border = torch.cat([gray[..., 0, :], gray[..., -1, :], gray[..., 0], gray[..., -1]], -1)
    return 1 - gray if float(border.mean()) > 0.5 else gray


def in_squares(pictures: Tensor, side: int) -> Tensor:
    """[B, C, side, side]: the whole picture in the middle, with its border's color around it."""
    height, width = pictures.shape[2:]
    if (height, width) == (side, side):
        return pictures
    scale = side / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    fitted = F.interpolate(pictures, size=size, mode="bilinear", align_corners=False, antialias=scale < 1)
    left, top = (side - size[1]) // 2, (side - size[0]) // 2
    return F.pad(fitted, (left, side - size[1] - left, top, side - size[0] - top), mode="replicate").clamp(0, 1)
