"""Dabs to pixels, `alpha(dabs [M, 7], height, width) -> (top, left, [h, w])`: 1 - the product of what they let by."""

from __future__ import annotations

import numpy as np

__all__ = ["alpha"]

SMALL = 3.0  # pixels: below this radius libmypaint smooths a dab's edge in another way
BLOCK = 1 << 19  # pixel-dab pairs evaluated at once
UNIT_DISC = np.float32(1 / np.sqrt(np.pi))  # radius of a disc of area 1


Shape = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # radius, ratio, and cosine and sine of the angle


def _distance(x: np.ndarray, y: np.ndarray, shape: Shape) -> np.ndarray:
    """Squared distance of pixels' centers from a dab's, 1 on its edge; x and y count from the dab's."""
    radius, ratio, cos, sin = shape
    along, across = y * sin + x * cos, (y * cos - x * sin) * ratio
    return (along * along + across * across) / (radius * radius)


def _smooth_distance(x: np.ndarray, y: np.ndarray, shape: Shape) -> np.ndarray:
    """The same for small dabs: between the pixel's nearest point and one a pixel's size further out.

    The nearest point is that of the ellipse's long axis, clipped to the pixel. All offsets are
    measured from the dab's center to the pixel, mirrored, as libmypaint has them.
    """
    radius, ratio, cos, sin = shape
    x, y = -x, -y
    half = np.float32(0.5)
    inside = (np.abs(x) < half) & (np.abs(y) < half)
    t = x * cos + y * sin
    near_x = np.where(inside, 0, np.clip(t * cos, x - half, x + half))
    near_y = np.where(inside, 0, np.clip(t * sin, y - half, y + half))
    near = _distance(near_x, near_y, shape)
    side = np.where((x - cos) * sin - cos * (y + sin) < 0, -UNIT_DISC, UNIT_DISC)
    far_x, far_y = near_x + side * sin, near_y - side * cos
    far = _distance(far_x, far_y, (np.ones_like(radius), ratio, cos, sin))
    plain_within = np.maximum(radius - 1, 0) ** 2 / ratio
    far_scaled = far / (radius * radius)
    blurred = 1 - (1 - near) / (1 + far_scaled - near)
    out = np.where(far < plain_within, (far_scaled + near) * half, blurred)
    return np.where(near > 1, near, out)


def _opacity(distance: np.ndarray, hardness: np.ndarray, opaque: np.ndarray) -> np.ndarray:
    """A dab's opacity: falls in two straight pieces over the squared distance, and ends at 1."""
    inner = 1 - distance * (1 / hardness - 1)
    outer = hardness / np.maximum(1 - hardness, np.float32(1e-6)) * (1 - distance)
    value = np.where(distance <= hardness, inner, outer)
    return np.where(distance <= 1, value, 0) * opaque


def alpha(
    dabs: np.ndarray,  # [M, 7] x, y, radius, hardness, opacity, ratio, angle
    height: int,
    width: int,
) -> tuple[int, int, np.ndarray]:
    """The alpha [h, w] float32 of all dabs laid over one another, and where in the picture it begins."""
    x, y, radius = dabs[:, 0], dabs[:, 1], dabs[:, 2]
    margin = radius + 1
    seen = (x + margin > 0) & (y + margin > 0) & (x - margin < width) & (y - margin < height)
    dabs = dabs[seen]
    if not len(dabs):
        return 0, 0, np.zeros((0, 0), np.float32)
    dabs = dabs[np.argsort(dabs[:, 2], kind="stable")]
    x, y, radius = dabs[:, 0], dabs[:, 1], dabs[:, 2]
    left, right = int(max((x - radius).min() - 2, 0)), int(min((x + radius).max() + 3, width))
    top, bottom = int(max((y - radius).min() - 2, 0)), int(min((y + radius).max() + 3, height))
    w, h = right - left, bottom - top
    clear = np.zeros(w * h)  # log of what is let through
    first = 0
    while first < len(dabs):
        small = radius[first] < SMALL
        side = 2 * (int(np.ceil(radius[first] * 1.25)) + 1) + 1
        last = int(np.searchsorted(radius, radius[first] * 1.25 if not small else min(radius[first] * 1.25, SMALL)))
        last = max(min(last, first + max(BLOCK // (side * side), 1)), first + 1)
        part = dabs[first:last]
        if side * side >= w * h:
            _wide(clear.reshape(h, w), part, left, top, small)
        else:
            _narrow(clear, part, left, top, w, h, side, small)
        first = last
    return top, left, -np.expm1(clear).astype(np.float32).reshape(h, w)


def _log_clear(part: np.ndarray, px: np.ndarray, py: np.ndarray, small: bool) -> np.ndarray:
    """log(1 - opacity) of dabs [M, 7] at pixels px, py that broadcast to [M, ...]."""
    _, _, radius, hard, opaque, ratio, angle = (
        column.astype(np.float32).reshape(-1, *[1] * (px.ndim - 1)) for column in part.T
    )
    x = (px - part[:, 0].reshape(radius.shape)).astype(np.float32) + np.float32(0.5)
    y = (py - part[:, 1].reshape(radius.shape)).astype(np.float32) + np.float32(0.5)
    distance = (_smooth_distance if small else _distance)(x, y, (radius, ratio, np.cos(angle), np.sin(angle)))
    return np.log1p(-np.minimum(_opacity(distance, hard, opaque), np.float32(1 - 1e-7)))


def _narrow(clear: np.ndarray, part: np.ndarray, left: int, top: int, w: int, h: int, side: int, small: bool) -> None:
    """Add dabs that are much smaller than the picture, each through a window of its own."""
    span = np.arange(side) - side // 2
    px = np.floor(part[:, 0]).astype(np.int64)[:, None, None] + span[None, None, :]
    py = np.floor(part[:, 1]).astype(np.int64)[:, None, None] + span[None, :, None]
    value = _log_clear(part, px, py, small)
    px, py = px - left, py - top
    use = (value < 0) & (px >= 0) & (px < w) & (py >= 0) & (py < h)
    clear += np.bincount((py * w + px)[use], value[use], w * h)


def _wide(clear: np.ndarray, part: np.ndarray, left: int, top: int, small: bool) -> None:
    """Add dabs about as large as the picture, over all of it."""
    h, w = clear.shape
    px, py = (np.arange(w) + left)[None, None, :], (np.arange(h) + top)[None, :, None]
    step = max(BLOCK // (w * h), 1)
    for first in range(0, len(part), step):
        clear += _log_clear(part[first : first + step], px, py, small).sum(0)
