"""Lengths and pages in millimetres: `length("0.4in") -> 10.16`, `page_size("a4", landscape=True) -> (297, 210)`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from . import checks
from .errors import InputError

__all__ = ["PAGES", "length", "page_size"]

UNITS = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, '"': 25.4, "pt": 25.4 / 72, "px": 25.4 / 96}
PAGES = {
    "a0": (841.0, 1189.0),
    "a1": (594.0, 841.0),
    "a2": (420.0, 594.0),
    "a3": (297.0, 420.0),
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "a6": (105.0, 148.0),
    "b4": (250.0, 353.0),
    "b5": (176.0, 250.0),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
}
LONGEST = 10_000.0  # mm

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_LENGTH = re.compile(rf'\s*({_NUMBER})\s*(mm|cm|m|inch|in|"|pt|px)?\s*', re.IGNORECASE)


def length(value: object, name: str = "a length") -> float:
    """Millimetres of "15mm", "0.4in", "1.5cm", "12pt" or a number of millimetres.

    Args:
        name: what it is, for the message.

    Raises:
        InputError: anything else, infinite, or beyond 10 m.
    """
    if isinstance(value, str):
        match = _LENGTH.fullmatch(value)
        found = math.nan if match is None else float(match[1]) * UNITS[(match[2] or "mm").lower()]
    else:
        found = checks.real(value)
    if not math.isfinite(found):
        raise InputError(f"expected {name} such as 15mm, 0.4in or a number of millimetres, got {value!r:.60}")
    if abs(found) > LONGEST:
        raise InputError(f"expected {name} of at most {LONGEST:g} mm, got {value!r:.60}")
    return found


def page_size(page: str | Sequence[Any], landscape: bool | None = None) -> tuple[float, float]:
    """(width, height) in millimetres of "a4", "letter", "200x150mm", "8x10in" or a pair of lengths.

    Args:
        landscape: True for the longer side across, False for it upright, None for as given (named pages upright).

    Raises:
        InputError: an unknown page, or a side that is not above 0.
    """
    if isinstance(page, str):
        size = PAGES.get(page.strip().lower()) or _pair(page)
    else:
        sides = tuple(page) if isinstance(page, Sequence) else ()
        if len(sides) != 2:
            raise InputError(f"expected a page by name or as (width, height), got {page!r:.60}")
        size = length(sides[0], "a page's width"), length(sides[1], "a page's height")
    if not min(size) > 0:
        raise InputError(f"expected a page with sides above 0, got {page!r:.60}")
    if landscape is None:
        return size
    return (max(size), min(size)) if landscape else (min(size), max(size))


def _pair(page: str) -> tuple[float, float]:
    sides = re.split(r"\s*[x×]\s*", page.strip().lower())
    if len(sides) == 2 and all(_LENGTH.fullmatch(side) for side in sides):
        unit = re.search(r"[a-z\"]+$", sides[1])
        # "200x150mm" means millimetres for both
        first = sides[0] if re.search(r"[a-z\"]$", sides[0]) else sides[0] + (unit[0] if unit else "")
        return length(first, "a page's width"), length(sides[1], "a page's height")
    raise InputError(f"expected a page out of {', '.join(PAGES)}, or as 200x150mm, got {page!r:.60}")
