"""Strokes of oil paint: strokes that also say how much paint the brush holds, and how hard its hairs are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ...explain import explained
from ...marks import column
from ...strokes import Strokes

__all__ = ["OilStrokes"]


@explained
@dataclass(frozen=True, eq=False)
class OilStrokes(Strokes):
    """N strokes of oil paint, as `Strokes`, and two columns more.

    Args:
        load: [*batch, N] paint in the brush, 0 (nearly dry) to 1 (dripping); 0.75 is usual.
        bristle: [*batch, N] how hard the hairs are, 0 (sable: smooth) to 1 (worn hog: deep furrows); 0.5 is usual.
    """

    load: Tensor = column((), "share", low=0, high=1, step=2e-2, usual=0.75, optional=True)
    bristle: Tensor = column((), "share", low=0, high=1, step=2e-2, usual=0.5, optional=True)

    kind: ClassVar[str] = "oil"
