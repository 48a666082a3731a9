"""Chance as a function of place: the same numbers wherever and however often they are asked for, compiled by Numba.

hashed(a, b) -> 0..1        along(a, u) -> smooth 0..1        across(a, u, v) -> smooth 0..1
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

__all__ = ["FLAGS", "across", "along", "hashed"]

# Sums may be reordered, but for a given machine always in the same way.
FLAGS: dict[str, Any] = {
    "cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "arcp", "nsz", "reassoc"},
}  # fmt: skip


@njit(**FLAGS)
def hashed(a, b):
    """0..1 from two whole numbers (the finalizer of SplitMix64, Steele et al. 2014)."""
    z = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(b) * np.uint64(0xD1B54A32D192ED03)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(40)) * (1.0 / 16777216.0)


@njit(**FLAGS)
def along(a, u):
    """Value noise along u, one for each whole number a."""
    i = math.floor(u)
    f = u - i
    f = f * f * (3 - 2 * f)
    low = hashed(a, int(i))
    return low + f * (hashed(a, int(i) + 1) - low)


@njit(**FLAGS)
def across(a, u, v):
    """Value noise over (u, v), one for each whole number a."""
    j = math.floor(v)
    f = v - j
    f = f * f * (3 - 2 * f)
    row = a * 1_000_003 + int(j)
    low = along(row, u)
    return low + f * (along(row + 1, u) - low)
