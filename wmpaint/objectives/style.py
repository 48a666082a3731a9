"""Carry the style of pictures: the statistics of their features, wherever those are.

At each layer, the mean m and the centered Gram matrix G (the covariance of the channels) of picture
x and style y are compared, each on its own scale:

    |m(x) - m(y)|^2 / |m(y)|^2 + |G(x) - G(y)|^2 / |G(y)|^2

After Gatys et al. (2016), with two departures: the Gram matrix is centered, which with the mean
apart carries palettes far better on a light network, and each layer has one scale, so that no
layer needs a weight of its own. A random shift of some pixels a step keeps the network's grid out
of the picture. `kind="sliced"` compares the features' whole distributions instead, by their sliced
Wasserstein distance (Heitz et al., 2021): crisper, and slower to settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import checks
from ..color import match_colors
from ..errors import InputError
from ..explain import explained
from ..features import FeatureNet
from ..image import GOAL, load_image, zoomed
from .base import Objective, load_mask
from .content import features_of, pick
from .scene import Scene, weights
from .start import Plan

__all__ = ["Style", "Swatch", "style"]

SHIFT = 8  # pixels, at most
FLAT = 0.01  # least covariance that counts as one, relative to the squared mean
DIRECTIONS = 48  # a step, drawn anew
KINDS = ("gram", "sliced")


class Swatch(NamedTuple):
    """A style picture [3, H, W], how much it counts, and which part of it [H, W] or None."""

    picture: Tensor
    weight: float
    mask: Tensor | None


class Style(Objective):
    """See the module; `kind` says which statistics are compared, "gram" or "sliced"."""

    name = "style"
    plan = Plan(steps=160, heights=(128, 256))

    def __init__(
        self, swatches: tuple[Swatch, ...], net: FeatureNet, layers: tuple[str, ...], scale: float, kind: str
    ) -> None:
        self.swatches, self.net, self.layers, self.scale, self.kind = swatches, net, layers, scale, kind

    def _wanted(self, area: int) -> dict[str, list[Tensor]]:
        """What each layer should hold, of styles as large as what is looked at; a list of statistics, or of clouds."""
        with torch.no_grad():
            each = [self._seen(swatch, area) for swatch in self.swatches]
        share = [swatch.weight for swatch in self.swatches]
        return {
            name: _mix([statistics(*e[name]) for e in each], share)
            if self.kind == "gram"
            else [cloud(*e[name]) for e in each]
            for name in self.layers
        }

    def _seen(self, swatch: Swatch, area: int) -> dict[str, tuple[Tensor, Tensor | None]]:
        """Features [C, h, w] of a style at each layer, and its mask."""
        height, width = swatch.picture.shape[1:]
        zoom = self.scale * (area / (height * width)) ** 0.5
        picture = zoomed(swatch.picture, zoom)
        mask = None if swatch.mask is None else zoomed(swatch.mask[None], zoom)[0]
        return {name: (value[0], mask) for name, value in features_of(self.net, picture[None], self.layers).items()}

    def __call__(self, scene: Scene) -> Tensor:
        """The relative squared distance of the statistics."""
        height, width = scene.picture.shape[-2:]
        wanted = scene.memo(self, height * width, lambda: self._wanted(height * width))
        dx, dy = (scene.uniform(2) * (SHIFT + 1)).long().tolist()
        shifted = F.pad(scene.picture[None], (dx, SHIFT - dx, dy, SHIFT - dy), mode="replicate")
        mask = scene.mask
        if mask is not None:
            mask = F.pad(mask[None, None], (dx, SHIFT - dx, dy, SHIFT - dy))[0, 0]
        total = scene.picture.new_zeros(())
        for name, value in features_of(self.net, shifted, self.layers).items():
            if self.kind == "gram":
                (mean, gram), (mean_y, gram_y) = statistics(value[0], mask), wanted[name]
                size = mean_y.square().sum().clamp(min=1e-12)
                spread = gram_y.square().sum().clamp(min=(FLAT * size) ** 2)  # a flat picture has none
                total = total + (mean - mean_y).square().sum() / size + (gram - gram_y).square().sum() / spread
            else:
                directions = scene.uniform(DIRECTIONS, value.shape[1]).to(value) - 0.5
                directions = directions / directions.norm(dim=1, keepdim=True)
                share = sum(swatch.weight for swatch in self.swatches)
                for swatch, other in zip(self.swatches, wanted[name], strict=True):
                    total = total + swatch.weight / share * sliced_wasserstein(cloud(value[0], mask), other, directions)
        return total / len(self.layers)


def cloud(features: Tensor, mask: Tensor | None) -> Tensor:
    """Features [C, h, w] as points [C, n], those inside the mask."""
    flat = features.flatten(1)
    if mask is None:
        return flat
    share = weights(mask, features).flatten()
    return flat[:, share > min(0.5, 0.99 * float(share.max()))]


def sliced_wasserstein(x: Tensor, y: Tensor, directions: Tensor) -> Tensor:  # [C, n], [C, m], [k, C]
    """Squared Wasserstein distance of two clouds, averaged over directions, relative to the spread of y along them.

    In one dimension sorting is optimal transport; y's quantiles are read where x has its points.
    """
    seen, want = (directions @ x).sort(1).values, (directions @ y).sort(1).values
    want = F.interpolate(want[None], size=seen.shape[1], mode="linear", align_corners=False)[0]
    spread = want.var(1).mean() + FLAT**2 * want.mean(1).square().mean()
    return (seen - want).square().mean() / spread.clamp(min=1e-12)


def statistics(features: Tensor, mask: Tensor | None) -> list[Tensor]:
    """Mean [C] and covariance [C, C] of features [C, h, w], weighted by a mask [H, W]."""
    flat = features.flatten(1)
    if mask is None:
        mean = flat.mean(1)
        centered = flat - mean[:, None]
        return [mean, centered @ centered.t() / flat.shape[1]]
    share = weights(mask, features).flatten()
    share = share / share.sum().clamp(min=1e-12)
    mean = flat @ share
    centered = flat - mean[:, None]
    return [mean, (centered * share) @ centered.t()]


def _mix(each: list[list[Tensor]], share: list[float]) -> list[Tensor]:
    total = sum(share)
    parts = zip(*each, strict=True)
    return [torch.stack([s / total * t for s, t in zip(share, part, strict=True)]).sum(0) for part in parts]


@explained
def style(
    pictures: Any,
    net: FeatureNet,
    *,
    layers: str | Sequence[str] | None = None,
    shares: Sequence[float] | None = None,
    scale: float = 1.0,
    masks: Sequence[Any] | None = None,
    colors: Any = None,
    kind: str = "gram",
) -> Objective:
    """Carry the style of a picture, or of several mixed.

    Args:
        pictures: one as `load_image` takes it, or a list of such.
        net: from `features.load` or `features.wrap`.
        layers: names of the network's layers: early ones hold palette and dashes, later ones large swirls;
            its usual ones when None.
        shares: how much each picture counts; all alike when None.
        scale: size of the style's marks: 1 as if the style picture were as large as the canvas, 0.5 half as large.
        masks: for each picture the part of it that counts (white), or None.
        colors: a picture whose colors to keep: the styles are brought to its palette first.
        kind: "gram", or "sliced" for the sliced Wasserstein distance of the features.

    Raises:
        FileError, InputError: a picture that cannot be read, an unknown layer, shares or a scale out of range.
    """
    several = checks.some("one style picture", pictures if isinstance(pictures, list | tuple) else [pictures])
    share = [1.0] * len(several) if shares is None else [checks.number("shares", s, 0.0) for s in shares]
    scale = checks.number("a style scale", scale, 0.05, 8)
    kind = checks.one_of("a kind of style, …", kind, KINDS)
    parts = [None] * len(several) if masks is None else list(masks)
    if len(share) != len(several) or len(parts) != len(several):
        raise InputError(
            f"expected as many shares and masks as pictures, got {len(several)} pictures, {len(share)} shares, "
            f"{len(parts)} masks"
        )
    if not sum(share) > 0:
        raise InputError(f"expected shares of 0 or more, and one above 0, got {share}")
    loaded = [load_image(picture, most=GOAL) for picture in several]
    if colors is not None:
        palette = load_image(colors, most=GOAL)
        loaded = [match_colors(picture, palette) for picture in loaded]
    where = [None if part is None else load_mask(part, known) for part, known in zip(parts, loaded, strict=True)]
    names = pick(net, layers, net.default_style_layers)
    with torch.no_grad():
        side = max(net.smallest(name) for name in names)
        for name, value in net(
            torch.zeros(1, 3, side, side, device=getattr(next(net.parameters(), None), "device", "cpu")), names
        ).items():
            if value.ndim != 4:
                raise InputError(f"expected layers with maps for a style, got {name!r}, which has none")
    swatches = tuple(Swatch(*known) for known in zip(loaded, share, where, strict=True))
    return Style(swatches, net, names, scale, kind)
