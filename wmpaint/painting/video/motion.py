"""What happens between two frames: `Watch().see(frame) -> Change`: what changed, where it went, whether it is a cut.

And how much of it was not to be: `Flicker().add(painted, source)`, then `.mean`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...image import resize

__all__ = ["STILL", "Change", "Flicker", "Watch", "noise_of", "optical_flow", "sampled"]

STILL = 6 / 255  # a smaller change is none; films that were packed well stay below
NOISE = 4.0  # times the film's noise that a change must at least be
LOUDEST = 4 / 255  # more than that is not noise
BLUR = 1.2  # pixels of a frame that is looked at: noise of single pixels is no change
WIDER = 2  # pixels around a change that count with it: a brush's edges are soft
STANDS = 4 / 255  # the largest change of a source pixel that stands still, where flicker is measured
SURE = 3  # pixels around a change that are left out there: a brush reaches that far
PIXELS = 160  # rows of a frame that is looked at
CUT = 0.25  # of what two strangers would differ by; strangers, moved along as well as it goes, come to 0.4 to 0.7
CUT_SHARE = 0.4  # of the picture that must have changed, so that a thing which leaps is none
# Lucas and Kanade: rows of the coarsest level, pixels of the window's half side, iterations a level.
COARSEST, WINDOW, ITERATIONS = 12, 3, 4
LEAST_LIGHT = 1e-4  # squared gradient below which nothing can be seen to move


@dataclass(frozen=True, eq=False)
class Change:
    """What a frame has that was not there before.

    Args:
        mask: [H, W] bool, pixels that are to be painted anew.
        flow: [2, H, W] (x, y) in canvas units: where in the frame before this pixel's content was, less here.
        before, now: [3, H, W] the last frame and this one, as they were looked at.
        cut: whether it shows another scene.
        threshold: the least change that counts, 0 to 1.
    """

    mask: Tensor
    flow: Tensor
    before: Tensor
    now: Tensor
    cut: bool
    threshold: float

    @property
    def share(self) -> float:
        """Of the picture that changed, 0 to 1."""
        return float(self.mask.float().mean())


class Watch:
    """Looks at one frame after the other.

    A pixel has changed when it is off by the threshold or more from what it was when it was last painted, so that
    slow changes add up until they count, and what does not count is left alone for ever. The threshold is `still`,
    or four times the film's noise where that is more.
    """

    def __init__(self, still: float = STILL) -> None:
        self.still = still
        self._painted: Tensor | None = None  # each pixel as it was when it was last painted, blurred
        self._before: Tensor | None = None

    def see(self, frame: Tensor) -> Change | None:
        """What changed; None for the first frame. All frames are [3, H, W] of one size, best `PIXELS` rows."""
        now = _blurred(frame)
        if self._painted is None or self._before is None:
            self._painted, self._before = now, frame
            return None
        before, self._before = self._before, frame
        moved = optical_flow(before, frame)
        threshold = max(self.still, NOISE * min(noise_of(before, frame, moved), LOUDEST))
        off = (now - self._painted).abs().amax(0)
        mask = _wider(off > threshold)
        cut = bool(mask.float().mean() >= CUT_SHARE) and _strange(before, frame, moved)
        if cut:
            mask = torch.ones_like(mask)
        self._painted = torch.where(mask, now, self._painted)
        return Change(mask, moved / frame.shape[1], before, frame, cut, threshold)


class Flicker:
    """The mean absolute change, in levels of 255, of painted pixels where the source stands still."""

    def __init__(self) -> None:
        self._before: tuple[Tensor, Tensor] | None = None
        self._sum = self._count = 0.0

    def add(self, painted: Tensor, source: Tensor) -> None:
        """The next frame [3, H, W], and what it was painted after; of any size."""
        source = resize(source, *painted.shape[1:])
        if self._before is not None:
            was, seen = self._before
            still = ~_wider((source - seen).abs().amax(0) > STANDS, SURE)
            self._sum += float((painted - was).abs().mean(0)[still].sum()) * 255
            self._count += float(still.sum())
        self._before = painted, source

    @property
    def mean(self) -> float | None:
        """None where nothing stood still."""
        return self._sum / self._count if self._count else None


def noise_of(
    before: Tensor,  # [3, H, W]
    now: Tensor,  # [3, H, W]
    moved: Tensor,  # [2, H, W] pixels
) -> float:
    """The standard deviation of a film's noise, once blurred, from the quarter of the picture that changed least."""
    change = _blurred(now) - _blurred(_warped(before[None], moved[None])[0])
    least = change.abs().flatten(1).quantile(0.25, dim=1).max()
    return float(least) / 0.3186 / math.sqrt(2)  # of a normal distribution; a difference has twice the variance


def optical_flow(
    before: Tensor,  # [3, H, W]
    now: Tensor,  # [3, H, W]
) -> Tensor:  # [2, H, W]
    """(x, y) in pixels: `before` at a pixel plus this looks like `now` at the pixel.

    Source:
        B. Lucas, T. Kanade, "An iterative image registration technique", 1981, from coarse to fine over a pyramid.
        Where the window shows nothing that could be seen to move, a little is added to the matrix, so that the motion
        of the coarser level stands.
    """
    from kornia.filters import filter2d_separable, spatial_gradient

    kernel = before.new_tensor([[1.0, 4.0, 6.0, 4.0, 1.0]]) / 16
    pictures = [(before.mean(0)[None, None], now.mean(0)[None, None])]
    while min(pictures[-1][0].shape[2:]) >= 2 * COARSEST:
        a, b = (F.avg_pool2d(filter2d_separable(part, kernel, kernel, "replicate"), 2) for part in pictures[-1])
        pictures.append((a, b))
    found = before.new_zeros(1, 2, *pictures[-1][0].shape[2:])
    for a, b in reversed(pictures):
        size = a.shape[2:]
        if found.shape[2:] != size:
            scale = found.new_tensor([size[1] / found.shape[3], size[0] / found.shape[2]])
            found = F.interpolate(found, size=size, mode="bilinear") * scale[None, :, None, None]
        for _ in range(ITERATIONS):
            warped = _warped(a, found)
            gx, gy = spatial_gradient(warped, "diff").unbind(2)
            off = b - warped
            xx, xy, yy, xt, yt = (_window(v) for v in (gx * gx, gx * gy, gy * gy, gx * off, gy * off))
            xx, yy = xx + LEAST_LIGHT, yy + LEAST_LIGHT
            det = xx * yy - xy * xy
            step = torch.cat([(yy * xt - xy * yt) / det, (xx * yt - xy * xt) / det], 1)
            found = found + step.clamp(-1, 1)
        found = _median(found)
    return found[0]


def sampled(
    values: Tensor,  # [C, H, W]
    points: Tensor,  # [..., 2] (x, y) canvas units
) -> Tensor:  # [..., C]
    """Values at points, bilinear; beyond the edge those of the edge."""
    height, width = values.shape[1:]
    flat = points.reshape(1, -1, 1, 2) * height
    grid = flat * (2 / flat.new_tensor([width, height])) - 1
    found = F.grid_sample(values[None], grid, padding_mode="border", align_corners=False)
    return found[0, :, :, 0].t().reshape(*points.shape[:-1], values.shape[0])


def _strange(before: Tensor, now: Tensor, moved: Tensor) -> bool:
    """Whether a frame is hardly nearer to the one before it, moved along, than pictures of different things are."""
    rest = (_warped(before[None], moved[None])[0] - now).square().mean()
    means = (before.mean((1, 2)) - now.mean((1, 2))).square().mean()
    strangers = before.var((1, 2)).mean() + now.var((1, 2)).mean() + means + (4 / 255) ** 2
    return bool(rest > CUT * strangers)


def _warped(pictures: Tensor, moved: Tensor) -> Tensor:  # [1, C, H, W], [1, 2, H, W] pixels
    height, width = pictures.shape[2:]
    y, x = torch.meshgrid(*(torch.arange(n, device=moved.device) for n in (height, width)), indexing="ij")
    places = torch.stack([x, y], -1)[None] + 0.5 + moved.permute(0, 2, 3, 1)
    grid = places * (2 / places.new_tensor([width, height])) - 1
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def _window(values: Tensor) -> Tensor:
    side = 2 * WINDOW + 1
    return F.avg_pool2d(F.pad(values, (WINDOW,) * 4, mode="replicate"), side, 1)


def _median(moved: Tensor) -> Tensor:  # [1, 2, H, W]
    """Over 5 x 5 pixels: single ones that have lost their way come back."""
    patches = F.unfold(F.pad(moved, (2, 2, 2, 2), mode="replicate").transpose(0, 1), 5)
    return patches.median(1).values.view_as(moved.transpose(0, 1)).transpose(0, 1)


def _blurred(frame: Tensor) -> Tensor:  # [3, H, W]
    from kornia.filters import gaussian_blur2d

    side = 2 * math.ceil(2 * BLUR) + 1
    return gaussian_blur2d(frame[None], (side, side), frame.new_tensor([[BLUR, BLUR]]), "replicate")[0]


def _wider(mask: Tensor, reach: int = WIDER) -> Tensor:  # [H, W] bool
    return F.max_pool2d(mask.float()[None, None], 2 * reach + 1, 1, reach)[0, 0] > 0
