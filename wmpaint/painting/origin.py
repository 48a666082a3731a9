"""What a checkpoint holds beside the state of a painting: what it was asked to be, where, and with what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..canvas import Canvas
from .brush_ref import BrushRef

__all__ = ["Origin"]

_KINDS = {"parameters": dict, "seed": int, "canvas": list, "goal": str, "painters": list, "brushes": list}
_PARAMETERS: dict[str, Any] = {"brush": str | list, "strokes": int, "height": int, "steps": int | None}
_PARAMETERS |= {"hold": int, "init": int}


@dataclass(frozen=True)
class Origin:
    """Where a painting comes from.

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
        canvas = [self.canvas.aspect, self.canvas.background, self.canvas.paper, self.canvas.surface]
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
        aspect, background, paper, surface = [*given["canvas"], None][:4]  # older ones have no surface
        if not isinstance(aspect, float) or not all(isinstance(v, list | None) for v in (background, paper)):
            raise ValueError(f"a canvas of {given['canvas']!r}")
        ground, sheet = (None if value is None else tuple(value) for value in (background, paper))
        canvas = Canvas(aspect, ground, sheet, surface)
        return cls(**{**given, "canvas": canvas, "brushes": tuple(BrushRef(**brush) for brush in given["brushes"])})
