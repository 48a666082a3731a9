"""Color profiles of a curve and primaries, built by hand: `profile(gamma=1.0) -> bytes`."""

from __future__ import annotations

import struct

import numpy as np

# x, y of red, green, blue and white
SRGB = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)
ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.3290)
BT2020 = (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290)
D50 = (0.9642, 1.0, 0.8249)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def colorants(xy: tuple[float, ...]) -> np.ndarray:
    """XYZ of red, green and blue as columns, adapted to D50."""
    xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in zip(xy[0::2], xy[1::2], strict=True)]).T
    whole = xyz[:, :3] * np.linalg.solve(xyz[:, :3], xyz[:, 3])
    adapt = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ xyz[:, 3])) @ BRADFORD
    return adapt @ whole


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def curve(gamma: float | str) -> bytes:
    """A number as one number, "srgb" as its formula, "table" as 1024 numbers of 2.2."""
    if gamma == "srgb":
        return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    if gamma == "table":
        table = np.rint(65535 * np.linspace(0, 1, 1024) ** 2.2).astype(">u2")
        return b"curv" + bytes(4) + struct.pack(">I", len(table)) + table.tobytes()
    assert isinstance(gamma, float)
    return b"para" + bytes(4) + struct.pack(">HH", 0, 0) + fixed(gamma)


def profile(gamma: float | str, xy: tuple[float, ...] | None = SRGB, name: str = "sRGB linear") -> bytes:
    """A profile of red, green and blue, or of gray without primaries."""
    label = name.encode("utf-16-be")
    tags = {
        b"desc": b"mluc" + bytes(4) + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(label), 28) + label,
        b"wtpt": b"XYZ " + bytes(4) + fixed(*D50),
    }
    if xy is None:
        tags[b"kTRC"] = curve(gamma)
    else:
        for i, color in enumerate((b"r", b"g", b"b")):
            tags[color + b"XYZ"] = b"XYZ " + bytes(4) + fixed(*colorants(xy)[:, i])
            tags[color + b"TRC"] = curve(gamma)
    space = b"GRAY" if xy is None else b"RGB "
    head = bytes(8) + b"\4\x30\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(*D50) + bytes(48)
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        value += bytes(-len(value) % 4)
        table += tag + struct.pack(">II", start + len(data), len(value))
        data += value
    whole = head + struct.pack(">I", len(tags)) + table + data
    return struct.pack(">I", len(whole)) + whole[4:]
