"""The tables of `wmpaint/pigment.py`, computed: run it, and it prints them.

Needs: SciPy.
"""

from __future__ import annotations

import itertools

import numpy as np

LOW, HIGH = 380, 730  # nm
EDGES = (635, 590, 555, 485, 415)  # nm between the six bands; found by trying: these leave B the most room
FLOOR = 0.02  # as in `wmpaint/pigment.py`
FROM_XYZ = [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]


def lobe(x: np.ndarray, height: float, middle: float, left: float, right: float) -> np.ndarray:
    return height * np.exp(-0.5 * ((x - middle) * np.where(x < middle, left, right)) ** 2)


def color_matching(nm: np.ndarray) -> np.ndarray:  # [L] -> [3, L]
    """CIE 1931 x, y, z as sums of lobes (Wyman, Sloan and Shirley, JCGT 2 (2), 2013, table 1)."""
    x = lobe(nm, 0.362, 442.0, 0.0624, 0.0374) + lobe(nm, 1.056, 599.8, 0.0264, 0.0323)
    x += lobe(nm, -0.065, 501.1, 0.0490, 0.0382)
    y = lobe(nm, 0.821, 568.8, 0.0213, 0.0247) + lobe(nm, 0.286, 530.9, 0.0613, 0.0322)
    z = lobe(nm, 1.217, 437.0, 0.0845, 0.0278) + lobe(nm, 0.681, 459.0, 0.0385, 0.0725)
    return np.stack([x, y, z])


def seen() -> np.ndarray:
    """M [3, K]: what each band gives of linear sRGB; its rows sum to 1, so that white is white.

    The light is a black body of 6504 K, as white as daylight D65 and without its small dents.
    """
    nm = np.arange(LOW, HIGH + 1.0)
    light = nm**-5.0 / (np.exp(1.4388e7 / (nm * 6504)) - 1)
    rgb = np.array(FROM_XYZ) @ (color_matching(nm) * light)
    ends = [HIGH + 1, *EDGES, LOW]
    m = np.stack([rgb[:, (nm < a) & (nm >= b)].sum(1) for a, b in itertools.pairwise(ends)], 1)
    return m / m.sum(1, keepdims=True)


def reflectances(m: np.ndarray) -> np.ndarray:  # [3, K] -> [K, 3]
    """B, of 0 or more, with rows that sum to 1 and M B = 1: the one whose bands are farthest from 0 as paint mixes.

    That is the largest sum of |M_k| log(B_kj + floor), which has one maximum. Light in a band that a color need not
    absorb is what is left of it in a mixture.
    """
    from scipy.optimize import linprog, minimize

    k = m.shape[1]
    rows = [np.kron(m[i], np.eye(3)[j]) for i in range(3) for j in range(2)]  # blue follows
    rows += [np.kron(np.eye(k)[i], np.ones(3)) for i in range(k)]
    equal, to = np.stack(rows), np.concatenate([np.eye(3)[:, :2].ravel(), np.ones(k)])
    first = linprog(np.zeros(3 * k), A_eq=equal, b_eq=to, bounds=(0, 1)).x
    weight = np.repeat(np.abs(m).sum(0), 3)
    found = minimize(
        lambda b: -(weight * np.log(b + FLOOR)).sum(), first, jac=lambda b: -weight / (b + FLOOR), method="SLSQP",
        bounds=[(0, 1)] * len(first), options={"maxiter": 1000, "ftol": 1e-12},
        constraints={"type": "eq", "fun": lambda b: equal @ b - to, "jac": lambda b: equal},
    )  # fmt: skip
    assert found.success, found.message
    return found.x.reshape(k, 3)


if __name__ == "__main__":
    M = seen()
    for name, table in (("SEEN", M), ("REFLECTED", reflectances(M) + 0.0)):
        print(f"{name} = (")
        for row in table:
            print(f"    ({', '.join(f'{value:.7f}' for value in row)}),")
        print(")")
