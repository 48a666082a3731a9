"""A contact sheet to judge a painter by: program, mean of many seeds, painter, and their difference."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ...canvas import Canvas
from ...explain import explained
from ...frame import Frame
from ...medium import HasAlpha, render
from ...strokes import Strokes
from .painter import RibbonPainter

__all__ = ["sheet"]

HEIGHT = 256


def _strokes() -> Strokes:
    """Strokes of all sizes: straight, bent, pressed and lifted, hairpins, cusps and a dot."""
    rows: list[tuple[list[list[float]], float, tuple[float, float]]] = []
    for k in range(6):
        x, r = 0.08 + 0.16 * k, 0.002 * 1.75**k
        rows.append(([[x - 0.05, 0.07], [x, 0.02 + 0.1 * (k % 2)], [x + 0.05, 0.07]], r, (0.1, 1.0)))
        rows.append(([[x - 0.05, 0.30], [x, 0.14], [x + 0.05, 0.30]], r, (0.8, 0.8)))
        gap = (0.0, 0.01, 0.025, 0.045, 0.07, 0.1)[k]
        rows.append(([[x - gap / 2, 0.60], [x, 0.18], [x + gap / 2, 0.60]], 0.014, (0.7, 0.7)))
        angle = math.pi * k / 6
        dx, dy = 0.06 * math.cos(angle), 0.06 * math.sin(angle)
        rows.append(([[x - dx, 0.72 - dy], [x + dy * 0.3, 0.72 - dx * 0.3], [x + dx, 0.72 + dy]], 0.012, (1.0, 0.4)))
        reach = 0.0 if k == 0 else 0.004 * 2**k
        rows.append(([[x, 0.9], [x + reach / 2, 0.9 - reach / 4], [x + reach, 0.9]], 0.02, (0.6, 0.9)))
    columns = (*zip(*rows, strict=True), [(0.0, 0.0, 0.0)] * len(rows))
    return Strokes(*(torch.tensor(column, device="cpu") for column in columns))


@explained
@torch.no_grad()
def sheet(painter: RibbonPainter, program: HasAlpha, *, seeds: int = 16) -> Tensor:
    """[3, 2 * 256, 2 * 256]: top the program and the mean of `seeds`; below the painter and the difference.

    In the difference red is too much paint and blue too little; full color is an alpha off by a quarter.
    """
    strokes, paintings = _strokes(), []
    for seed in range(seeds if painter.config.noise else 1):
        clear = np.ones((HEIGHT, HEIGHT), np.float32)
        for k in range(len(strokes)):
            alpha = program.alpha(
                strokes.points[k].double().numpy() * HEIGHT, float(strokes.radius[k]) * HEIGHT,
                (float(strokes.pressure[k, 0]), float(strokes.pressure[k, 1])),
                height=HEIGHT, width=HEIGHT, seed=seed * 1000 + k, pace=HEIGHT / 512,
            )  # fmt: skip
            clear *= 1 - alpha
        paintings.append(torch.from_numpy(clear))
    mean = torch.stack(paintings).mean(0)
    frame = Frame(Canvas(), HEIGHT, device=painter.device)
    dream = render(painter, strokes, frame).mean[0].cpu()
    off = ((mean - dream) * 4).clamp(-1, 1)
    difference = torch.stack([1 - (-off).clamp(min=0), 1 - off.abs(), 1 - off.clamp(min=0)])
    gray = [p.expand(3, -1, -1) for p in (paintings[0], mean, dream)]
    return torch.cat([torch.cat(gray[:2], 2), torch.cat([gray[2], difference], 2)], 1)
