"""What a plotter is to do: a `Plot` of layers, one a pen, that knows its length and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import checks
from ...errors import InputError, clipped
from ...explain import explained
from ...pens import Pen, Placement, luminance

__all__ = ["Effort", "Plot", "PlotLayer", "Speeds", "plotted", "shade"]


@explained
@dataclass(frozen=True)
class Speeds:
    """How fast a plotter moves.

    Args:
        down: mm/s, drawing.
        up: mm/s, travelling.
        lift: seconds for lifting and lowering the pen once.

    Raises:
        InputError: a speed that is not above 0, or a negative time.
    """

    down: float = 50.0
    up: float = 150.0
    lift: float = 0.25

    def __post_init__(self) -> None:
        down, up, lift = map(checks.real, (self.down, self.up, self.lift))
        if not (0 < down < 1e6 and 0 < up < 1e6 and 0 <= lift < 1e6):
            raise InputError(f"expected speeds above 0 and a lift of 0 s or more, got {self}")


@dataclass(frozen=True)
class Effort:
    """How much a pen has to do.

    Args:
        drawn, travel: metres with the pen down, and up: from the page's corner to the first line, and between lines.
        lifts: how often it is lowered.
        minutes: at the job's speeds.
    """

    drawn: float
    travel: float
    lifts: int
    minutes: float

    @classmethod
    def of(cls, paths: Sequence[np.ndarray], speeds: Speeds) -> Effort:
        """That of lines [K, 2] in mm, in their order."""
        drawn = sum(float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()) for path in paths) / 1000
        ends = np.array([[path[0], path[-1]] for path in paths]).reshape(-1, 2, 2)
        stops = np.concatenate([np.zeros((1, 2)), ends[:-1, 1]])
        # From where the last line ended (the corner, at first) to where the next begins.
        travel = float(np.linalg.norm(ends[:, 0] - stops, axis=1).sum()) / 1000
        seconds = drawn * 1000 / speeds.down + travel * 1000 / speeds.up + len(paths) * speeds.lift
        return cls(drawn, travel, len(paths), seconds / 60)

    def __add__(self, other: Effort) -> Effort:
        return Effort(
            self.drawn + other.drawn, self.travel + other.travel, self.lifts + other.lifts, self.minutes + other.minutes
        )


@dataclass(frozen=True, eq=False)
class PlotLayer:
    """What one pen draws: lines [K, 2] in mm from the page's top left, in the order in which they are drawn."""

    pen: Pen
    paths: tuple[np.ndarray, ...]

    def __repr__(self) -> str:
        return f"PlotLayer({self.pen.name}, {len(self.paths):,} lines)"


@dataclass(frozen=True, eq=False)
class Plot:
    """Layers to be plotted, in order.

    Args:
        layers: one a pen, in the order of `inks.plot_order`; pens without work are left out.
        placement: the page, its margin, and the canvas on it.
        paper: its color, sRGB.
        before: each layer's work in paint order, before lines were joined and sorted.
        speeds: of the plotter.
        strokes: how many were asked for; bare: those too near the paper's color for any pen; hidden: those of which
            nothing is left, since others cover them, or they lie off the canvas.
        title: for people.
        settings: what was asked for, plain JSON values.
        painting: the text of the painting's file, to be kept in SVG; None for bare strokes.
    """

    layers: tuple[PlotLayer, ...]
    placement: Placement
    paper: tuple[float, float, float]
    before: tuple[Effort, ...]
    speeds: Speeds = field(default_factory=Speeds)
    strokes: int = 0
    bare: int = 0
    hidden: int = 0
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    painting: str | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        width, height = self.placement.page
        drawn = f"{self.total.drawn:.1f} m in {len(self.layers)} pens on {width:g} x {height:g} mm"
        return clipped(f"{type(self).__name__}({self.title}; {drawn})", 200)

    @property
    def work(self) -> tuple[Effort, ...]:
        """Each layer's, as it is to be plotted."""
        return tuple(Effort.of(layer.paths, self.speeds) for layer in self.layers)

    @property
    def total(self) -> Effort:
        """The work of all layers that are plotted."""
        return self._sum(self.work)

    @property
    def total_before(self) -> Effort:
        """As `total`, in paint order."""
        return self._sum(self.before)

    def _sum(self, works: Sequence[Effort]) -> Effort:
        mine = [work for layer, work in zip(self.layers, works, strict=True) if layer.pen.plot]
        return sum(mine, Effort(0.0, 0.0, 0, 0.0))

    def rows(self) -> list[tuple[str, ...]]:
        """The table that `print(job)` shows: a header, a row a pen, the total; "a → b" is before → after sorting."""
        rows: list[tuple[str, ...]] = [("pen", "width", "drawn", "pen up", "lifts", "minutes")]
        names = [
            (f"{k} {layer.pen.name}{'' if layer.pen.plot else ' (left out)'}", f"{layer.pen.width:g} mm")
            for k, layer in enumerate(self.layers, 1)
        ]
        both = [*zip(self.before, self.work, strict=True), (self.total_before, self.total)]
        forms = {"drawn": (".1f", " m"), "travel": (".1f", " m"), "lifts": (",", ""), "minutes": (".1f", "")}
        for (name, width), (was, now) in zip([*names, ("total", "")], both, strict=True):
            changes = (_change(getattr(was, key), getattr(now, key), *form) for key, form in forms.items())
            rows.append((name, width, *changes))
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: page, pens, and how much there is to do."""

        def plain(work: Effort) -> dict[str, float]:
            return {
                "drawn_m": round(work.drawn, 3),
                "travel_m": round(work.travel, 3),
                "lifts": work.lifts,
                "minutes": round(work.minutes, 2),
            }

        pens = [
            {**layer.pen.as_dict(), "before": plain(was), **plain(now)}
            for layer, was, now in zip(self.layers, self.before, self.work, strict=True)
        ]
        return {
            "page_mm": list(self.placement.page),
            "margin_mm": self.placement.margin,
            "strokes": self.strokes,
            "bare": self.bare,
            "hidden": self.hidden,
            "pens": pens,
            "before": plain(self.total_before),
            **plain(self.total),
        }

    def __str__(self) -> str:
        rows = self.rows()
        wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]
        width, height = self.placement.page
        head = f"{self.strokes:,} strokes on {width:g} x {height:g} mm, margin {self.placement.margin:g} mm"
        if self.bare:
            head += f"; {self.bare:,} too {shade(self.paper)[1]} for any pen"
        if self.hidden:
            head += f"; {self.hidden:,} hidden by others or off the canvas"
        return "\n".join([head, *lines])


def shade(paper: tuple[float, float, float]) -> tuple[str, str]:
    """(what ink on that paper has to be to show, what strokes are that do not need any)."""
    return ("dark", "light") if luminance(paper) > 0.5 else ("light", "dark")


def plotted(job: Plot) -> list[PlotLayer]:
    """The layers that are to be plotted.

    Raises:
        InputError: no pen that is to be plotted.
    """
    found = [layer for layer in job.layers if layer.pen.plot]
    if not found:
        raise InputError(f"expected a pen that is to be plotted, got none of {len(job.layers)}")
    return found


def _change(was: float, now: float, form: str, unit: str) -> str:
    first, second = format(was, form), format(now, form)
    return f"{second}{unit}" if first == second else f"{first} → {second}{unit}"
