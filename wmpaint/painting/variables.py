"""Marks as variables of an optimizer: `marks()` in the graph, then `step(loss, rate)`."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ..checkpoint import check_tensor
from ..errors import InputError
from ..marks import Marks

__all__ = ["LARGEST", "Variables", "check_finite", "limits"]

LARGEST = 0.3  # canvas units of a length
FARTHEST = 64.0  # canvas units of a place
MOMENTS = ("exp_avg", "exp_avg_sq")
ROOM = 1e-4  # by which what was saved may lie outside: single precision


def limits(kind: type[Marks], aspect: float, smallest: float) -> dict[str, tuple[float, float]]:
    """(low, high) of each column of a painting: places within a canvas height of the canvas, lengths from `smallest`
    to `LARGEST`, all else in its own bounds.
    """
    found = {}
    for name, known in kind.columns().items():
        if known.unit == "place":
            found[name] = (-1.0, min(1 + max(1.0, aspect), FARTHEST))
        elif known.unit == "length":
            found[name] = (smallest, LARGEST)
        else:
            found[name] = known.bounds or (known.low, known.high)
    return found


class Variables:
    """Marks that are improved: each column in its chart, with Adam's moments, kept to bounds.

    Args:
        kind: of the marks.
        bounds: of each column, as `limits` gives them.
        device: where they lie.
    """

    def __init__(
        self, kind: type[Marks], bounds: Mapping[str, tuple[float, float]], device: torch.device | str = "cpu"
    ) -> None:
        self.kind, self.bounds, self.device = kind, dict(bounds), torch.device(device)
        self.brush: Tensor | None = None  # [N], chosen rather than improved
        self._columns: dict[str, Tensor] = {}
        self._optimizer: torch.optim.Adam | None = None

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def marks(self) -> Marks:
        """In the graph."""
        if not self._columns:
            return self.kind.empty(device=self.device)
        known = self.kind.columns()
        return self.kind(**{n: known[n].decode(value) for n, value in self._columns.items()}, brush=self.brush)

    def replace(self, alive: Tensor, new: Marks) -> None:
        """Drop the marks that are not alive [N], and lay new ones over the others, which keep their momentum."""
        known, new = self.kind.columns(), new.to(self.device)
        added = {name: column.encode(getattr(new, name)) for name, column in known.items()}
        before, optimizer, alive = self._columns, self._optimizer, alive.to(self.device)
        self.brush = self._brushes(alive, new)
        if optimizer is None:
            self._set(added)
            return
        self._set({name: torch.cat([before[name].detach()[alive], added[name]]) for name in known})
        for name, value in self._columns.items():
            state = dict(optimizer.state[before[name]])
            if not state:  # no step was taken yet
                continue
            for moment in MOMENTS:
                state[moment] = torch.cat([state[moment][alive], torch.zeros_like(added[name])])
            self._adam.state[value] = state

    def _brushes(self, alive: Tensor, new: Marks) -> Tensor | None:
        if self.brush is None and new.brush is None:
            return None
        old = torch.zeros(len(self), dtype=torch.int64, device=self.device) if self.brush is None else self.brush
        own = torch.zeros(len(new), dtype=torch.int64, device=self.device) if new.brush is None else new.brush
        return torch.cat([old[alive], own])

    def step(self, loss: Tensor, rate: float) -> None:
        """Go down the gradient of a loss, at a share of the full rates.

        Raises:
            InputError: a gradient that is not finite.
        """
        self._adam.zero_grad()
        loss.backward()
        for value in self._columns.values():
            if value.grad is None:  # no term looks at it
                value.grad = torch.zeros_like(value)
        fine = torch.stack([value.grad.isfinite().all() for value in self._columns.values()])  # type: ignore[union-attr]
        if not bool(fine.all()):
            for name, value in self._columns.items():
                check_finite(value.grad, f"the {self.kind.noun}s' {name}")  # type: ignore[arg-type]
        for group in self._adam.param_groups:
            group["lr"] = self.kind.columns()[group["name"]].step * rate
        self._adam.step()
        self.clamp()

    @torch.no_grad()
    def put_column(self, name: str, value: Tensor) -> None:
        """Exchange a column's values, without touching what the optimizer knows."""
        self._columns[name].copy_(self.kind.columns()[name].encode(value))

    @torch.no_grad()
    def clamp(self) -> None:
        """Bring all columns back into their bounds."""
        for name, value in self._columns.items():
            value.clamp_(*self.kind.columns()[name].span(self.bounds[name]))

    # Files

    def tensors(self) -> dict[str, Tensor]:
        """All of it, for a checkpoint."""
        found = dict(self._columns) if self.brush is None else {**self._columns, "brush": self.brush}
        for name, value in self._columns.items():
            found.update({f"{name}.{k}": v for k, v in self._adam.state[value].items()})
        return found

    def restore(self, tensors: dict[str, Tensor], count: int, brushes: int) -> None:
        """Take over what `tensors` gave, of so many marks of so many brushes.

        Raises:
            KeyError, ValueError: something else.
        """
        columns = {}
        for name, known in self.kind.columns().items():
            low, high = known.span(self.bounds[name])
            shape, room = (count, *known.shape), ROOM * max(1.0, abs(low), abs(high))
            columns[name] = check_tensor(name, tensors, shape, low - room, high + room)
            parts = [key for key in ("step", *MOMENTS) if f"{name}.{key}" in tensors]
            if len(parts) not in (0, 1 + len(MOMENTS)):
                raise ValueError(f"{' and '.join(parts)} of {name} alone")
            for part in parts:
                least = -float("inf") if part == "exp_avg" else 0.0
                check_tensor(f"{name}.{part}", tensors, () if part == "step" else shape, least)
        self.brush = None
        if "brush" in tensors:
            brush = tensors["brush"]
            if (
                brush.dtype != torch.int64
                or tuple(brush.shape) != (count,)
                or bool(((brush < 0) | (brush >= brushes)).any())
            ):
                raise ValueError(f"brushes that are not {count} numbers below {brushes}")
            self.brush = brush.to(self.device)
        self._set({name: value.to(self.device) for name, value in columns.items()})
        for name, value in self._columns.items():
            state = {k: tensors[f"{name}.{k}"] for k in ("step", *MOMENTS) if f"{name}.{k}" in tensors}
            if state:
                self._adam.state[value] = {k: v if k == "step" else v.to(self.device) for k, v in state.items()}

    @property
    def _adam(self) -> torch.optim.Adam:
        assert self._optimizer is not None, "no marks yet"
        return self._optimizer

    def _set(self, columns: dict[str, Tensor]) -> None:
        self._columns = {name: value.detach().clone().requires_grad_() for name, value in columns.items()}
        steps = {name: self.kind.columns()[name].step for name in columns}
        groups = [{"params": [value], "lr": steps[name], "name": name} for name, value in self._columns.items()]
        self._optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))
        self.clamp()


def check_finite(gradient: Tensor, of: str) -> None:
    """Refuse a gradient with NaN or infinity in it.

    Raises:
        InputError: naming what it is of.
    """
    if not bool(gradient.isfinite().all()):
        raise InputError(f"expected an objective with finite gradients, got NaN or infinity for {of}")
