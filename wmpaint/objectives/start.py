"""What a painting starts from, and how it is gone about: what objectives declare beside what they think."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ..canvas import WHITE, Canvas
from ..image import resize

__all__ = ["Plan", "Start"]


@dataclass(frozen=True, eq=False)
class Start:
    """What a painting starts from.

    Args:
        picture: [3, H, W] sRGB, from which first colors and directions are taken, and the canvas' proportions.
        target: [3, H, W] sRGB, what the painting should equal, so that a PSNR means something.
        background: of the canvas, sRGB in 0..1.
        aspect: of the canvas where there is no picture.
    """

    picture: Tensor | None = None
    target: Tensor | None = None
    background: tuple[float, float, float] = WHITE
    aspect: float = 1.0

    def canvas(self) -> Canvas:
        """The background, with the proportions of the picture."""
        return (
            Canvas(self.aspect, self.background) if self.picture is None else Canvas.like(self.picture, self.background)
        )

    def guide(self, height: int, width: int) -> Tensor | None:
        """The picture [3, height, width], if there is one."""
        return None if self.picture is None else resize(self.picture, height, width).clamp(0, 1)

    @classmethod
    def join(cls, starts: Sequence[Start]) -> Start:
        """The first with a picture, or else the first; with the first target."""
        first = next((start for start in starts if start.picture is not None), starts[0] if starts else cls())
        target = next((start.target for start in starts if start.target is not None), None)
        return cls(first.picture, target, first.background, first.aspect)


@dataclass(frozen=True)
class Plan:
    """How to go about it.

    Args:
        steps: optimizer steps that it takes as a rule.
        heights: the lowest and highest picture, in pixels, at which it should be judged; None leaves both to the marks.
        details: share of the marks that are laid last, half as large as the others would be.
        sparse: whether marks that show nowhere are left out in the end, rather than placed anew.
    """

    steps: int = 120
    heights: tuple[int, int] | None = None
    sparse: bool = False
    details: float = 0.0

    @classmethod
    def join(cls, plans: Sequence[Plan]) -> Plan:
        """As many steps and details and as high pictures as any needs; sparse if any is."""
        spans = [plan.heights for plan in plans if plan.heights is not None]
        heights = (max(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        steps, details = max((p.steps for p in plans), default=cls.steps), max((p.details for p in plans), default=0.0)
        return cls(steps, heights, any(p.sparse for p in plans), details)
