"""The inner loop of `raster.relief`, compiled by Numba."""

from __future__ import annotations

from numba import njit, prange

from .kernel import FLAGS, _evaluate

__all__ = ["pile"]


@njit(parallel=True, **FLAGS)
def pile(table, ribbons, heights, unit, level, caps, tiles, starts, strokes, side, across, out):
    rows, columns = out.shape
    for k in prange(len(tiles)):
        x0, y0 = (tiles[k] % across) * side, (tiles[k] // across) * side
        for p in range(side * side):
            column, row = x0 + p % side, y0 + p // side
            if column >= columns or row >= rows:
                continue
            h = out[row, column]
            for j in range(starts[k], starts[k + 1]):
                i = strokes[j]
                alpha, _, t, _, _ = _evaluate(table, ribbons, i, caps, column + 0.5, row + 0.5)
                if t >= 0:
                    high, _, _, _, _ = _evaluate(table, heights, i, caps, column + 0.5, row + 0.5)
                    h += unit[i] * high - level[i] * alpha * h
            out[row, column] = h
