"""What cells across a pixel come to, against the mean over many places in it."""

from __future__ import annotations

import numpy as np
import pytest

from wmpaint.media.oil import hairs
from wmpaint.media.oil.brush import Hairs

BRUSH = Hairs(splay=0.5)
CELLS = hairs.cells_of(np.array([7]), BRUSH)[0]
ROWS = (0, BRUSH.locks + 1, BRUSH.locks + BRUSH.strands + 2)


def sums(level: int, middle: float, pixel: float) -> np.ndarray:
    found = np.zeros(9)
    hairs._cells(CELLS, BRUSH, level, ROWS[level], 7, 1.3, middle, pixel, found)
    return found


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize(("middle", "pixel"), [(3.4, 0.05), (4.0, 0.7), (5.2, 1.2), (0.2, 1.0), (8.9, 1.0)])
def test_a_pixel_is_the_mean_of_what_lies_in_it(level: int, middle: float, pixel: float) -> None:
    low, high = max(middle - pixel / 2, 0), min(middle + pixel / 2, (BRUSH.locks, BRUSH.strands, BRUSH.hairs)[level])
    places = low + (np.arange(2000) + 0.5) / 2000 * (high - low)
    many = np.array([sums(level, place, 1e-6) for place in places])
    found, share = sums(level, middle, pixel), hairs.SHARE[level]
    for k in (hairs.LOADED, hairs.LIFTED, hairs.RIDGED, hairs.TINTED, hairs.WARMED):
        assert abs(found[k] - many[:, k].mean()) < 2e-3
    assert abs(found[hairs.GAP] - many[:, hairs.GAP].mean()) < 0.03
    assert abs(found[hairs.UNLIFTED] - many[:, hairs.LIFTED].var()) < 1e-3 * share**2
    # Of the load, what differs between cells; a cell's own bump, 0.35 (4 f (1 - f)), is left out.
    assert abs(found[hairs.LOST] - many[:, hairs.LOADED].var()) < 0.35**2 * 0.09 * share**2 + 0.03 * share**2


@pytest.mark.parametrize("level", range(3))
def test_cells_far_finer_than_a_pixel_are_what_all_are_like(level: int) -> None:
    found, share = sums(level, 4.0, 3.0), hairs.SHARE[level]
    assert found[hairs.LOADED] == found[hairs.RIDGED] == found[hairs.TINTED] == 0
    assert np.allclose(found[[hairs.LIFTED, hairs.LOST]], [share / 3, share**2 * hairs.SPREAD[0]])
    just, over = sums(level, 4.0, 1.19), sums(level, 4.0, 1.21)  # and there smoothly
    assert np.abs(just - over).max() < 0.02


def test_what_all_cells_are_like_is_so() -> None:
    chance = np.random.default_rng(0)
    loads, gaps = [], []
    for seed in range(60):
        cells = hairs.cells_of(np.array([seed]), BRUSH)[0]
        for place, s in zip(chance.uniform(0, BRUSH.locks, 60), chance.uniform(0, 50, 60), strict=True):
            found = np.zeros(9)
            hairs._cells(cells, BRUSH, 0, 0, seed, s, place, 1e-6, found)
            loads.append(found[hairs.LOADED] / hairs.SHARE[0])
            gaps.append(found[hairs.GAP])
    assert abs(np.mean(loads)) < 0.02 and abs(np.var(loads) / hairs.SPREAD[0] - 1) < 0.1
    assert abs(np.mean(gaps) / hairs.APART[0] - 1) < 0.1 and abs(np.var(gaps) / hairs.APART[1] - 1) < 0.1
