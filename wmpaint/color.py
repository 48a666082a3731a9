"""Palettes: bring the colors of one picture to another, say how far apart two colors look, write them as #rrggbb."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from . import checks
from .errors import InputError

__all__ = ["delta_e", "from_lab", "match_colors", "parse_color", "to_hex", "to_lab", "to_linear", "to_srgb"]


def match_colors(picture: Tensor, like: Tensor) -> Tensor:  # [3, H, W], [3, h, w] -> [3, H, W]
    """The picture with the mean and covariance of another's colors, clamped to 0..1.

    The linear map A = S_x^-1/2 (S_x^1/2 S_y S_x^1/2)^1/2 S_x^-1/2 is the one that moves colors least
    (Pitié and Kokaram, 2007), so that no hue is turned without need.
    """
    x, y = picture.flatten(1), like.flatten(1).to(picture)
    mean_x, mean_y = x.mean(1, keepdim=True), y.mean(1, keepdim=True)
    sx, sy = _covariance(x - mean_x), _covariance(y - mean_y)
    root = _power(sx, 0.5)
    inverse = _power(sx, -0.5)
    map_ = inverse @ _power(root @ sy @ root, 0.5) @ inverse
    return (map_ @ (x - mean_x) + mean_y).clamp(0, 1).reshape(picture.shape)


def _covariance(centered: Tensor) -> Tensor:
    return centered @ centered.t() / centered.shape[1] + 1e-5 * torch.eye(3).to(centered)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=1e-10).pow(exponent)) @ vectors.t()


def parse_color(value: Any, name: str = "a color") -> tuple[float, float, float]:
    """sRGB in 0..1 of "#1d4ed8", "#abc" or three numbers in 0..1.

    Raises:
        InputError: anything else.
    """
    if isinstance(value, str):
        text = value.strip().removeprefix("#")
        if re.fullmatch(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", text):
            text = text if len(text) == 6 else "".join(c + c for c in text)
            return int(text[:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:], 16) / 255
    elif isinstance(value, Sequence) and len(value) == 3 and all(0 <= checks.real(c) <= 1 for c in value):
        return float(value[0]), float(value[1]), float(value[2])
    raise InputError(f"expected {name} such as #1d4ed8, or as three numbers in 0..1, got {value!r:.60}")


def to_hex(color: Sequence[float]) -> str:
    """#rrggbb of sRGB, clamped to 0..1."""
    return "#" + "".join(f"{round(min(max(c, 0.0), 1.0) * 255):02x}" for c in color)


def to_lab(rgb: Tensor) -> Tensor:  # [..., 3] -> [..., 3]
    """CIELAB (D65) of sRGB in 0..1: L in 0..100."""
    from kornia.color import rgb_to_lab

    flat = rgb.reshape(-1, 3)
    return rgb_to_lab(flat.t()[None, :, :, None])[0, :, :, 0].t().reshape(rgb.shape)


def from_lab(values: Tensor) -> Tensor:  # [N, 3] -> [N, 3]
    """sRGB in 0..1 of CIELAB (D65); colors outside sRGB are clamped."""
    from kornia.color import lab_to_rgb

    return lab_to_rgb(values.t()[None, :, :, None].contiguous())[0, :, :, 0].t().clamp(0, 1)


def to_linear(rgb: Tensor) -> Tensor:
    """Light, 0..1, of sRGB (IEC 61966-2-1)."""
    return torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).clamp(min=0).pow(2.4))


def to_srgb(light: Tensor) -> Tensor:
    """sRGB of light in 0..1; the inverse of `to_linear`, with gradients that are finite at 0."""
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp(min=1e-9).pow(1 / 2.4) - 0.055)


def delta_e(first: Tensor, second: Tensor) -> Tensor:  # [..., 3], [..., 3] CIELAB -> [...]
    """CIEDE2000: how far apart two colors look; 1 is just about seen, 100 is black and white.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005; all weights 1.
    """
    l1, a1, b1 = first.unbind(-1)
    l2, a2, b2 = second.unbind(-1)
    chroma = ((a1.square() + b1.square()).sqrt() + (a2.square() + b2.square()).sqrt()) / 2
    stretch = 1.5 - 0.5 * _saturating(chroma)
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = (a1.square() + b1.square()).sqrt(), (a2.square() + b2.square()).sqrt()
    turn = 2 * math.pi
    h1, h2 = torch.atan2(b1, a1) % turn, torch.atan2(b2, a2) % turn
    gray = (c1 * c2) == 0  # a gray has no hue
    apart = (h2 - h1 + math.pi) % turn - math.pi
    apart = torch.where(gray, torch.zeros_like(apart), apart)
    far = (h1 - h2).abs() > math.pi
    mean_h = torch.where(far, (h1 + h2 + torch.where(h1 + h2 < turn, turn, -turn)) / 2, (h1 + h2) / 2)
    mean_h = torch.where(gray, h1 + h2, mean_h)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * (mean_h - math.radians(30)).cos()
        + 0.24 * (2 * mean_h).cos()
        + 0.32 * (3 * mean_h + math.radians(6)).cos()
        - 0.20 * (4 * mean_h - math.radians(63)).cos()
    )
    rotation = math.radians(60) * (-(((mean_h * 180 / math.pi - 275) / 25).square())).exp()
    off = (mean_l - 50).square()
    dl = (l2 - l1) / (1 + 0.015 * off / (20 + off).sqrt())
    dc = (c2 - c1) / (1 + 0.045 * mean_c)
    dh = 2 * (c1 * c2).sqrt() * (apart / 2).sin() / (1 + 0.015 * mean_c * t)
    cross = -2 * _saturating(mean_c) * rotation.sin()
    return (dl.square() + dc.square() + dh.square() + cross * dc * dh).clamp(min=0).sqrt()


def _saturating(chroma: Tensor) -> Tensor:
    seventh = chroma.pow(7)
    return (seventh / (seventh + 25.0**7)).sqrt()
