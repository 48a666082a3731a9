"""A painting in the making: `PaintState`, data that saves and loads itself; `step` improves it. And its `Origin`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..canvas import Canvas
from ..clock import Clock
from ..marks import Marks
from ..media import families
from ..raster.tiles import Layout
from .brush_ref import BrushRef
from .variables import Variables

__all__ = ["Origin", "PaintState", "kept"]

LAYOUT = ("tiles", "starts", "strokes")
ABOVE = 1 << 40  # where fixed marks lie that are above all others
_KINDS = {"parameters": dict, "seed": int, "canvas": list, "goal": str, "painters": list, "brushes": list}
_PARAMETERS: dict[str, Any] = {"brush": str | list, "strokes": int, "height": int, "steps": int | None}
_PARAMETERS |= {"hold": int, "init": int}


@dataclass
class PaintState:
    """Marks that are improved, marks that are not, and how far the painting has come.

    Args:
        free: the marks that are improved.
        clock: steps and seconds.
        generator: of all that is random, on the CPU.
        fixed: marks that stay as they are, bit for bit.
        places: [fixed] int64, where in paint order fixed marks lie; `free_places` [free]: and the free ones.
        sizes: how many free marks of each round are there; rounds lie above each other in order.
        rounds: how many were laid.
        layout: what the medium knows of the marks, for as long as they move little.
        loss, terms: of the last step.
        kept: what objectives have made for themselves; not saved.
    """

    free: Variables
    clock: Clock
    generator: torch.Generator
    fixed: Marks | None = None
    places: Tensor | None = None
    free_places: Tensor | None = None
    sizes: list[int] = field(default_factory=list)
    rounds: int = 0
    layout: Layout | None = None
    loss: float = math.nan
    terms: dict[str, float] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.free) + self.held

    @property
    def held(self) -> int:
        """How many marks are fixed."""
        return 0 if self.fixed is None else len(self.fixed)

    def fix(self, marks: Marks, places: Tensor | None = None) -> None:
        """Marks to stay as they are: above all others, or at these places [N] among free ones."""
        self.fixed = marks.detach().to(self.free.device)
        count = torch.arange(len(marks), device=self.free.device)
        self.places = ABOVE + count if places is None else places

    @property
    def order(self) -> Tensor:
        """[all] paint order of the fixed marks and then the free ones."""
        own = torch.arange(len(self.free), device=self.free.device) if self.free_places is None else self.free_places
        return (own if self.places is None else torch.cat([self.places, own])).argsort(stable=True)

    @property
    def free_at(self) -> Tensor:
        """[free] where in paint order each free mark is."""
        return self.order.argsort()[self.held :]

    def marks(self, free: Marks | None = None) -> Marks:
        """All marks in paint order, in the graph; `free` in place of those that are improved."""
        free = self.free.marks() if free is None else free
        return free if self.fixed is None else type(free).cat([self.fixed, free])[self.order]

    def renew(self, alive: Tensor, new: Marks) -> None:
        """Drop free marks that are not alive [free], and lay new ones over the others."""
        self.sizes = [*kept(self.sizes, alive), len(new)]
        if self.free_places is not None:
            top = torch.cat([p for p in (self.places, self.free_places) if p is not None])
            top = top[top < ABOVE]
            first = int(top.max()) + 1 if len(top) else 0
            more = torch.arange(first, first + len(new), device=self.free_places.device)
            self.free_places = torch.cat([self.free_places[alive.to(self.free_places.device)], more])
        self.free.replace(alive, new)
        self.layout = None

    # Files

    def as_file(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What JSON holds of it, and tensors, for a checkpoint."""
        layout = self.layout
        known = {
            "index": self.clock.index, "seconds": self.clock.seconds, "rounds": self.rounds, "sizes": self.sizes,
            "loss": self.loss, "terms": self.terms, "fixed": self.held,
            "marks": self.free.kind.kind, "columns": list(self.free.kind.titles()),
            "layout": None if layout is None else [layout.height, layout.width, layout.tile],
        }  # fmt: skip
        tensors = {"generator": self.generator.get_state(), **{f"free.{n}": v for n, v in self.free.tensors().items()}}
        if self.fixed is not None and self.places is not None:
            tensors |= {"fixed.table": self.fixed.table().float(), "fixed.places": self.places}
            tensors |= {} if self.fixed.brush is None else {"fixed.brush": self.fixed.brush}
        # The layout in use was made for where marks were then: kept, since float sums depend on its order.
        if layout is not None:
            tensors |= {f"layout.{name}": getattr(layout, name) for name in LAYOUT}
        return known, tensors

    def restore(self, known: dict[str, Any], tensors: dict[str, Tensor], brushes: int = 1) -> None:
        """Take over what `as_file` gave.

        Raises:
            ValueError, KeyError, TypeError, RuntimeError, WmpaintError: something else.
        """
        kind, device = self.free.kind, self.free.device
        if known["marks"] != kind.kind or known["columns"] != list(kind.titles()):
            raise ValueError(f"marks of another kind than {kind.kind}")
        sizes, index, rounds, seconds = known["sizes"], known["index"], known["rounds"], known["seconds"]
        whole = [index, rounds, known["fixed"], *sizes]
        if not all(type(n) is int and 0 <= n <= 1 << 40 for n in whole) or not 0 <= float(seconds) < math.inf:
            raise ValueError("a state out of range")
        if not all(math.isfinite(float(value)) for value in known["terms"].values()):
            raise ValueError("terms that are not finite")
        self.generator.set_state(tensors["generator"])  # which looks at it
        count = sum(sizes)
        if count or "free.brush" in tensors:
            mine = {name[5:]: value for name, value in tensors.items() if name.startswith("free.")}
            self.free.restore(mine, count, brushes)
        if known["fixed"]:
            brush, places = tensors.get("fixed.brush"), tensors["fixed.places"]
            if places.dtype != torch.int64 or len(places) != known["fixed"]:
                raise ValueError(f"places that are not {known['fixed']} numbers")
            fixed = kind.from_table(tensors["fixed.table"].float(), brush=brush).check()
            if brush is not None and bool(((brush < 0) | (brush >= brushes)).any()):
                raise ValueError(f"brushes that are not below {brushes}")
            self.fix(fixed, places.to(device))
        self.sizes, self.rounds, self.loss, self.terms = sizes, rounds, float(known["loss"]), known["terms"]
        self.clock.restore(index, float(seconds))
        if known["layout"] is not None:
            height, width, tile = (int(number) for number in known["layout"])
            self.layout = Layout(height, width, tile, *(tensors[f"layout.{n}"].to(device) for n in LAYOUT)).check(
                len(self)
            )


def kept(sizes: list[int], alive: Tensor) -> list[int]:
    """How many marks of each round are alive [sum of sizes]."""
    return [int(part.sum()) for part in alive.split(sizes)] if sizes else []


@dataclass(frozen=True)
class Origin:
    """What a checkpoint holds beside the state of a painting: what it was asked to be, where, and with what.

    Args:
        parameters: what it was asked to be.
        seed: of all that is random.
        canvas: what it lies on.
        goal: identity of what it is painted after.
        painters: hash of each painter's weights, None for one without.
        brushes: one a painter.
    """

    parameters: dict[str, Any]
    seed: int
    canvas: Canvas
    goal: str
    painters: list[str | None]
    brushes: tuple[BrushRef, ...]

    def as_file(self) -> dict[str, Any]:
        """Plain JSON values."""
        canvas = list(vars(self.canvas).values())
        canvas = canvas[:-1] if self.canvas.mixing == "light" else canvas
        return {**vars(self), "canvas": canvas, "brushes": [asdict(brush) for brush in self.brushes]}

    @classmethod
    def of(cls, known: dict[str, Any]) -> Origin:
        """What `as_file` gave.

        Raises:
            InputError, KeyError, TypeError, ValueError: something else.
        """
        given = {name: known[name] for name in _KINDS}
        p = {"hold": 0, "init": 0, **given["parameters"]}
        kinds = [(name, given[name], kind) for name, kind in _KINDS.items()]
        for name, value, kind in [*kinds, *((name, p[name], kind) for name, kind in _PARAMETERS.items())]:
            if not isinstance(value, kind) or isinstance(value, bool):
                raise ValueError(f"{name} {value!r}")
        if not 0 <= given["seed"] < 1 << 63 or p["strokes"] < 1 or p["height"] < 1:
            raise ValueError("a state out of range")
        if not all(0 <= p[name] <= p["strokes"] for name in ("hold", "init")):
            raise ValueError("strokes to begin with that there cannot be")
        aspect, background, paper, *more = given["canvas"]
        if len(more) > 2:
            raise ValueError(f"a canvas of {given['canvas']!r}")
        given["parameters"] = {**given["parameters"], "brush": families.filed(p["brush"])}
        brushes = tuple(BrushRef(**brush) for brush in given["brushes"])
        return cls(**{**given, "canvas": Canvas(aspect, background, paper, *more), "brushes": brushes})
