"""How wide and how opaque a brush really paints, measured on a medium, for exporters of plain lines."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..canvas import Canvas
from ..frame import Frame
from ..medium import Medium, render
from ..strokes import Strokes

__all__ = ["grid_neighbors", "measure", "probed_radii", "straight"]

_PRESSURES = (0.15, 0.4, 0.7, 1.0)
_RADII = 4


def measure(medium: Medium, strokes: Strokes, *, height: int) -> tuple[Tensor, Tensor]:  # [N], [N]
    """(width, opacity) of each stroke, if it were one line of one opacity.

    Straight strokes of a few radii and pressures are painted black on transparent ground. With
    A = sum of alpha and Q = sum of alpha squared over a slice of length L, the opacity is Q / A and the
    width A² / (Q L): exact for a flat profile. Strokes in between are interpolated in log radius and pressure.

    Args:
        height: pixels of the canvas that the strokes are meant for.

    Returns:
        width as a share of the brush's diameter, and opacity in 0..1.
    """
    strokes = strokes.detach().to("cpu", torch.float64)
    brushes = torch.zeros_like(strokes.radius, dtype=torch.int64) if strokes.brush is None else strokes.brush
    width, opacity = (torch.ones_like(strokes.radius, dtype=torch.float32) for _ in range(2))
    for brush in brushes.unique().tolist():
        mine = brushes == brush
        both = _one_brush(medium, strokes.radius[mine].numpy(), strokes.pressure[mine].mean(1).numpy(), brush, height)
        width[mine], opacity[mine] = (torch.from_numpy(value).float() for value in both)
    return width, opacity


def _one_brush(
    medium: Medium, radii: np.ndarray, pressures: np.ndarray, brush: int, height: int
) -> tuple[np.ndarray, np.ndarray]:
    grid = probed_radii(radii)
    table = np.array([[_probe(medium, r, p, brush, height) for p in _PRESSURES] for r in grid])  # [R, P, 2]

    out = []
    for k in range(2):
        # Along the pressure for each radius of the grid, then between the two radii around each stroke.
        rows = np.stack([np.interp(pressures, _PRESSURES, row) for row in table[..., k]])  # [R, N]
        (below, above, part), n = grid_neighbors(np.log(radii), np.log(grid)), np.arange(len(radii))
        out.append(rows[below, n] * (1 - part) + rows[above, n] * part)
    return out[0], out[1]


def probed_radii(radii: np.ndarray) -> np.ndarray:
    """A few radii, from the smallest to the largest of these, that stand for all of them."""
    low, high = float(radii.min()), float(radii.max())
    return np.geomspace(low, high, _RADII) if high > 1.01 * low else np.array([low])


def grid_neighbors(values: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(index below, index above, share of the one above) of each value on a rising grid."""
    place = np.interp(values, grid, np.arange(len(grid)))
    below = np.minimum(place.astype(int), max(len(grid) - 2, 0))
    return below, np.minimum(below + 1, len(grid) - 1), place - below


def straight(medium: Medium, radius: float, pressure: float, brush: int, height: int) -> Tensor:  # [height, K]
    """Alpha across one straight, level stroke in the middle of a square canvas, in float64.

    The middle half of its length only: caps, and the first dabs, are not what the line looks like.
    """
    half = min(max(6 * radius, 8 / height), 0.45)
    columns = ([[[0.5 - half, 0.5], [0.5, 0.5], [0.5 + half, 0.5]]], [radius], [[pressure] * 2], [[0.0] * 3])
    points, radii, pressures, color = (torch.tensor(column, device="cpu") for column in columns)
    stroke = Strokes(points, radii, pressures, color, brush=torch.tensor([brush], device="cpu"))
    with torch.no_grad():
        alpha = render(medium, stroke, Frame(Canvas(background=None), height)).mean[3].double()
    left, right = round((0.5 - half / 2) * height), round((0.5 + half / 2) * height)
    return alpha[:, left : max(right, left + 1)]


def _probe(medium: Medium, radius: float, pressure: float, brush: int, height: int) -> tuple[float, float]:
    """(width / diameter, opacity) of one straight stroke."""
    middle = straight(medium, radius, pressure, brush, height)
    mass, square = float(middle.sum()), float(middle.square().sum())
    if mass <= 0 or square <= 0:
        return 1.0, 0.0
    return mass * mass / (square * middle.shape[1] * 2 * radius * height), min(square / mass, 1.0)
