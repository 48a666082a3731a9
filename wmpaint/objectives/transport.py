"""Move paint to where the picture has it: optimal transport between two clouds of (x, y, r, g, b) points.

    wp.paint(wp.photo("sample") + 0.1 * sinkhorn("sample"), brush="gouache")

Where a stroke and its place do not overlap, errors of pixels say only that both are wrong. Transport
says how far the paint has to go, and its gradient points there. Each picture, reduced to a small grid,
is a measure sum_i a_i delta(x_i): x_i holds a cell's place (canvas units, times `position`) and its
color, and a_i how much ink lies there. Moving all paint by d costs (position |d|)^2 / 2, either way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..explain import explained
from .pixel import Likeness
from .scene import Scene

__all__ = ["Transport", "sinkhorn", "sinkhorn_divergence", "sliced", "sliced_distance"]

MASSES = ("ink", "uniform")
FLOOR = 0.002  # ink of a bare cell, so that the ground counts a little and an empty canvas has a cloud
SHRINK = 0.8  # from one blur to the next
SHARE = 0.9  # of the new in an update; half of it would be safe and slow, and all of it swings
SETTLE = (SHARE, SHARE, 0.5)  # further updates at the last blur; the half ends what still swings
OWN = 10  # updates of a cloud's potential against itself, which needs no shrinking blur
CHANNELS = 5


class Transport(Likeness):
    """The distance of two clouds of points, the canvas's and the picture's.

    Args:
        distance: of the cloud x [N, 5] with masses a [N] from y with b, a scalar; the scene is for its chance.
    """

    def __init__(
        self, picture: Any, name: str, distance: Callable[[Tensor, Tensor, Tensor, Tensor, Scene], Tensor],
        points: int, position: float, mass: str,
    ) -> None:  # fmt: skip
        super().__init__(picture)
        self.name, self.distance = name, distance
        self.points = checks.whole("… points", points, 1)
        self.position = checks.number("a weight of positions", position, 0.0, above=True)
        self.mass = checks.one_of("a mass of …", mass, MASSES)

    def cloud(self, picture: Tensor, scene: Scene) -> tuple[Tensor, Tensor]:  # [3, H, W]
        """A picture's points [N, 5], and their masses [N], which add up to 1."""
        height, width = picture.shape[-2:]
        rows, columns = _grid(height, width, self.points)
        color = _reduce(picture, rows, columns)  # [3, N]
        y, x = torch.meshgrid(
            (torch.arange(rows, device=color.device) + 0.5) / rows,
            (torch.arange(columns, device=color.device) + 0.5) / columns * (width / height),
            indexing="ij",
        )
        place = torch.stack([x, y]).flatten(1).to(color) * self.position
        mass = torch.ones_like(color[0])
        if self.mass == "ink":
            ground = color.new_tensor(scene.canvas.background or (1.0, 1.0, 1.0))
            mass = (color - ground[:, None]).abs().mean(0) + FLOOR
        if scene.mask is not None:
            mass = mass * _reduce(scene.mask[None].to(color), rows, columns)[0] + 1e-8
        return torch.cat([place, color]).t(), mass / mass.sum()

    def __call__(self, scene: Scene) -> Tensor:
        """The distance of the canvas from the picture."""
        return self.distance(*self.cloud(scene.picture, scene), *self.cloud(self.wanted(scene), scene), scene)


@explained
def sinkhorn(
    picture: Any, *, points: int = 400, blur: float = 0.05, position: float = 1.0, mass: str = "ink"
) -> Transport:
    """The Sinkhorn divergence between canvas and picture, see `sinkhorn_divergence`.

    Args:
        points: at most so many cells in the grid; the time a step takes grows with the square.
        blur: below this distance (canvas units times `position`, or colors in 0..1) clouds are hardly told apart.
        position: how much places count against colors; less moves paint more willingly than it changes colors.
        mass: "ink", how far a cell's color is from the canvas's ground, or "uniform".

    Raises:
        FileError, InputError: a picture that `load_image` does not take, a number that is not above 0, another mass.
    """
    distance = partial(_by_sinkhorn, checks.number("a blur", blur, 0.0, above=True))
    return Transport(picture, "sinkhorn", distance, points, position, mass)


@explained
def sliced(
    picture: Any, *, points: int = 1000, projections: int = 48, position: float = 1.0, mass: str = "ink"
) -> Transport:
    """The sliced Wasserstein distance between canvas and picture, see `sliced_distance`: faster, and less precise.

    It is multiplied by 5/2, so that moving all paint costs what `sinkhorn` says. New directions are drawn at each
    step, by the scene's generator.

    Args:
        points: at most so many cells in the grid.
        projections: directions.
        position, mass: as for `sinkhorn`.

    Raises:
        FileError, InputError: a picture that `load_image` does not take, a number that is not above 0, another mass.
    """
    distance = partial(_by_slices, checks.whole("… projections", projections, 1))
    return Transport(picture, "sliced", distance, points, position, mass)


def _by_sinkhorn(blur: float, x: Tensor, a: Tensor, y: Tensor, b: Tensor, scene: Scene) -> Tensor:
    return sinkhorn_divergence(x, a, y, b, blur)


def _by_slices(projections: int, x: Tensor, a: Tensor, y: Tensor, b: Tensor, scene: Scene) -> Tensor:
    chance = scene.uniform(projections, CHANNELS).clamp(1e-6, 1 - 1e-6)
    directions = F.normalize(torch.special.ndtri(chance), dim=1)  # normal numbers have no preferred direction
    return CHANNELS / 2 * sliced_distance(x, a, y, b, directions.to(x))


def sinkhorn_divergence(
    x: Tensor,  # [N, D]
    a: Tensor,  # [N], adding up to 1
    y: Tensor,  # [M, D]
    b: Tensor,  # [M], adding up to 1
    blur: float,
) -> Tensor:
    """Debiased entropic optimal transport between sum_i a_i delta(x_i) and sum_j b_j delta(y_j).

    S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, where OT(a, b) is the minimum over couplings P of
    sum_ij P_ij |x_i - y_j|^2 / 2 + eps KL(P | a b'), and eps = blur^2. It is at least 0, and 0 for equal clouds.

    The dual potentials f and g are found by Sinkhorn updates in the log domain, both at once, f_i = -eps log sum_j b_j
    exp((g_j - C_ij) / eps), while the blur shrinks from the clouds' diameter. Then S = <a, f - f_aa> + <b, g - g_bb>.
    Its gradients to `x` and `a` are those at fixed potentials, which is exact at the optimum; `y` and `b` get none.

    Source:
        Feydy et al., "Interpolating between optimal transport and MMD using Sinkhorn divergences", 2019. Departures:
        updates are nearly whole rather than averaged by halves, which comes closer in the same time; and their number
        is fixed, some twenty for a blur of 0.05. That finds nine tenths and more of the distance between clouds, and
        three quarters where all that differs is how much lies at two places far apart.
    """
    y, b = y.detach(), b.detach()
    fixed, log_a, log_b = x.detach(), a.detach().log(), b.log()
    with torch.no_grad():
        xy, xx, yy = _cost(fixed, y), _cost(fixed, fixed), _cost(y, y)
        f, g = torch.zeros_like(log_a), torch.zeros_like(log_b)
        for eps, share in _schedule(fixed, y, blur):
            f_new, g_new = _softmin(xy, log_b + g / eps, eps), _softmin(xy.t(), log_a + f / eps, eps)
            f, g = torch.lerp(f, f_new, share), torch.lerp(g, g_new, share)
        eps = blur**2
        f_aa, g_bb = _own(xx, log_a, eps), _own(yy, log_b, eps)
        back = _softmin(xy.t(), log_a + f / eps, eps) - _softmin(yy, log_b + g_bb / eps, eps)
    # One more update with x in the graph: what a point at x_i would pay.
    there = _softmin(_cost(x, y), log_b + g / eps, eps) - _softmin(_cost(x, fixed), log_a + f_aa / eps, eps)
    return (a * there).sum() + (b * back).sum()


def sliced_distance(
    x: Tensor,  # [N, D]
    a: Tensor,  # [N], adding up to 1
    y: Tensor,  # [M, D]
    b: Tensor,  # [M], adding up to 1
    directions: Tensor,  # [K, D], of length 1
) -> Tensor:
    """The mean over directions of the squared Wasserstein distance between the two clouds' projections.

    On a line the optimal coupling is monotone: W^2 = integral over u in 0..1 of (F^-1(u) - G^-1(u))^2, with F^-1 and
    G^-1 the quantiles of the projected clouds. Both are steps, so the integral is a sum over the union of their
    levels. Gradients reach points and masses of both.

    Source:
        Rabin et al., "Wasserstein barycenter and its application to texture mixing", 2011; here with weights.
    """
    xs, x_level = _quantiles(x, a, directions)
    ys, y_level = _quantiles(y, b, directions)
    level = torch.cat([x_level, y_level], 1).sort(1).values
    width = level.diff(dim=1, prepend=torch.zeros_like(level[:, :1]))
    middle = (level - width / 2).detach()
    i = torch.searchsorted(x_level.detach(), middle).clamp(max=xs.shape[1] - 1)
    j = torch.searchsorted(y_level.detach(), middle).clamp(max=ys.shape[1] - 1)
    return (width * (xs.gather(1, i) - ys.gather(1, j)).square()).sum(1).mean()


def _quantiles(x: Tensor, a: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """The projections [K, N] in order, and the share of the mass [K, N] up to each."""
    along, order = (directions @ x.t()).sort(1)
    return along, a[order].cumsum(1)


def _cost(x: Tensor, y: Tensor) -> Tensor:  # [N, D], [M, D] -> [N, M]
    return x.square().sum(1)[:, None] / 2 + y.square().sum(1) / 2 - x @ y.t()


def _softmin(cost: Tensor, log_weight: Tensor, eps: float) -> Tensor:  # [N, M], [M] -> [N]
    return -eps * (log_weight - cost / eps).logsumexp(1)


def _own(cost: Tensor, log_weight: Tensor, eps: float) -> Tensor:  # [N, N], [N] -> [N]
    """The potential of a cloud against itself; no mode of it outlives an update by more than a third."""
    potential = torch.zeros_like(log_weight)
    for _ in range(OWN):
        potential = torch.lerp(potential, _softmin(cost, log_weight + potential / eps, eps), 2 / 3)
    return potential


def _schedule(x: Tensor, y: Tensor, blur: float) -> list[tuple[float, float]]:
    """(eps, share of the new) for each update; eps is the square of a blur that shrinks from the clouds' diameter."""
    both = torch.cat([x, y])
    wide = float((both.amax(0) - both.amin(0)).norm())
    count = math.ceil(math.log(max(wide / blur, 1.0)) / -math.log(SHRINK))
    falling = [((blur / SHRINK**k) ** 2, SHARE) for k in range(count, 0, -1)]
    return falling + [(blur**2, share) for share in SETTLE]


def _grid(height: int, width: int, points: int) -> tuple[int, int]:
    """(rows, columns) of a grid of at most so many cells with about the picture's proportions, and no finer."""
    rows = max(1, min(height, points, int(math.sqrt(points * height / width))))
    return rows, max(1, min(width, points // rows, round(rows * width / height)))


def _reduce(picture: Tensor, rows: int, columns: int) -> Tensor:  # [C, H, W] -> [C, rows * columns]
    """The cells' means, under tents that overlap: what crosses from cell to cell then does so gradually."""
    return F.interpolate(picture[None], size=(rows, columns), mode="bilinear", antialias=True)[0].flatten(1)
