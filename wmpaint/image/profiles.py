"""What a file says of its colors: `converter(info, exif, kind, shown) -> function to sRGB`.

A profile is judged by its curves and primaries, never by its name. Those of curves and a matrix, or of one gray curve,
are computed here, in floats, since 16 bits are; those of tables (CMYK, some scanners) by littleCMS, in bytes. Without a
profile count, in this order, the code points of PNG, HEIC and AVIF; PNG's sRGB, gAMA and cHRM; Exif's Adobe RGB.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .color import (
    ADOBE_RGB,
    SRGB,
    SRGB_CURVE,
    Curve,
    Space,
    cicp_space,
    gamma_curve,
    lab_to_srgb,
    primaries_space,
)  # fmt: skip
from .decoding import quiet

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Converter", "converter", "plain_converter", "profile_space"]

Converter = Callable[[np.ndarray], np.ndarray]  # [h, w, 1|3|4] -> [h, w, 3]

_MOST = 16 << 20  # bytes of a profile
_EXIF, _INTEROP, _COLOR_SPACE = 0x8769, 0xA005, 0xA001
_USUAL = 0.45455, 0.01  # gAMA that writers mean sRGB by


def converter(
    info: Mapping[Any, Any], exif: Image.Exif, kind: str, shown: str, codes: tuple[int, int] | None = None
) -> Converter:
    """How the pixels of a picture become sRGB.

    Args:
        info: what Pillow read beside the pixels.
        kind: of its channels: gray, rgb, cmyk or lab.
        shown: its name, for the warning of a profile that cannot be used.
        codes: primaries and transfer (H.273) that the file itself tells.
    """
    data = info.get("icc_profile")
    if data:
        found = _by_profile(data, kind)
        if found is not None:
            return found
        warnings.warn(f"{shown} has a color profile that does not fit it, or is broken: left aside", stacklevel=2)
    space = None if kind in ("cmyk", "lab") or data else _tagged(info, exif, codes)
    return _of_space(space, kind)


def plain_converter(kind: str) -> Converter:
    """How pixels become sRGB of which nothing is said."""
    if kind == "cmyk":
        return lambda ink: (1 - ink[..., :3]) * (1 - ink[..., 3:])
    if kind == "lab":
        return lab_to_srgb
    return _three


def _three(values: np.ndarray) -> np.ndarray:
    return np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values


def _of_space(space: Space | None, kind: str) -> Converter:
    if space is None or space.is_srgb():
        return plain_converter(kind)
    if space.matrix is None:
        return lambda values: _three(space.to_srgb(values))
    return lambda values: space.to_srgb(_three(values))


# --- ICC profiles -----------------------------------------------------------------------------------------------


def _by_profile(data: Any, kind: str) -> Converter | None:
    """By an embedded profile; None for one that is broken, or of another kind than the picture."""
    if not isinstance(data, bytes) or len(data) > _MOST:
        return None
    try:
        of = {b"GRAY": "gray", b"RGB ": "rgb", b"CMYK": "cmyk", b"Lab ": "lab"}.get(data[16:20])
        if of == kind or (of == "rgb" and kind == "gray"):
            space = profile_space(data)
            if space is not None:
                return _of_space(space, kind)
            return _by_table(data, of, kind)
    except (ValueError, struct.error, IndexError, ArithmeticError, np.linalg.LinAlgError):
        pass
    return None


def _by_table(data: bytes, of: str, kind: str) -> Converter | None:
    """By littleCMS, which knows all profiles but takes bytes only."""
    from PIL import Image, ImageCms

    mode = {"gray": "L", "rgb": "RGB", "cmyk": "CMYK", "lab": "LAB"}[of]
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(data))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None

    def convert(values: np.ndarray) -> np.ndarray:
        if of == "rgb":
            values = _three(values)
        pixels = np.rint(values * 255).astype(np.uint8)
        height, width = pixels.shape[:2]
        image = Image.frombytes(mode, (width, height), _signed(pixels).tobytes())
        done = ImageCms.applyTransform(image, transform)
        assert done is not None
        return np.asarray(done, dtype=np.float32) / 255

    def _signed(pixels: np.ndarray) -> np.ndarray:  # Pillow takes a and b of Lab with their signs
        return pixels ^ np.array([0, 128, 128], np.uint8) if mode == "LAB" else pixels

    return convert


def profile_space(data: bytes) -> Space | None:
    """The space of an ICC profile; None for one that needs a table.

    Raises:
        ValueError: it is broken.
    """
    if len(data) < 132 or data[36:40] != b"acsp":
        raise ValueError("no profile")
    count = struct.unpack_from(">I", data, 128)[0]
    if count > 200:
        raise ValueError("a profile of too many tags")
    tags = {}
    for i in range(count):
        name, offset, size = struct.unpack_from(">4sII", data, 132 + 12 * i)
        tags[name] = data[offset : offset + size]
    if any(name in tags for name in (b"A2B0", b"A2B1", b"D2B0", b"D2B1")):  # they count before curves
        return None
    lab = data[20:24] == b"Lab "
    if data[16:20] == b"GRAY" and b"kTRC" in tags:
        curve = _curve(tags[b"kTRC"])
        return Space((_lightness(curve) if lab else curve,))
    if data[16:20] != b"RGB " or lab:
        return None
    if not all(c + kind in tags for c in (b"r", b"g", b"b") for kind in (b"TRC", b"XYZ")):
        raise ValueError("a profile without curves")
    columns = [[_fixed(tags[c + b"XYZ"], 8 + 4 * i) for i in range(3)] for c in (b"r", b"g", b"b")]
    matrix = np.array(columns).T
    if abs(np.linalg.det(matrix)) < 1e-6:
        raise ValueError("primaries that span nothing")
    return Space(tuple(_curve(tags[c + b"TRC"]) for c in (b"r", b"g", b"b")), matrix)


def _fixed(data: bytes, offset: int) -> float:
    return struct.unpack_from(">i", data, offset)[0] / 65536


def _lightness(curve: Curve) -> Curve:
    """A curve whose values are L* / 100."""

    def linear(v: np.ndarray) -> np.ndarray:
        f = (100 * curve(v) + 16) / 116
        return np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2)

    return linear


def _curve(tag: bytes) -> Curve:
    """A tag of type curv or para."""
    if tag[:4] == b"curv":
        count = struct.unpack_from(">I", tag, 8)[0]
        if count == 0:
            return gamma_curve(1.0)
        if count == 1:
            return gamma_curve(struct.unpack_from(">H", tag, 12)[0] / 256)
        table = np.frombuffer(tag, ">u2", count, 12).astype(np.float64) / 65535
        places = np.linspace(0, 1, count)
        return lambda v: np.interp(v, places, table).astype(v.dtype)
    if tag[:4] != b"para":
        raise ValueError("a curve of an unknown type")
    kind = struct.unpack_from(">H", tag, 8)[0]
    if kind > 4:
        raise ValueError("a curve of an unknown type")
    values = [_fixed(tag, 12 + 4 * i) for i in range((1, 3, 4, 5, 7)[kind])]
    g, a, b, c, d, e, f = (values + [0.0] * 7)[:7]
    if kind == 0:
        a, d = 1.0, 0.0
    elif kind in (1, 2):  # (a v + b)^g + c from -b / a on, below it c
        if a == 0:
            raise ValueError("a curve without a slope")
        e, c, f, d = (c, 0.0, c, -b / a)
    return lambda v: np.where(v >= d, np.maximum(a * v + b, 0) ** g + e, c * v + f).clip(0)


# --- what files say without a profile ---------------------------------------------------------------------------


def _tagged(info: Mapping[Any, Any], exif: Image.Exif, codes: tuple[int, int] | None) -> Space | None:
    if codes is not None and codes != (2, 2):
        return cicp_space(*codes)
    if "srgb" in info:
        return None
    gamma, corners = _gamma(info.get("gamma")), info.get("chromaticity")
    if gamma is None and not corners:
        return ADOBE_RGB if _says_adobe(exif) else None
    usual = gamma is None or abs(gamma - _USUAL[0]) <= _USUAL[1]
    curve = SRGB_CURVE if usual or gamma is None else gamma_curve(1 / gamma)
    space = None
    if corners and len(corners) == 8:
        space = primaries_space((*corners[2:], *corners[:2]), curve)
    return space or (None if usual else Space((curve,) * 3, SRGB.matrix))


def _gamma(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0.05 <= value <= 20 else None


def _says_adobe(exif: Image.Exif) -> bool:
    return _tag(exif, _EXIF, _COLOR_SPACE) == 2 or str(_tag(exif, _INTEROP, 1)).startswith("R03")


def _tag(exif: Image.Exif, part: int, tag: int) -> Any:
    try:
        with quiet():
            return exif.get_ifd(part).get(tag)
    except Exception:  # Exif is broken in as many ways as there are cameras
        return None
