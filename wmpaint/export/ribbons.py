"""What a medium lays along and across each stroke: `ribbons(medium, strokes, height=512) -> list[Ribbon]`.

A painter is asked for the ribbons it bends. Of any other medium straight strokes of a few radii and pressures
are looked at, and their mean cross-sections are put together along each stroke as its pressure changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..canvas import Canvas
from ..frame import Frame
from ..media.measuring import grid_neighbors, probed_radii, straight
from ..media.mixed import Mixed
from ..media.ribbon.drawing import HasRibbons
from ..medium import Medium
from ..raster import Ribbons, composite
from ..strokes import Strokes

__all__ = ["Patch", "StraightRibbon", "bend_ribbon", "ribbons"]

_PRESSURES = (0.05, 0.25, 0.5, 0.75, 1.0)
_BODY, _CAPS, _COLUMNS = 12, 3, 65
_FAINT = 1 / 512  # below this alpha there is nothing to see
_EDGE = 0.07  # radii, the standard deviation of what an edge is smoothed with
_FINE = 6.0  # samples a radius of a patch
_SIDE, _LONGEST = 16, 1000  # samples of its longer side, at least and at most
_MARGIN = 0.125  # canvas heights around the canvas, beyond which nothing is looked at
_FARTHEST = 8.0  # radii that a probe looks to each side


@dataclass(frozen=True)
class StraightRibbon:
    """One straightened stroke.

    Args:
        logits: [2, rows, columns]; only the first, the mean alpha's, is looked at. Rows are `caps` around the start,
            the body, uniform in the curve's parameter, and `caps` around the end.
        half_width: canvas units covered to each side of the curve.
        caps: rows of each fan.
    """

    logits: Tensor
    half_width: float
    caps: int


@dataclass(frozen=True)
class Patch:
    """The alpha of one stroke on a grid of its own.

    Args:
        alpha: [rows, columns], samples at the grid's points.
        x: of the first sample, canvas units.
        y: of the first sample, canvas units.
        step: from sample to sample, canvas units.
    """

    alpha: np.ndarray
    x: float
    y: float
    step: float


def ribbons(medium: Medium, strokes: Strokes, *, height: int) -> list[StraightRibbon]:
    """The ribbon of each stroke.

    Args:
        height: pixels of the canvas that the strokes are meant for.
    """
    strokes = strokes.detach().to("cpu", torch.float32)
    brushes = torch.zeros(len(strokes), dtype=torch.int64, device="cpu") if strokes.brush is None else strokes.brush
    found: list[StraightRibbon | None] = [None] * len(strokes)
    for brush in brushes.unique().tolist():
        (mine,) = (brushes == brush).nonzero(as_tuple=True)
        part = strokes[mine].replace(brush=None, pen=None, lifted=None)
        one = medium[brush] if isinstance(medium, Mixed) else medium
        if isinstance(one, HasRibbons):
            with torch.no_grad():
                bent = one.ribbons(part, Frame(Canvas(), height))
            logits, caps = bent.logits.float().cpu(), bent.caps
            wide = bent.half_width.cpu() / height
        else:
            logits, wide = _probed(medium, part, brush, height)
            caps = _CAPS
        for k, index in enumerate(mine.tolist()):
            found[index] = StraightRibbon(logits[k], float(wide[k]), caps)
    return [ribbon for ribbon in found if ribbon is not None]


def bend_ribbon(
    ribbon: StraightRibbon,
    points: Tensor,  # [3, 2] canvas units
    radius: float,  # canvas units
    canvas: Canvas,
) -> Patch | None:
    """What the stroke lays on the canvas; None if that is nothing."""
    points = points.double()
    low, high = points.amin(0) - ribbon.half_width, points.amax(0) + ribbon.half_width
    low = torch.maximum(low, points.new_tensor([-_MARGIN, -_MARGIN]))
    high = torch.minimum(high, points.new_tensor([canvas.aspect + _MARGIN, 1 + _MARGIN]))
    size = high - low
    if not bool((size > 0).all()):
        return None
    longest = float(size.max())
    step = max(min(radius / _FINE, longest / _SIDE), longest / _LONGEST)
    columns, rows = (max(int(side / step) + 2, 2) for side in size.tolist())
    x, y = low.tolist()
    # The rasterizer samples at the middle of a pixel.
    placed = ((points - low) / step + 0.5).float()[None]
    wide, half = placed.new_tensor([radius / step]), placed.new_tensor([ribbon.half_width / step])
    bent = Ribbons(placed, wide, half, ribbon.logits[None], placed.new_ones(1, 1), ribbon.caps)
    picture, _ = composite(bent, placed.new_zeros(1), rows, columns)
    alpha = picture[0].numpy()
    return Patch(alpha, x, y, step) if alpha.max() > _FAINT else None


def _probed(medium: Medium, strokes: Strokes, brush: int, height: int) -> tuple[Tensor, Tensor]:
    """Logits [N, 2, rows, columns] and half widths [N] in canvas units, of strokes of one brush."""
    radii = strokes.radius.double().numpy()
    grid = probed_radii(radii)
    slices = [[_slice(medium, r, p, brush, height) for p in _PRESSURES] for r in grid]
    # How far out there is paint, in radii, the same for all so that slices can be mixed; and a column of none.
    far = max((float(np.abs(offset[alpha > _FAINT]).max(initial=1.0)) for row in slices for offset, alpha in row))
    far = min(far, _FARTHEST) + 3 * _EDGE
    across = np.linspace(-far, far, _COLUMNS)
    table = np.array(
        [[_soft(np.interp(across, offset, alpha, 0.0, 0.0), across) for offset, alpha in row] for row in slices]
    )

    forces = strokes.pressure.double().numpy()
    force = forces[:, :1] + (forces[:, 1:] - forces[:, :1]) * np.linspace(0, 1, _BODY)  # [N, body]
    low, high, part = grid_neighbors(force, np.array(_PRESSURES))
    thin, thick, thick_part = grid_neighbors(np.log(radii)[:, None], np.log(grid))
    body = sum(
        (wr * wc)[..., None] * table[r, p]
        for r, wr in ((thin, 1 - thick_part), (thick, thick_part))
        for p, wc in ((low, 1 - part), (high, part))
    )  # [N, body, columns]
    # Straight behind the start both sides are the same.
    fan = np.linspace(1, 0, _CAPS + 1)[:-1, None]
    start, end = ((1 - fan / 2) * e + fan / 2 * e[..., ::-1] for e in (body[:, :1], body[:, -1:]))
    alpha = torch.from_numpy(np.concatenate([start, body, end[:, ::-1]], 1)).float().clamp(1e-3, 1 - 1e-4)
    logits = alpha.logit()
    return torch.stack([logits, torch.full_like(logits, -30.0)], 1), strokes.radius * far


def _soft(alpha: np.ndarray, across: np.ndarray) -> np.ndarray:
    """A slice whose edges are no harder than a patch can tell, or they would become stairs."""
    wide = _EDGE / (across[1] - across[0])
    reach = math.ceil(3 * wide)
    kernel = np.exp(-((np.arange(-reach, reach + 1) / wide) ** 2) / 2)
    padded = np.pad(alpha, reach)
    return np.convolve(padded, kernel / kernel.sum(), "valid")


def _slice(medium: Medium, radius: float, pressure: float, brush: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """(offsets in radii, mean alpha there) across one straight stroke."""
    middle = straight(medium, radius, pressure, brush, height).mean(1).cpu().numpy()
    # A ribbon's columns end above a stroke that runs to the right, and a picture's rows begin there.
    return ((np.arange(height) + 0.5) / height - 0.5) / radius, middle[::-1]
