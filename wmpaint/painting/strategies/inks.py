"""A few inks instead of all colors, whose choice is optimized with the marks: a `Task`'s constraint.

Colors are free at first. Then, after each step, they are drawn ever more strongly to the inks near them, weighed by a
softmax of their distances that grows colder (deterministic annealing: K. Rose, Proc. IEEE 86, 1998), until each is one
ink. All the while the marks' shapes are improved for the colors that they will have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ... import checks
from ...canvas import WHITE, Canvas
from ...color import delta_e, to_lab
from ...errors import InputError
from ...marks import Marks
from ...media.measuring import measure
from ...medium import Medium
from ...pens import PenSet, Placement, load_pens
from ...strokes import Strokes

__all__ = ["FILLS", "Inks", "painted_share"]

FILLS = ("solid", "line")
HARDEN = (0.0, 0.1)  # shares of the schedule between which colors harden: the sooner, the nearer the end comes
NEAR = 10.0  # CIEDE2000: inks that differ by less in their distance from a color share it at first


@dataclass(frozen=True, eq=False)
class Inks:
    """The inks that a painting is limited to: those of some pens, and the bare paper, which covers what it lies on.

    Args:
        pens: what they come from.
        colors: [P + 1, 3] sRGB of each ink as it looks on the paper, and last of the paper.
        radius: [P + 1] of strokes, canvas units, where a stroke is a single line of its pen; None where strokes are
            filled, and any width will do.
        least: the smallest radius that its pens can draw, canvas units.
        place: the page and the fill, for the painting's parameters.
    """

    pens: PenSet
    colors: Tensor
    radius: Tensor | None
    least: float
    place: dict[str, Any]

    @classmethod
    def of(
        cls,
        pens: Any,
        canvas: Canvas,
        *,
        page: Any = "a4",
        landscape: bool | None = None,
        margin: Any = "15mm",
        fill: str = "solid",
        share: Callable[[Tensor], Tensor] | None = None,
    ) -> Inks:
        """
        Args:
            pens: as `wmpaint.pens.load_pens` takes them.
            page, landscape, margin: as for `export.plotter.plan`, since a pen's width counts on the page.
            fill: "solid" for strokes of any width that are filled with lines, "line" for single lines.
            share: function of radii [N] to the painted width as a share of the brush's diameter; 1 if None.

        Raises:
            InputError: another fill, pens that do not show on the canvas, or what `load_pens` and `Placement.of` raise.
        """
        checks.one_of("the fill of painted pens", fill, FILLS)
        if pens == "own" or isinstance(pens, int) or (isinstance(pens, str) and pens.strip().isdecimal()):
            raise InputError(f"expected pens whose colors are known before painting, got {pens!r:.60}")
        found = load_pens(pens)
        placement = Placement.of(canvas, page, landscape, margin)
        ground = canvas.background or WHITE
        found.check_shows(ground)
        with torch.device("cpu"):
            paper, inks = torch.tensor(ground), torch.tensor([pen.on(ground) for pen in found.pens])
            # As in the preview of a plot.
            seen = paper + torch.tensor([pen.opacity for pen in found.pens])[:, None] * (inks - paper)
            half = torch.tensor([pen.width for pen in found.pens]) / (2 * placement.scale)
            half = torch.cat([half, half.max()[None]])
            radius = None
            if fill == "line":
                # The share depends on the radius: of many, those that paint the width that comes nearest.
                tried = half[:, None] * (torch.ones(1) if share is None else torch.logspace(-0.5, 0.3, 41))
                painted = tried if share is None else tried * share(tried.flatten()).view(tried.shape)
                best = (painted - half[:, None]).abs().argmin(1, keepdim=True)
                radius = tried.gather(1, best)[:, 0]
        place = {"page": list(placement.page), "margin": placement.margin, "fill": fill}
        return cls(found, torch.cat([seen, paper[None]]), radius, float(half.min()), place)

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def parameters(self) -> dict[str, Any]:
        """For a painting's parameters: plain JSON values, from which `of` makes the same inks."""
        return {"pens": [pen.as_dict() for pen in self.pens.pens], **self.place}

    def shares(self, colors: Tensor, progress: float) -> tuple[Tensor, float]:  # [N, 3] -> [N, P + 1]
        """(how much of each ink stands for a color, each row summing to 1; how strongly colors are drawn, 0 to 1)."""
        begin, end = HARDEN
        hard = min(max((progress - begin) / (end - begin), 0.0), 1.0)
        apart = delta_e(to_lab(colors)[:, None], to_lab(self.colors.to(colors))[None])
        if hard == 1:
            return torch.nn.functional.one_hot(apart.argmin(1), len(self)).to(colors), hard
        return (-apart / (NEAR * (1 - hard))).softmax(1), hard

    @torch.no_grad()
    def drawn(self, colors: Tensor, progress: float) -> Tensor:  # [N, 3] -> [N, 3]
        """Colors, drawn to the inks as far as they are to harden by now; at the end, the inks themselves."""
        shares, hard = self.shares(colors, progress)
        return torch.lerp(colors, shares @ self.colors.to(colors), hard)

    def shown(self, marks: Marks) -> Marks:
        """Strokes in the graph, fully pressed, with the number of the pen that is nearest to their color."""
        strokes: Any = marks
        pen = self.shares(strokes.color.detach(), 1.0)[0].argmax(1)
        radius = strokes.radius if self.radius is None else self.radius.to(strokes.color)[pen]
        return strokes.replace(radius=radius, pressure=torch.ones_like(strokes.pressure), pen=pen)

    def project(self, marks: Marks, progress: float) -> dict[str, Tensor]:
        """The colors, drawn to the inks."""
        strokes: Any = marks
        return {"color": self.drawn(strokes.color.detach(), progress)}

    def guide(self, picture: Tensor, progress: float) -> Tensor:  # [3, H, W] -> [3, H, W]
        """A picture as these inks could show it at best, as far as colors have hardened."""
        return self.drawn(picture.flatten(1).t(), progress).t().reshape(picture.shape)


def painted_share(medium: Medium, height: int) -> Callable[[Tensor], Tensor]:
    """The painted width of fully pressed strokes as a share of the brush's diameter: a function of radii [N]."""

    def share(radius: Tensor) -> Tensor:
        n = len(radius)
        zeros = radius.new_zeros
        return measure(medium, Strokes(zeros(n, 3, 2), radius, zeros(n, 2) + 1, zeros(n, 3)), height=height)[0]

    return share
