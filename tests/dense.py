"""The obvious twin of the tile rasterizer: every stroke on every pixel, in paint order, by autograd.

Slow, and meant to be read. It shares no code with the fast path: closest points come from sampling
the curve, look-ups are spelled out, and derivatives are PyTorch's.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from wmpaint.raster import Ribbons
from wmpaint.raster.grain import Grain

__all__ = ["composite", "grained"]

BARRIER = 0.5
EPS = 1e-12


def composite(
    ribbons: Ribbons,
    background: Tensor,  # [C], or [C, H, W]
    height: int,
    width: int,
    *,
    spread: Tensor | None = None,  # [H, W]
) -> tuple[Tensor, Tensor]:
    """As `raster.composite`."""
    pixels, mean = _begun(ribbons, background, height, width)
    variance = mean.new_zeros(len(pixels)) if spread is None else spread.flatten()
    for k, color in enumerate(ribbons.color):
        alpha, own = _stroke(ribbons, k, pixels)
        change = color - mean
        variance = ((1 - alpha) ** 2 + own) * variance + own * change.square().sum(1)
        mean = mean + alpha[:, None] * change
    return mean.t().reshape(-1, height, width), variance.reshape(height, width)


def grained(
    ribbons: Ribbons,
    background: Tensor,  # [C], or [C, H, W]
    grain: Grain,
    height: int,
    width: int,
) -> Tensor:
    """As `raster.grain.grained`."""
    pixels, picture = _begun(ribbons, background, height, width)
    side = grain.fields.shape[1]
    for k, color in enumerate(ribbons.color):
        alpha, spread = _stroke(ribbons, k, pixels)
        cos, sin, u, v = grain.window[k, :4].tolist()
        turn, start = pixels.new_tensor([[cos, sin], [-sin, cos]]), pixels.new_tensor([u, v])
        place = ((pixels - ribbons.points[k, 0]) @ turn + start) % side
        low, part = place.long(), place % 1
        g = torch.zeros_like(alpha)
        for right in (0, 1):
            for down in (0, 1):
                weight = (part[:, 0] - 1 + right).abs() * (part[:, 1] - 1 + down).abs()
                g += weight * grain.fields[0, (low[:, 1] + down) % side, (low[:, 0] + right) % side]
        strayed = [_stray(*three) for three in zip(alpha.tolist(), spread.tolist(), g.tolist(), strict=True)]
        picture = picture + picture.new_tensor(strayed)[:, None] * (color - picture)
    return picture.t().reshape(-1, height, width)


def _begun(ribbons: Ribbons, background: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """The middles of all pixels [H * W, 2], and the ground there [H * W, C]."""
    y, x = (torch.arange(side, device=background.device).to(ribbons.points) + 0.5 for side in (height, width))
    pixels = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(-1, 2)
    return pixels, background[None].repeat(len(pixels), 1) if background.ndim == 1 else background.flatten(1).t()


def _stray(alpha: float, spread: float, g: float) -> float:
    """The alpha of a normal number g, with rho found by halving: the variance is that over all normal numbers."""
    if spread <= 1e-12:
        return alpha
    every = torch.linspace(-8, 8, 1001, dtype=torch.float64, device="cpu")
    weight = (-every.square() / 2).exp() / math.sqrt(2 * math.pi) * 0.016
    z = torch.special.ndtri(every.new_tensor(alpha))

    def seen(g: Tensor, rho: float) -> Tensor:
        return torch.special.ndtr((z + math.sqrt(rho) * g) / math.sqrt(1 - rho))

    low, high = 0.0, 1.0
    for _ in range(40):
        rho = (low + high) / 2
        if float((weight * (seen(every, rho) - alpha).square()).sum()) < spread:
            low = rho
        else:
            high = rho
    return float(seen(every.new_tensor(g), rho))


def _stroke(ribbons: Ribbons, k: int, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Alpha and its variance of stroke k at the pixels [M, 2]."""
    points, radius, half_width, ribbon = (value[k] for value in ribbons[:4])
    with torch.no_grad():
        low, high, both = _local_minima(points.detach(), pixels)
        near_low = _distance(points, low, pixels) <= _distance(points, high, pixels)
        first, other = torch.where(near_low, low, high), torch.where(near_low, high, low)
        between = _farthest(points.detach(), pixels, low, high)
    a1, s1 = _look_up(points, half_width, ribbon, pixels, _differentiable(points, first, pixels), ribbons.caps)
    a2, s2 = _look_up(points, half_width, ribbon, pixels, _differentiable(points, other, pixels), ribbons.caps)
    d1, d2, top = (_distance(points, t, pixels) for t in (first, other, between))
    weight = torch.where(both, _smooth((top - d2) / (BARRIER * radius)), 0.0)
    one, one_spread = _over(a1, s1, a2, s2, weight)
    two, two_spread = _over(a2, s2, a1, s1, weight)
    swap = torch.where(both, _smooth((top - d2) / (top - d1 + EPS)) / 2, 0.0)  # a half where both are as near
    return (1 - swap) * one + swap * two, (1 - swap) * one_spread + swap * two_spread


def _over(a1: Tensor, s1: Tensor, a2: Tensor, s2: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Alpha and its variance of a pass and, by some weight, another, independent one."""
    clear = 1 - weight * a2
    return 1 - (1 - a1) * clear, s1 * clear**2 + s2 * weight**2 * (1 - a1) ** 2


def _smooth(x: Tensor) -> Tensor:
    x = x.clamp(0, 1)
    return 3 * x**2 - 2 * x**3


def _curve(points: Tensor, t: Tensor) -> Tensor:
    t = t[:, None]
    return (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]


def _tangent(points: Tensor, t: Tensor) -> Tensor:
    t = t[:, None]
    return 2 * (1 - t) * (points[1] - points[0]) + 2 * t * (points[2] - points[1])


def _distance(points: Tensor, t: Tensor, pixels: Tensor) -> Tensor:
    return ((_curve(points, t) - pixels).square().sum(-1) + EPS).sqrt()


def _refine(points: Tensor, t: Tensor, pixels: Tensor, sign: float, width: float) -> Tensor:
    """The extremum nearest to t, by ever finer sampling."""
    for _ in range(8):
        trial = (t[:, None] + torch.linspace(-width, width, 21, device=t.device).to(t)).clamp(0, 1)
        d = torch.stack([_distance(points, s, pixels) for s in trial.unbind(1)], 1) * sign
        t = trial.gather(1, d.argmin(1, keepdim=True))[:, 0]
        width /= 8
    return torch.where(t < 1e-9, 0.0, torch.where(t > 1 - 1e-9, 1.0, t))


def _local_minima(points: Tensor, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The first and the last local minimum, and whether they differ."""
    samples = torch.linspace(0, 1, 401, device=points.device).to(points)
    d = torch.cdist(pixels, _curve(points, samples))
    padded = torch.nn.functional.pad(d, (1, 1), value=float("inf"))
    minimum = (d <= padded[:, :-2]) & (d < padded[:, 2:])
    index = torch.arange(len(samples), device=points.device)
    low = samples[torch.where(minimum, index, len(samples)).amin(1).clamp(max=400)]
    high = samples[torch.where(minimum, index, -1).amax(1).clamp(min=0)]
    both = minimum.sum(1) > 1
    step = 1 / 400
    return _refine(points, low, pixels, 1, step), _refine(points, high, pixels, 1, step), both


def _farthest(points: Tensor, pixels: Tensor, low: Tensor, high: Tensor) -> Tensor:
    samples = low[:, None] + (high - low)[:, None] * torch.linspace(0, 1, 401, device=low.device).to(low)
    d = torch.stack([_distance(points, t, pixels) for t in samples.unbind(1)], 1)
    t = samples.gather(1, d.argmax(1, keepdim=True))[:, 0]
    return _refine(points, t, pixels, -1, float((high - low).max()) / 400)


def _differentiable(points: Tensor, t: Tensor, pixels: Tensor) -> Tensor:
    """t as a function of the points: one step of Newton's method that moves nothing but carries the gradient."""
    e, d = pixels - _curve(points, t), _tangent(points, t)
    bend = 2 * (points[0] - 2 * points[1] + points[2])
    curvature = (d.square().sum(-1) - (e * bend).sum(-1)).detach()
    step = (e * d).sum(-1)
    inside = (t > 0) & (t < 1)
    return t + torch.where(inside, (step - step.detach()) / curvature, 0.0)


def _look_up(
    points: Tensor, half_width: Tensor, ribbon: Tensor, pixels: Tensor, t: Tensor, caps: int
) -> tuple[Tensor, Tensor]:
    e, d = pixels - _curve(points, t), _tangent(points, t)
    cross, dot = e[:, 0] * d[:, 1] - e[:, 1] * d[:, 0], (e * d).sum(-1)
    side = torch.where(cross.detach() >= 0, 1.0, -1.0)
    v = side * _distance(points, t.detach(), pixels) / half_width
    body = ribbon.shape[1] - 2 * caps
    at_end = (t <= 0) | (t >= 1)
    u = caps + t * (body - 1) + torch.where(at_end, caps * dot / (dot.abs() + cross.abs() + EPS), 0.0)
    column, row = (v.clamp(-1, 1) + 1) / 2 * (ribbon.shape[2] - 1), u.clamp(0, ribbon.shape[1] - 1)
    r0 = row.detach().floor().long().clamp(0, ribbon.shape[1] - 2)
    c0 = column.detach().floor().long().clamp(0, ribbon.shape[2] - 2)
    fr, fc = row - r0, column - c0
    top = ribbon[:, r0, c0] * (1 - fc) + ribbon[:, r0, c0 + 1] * fc
    low = ribbon[:, r0 + 1, c0] * (1 - fc) + ribbon[:, r0 + 1, c0 + 1] * fc
    logits = top * (1 - fr) + low * fr
    alpha = logits[0].sigmoid() * (v.detach().abs() < 1)
    return alpha, alpha * (1 - alpha) * logits[1].sigmoid()
