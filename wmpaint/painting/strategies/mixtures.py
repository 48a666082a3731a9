"""Colors of a palette of tubes only: a `Task`'s constraint, after which a painter can mix each stroke's paint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ...marks import Marks
from ...tubes import Tubes

__all__ = ["Mixtures"]

STEPS = 64  # of red, green and blue, at which the nearest mixture is known once it was looked for
STRAY = 0.03  # sRGB: how far an optimized color may be from the mixture that is painted with


@dataclass(frozen=True, eq=False)
class Mixtures:
    """Each mark is painted with the mixture nearest to its color, which moves freely near those that there are.

    Args:
        tubes: what is on the palette.
    """

    tubes: Tubes
    least: float = 0.0
    _known: Tensor = field(default_factory=lambda: torch.full((STEPS**3,), -1), init=False, repr=False)

    @property
    def parameters(self) -> dict[str, Any]:
        """For a painting's parameters: plain JSON values."""
        return {"palette": list(self.tubes.names)}

    @torch.no_grad()
    def drawn(self, colors: Tensor) -> Tensor:  # [N, 3] -> [N, 3]
        """The nearest mixtures, to a sixty-fourth of each channel."""
        steps = (colors.detach().cpu().clamp(0, 1) * (STEPS - 1)).round().long()
        cell = (steps[:, 0] * STEPS + steps[:, 1]) * STEPS + steps[:, 2]
        new = cell[self._known[cell] < 0].unique()
        middle = torch.stack([new // STEPS**2, new // STEPS % STEPS, new % STEPS], 1)
        self._known[new] = self.tubes.nearest(middle.float() / (STEPS - 1))
        return self.tubes.colors[self._known[cell]].to(colors)

    def shown(self, marks: Marks) -> Marks:
        """Marks in the graph, in the colors of mixtures, whose gradients are those of the free ones."""
        color = marks.color  # type: ignore[attr-defined]
        return marks.replace(color=color + (self.drawn(color) - color).detach())

    def project(self, marks: Marks, progress: float) -> dict[str, Tensor]:
        """The colors, near mixtures."""
        color = marks.color.detach()  # type: ignore[attr-defined]
        mixed = self.drawn(color)
        away = color - mixed
        return {"color": mixed + away * (STRAY / away.norm(dim=1, keepdim=True).clamp(min=STRAY))}

    def guide(self, picture: Tensor, progress: float) -> Tensor:  # [3, H, W] -> [3, H, W]
        """A picture as the palette can show it."""
        return self.drawn(picture.flatten(1).t()).t().reshape(picture.shape)
