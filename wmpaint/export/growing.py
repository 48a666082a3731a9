"""What moves in a film: a stroke that grows from its start, and the ring of the brush that paints it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ..geometry import bezier

__all__ = ["growing", "with_ring"]

SAMPLES = 48  # points of a stroke, at most, that pixels are compared with
LINE = 1 / 360  # width of the ring's dark line, as a share of the picture's height; one pixel at least
DARK, LIGHT = 0.1, 1.0
STRENGTH = 0.85  # opacity of the ring


def growing(
    before: Tensor,  # [C, H, W]
    after: Tensor,  # [C, H, W]
    points: Tensor,  # [3, 2] pixels
    radius: float,  # pixels
    parts: Sequence[float],
) -> Iterator[Tensor]:  # each [C, H, W]
    """The pictures on the way from `before` to `after`, which has one stroke more, painted up to each part of it.

    A pixel changes when the brush passes where it comes closest, so that whatever the medium made of the stroke
    is what appears, grain included.
    """
    changed = (before != after).any(0)
    rows, columns = changed.any(1).nonzero()[:, 0], changed.any(0).nonzero()[:, 0]
    if not len(rows):
        yield from (before for _ in parts)
        return
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    y, x = (torch.arange(place.start, place.stop, device=before.device) + 0.5 for place in box)
    points = points.detach().float().cpu()
    legs = (points[1:] - points[:-1]).square().sum(1).sqrt().sum()
    count = int(min(SAMPLES, max(2, math.ceil(float(legs)))))
    nearest, passed = y.new_full((len(y), len(x)), math.inf), y.new_zeros(len(y), len(x))
    for t in torch.linspace(0, 1, count, device="cpu").tolist():
        distance = _squared(points, t, x, y)
        nearer = distance < nearest
        nearest[nearer], passed[nearer] = distance[nearer], t
    for part in parts:
        shown = (passed <= part) | (_squared(points, part, x, y) <= radius * radius)
        picture = before.clone()
        inside = (slice(None), *box)
        picture[inside] = torch.where(shown, after[inside], before[inside])
        yield picture


def _squared(points: Tensor, t: float, x: Tensor, y: Tensor) -> Tensor:  # [h, w]
    """Squared distances of pixels from a point of the curve."""
    px, py = bezier(points, points.new_tensor([t]))[0].tolist()
    distance: Tensor = (x - px).square()[None] + (y - py).square()[:, None]
    return distance


def with_ring(
    picture: Tensor,  # [3, H, W]
    center: tuple[float, float],  # (x, y) pixels
    radius: float,  # pixels
) -> Tensor:  # [3, H, W]
    """A copy with a ring on it: a dark line between two light ones, so that it shows on any ground."""
    _, height, width = picture.shape
    line = max(1.0, height * LINE)
    radius = max(radius, 2 * line)
    reach = radius + 3 * line
    top, bottom = (max(0, min(height, math.floor(center[1] + s * reach))) for s in (-1, 1))
    left, right = (max(0, min(width, math.floor(center[0] + s * reach))) for s in (-1, 1))
    picture = picture.clone()
    if top >= bottom or left >= right:
        return picture
    y = torch.arange(top, bottom, device=picture.device)[:, None] + 0.5 - center[1]
    x = torch.arange(left, right, device=picture.device)[None] + 0.5 - center[0]
    off = (torch.hypot(x, y) - radius).abs()
    part = picture[:, top:bottom, left:right]
    for tone, half in ((LIGHT, 1.5 * line), (DARK, 0.5 * line)):
        alpha = STRENGTH * (half + 0.5 - off).clamp(0, 1)
        part += alpha * (tone - part)  # in place: a view
    return picture
