"""Knuth's ranf generator with the short lags that libmypaint chose: the same seed gives the same numbers.

Every number is the sum of those 10 and 7 places before it, modulo 1, in steps of 2**-52. So all
of a block are integer combinations of the ten before it, which is one matrix product.
"""

from __future__ import annotations

import functools

import numpy as np

__all__ = ["Random"]

LONG, SHORT = 10, 7  # lags
MADE, USED = 19, 10  # numbers made at a time, and how many of them are handed out
WARM = 10 * MADE
ROUNDS = 32  # of MADE numbers in a block
SEPARATION = 7
_SEEDS = 0x3FFFFFFF
_STEPS = 1 << 52


@functools.cache
def _combinations() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Matrices, modulo 2**64, from ten numbers to: those after warming up; a block; those after a block."""
    rows = [[int(k == j) for j in range(LONG)] for k in range(LONG)]
    for k in range(LONG, MADE * ROUNDS + LONG):
        rows.append([(a + b) % (1 << 64) for a, b in zip(rows[k - LONG], rows[k - SHORT], strict=True)])
    table = np.array(rows, np.uint64)
    used = [MADE * k + j for k in range(ROUNDS) for j in range(USED)]
    return table[WARM : WARM + LONG], table[used], table[-LONG:]


class Random:
    """Uniform numbers in 0..1 from a seed in 0..2**30. Source: Knuth, TAOCP 2, section 3.6, program ranf."""

    def __init__(self, seed: int) -> None:
        seed &= _SEEDS
        u = [0] * (2 * LONG - 1)
        s = 2 * (seed + 2)
        for k in range(LONG):
            u[k] = s
            s += s
            if s >= _STEPS:
                s -= _STEPS - 2
        u[1] += 1
        bits, left = seed, SEPARATION - 1
        while left:
            for k in range(LONG - 1, 0, -1):  # square
                u[2 * k], u[2 * k - 1] = u[k], 0
            for k in range(2 * LONG - 2, LONG - 1, -1):
                u[k - LONG + SHORT] += u[k]
                u[k - LONG] += u[k]
            u = [x % _STEPS for x in u]
            if bits & 1:  # multiply by z
                u[1 : LONG + 1] = u[:LONG]
                u[0] = u[LONG]
                u[SHORT] = (u[SHORT] + u[LONG]) % _STEPS
            if bits:
                bits >>= 1
            else:
                left -= 1
        warm, self._block, self._jump = _combinations()
        self._state = warm @ np.array(u[SHORT:LONG] + u[:SHORT], np.uint64)
        self._ready: list[float] = []
        self._at = 0

    def _more(self) -> None:
        whole = self._block @ self._state & np.uint64(_STEPS - 1)
        self._ready = self._ready[self._at :] + (whole / _STEPS).tolist()
        self._state = self._jump @ self._state
        self._at = 0

    def next(self) -> float:
        """The next number."""
        if self._at >= len(self._ready):
            self._more()
        self._at += 1
        return self._ready[self._at - 1]

    def gauss(self) -> float:
        """Nearly normal: four numbers, scaled to variance 1, so within 3.47."""
        if self._at + 4 > len(self._ready):
            self._more()
        k = self._at
        self._at = k + 4
        a, b, c, d = self._ready[k : k + 4]
        return (a + b + c + d) * 1.73205080757 - 3.46410161514
