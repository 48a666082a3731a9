"""Palettes: bring the colors of one picture to another."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["match_colors"]


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
