"""Painters of oil by the names of their brushes."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ...errors import BrushError
from ..ribbon.painter import RibbonPainter
from .brush import BRUSHES, OilBrush

__all__ = ["available", "brush_rows", "load"]

WEIGHTS = Path(__file__).with_name("weights")


@functools.cache
def available() -> tuple[str, ...]:
    """Names of the brushes that have a painter."""
    return tuple(sorted(path.stem for path in WEIGHTS.glob("*.safetensors")))


def load(name: str) -> RibbonPainter:
    """The painter of a bundled brush.

    Raises:
        BrushError: no such brush, or one without a painter.
    """
    if name in available():
        return RibbonPainter.load(WEIGHTS / f"{name}.safetensors")
    brush = OilBrush.load(name)
    raise BrushError(
        f"expected a brush with a painter, and {brush.name!r} has none yet; train one with: wmpaint train-painter "
        f"oil/{brush.name} -o {brush.name}.safetensors, and give that file as the brush"
    )


def brush_rows() -> list[dict[str, Any]]:
    """The bundled brushes, as `programs.brush_entries` lists MyPaint's, and whether each has a painter."""
    rows = []
    for name in BRUSHES:
        brush, have = OilBrush.load(name), name in available()
        noise = float(load(name).notes["report"]["noise"]) if have else 0.0
        rows.append(
            {
                "name": f"oil/{name}", "title": name.title(), "kind": "oil", "noise": round(noise, 1), "plain": True,
                "why_not": "", "author": "wmpaint", "description": brush.about, "painter": have,
            }
        )  # fmt: skip
    return rows
