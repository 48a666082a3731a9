"""Which pen draws which stroke: `nearest_pens(colors, pens, paper) -> PenStrokes`, `mixed(...)`, and own pens."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ...color import delta_e, from_lab, to_lab, to_linear, to_srgb
from ...errors import InputError
from ...pens import LUMINANCE, Pen, PenSet
from .stopping import Check, never_stop

__all__ = ["PenStrokes", "mixed", "nearest_pens", "own_pens", "pen_colors", "plot_order"]

STEPS, RATE = 200, 0.05  # of gradient descent on coverages
TONES = 33
SCARCE = 4e-3  # price of ink, in squared CIELAB units over 100² at full coverage: as little of it as will do
FAINT = 0.04  # coverage that is not worth a line


@dataclass(frozen=True, eq=False)
class PenStrokes:
    """Jobs for pens.

    Args:
        stroke: [M] which stroke.
        pen: [M] which pen draws it.
        coverage: [M] share of its shape that the ink should cover, 0 to 1.
        bare: [N] bool, strokes so light that the paper is nearer to them than any pen.
    """

    stroke: np.ndarray
    pen: np.ndarray
    coverage: np.ndarray
    bare: np.ndarray


def nearest_pens(
    colors: Tensor,  # [N, 3] sRGB
    pens: PenSet,
    paper: tuple[float, float, float],
    solidity: Tensor,  # [N] 0..1
    *,
    toned: bool = False,
) -> PenStrokes:
    """Each stroke by the pen whose color looks nearest (CIEDE2000), or by none where that is the paper.

    A faint stroke looks like a mixture of its color and the paper's.

    With `toned`, ink is laid as a screen of lines, so that any color between the paper's and a pen's can be had: each
    stroke goes to the pen on whose way from the paper the nearest color lies, with that coverage.
    """
    inks = pen_colors(pens, paper).to(colors)
    ground = colors.new_tensor([paper])
    wanted = to_lab(colors)[:, None]
    if not toned:
        seen = ground + solidity.to(colors)[:, None] * (colors - ground)
        # The paper comes first: a pen of its very color is of no use.
        best = delta_e(to_lab(seen)[:, None], to_lab(torch.cat([ground, inks]))[None]).argmin(1) - 1
        bare, coverage = best < 0, torch.ones(len(colors), device=colors.device)
    else:
        light, dark = to_linear(ground), to_linear(inks)
        tones = torch.linspace(0, 1, TONES, dtype=colors.dtype, device=colors.device)[:, None, None]
        screens = to_lab(to_srgb(light + tones * (dark - light)))  # [T, P, 3]
        apart = delta_e(wanted[:, None], screens[None]).flatten(1)  # [N, T * P]
        best = apart.argmin(1)
        coverage = tones.flatten()[best // len(inks)] * solidity.to(colors)
        best, bare = best % len(inks), coverage < FAINT
    kept = (~bare).nonzero()[:, 0]
    return PenStrokes(kept.numpy(), best[kept].numpy(), coverage[kept].numpy(), bare.numpy())


def mixed(
    colors: Tensor,  # [N, 3] sRGB
    pens: PenSet,
    paper: tuple[float, float, float],
    solidity: Tensor,  # [N] 0..1
    *,
    check: Check = never_stop,
) -> PenStrokes:
    """Each stroke by several translucent pens at once, as in printing.

    With coverages a_p laid independently of each other, paper w and inks k, the mean color in linear light is
    w Π_p (1 - a_p (1 - k_p / w)), Demichel's equations for inks that multiply. The coverages that bring it nearest to
    the stroke in CIELAB, at a small price for ink, are found by gradient descent; so the separation knows what these
    pens look like, rather than what ideal cyan, magenta and yellow would. Opaque inks are laid over those, one after
    the other, and cover their share.
    """
    inks = pen_colors(pens).to(colors)
    ground = to_linear(colors.new_tensor(paper)).clamp(min=1e-3)
    through = (to_linear(inks) / ground).clamp(0, 1)  # [P, 3] of the light that each ink lets pass
    above = [k for k in plot_order(pens, paper) if pens.pens[k].covers(paper)]
    through[above] = 1
    wanted = to_lab(colors)
    # Two starts, some of all inks and much of the darkest alone: dark colors have more than one valley.
    dark = int((inks @ inks.new_tensor(LUMINANCE)).argmin())
    a = colors.new_zeros(2, len(colors), len(inks))
    a[0], a[1, :, dark] = 0.25, 0.9
    a.requires_grad_()
    adam = torch.optim.Adam([a], lr=RATE)
    with torch.enable_grad():
        for step in range(STEPS):
            check()
            adam.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
            seen = ground * (1 - a[..., None] * (1 - through)).prod(2)
            for k in above:
                seen = torch.lerp(seen, to_linear(inks[k]), a[..., k, None])
            seen = seen.clamp(1e-5, 1)
            loss = ((to_lab(to_srgb(seen)) - wanted) / 100).square().sum(2) + SCARCE * a.sum(2)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            a.data.clamp_(0, 1)  # not a sigmoid, which would hold inks that do nothing where they are
    better = loss.detach().argmin(0)  # [N]
    coverage = a.detach()[better, torch.arange(len(colors), device=colors.device)] * solidity.to(colors)[:, None]
    used = coverage >= FAINT
    stroke, pen = used.nonzero().unbind(1)
    return PenStrokes(stroke.numpy(), pen.numpy(), coverage[used].numpy(), (~used.any(1)).numpy())


def own_pens(
    colors: Tensor,  # [N, 3] sRGB
    weight: Tensor,  # [N] how much each counts
    count: int,
    paper: tuple[float, float, float],
    *,
    width: float,
    seed: int = 0,
) -> PenSet:
    """Pens in the strokes' own colors: k-means in CIELAB, each stroke counting as much as its `weight`.

    The paper is one more center, which stays where it is, so that no pen is spent on what the paper shows. Fewer
    distinct colors than `count` give fewer pens. Named by their color, light to dark.

    Raises:
        InputError: all strokes are of the paper's color.
    """
    points = to_lab(colors.double()).numpy()
    rng = np.random.default_rng(seed)
    ground = to_lab(colors.new_tensor([paper], dtype=torch.float64)).numpy()
    # k-means++ (Arthur and Vassilvitskii, 2007), from the paper on
    centers = ground
    mass = weight.double().numpy() + 1e-12
    for _ in range(count):
        far = mass * ((points[:, None] - centers) ** 2).sum(2).min(1)
        if not far.sum() > 1e-9 * mass.sum():
            break
        centers = np.concatenate([centers, points[rng.choice(len(points), p=far / far.sum())][None]])
    if len(centers) == 1:
        raise InputError("expected strokes of another color than the paper's, got none")
    for _ in range(100):
        owner = ((points[:, None] - centers) ** 2).sum(2).argmin(1)
        moved = centers.copy()
        for k in range(1, len(centers)):
            mine = owner == k
            if mine.any():
                moved[k] = np.average(points[mine], axis=0, weights=mass[mine])
        if np.abs(moved - centers).max() < 1e-3:
            break
        centers = moved
    rgb = from_lab(torch.from_numpy(centers[np.argsort(-centers[1:, 0]) + 1]))
    pens: dict[str, Pen] = {}
    for color in rgb:
        pen = Pen("pen", tuple(color.tolist()), width)
        named = replace(pen, name=str(pen.as_dict()["color"]))
        pens.setdefault(named.name, named)
    return PenSet(tuple(pens.values()))


def pen_colors(pens: PenSet, paper: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Tensor:  # [P, 3]
    """The pens' colors on a paper, sRGB."""
    return torch.tensor([pen.on(paper) for pen in pens.pens], dtype=torch.float32, device="cpu")


def plot_order(pens: PenSet, paper: tuple[float, float, float]) -> list[int]:
    """The pens' numbers as they are plotted: translucent ones, the lightest first, then opaque ones, the darkest first.

    So no light pen is dirtied by a wet dark line, and what is opaque lies on top, as highlights do.
    """
    inks = pen_colors(pens)
    light = (inks @ inks.new_tensor(LUMINANCE)).tolist()
    cover = [pen.covers(paper) for pen in pens.pens]
    return sorted(range(len(pens)), key=lambda k: (cover[k], light[k] if cover[k] else -light[k]))
