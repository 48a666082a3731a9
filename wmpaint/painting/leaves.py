"""The strokes of a run as leaves of the graph, with Adam's state of each: `strokes()`, then `step(loss, rate)`."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..errors import InputError
from ..strokes import Strokes
from .palette import Palette

__all__ = ["LARGEST", "RATES", "Leaves", "kept"]

# Learning rates: canvas units for points, natural logarithm for the radius, 0..1 for the rest.
RATES = {"points": 4e-3, "radius": 3e-2, "pressure": 3e-2, "color": 2e-2}
LARGEST = 0.3  # canvas units of radius
FARTHEST = 64.0  # canvas units; what `Strokes.check` allows
MOMENTS = ("exp_avg", "exp_avg_sq")


class Leaves:
    """Strokes to be optimized.

    Args:
        smallest: radius in canvas units.
        aspect: of the canvas; points stay within one canvas height of it.
        palette: inks that colors harden to. Strokes are then pressed fully, as a plotter does.
    """

    def __init__(self, smallest: float, aspect: float, palette: Palette | None = None) -> None:
        self.smallest, self.aspect, self.palette = smallest, aspect, palette
        self.progress = 0.0  # share of the schedule, while which colors harden
        self.sizes: list[int] = []  # how many strokes of each round are there; rounds lie above each other in order
        self._columns: dict[str, Tensor] = {}
        self._optimizer: torch.optim.Adam | None = None

    def __len__(self) -> int:
        return len(self._columns["points"]) if self._columns else 0

    def strokes(self) -> Strokes:
        """In the graph."""
        if not self._columns:
            return Strokes.empty()
        c = self._columns
        if self.palette is not None:
            return self.palette.inked(c["points"], c["radius"].exp(), c["color"])
        return Strokes(c["points"], c["radius"].exp(), c["pressure"], c["color"])

    def settled(self) -> Strokes:
        """As they end: in the palette's inks, if there is one. Outside the graph."""
        self.clamp()  # Ctrl-C may have come between the optimizer's step and this
        strokes = self.strokes().detach()
        if self.palette is not None and len(self):
            strokes = strokes.replace(color=self.palette.drawn(strokes.color, 1.0).clamp(0, 1))
        return strokes

    def replace(self, alive: Tensor, new: Strokes) -> None:
        """Drop the strokes that are not alive [N], and lay new ones over the others, which keep their momentum."""
        added = {"points": new.points, "radius": new.radius.log(), "pressure": new.pressure, "color": new.color}
        self.sizes = [*kept(self.sizes, alive), len(new)]
        before, optimizer = self._columns, self._optimizer
        if optimizer is None:
            self._set(added)
            return
        self._set({name: torch.cat([before[name].detach()[alive], added[name]]) for name in RATES})
        for name, value in self._columns.items():
            state = dict(optimizer.state[before[name]])
            if not state:  # no step was taken yet
                continue
            for moment in MOMENTS:
                state[moment] = torch.cat([state[moment][alive], torch.zeros_like(added[name])])
            self._adam.state[value] = state

    def step(self, loss: Tensor, rate: float) -> None:
        """Go down the gradient of a loss, at a share of the full rates.

        Raises:
            InputError: a gradient that is not finite.
        """
        self._adam.zero_grad()
        loss.backward()
        for name, value in self._columns.items():
            if value.grad is None:  # no term looks at it
                value.grad = torch.zeros_like(value)
            check_finite(value.grad, f"the strokes' {name}")
        for group in self._adam.param_groups:
            group["lr"] = RATES[group["name"]] * rate
        self._adam.step()
        if self.palette is not None:
            color = self._columns["color"]
            with torch.no_grad():
                color.copy_(self.palette.drawn(color, self.progress))
        self.clamp()

    @torch.no_grad()
    def clamp(self) -> None:
        """Bring all columns back into their ranges."""
        if not self._columns:
            return
        c = self._columns
        c["pressure"].clamp_(0.05, 1)
        c["color"].clamp_(0, 1)
        c["radius"].clamp_(math.log(self.smallest), math.log(LARGEST))
        c["points"].clamp_(-1, min(1 + max(1.0, self.aspect), FARTHEST))

    def tensors(self) -> dict[str, Tensor]:
        """All of it, for a file."""
        found = {**self._columns, "sizes": torch.tensor(self.sizes, dtype=torch.int64)}
        for name, value in self._columns.items():
            found.update({f"{name}.{k}": v for k, v in self._adam.state[value].items()})
        return found

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Take over what `tensors` gave."""
        self._set({name: tensors[name] for name in RATES})
        # Checkpoints of earlier versions do not tell rounds apart.
        self.sizes = tensors["sizes"].tolist() if "sizes" in tensors else [len(self)]
        for name, value in self._columns.items():
            state = {k: tensors[f"{name}.{k}"] for k in ("step", *MOMENTS) if f"{name}.{k}" in tensors}
            if state:
                self._adam.state[value] = state

    @property
    def _adam(self) -> torch.optim.Adam:
        assert self._optimizer is not None, "no strokes yet"
        return self._optimizer

    def _set(self, columns: dict[str, Tensor]) -> None:
        self._columns = {name: value.detach().clone().requires_grad_() for name, value in columns.items()}
        groups = [{"params": [value], "lr": RATES[name], "name": name} for name, value in self._columns.items()]
        self._optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))
        self.clamp()


def kept(sizes: list[int], alive: Tensor) -> list[int]:
    """How many strokes of each round are alive [sum of sizes]."""
    return [int(part.sum()) for part in alive.split(sizes)] if sizes else []


def check_finite(gradient: Tensor, of: str) -> None:
    """Refuse a gradient with NaN or infinity in it.

    Raises:
        InputError: naming what it is of.
    """
    if not bool(gradient.isfinite().all()):
        raise InputError(f"expected an objective with finite gradients, got NaN or infinity for {of}")
