"""Where strokes should point: along a field of directions, or as their neighbors do.

A line at angle t and one at t + 180 degrees are the same, so directions are kept as vectors of twice
the angle, (cos 2t, sin 2t), which can be averaged. Where there is none, the vector is short.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..errors import InputError
from ..explain import explained
from ..geometry import bezier
from ..image import GOAL, load_image, zoomed
from ..strokes import Strokes
from .penalty import UNIT, Judged, Penalty, tangents
from .scene import Scene

__all__ = ["align", "flow", "orientation", "stroke_field"]

LOOK = 192  # pixels of height at which a picture's lines are looked for
PLACES = (0.1, 0.3, 0.5, 0.7, 0.9)  # along a stroke
CRISP = 0.004  # canvas heights; edges are found at this scale
VOTE, EDGE = 4.0, 30.0  # squared gradients, in the picture's median: a whole vote, and what counts as an edge
ROWS = 256  # of the table of distances, at a time


def orientation(picture: Tensor, sigma: float = 3.0) -> Tensor:  # [3, H, W] -> [2, H, W]
    """Lines of a picture, as vectors of twice the angle; their length, 0..1, is how coherent they are.

    Along the structure tensor's minor axis (Bigun and Granlund, 1987), summed over channels and
    blurred by `sigma` pixels.
    """
    from kornia.filters import spatial_gradient

    x, y = spatial_gradient(picture[None])[0].unbind(1)
    xx, xy, yy = _blurred(torch.stack([(x * x).sum(0), (x * y).sum(0), (y * y).sum(0)]), sigma)
    return torch.stack([yy - xx, -2 * xy]) / (xx + yy + 1e-6)


def stroke_field(picture: Tensor, scale: float) -> Tensor:  # [3, H, W] -> [2, H, W]
    """Which way a painter would draw: along edges next to them, and elsewhere along what is faint but wide.

    A strong edge would otherwise turn strokes all around it, as far as `scale` reaches: rings in the sky about a
    tower. So on the wide field the faint have about one vote each, and strong edges none.

    Args:
        scale: of the wide field, canvas heights.
    """
    from kornia.filters import spatial_gradient

    height = picture.shape[1]
    x, y = spatial_gradient(_blurred(picture, CRISP * height)[None])[0].unbind(1)
    xx, xy, yy = (x * x).sum(0), (x * y).sum(0), (y * y).sum(0)
    votes = torch.stack([yy - xx, -2 * xy, xx + yy])
    usual = votes[2].median().clamp(min=1e-7)
    near = _blurred(votes, 2 * CRISP * height)
    faint = 1 / (votes[2] / (VOTE * usual) + 1) / (votes[2] / (EDGE * usual) + 1)
    wide = _blurred(votes / usual * faint, scale * height)
    edge = near[2] / (near[2] + EDGE * usual + 1e-5)
    near, wide = (field[:2] / (field[2] + 1e-6) for field in (near, wide))
    return edge * near + (1 - edge) * wide


def _blurred(picture: Tensor, sigma: float) -> Tensor:  # [C, H, W] -> [C, H, W]
    from kornia.filters import gaussian_blur2d

    shorter, sigma = min(picture.shape[1:]), max(0.5, sigma)
    size = 2 * max(1, min(round(3 * sigma), (shorter - 1) // 2)) + 1
    border = "reflect" if shorter > size // 2 else "replicate"
    return gaussian_blur2d(picture[None], (size, size), picture.new_tensor([[sigma, sigma]]), border)[0]


def doubled(direction: Tensor) -> Tensor:  # [..., 2] -> [..., 2]
    """Directions, 1 long at most, as vectors of twice their angle; lengths are squared."""
    x, y = direction.unbind(-1)
    return torch.stack([x * x - y * y, 2 * x * y], -1)


def apart(a: Tensor, b: Tensor) -> Tensor:  # [..., 2] twice -> [...]
    """sin^2 of the angle between lines, given as vectors of twice their angle, times the vectors' lengths."""
    longest = a.square().sum(-1) * b.square().sum(-1) + 1e-12
    return (longest.sqrt() - (a * b).sum(-1)) / 2


@torch.no_grad()
def nearest(
    points: Tensor,  # [N, 2]
    count: int,
) -> Tensor:
    """The nearest others of each point, [N, min(count, N - 1)] int64."""
    total, count = len(points), min(count, len(points) - 1)
    order = points[:, 0].argsort()
    points = points[order]
    found = torch.empty((total, count), dtype=torch.int64, device=points.device)
    for first in range(0, total, ROWS):
        rows = points[first : first + ROWS]
        own = torch.arange(len(rows), device=points.device)
        for margin in (2 * ROWS, total):  # among points of like x, and among all where that is not enough
            low, high = max(0, first - margin), min(total, first + ROWS + margin)
            distance = torch.cdist(rows, points[low:high])
            distance[own, own + first - low] = math.inf
            value, index = distance.topk(count, largest=False)
            x, far = rows[:, :1], points[[low, high - 1], 0]
            if bool(((value <= x - far[0]) | (low == 0)).all() & ((value <= far[1] - x) | (high == total)).all()):
                break
        found[order[first : first + ROWS]] = order[index + low]
    return found


def _across(field: Tensor, strokes: Strokes, scene: Scene) -> Tensor:
    """sin^2 of the angle between strokes and a field [2, H, W] that covers the canvas, times its coherence."""
    t = strokes.points.new_tensor(PLACES)
    own = doubled(tangents(strokes.points, strokes.radius, t)[0])
    # Strokes turn and do not flee to where the field is weak: no gradient from where they lie.
    at = bezier(strokes.points.detach(), t) / strokes.points.new_tensor([scene.canvas.aspect, 1.0])
    field = field.to(own)[None]
    wanted = F.grid_sample(field, 2 * at[None] - 1, mode="bilinear", padding_mode="border", align_corners=False)
    return UNIT * apart(own, wanted[0].permute(1, 2, 0)).mean()


def _apart_from(neighbors: int, strokes: Strokes, scene: Scene) -> Tensor:
    """sin^2 of the angle between each stroke and its nearest neighbors."""
    # The tangent in the middle is the chord.
    own = doubled(tangents(strokes.points, strokes.radius, strokes.points.new_tensor([0.5]))[0][:, 0])
    near = nearest(strokes.points.detach().mean(1), neighbors)
    return 0 * own.sum() if not near.shape[1] else UNIT * apart(own[:, None], own[near]).mean()


# What users call


@explained
def align(field: Any, *, scale: float = 0.02) -> Penalty:
    """Strokes along a field of directions, or along the lines of a picture.

    It costs sin^2 of the angle between stroke and field, times the field's coherence: 0.01 when across. Strokes are
    turned by it, not moved.

    Good weights: 0.1 to 1.

    Args:
        field: angles in radians, a float tensor or array [H, W] (0 is to the right, pi / 2 down), or a picture as
            `load_image` takes it, whose lines count as far as they are clear. Either is laid over the whole canvas.
        scale: of a picture's lines, canvas heights, 0.003 to 0.5; finer ones are blurred together.

    Raises:
        FileError: a picture that cannot be read.
        InputError: angles that are not finite, or a scale out of range.
    """
    scale = checks.number("a scale", scale, 0.003, 0.5)
    if isinstance(field, Tensor | np.ndarray) and field.ndim == 2:
        angle = torch.as_tensor(field, device="cpu").detach().float()
        if not angle.numel() or not bool(torch.isfinite(angle).all()):
            raise InputError("expected finite angles [H, W], got some that are not, or none")
        wanted = torch.stack([(2 * angle).cos(), (2 * angle).sin()])
    else:
        picture = load_image(field, most=GOAL)
        picture = zoomed(picture, min(1.0, LOOK / picture.shape[1]))
        wanted = stroke_field(picture, scale)
    return Judged("align", partial(_across, wanted))


@explained
def flow(neighbors: int = 6) -> Penalty:
    """Neighboring strokes side by side: sin^2 of the angle to each of the nearest strokes, by their middles.

    A stroke across its neighbors costs 0.01, random directions 0.005. Dots have no direction and cost nothing.

    Good weights: 0.1 to 1.

    Args:
        neighbors: how many, 1 to 64.

    Raises:
        InputError: neighbors out of range.
    """
    return Judged("flow", partial(_apart_from, checks.whole("… neighbors", neighbors, 1, 64)))
