"""Hidden lines: `cut(lines, owners, shapes, covers)` takes away what later strokes lie over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .shapes import lines_of, strings_of
from .stopping import Check, never_stop

__all__ = ["cut", "veils"]


def veils(
    shapes: np.ndarray,  # [N] polygons
    covers: np.ndarray,  # [N] polygons, or None for what covers nothing
    wanted: Sequence[int],
    *,
    check: Check = never_stop,
) -> dict[int, Any]:
    """For each wanted stroke that others lie over: all that later strokes cover near it, as one shape."""
    import shapely

    opaque = np.flatnonzero([cover is not None and not cover.is_empty for cover in covers])
    if not len(opaque) or not len(wanted):
        return {}
    tree = shapely.STRtree(covers[opaque])
    mine = np.asarray(sorted(set(wanted)))
    below, above = tree.query(shapes[mine], predicate="intersects")
    below, above = mine[below], opaque[above]
    later = above > below
    below, above = below[later], above[later]
    order = np.argsort(below, kind="stable")
    which, starts = np.unique(below[order], return_index=True)
    groups = np.split(above[order], starts[1:])
    found = {}
    for k, group in zip(which.tolist(), groups, strict=False):
        check()
        found[k] = shapely.union_all(covers[group])
    return found


def cut(lines: list[np.ndarray], veil: Any | None, shortest: float) -> list[np.ndarray]:
    """Lines [K, 2] outside a shape, each going the way it went, but no cut parts below `shortest` mm."""
    import shapely

    if veil is None or veil.is_empty or not lines:
        return lines
    strings = strings_of(lines)
    shapely.prepare(veil)
    touched = shapely.intersects(veil, strings)
    if not touched.any():
        return lines
    strings[touched] = shapely.line_merge(shapely.difference(strings[touched], veil), directed=True)
    parts, owner = shapely.get_parts(strings, return_index=True)
    return lines_of(parts[~touched[owner] | (shapely.length(parts) >= shortest)])
