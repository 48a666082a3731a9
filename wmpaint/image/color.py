"""RGB and gray spaces as sRGB: `Space(curves, matrix).to_srgb(values)`, by their curves and primaries.

Sources: ITU-T H.273 (code points), IEC 61966-2-1 (sRGB), SMPTE ST 2084 (PQ), ITU-R BT.2100 (HLG) and BT.2408 (its
reference white), Lindbloom's form of the Bradford adaptation. What is brighter than white, as HDR can be, is bent to
white from 0.8 of it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "ADOBE_RGB", "SRGB", "SRGB_CURVE", "Curve", "Space", "cicp_space", "gamma_curve", "hlg_scene", "lab_to_srgb",
    "pq_light", "primaries_space", "srgb_encoded",
]  # fmt: skip

Curve = Callable[[np.ndarray], np.ndarray]  # encoded 0..1 -> linear, 1 is white

D50 = np.array([0.9642, 1.0, 0.8249])  # the white of profiles
D65 = (0.3127, 0.3290)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_WHITE = 203.0  # cd/m2 that HDR means by white
_KNEE = 0.8
_SAME = 1 / 255  # a space is sRGB where no color moves farther than this

# x, y of red, green and blue, and of white, by their code points.
_PRIMARIES = {
    1: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *D65),
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65),
}
_ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *D65)


def _srgb(v: np.ndarray) -> np.ndarray:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def srgb_encoded(v: np.ndarray) -> np.ndarray:
    """Linear light as sRGB, clipped."""
    v = v.clip(0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def gamma_curve(gamma: float) -> Curve:
    """v ** gamma."""
    return lambda v: v**gamma


def pq_light(v: np.ndarray) -> np.ndarray:
    """Candelas a square meter, as a share of 10,000."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = v ** (1 / m2)
    return ((root - c1).clip(0) / (c2 - c3 * root)) ** (1 / m1)


def hlg_scene(v: np.ndarray) -> np.ndarray:
    """Light of the scene; `Space.hlg` makes it the screen's."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(v <= 0.5, v**2 / 3, (np.exp((v - c) / a) + b) / 12)


# By code point. What films call BT.709 is shown as sRGB by players, and so is what is left open.
_TRANSFERS: dict[int, Curve] = {
    **dict.fromkeys((1, 2, 6, 13, 14, 15), _srgb), 4: gamma_curve(2.2), 5: gamma_curve(2.8), 8: gamma_curve(1.0),
    16: lambda v: (10_000 / _WHITE) * pq_light(v), 17: lambda v: v**2.6 * (52.37 / 48), 18: hlg_scene,
}  # fmt: skip


@dataclass(frozen=True)
class Space:
    """A space of red, green and blue, or of gray.

    Args:
        curves: three, or one of gray.
        matrix: [3, 3] linear values to XYZ, adapted to D50; not used of gray.
        hlg: whether linear values are of the scene, for a screen of 1000 cd/m2.
    """

    curves: tuple[Curve, ...]
    matrix: np.ndarray | None = None
    hlg: bool = False

    def to_srgb(self, values: np.ndarray) -> np.ndarray:  # [..., 1 or 3] in 0..1 -> [..., 1 or 3] in 0..1
        """The same colors in sRGB, clipped where it has no such."""
        values = values.clip(0, 1)
        if len(self.curves) == 1 and self.matrix is None:
            return srgb_encoded(self.curves[0](values[..., :1])).astype(np.float32)
        linear = np.stack([curve(values[..., i]) for i, curve in enumerate(self.curves)], axis=-1)
        if self.hlg:
            luma = linear @ np.array([0.2627, 0.6780, 0.0593], linear.dtype)
            linear = linear * (1000 / _WHITE) * luma[..., None] ** 0.2
        assert self.matrix is not None
        linear = linear @ (_FROM_XYZ @ self.matrix).T.astype(linear.dtype)
        peak = linear.max(-1, keepdims=True)
        if self.bright and (peak > _KNEE).any():
            bent = _KNEE + (1 - _KNEE) * (1 - np.exp(-(peak - _KNEE) / (1 - _KNEE)))
            linear = np.where(peak > _KNEE, linear * (bent / peak.clip(_KNEE)), linear)
        return srgb_encoded(linear).astype(np.float32)

    @property
    def bright(self) -> bool:
        """Whether it has colors brighter than white."""
        return self.hlg or bool(max(float(curve(np.ones(1))[0]) for curve in self.curves) > 1.1)

    def is_srgb(self) -> bool:
        """Whether it is sRGB, or so near that no byte would change by more than 1."""
        steps = np.linspace(0, 1, 65)
        if self.matrix is None:
            return bool(np.abs(self.to_srgb(steps[:, None])[:, 0] - steps).max() <= _SAME)
        few = np.linspace(0, 1, 5)
        cube = np.stack(np.meshgrid(few, few, few), axis=-1).reshape(-1, 3)
        grid = np.concatenate([np.repeat(steps[:, None], 3, axis=1), cube])
        return bool(np.abs(self.to_srgb(grid) - grid).max() <= _SAME)


def primaries_space(xy: Sequence[float], curve: Curve = _srgb, *, hlg: bool = False) -> Space | None:
    """A space by x and y of red, green, blue and white; None for primaries that span nothing.

    Args:
        xy: eight numbers.
    """
    x, y = np.array(xy[0::2], dtype=np.float64), np.array(xy[1::2], dtype=np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y > 1e-4).all()):
        return None
    xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])  # [XYZ, red green blue white]
    if abs(np.linalg.det(xyz[:, :3])) < 1e-6:
        return None
    cones, cones50 = _BRADFORD @ xyz[:, 3], _BRADFORD @ D50
    if (cones <= 1e-6).any():
        return None
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones50 / cones) @ _BRADFORD
    scale = np.linalg.solve(xyz[:, :3], xyz[:, 3])
    return Space((curve,) * 3, adapted @ xyz[:, :3] @ np.diag(scale), hlg)


def cicp_space(primaries: int, transfer: int) -> Space | None:
    """A space by the code points of H.273; None for those that it leaves open, or that are not known."""
    xy, curve = _PRIMARIES.get(1 if primaries == 2 else primaries), _TRANSFERS.get(transfer)
    if xy is None or curve is None:
        return None
    return primaries_space(xy, curve, hlg=transfer == 18)


def lab_to_srgb(lab: np.ndarray) -> np.ndarray:  # [..., 3] as bytes are, divided by 255
    """CIE L*a*b* of D50 as sRGB."""
    light, a, b = lab[..., 0] * 100, lab[..., 1] * 255 - 128, lab[..., 2] * 255 - 128
    f = np.stack([(light + 16) / 116 + a / 500, (light + 16) / 116, (light + 16) / 116 - b / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2) * D50
    return srgb_encoded(xyz @ _FROM_XYZ.T).astype(np.float32)


def _known(xy: Sequence[float], curve: Curve) -> Space:
    space = primaries_space(xy, curve)
    assert space is not None
    return space


SRGB_CURVE: Curve = _srgb
SRGB, ADOBE_RGB = _known(_PRIMARIES[1], _srgb), _known(_ADOBE, gamma_curve(563 / 256))
assert SRGB.matrix is not None
_FROM_XYZ = np.linalg.inv(SRGB.matrix)
