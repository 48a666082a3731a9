"""What is known of a column of marks, declared once: `radius: Tensor = column((), "length", low=1e-9, high=16)`."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .errors import InputError

__all__ = ["CHARTS", "UNITS", "Column", "column"]

UNITS = ("place", "length", "angle", "share", "color", "number")
CHARTS = ("linear", "log")


@dataclass(frozen=True)
class Column:
    """What is known of a column.

    Args:
        shape: of one mark's numbers.
        unit: "place" (x, y in canvas units), "length" (canvas units), "angle" (radians), "share" (of a whole),
            "color" (sRGB), or "number". Places and lengths follow where marks are moved and scaled.
        low, high: the range, both included.
        chart: "log" for numbers of which ratios count: they are optimized, matched and drawn as logarithms.
        step: of the optimizer at its full rate, in the chart; 0 leaves the column as it is.
        usual: the value of marks that are nowhere said to have another, such as those of a file without the column.
        bounds: to which the optimizer keeps it; None for the range. Places and lengths have those of the canvas.
        weight: of squared differences in the chart, where marks are matched.
        names: of each number in a file; made of the column's name if empty.
        optional: whether marks may be made without it, and then have the usual value.
    """

    shape: tuple[int, ...]
    unit: str
    low: float
    high: float
    chart: str = "linear"
    step: float = 1e-2
    usual: float = 0.0
    bounds: tuple[float, float] | None = None
    weight: float = 0.01
    names: tuple[str, ...] = ()
    optional: bool = False

    def __post_init__(self) -> None:
        if self.unit not in UNITS or self.chart not in CHARTS:
            raise InputError(
                f"expected a unit of {', '.join(UNITS)} and a chart of {', '.join(CHARTS)}, "
                f"got {self.unit!r} and {self.chart!r}"
            )
        if not self.low <= self.usual <= self.high:
            raise InputError(f"expected a usual value in {self.low:g}..{self.high:g}, got {self.usual}")
        if self.chart == "log" and not self.low > 0:
            raise InputError(f"expected a range above 0 for logarithms, got {self.low:g}..{self.high:g}")
        if self.unit == "place" and self.shape[-1:] != (2,):
            raise InputError(f"expected places of shape (…, 2), got {self.shape}")

    @property
    def size(self) -> int:
        """How many numbers of a mark."""
        return math.prod(self.shape)

    def encode(self, value: Tensor) -> Tensor:
        """Values in the chart, where they are optimized and compared."""
        return value.log() if self.chart == "log" else value

    def decode(self, value: Tensor) -> Tensor:
        """The inverse of `encode`, within the range, which rounding may leave."""
        return value.exp().clamp(self.low, self.high) if self.chart == "log" else value

    def span(self, bounds: tuple[float, float] | None = None) -> tuple[float, float]:
        """(low, high) in the chart, of other bounds or its own."""
        low, high = bounds or self.bounds or (self.low, self.high)
        return (math.log(low), math.log(high)) if self.chart == "log" else (low, high)

    def titles(self, name: str) -> tuple[str, ...]:
        """The name of each number in a table, for a column of that name."""
        return self.names or ((name,) if not self.shape else tuple(f"{name}{k}" for k in range(self.size)))


def column(shape: tuple[int, ...], unit: str, *, low: float, high: float, **known: Any) -> Any:
    """A field of a class of marks; arguments as for `Column`."""
    found = Column(shape, unit, low, high, **known)
    default: Any = None if found.optional else dataclasses.MISSING
    return dataclasses.field(metadata={"column": found}, default=default)
