"""Light on a relief: `lit(picture, relief, frame_height, light)`, the same pass for a dream and for a program's paint.

The relief is brought to one scale of the canvas before anything is made of its slopes, so that a picture looks the
same at every size: edges do not steepen as pixels become finer. What is finer than that scale still turns the light
a little, but only to first order, which averages out where the picture is reduced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from . import checks
from .errors import InputError
from .explain import explained

__all__ = ["DIRECTIONS", "USUAL", "Light", "lit", "margins", "normals", "smoothed"]

SCALE = 1.6e-3  # canvas heights: sigma to which a relief is smoothed before its slopes count
FINE, LIMIT = 0.5, 0.25  # strength of what is finer than SCALE, and the slope from which it bends
WIDE = 3.0  # pixels of sigma, of a relief that has become so small that it is smoothed in a moment
GROOVES = (4e-3, 1.2e-2)  # canvas heights around which a place may lie low
_RANGES = {"angle": (-360.0, 360.0), "elevation": (5.0, 90.0), "shine": (1.0, 200.0)}
_MOST = 4.0  # of all else
DIRECTIONS = {"right": 0.0, "top": 90.0, "left": 180.0, "bottom": 270.0}


@explained
@dataclass(frozen=True)
class Light:
    """How a painting is lit. A strength of 0 turns a part off.

    Args:
        angle: of the lamp, degrees against the clock from the right; 122 is the upper left.
        elevation: of the lamp above the canvas, degrees, 5 to 90; raking light is below 20.
        relief: exaggerates heights.
        diffuse: how much slopes lighten and darken.
        gloss: of the paint's highlights.
        shine: the higher, the smaller those are, 1 to 200.
        groove: darkening of what lies low.
        varnish: deepens darks and colors, 0 to 1.

    Raises:
        InputError: a number out of range.
    """

    angle: float = 122.0
    elevation: float = 44.0
    relief: float = 1.0
    diffuse: float = 0.75
    gloss: float = 0.12
    shine: float = 26.0
    groove: float = 0.2
    varnish: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = _RANGES.get(field.name, (0.0, 1.0 if field.name == "varnish" else _MOST))
            value = checks.number(f"a light's {field.name}", getattr(self, field.name), low, high)
            object.__setattr__(self, field.name, value)

    @classmethod
    def parse(cls, text: str) -> Light:
        """A light in words: directions (left, right, top, bottom), low or high, raking, matte, glossy, varnished, flat;
        and numbers as NAME=VALUE.

        Raises:
            InputError: another word, or a number out of range.
        """
        found, toward = asdict(USUAL), []
        for word in text.replace(",", " ").split():
            name, equals, value = word.partition("=")
            if equals and name in found:
                try:
                    found[name] = float(value)
                except ValueError:
                    raise InputError(f"expected a light's {name} as a number, got {value!r:.40}") from None
            elif word in DIRECTIONS:
                toward.append(math.radians(DIRECTIONS[word]))
            elif word in _WORDS:
                found |= _WORDS[word]
            else:
                known = ", ".join([*DIRECTIONS, *_WORDS, "NAME=NUMBER"])
                raise InputError(f"expected a light of {known}, got {word!r:.40}")
        if toward:
            x, y = sum(math.cos(a) for a in toward), sum(math.sin(a) for a in toward)
            if math.hypot(x, y) < 1e-6:
                raise InputError(f"expected a light from one side, got {text!r:.60}")
            found["angle"] = math.degrees(math.atan2(y, x)) % 360
        return cls(**found)

    @classmethod
    def of(cls, value: Light | str | Mapping[str, Any] | None) -> Light | None:
        """A light of words, of numbers by name, or as it is.

        Raises:
            InputError: none of these.
        """
        if isinstance(value, Light | None):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, Mapping) and value.keys() <= set(cls.__dataclass_fields__):
            return cls(**value)
        raise InputError(f"expected a Light, or one in words such as 'left low', got {value!r:.60}")

    def as_dict(self) -> dict[str, float]:
        """Plain JSON values."""
        return asdict(self)


_WORDS: dict[str, dict[str, float]] = {
    "low": {"elevation": 26.0},
    "high": {"elevation": 62.0},
    "raking": {"elevation": 14.0, "diffuse": 0.6},
    "matte": {"gloss": 0.0},
    "glossy": {"gloss": 0.3, "shine": 40.0},
    "varnished": {"varnish": 1.0},
    "soft": {"diffuse": 0.45, "gloss": 0.06},
    "strong": {"relief": 1.6},
    "flat": {"diffuse": 0.0, "gloss": 0.0, "groove": 0.0},
}
USUAL = Light()


def smoothed(relief: Tensor, sigma: float) -> Tensor:  # [..., H, W], pixels
    """A Gaussian of a relief, whose border goes on beyond it; a wide one is taken of a smaller relief."""
    if sigma < 0.2:
        return relief
    if (step := int(sigma / WIDE)) > 1:
        rows, columns = relief.shape[-2:]
        flat = F.pad(relief.reshape(-1, 1, rows, columns), (0, -columns % step, 0, -rows % step), mode="replicate")
        # The mean over a step and the way back, two boxes more, smooth it by step^2 / 4 themselves.
        few = smoothed(F.avg_pool2d(flat, step), math.sqrt(sigma**2 - step**2 / 4) / step)
        many = F.interpolate(few, scale_factor=step, mode="bilinear", align_corners=False)
        return many[..., :rows, :columns].reshape(relief.shape)
    half = max(1, math.ceil(3 * sigma))
    weights = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-half, half + 1)]
    total = sum(weights)
    rows, columns = relief.shape[-2:]
    flat = relief.reshape(-1, 1, rows, columns)
    # Sums of shifted pictures, of one channel, are several times faster than a convolution.
    pad, tall = F.pad(flat, (0, 0, half, half), mode="replicate"), torch.zeros_like(flat)
    for k, weight in enumerate(weights):
        tall.add_(pad[..., k : k + rows, :], alpha=weight / total)
    pad, flat = F.pad(tall, (half, half, 0, 0), mode="replicate"), torch.zeros_like(flat)
    for k, weight in enumerate(weights):
        flat.add_(pad[..., k : k + columns], alpha=weight / total)
    return flat.reshape(relief.shape)


def _slopes(relief: Tensor, height: int) -> tuple[Tensor, Tensor]:
    """How a relief [..., H, W] in canvas heights rises to the right and downwards."""
    flat = relief.reshape(-1, 1, *relief.shape[-2:])
    pad = F.pad(flat, (1, 1, 1, 1), mode="replicate")
    right = (pad[..., 1:-1, 2:] - pad[..., 1:-1, :-2]) * (height / 2)
    down = (pad[..., 2:, 1:-1] - pad[..., :-2, 1:-1]) * (height / 2)
    return right.reshape(relief.shape), down.reshape(relief.shape)


def _at_scale(relief: Tensor, height: int, scale: float) -> Tensor:
    """A relief as smooth as one seen by a Gaussian of `scale` canvas heights; pixels have done some of it."""
    own = 0.29 / height  # standard deviation of a pixel
    return smoothed(relief, height * math.sqrt(max(scale**2 - own**2, 0.0)))


def margins(height: int) -> tuple[int, int]:
    """(pixels around a place whose relief changes how it is lit, a grid that windows lie on to be lit as the whole)."""
    sigmas = [wide * height for wide in (SCALE, *GROOVES)]
    step = math.lcm(*(max(1, int(sigma / WIDE)) for sigma in sigmas))
    return math.ceil(3.2 * (sigmas[0] + sigmas[-1])) + 2 * step + 2, step


def normals(relief: Tensor, height: int, strength: float = 1.0) -> Tensor:
    """[..., 3, H, W] unit normals (x to the right, y downwards, z out of the canvas) of a relief [..., H, W].

    Args:
        height: of the whole canvas, pixels.
        strength: exaggerates slopes.
    """
    right, down = _slopes(relief, height)
    found = torch.stack([-strength * right, -strength * down, torch.ones_like(right)], -3)
    return F.normalize(found, dim=-3)


def lit(picture: Tensor, relief: Tensor, height: int, light: Light = USUAL) -> Tensor:
    """A picture [..., C, H, W] (sRGB; a fourth channel is alpha and stays) under one lamp; differentiable in both.

    Flat paint keeps its color: shading is relative to a flat surface. Diffuse light after Lambert, gloss after Blinn
    and Phong (1977), grooves by how far a place lies below its surroundings.

    Args:
        relief: [..., H, W] canvas heights.
        height: of the whole canvas, pixels.
    """
    color = picture[..., :3, :, :]
    cover = picture[..., 3:, :, :]
    broad = _at_scale(relief, height, SCALE)
    gx, gy = (light.relief * slope for slope in _slopes(broad, height))
    fx, fy = (light.relief * slope for slope in _slopes(relief, height))
    up, turn = math.radians(light.elevation), math.radians(light.angle)
    lx, ly, lz = math.cos(up) * math.cos(turn), -math.cos(up) * math.sin(turn), math.sin(up)
    norm = (1 + gx * gx + gy * gy).sqrt()
    shade = 0.8 * torch.tanh(((lz - gx * lx - gy * ly) / norm / lz - 1) / 0.8)
    # What is finer: its part of the slope along the light, as far as slopes go that are still paint.
    fine = -((fx - gx) * lx + (fy - gy) * ly) / lz
    shade = light.diffuse * (shade + FINE * torch.tanh(fine / LIMIT) * LIMIT)
    hx, hy, hz = lx, ly, lz + 1
    size = math.sqrt(hx * hx + hy * hy + hz * hz)
    facing = ((hz - gx * hx - gy * hy) / norm / size).clamp(min=0)
    flat = (hz / size) ** light.shine
    gloss = light.gloss * (facing**light.shine - flat) / max(1 - flat, 1e-6)
    gloss = gloss * (0.3 + 0.7 * color.mean(-3))  # on black, all of it would be seen
    low: Any = 0.0
    if light.groove:
        for reach in GROOVES:
            low = low + (smoothed(broad, reach * height) - broad).clamp(min=0) * (light.relief / (0.35 * reach))
        low = light.groove * torch.tanh(low)
    gloss, shade = gloss.unsqueeze(-3), (shade.unsqueeze(-3) + 1) * (1 - (low.unsqueeze(-3) if light.groove else 0.0))
    linear = color.clamp(min=1e-4).pow(2.2)
    if light.varnish:  # wet paint is darker and deeper than dry paint
        gray = linear.mean(-3, keepdim=True)
        linear = (gray + (linear - gray) * (1 + 0.15 * light.varnish)) * (1 - 0.12 * light.varnish * (1 - gray))
    linear = linear * shade + gloss.clamp(min=0) + linear * gloss.clamp(max=0)
    shown = linear.clamp(1e-6, 1).pow(1 / 2.2)
    if cover.shape[-3]:  # premultiplied: highlights do not leave the paint
        shown = torch.minimum(shown, cover)
    return torch.cat([shown, cover], -3)
