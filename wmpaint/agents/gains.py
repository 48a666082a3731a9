"""What each of some strokes is worth: `gains(...)`, and those that bring a picture closer: `worthwhile(...)`."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..media.ribbon.batch import dream_batch
from ..media.ribbon.painter import RibbonPainter
from ..strokes import Strokes

__all__ = ["gains", "worthwhile"]


@torch.no_grad()
def gains(
    painter: RibbonPainter,
    strokes: Strokes,
    target: Tensor,  # [B, C, h, h]
    canvas: Tensor,  # [B, C, h, h]
    *,
    program_height: int,
) -> Tensor:
    """[B, K] what each takes off the mean squared error when it is laid after those before it; below 0 if it adds."""
    errors = [_error(canvas, target)]
    for cover, color in _laid(painter, strokes, target, program_height):
        canvas = torch.lerp(canvas, color.expand_as(canvas), cover)
        errors.append(_error(canvas, target))
    stack = torch.stack(errors, 1)
    return stack[:, :-1] - stack[:, 1:]


@torch.no_grad()
def worthwhile(
    painter: RibbonPainter, strokes: Strokes, target: Tensor, canvas: Tensor, *, program_height: int
) -> Strokes:
    """The strokes, without those that would take the picture away from the target, laid after those that stay."""
    error, kept = _error(canvas, target), []
    for cover, color in _laid(painter, strokes, target, program_height):
        with_it = torch.lerp(canvas, color.expand_as(canvas), cover)
        error_with = _error(with_it, target)
        better = error_with < error
        canvas = torch.where(better[:, None, None, None], with_it, canvas)
        error = torch.where(better, error_with, error)
        kept.append(better)
    return strokes.where(torch.stack(kept, 1))


def _error(canvas: Tensor, target: Tensor) -> Tensor:
    return (canvas - target).square().mean((1, 2, 3))


def _laid(
    painter: RibbonPainter, strokes: Strokes, target: Tensor, program_height: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Cover [B, 1, h, h] and color [B, C, 1, 1] of one stroke after the other."""
    b, k = strokes.radius.shape
    side = target.shape[-1]
    each = strokes.apart()
    ones = torch.ones_like(each.radius)[..., None]
    cover, _ = dream_batch(painter, each, ones, height=side, program_height=program_height)
    cover = cover.view(b, k, 1, side, side)
    color = ones.view(b, k, 1) if target.shape[1] == 1 else strokes.color
    for i in range(k):
        yield cover[:, i], color[:, i, :, None, None]
