"""Where a painting lies on paper: `sheet_of(work) -> Placement`, for every kind of file that has a physical size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from .exportable import Exportable

if TYPE_CHECKING:
    from ..pens import Placement

__all__ = ["inches", "sheet_of"]

INCH = 25.4  # mm


def sheet_of(work: Exportable) -> Placement | None:
    """The page that it was painted for with pens, margins and all, as a plot has them; None for other paintings.

    A canvas that has a paper's size itself keeps that.
    """
    known = work.metadata().get("parameters", {})
    if work.canvas.paper is not None or "pens" not in known or "page" not in known:
        return None
    from ..pens import Placement

    try:
        return Placement.of(work.canvas, known["page"], margin=known.get("margin", "15mm"))
    except (InputError, TypeError):  # a painting that others wrote may say anything
        return None


def inches(work: Exportable) -> float | None:
    """Height of the canvas on paper; None where that has no size."""
    if work.canvas.paper is not None:
        wide, high = work.canvas.paper
        return min(high, wide / work.canvas.aspect) / INCH
    sheet = sheet_of(work)
    return None if sheet is None else sheet.scale / INCH
