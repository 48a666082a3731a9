"""A decoded frame as a picture: `picture_of(frame, look) -> [3, H, W]`: sRGB, upright, of square pixels, on white.

Colors are read as players read them: by their tags, and where there are none by the size.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError
from ...image import load_image
from ...image.color import SRGB_CURVE, hlg_scene, pq_light, srgb_encoded

if TYPE_CHECKING:
    import av

__all__ = ["HLG", "LARGEST", "PQ", "Tonemap", "check_frame_size", "linear_light", "look_of", "picture_of", "raw_pixels"]

LARGEST = 8192 * 8192  # pixels of a frame
HD = 720  # rows from which an untagged film is taken for BT.709, as browsers do
FULL, LIMITED = 2, 1  # ranges, as ffmpeg numbers them
PQ, HLG = 16, 18  # transfer curves, as ITU-T H.273 and ffmpeg number them
# Matrices by their numbers, as the numbers that swscale has for them: 709, FCC, 601 (twice), 240M, 2020 (twice).
MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
BT2020 = 9
# From wide primaries to those of sRGB, in linear light: BT.2020, DCI-P3 (its white moved to D65), Display P3. Those of
# standard television are so near that players leave them be.
_P3 = ((1.2249402, -0.2249402, 0.0), (-0.0420570, 1.0420570, 0.0), (-0.0196376, -0.0786361, 1.0982736))
PRIMARIES = {
    9: ((1.6604910, -0.5876411, -0.0728499), (-0.1245505, 1.1328999, -0.0083494), (-0.0181508, -0.1005789, 1.1187297)),
    11: _P3,
    12: _P3,
}  # fmt: skip
WHITE = 203.0  # candelas a square meter of paper white in HDR (BT.2408)
SDR_WHITE = 100.0  # and in SDR
LUMA = (0.2126, 0.7152, 0.0722)  # of BT.709
TOE = 0.01  # of white: below it the curve of television is a straight line, which lifts no noise
KNEE = 0.7  # of white: what is darker stays, and all above is pressed together below white


@dataclass(frozen=True)
class Tonemap:
    """How the light of a film is to be shown.

    Args:
        white: candelas a square meter that are shown as white, for HDR.
        peak: of its brightest things, in the same unit.
    """

    white: float = WHITE
    peak: float = WHITE


def check_frame_size(width: int, height: int, path: Path | None = None) -> None:
    """Refuse a frame of more than 8192 x 8192 pixels."""
    if width * height > LARGEST:
        where = "" if path is None else f" in {str(path)!r}"
        raise InputError(f"expected frames of at most {LARGEST} pixels, got {width} x {height}{where}")


def look_of(lights: list[np.ndarray]) -> Tonemap:  # each [n, 3]
    """How to show a film of HDR of which this is the light at some places, in candelas a square meter."""
    # Luminance, since at the edges of saturated things single channels overshoot.
    peaks = [float(np.percentile(light @ np.array(LUMA, np.float32), 99.9)) for light in lights]
    top = np.concatenate([light.max(-1) for light in lights]) / SDR_WHITE
    shares = [float(((low <= top) & (top < high)).mean()) for low, high in ((0.85, 0.91), (0.91, 1.06), (1.06, np.inf))]
    # SDR in the clothes of HDR: what is brightest is piled up at 100, and hardly anything is brighter.
    plain = shares[1] >= max(0.02, 4 * shares[0]) and shares[2] <= 0.04
    return Tonemap(SDR_WHITE if plain else WHITE, max(peaks))


def picture_of(frame: av.VideoFrame, look: Tonemap | None = None, aspect: float = 1.0) -> Tensor:  # [3, H, W]
    """What is seen of a frame: turned as it says, transparency laid on white.

    Args:
        aspect: width of a pixel over its height.

    Raises:
        InputError: more than 8192 x 8192 pixels.
    """
    pixels = raw_pixels(frame, aspect)  # [H, W, 3|4], 0..1
    color = pixels[..., :3]
    if frame.color_trc in CURVES or frame.color_primaries in PRIMARIES:
        pixels[..., :3] = _shown(linear_light(color, frame), look if frame.color_trc in (PQ, HLG) else None)
    if frame.interlaced_frame and len(pixels) > 2:
        upper = pixels[0::2]  # rows of one moment; the others are of another
        between = (upper + np.concatenate([upper[1:], upper[-1:]])) / 2
        pixels[1::2] = between[: len(pixels[1::2])]
    pixels = _upright(pixels, frame)
    if pixels.shape[2] == 4:
        return load_image(np.ascontiguousarray(pixels))
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def linear_light(color: np.ndarray, frame: av.VideoFrame) -> np.ndarray:  # [H, W, 3] -> [H, W, 3]
    """Light of the primaries of sRGB, 1 as white; of HDR in candelas a square meter."""
    light = _looked_up(color, CURVES.get(frame.color_trc, SRGB_CURVE))
    matrix = PRIMARIES.get(frame.color_primaries)
    return light if matrix is None else light @ np.array(matrix, np.float32).T


def raw_pixels(frame: av.VideoFrame, aspect: float = 1.0) -> np.ndarray:  # [H, W, 3|4] float32, 0..1
    """A frame as it is coded, as RGB."""
    from av.video.reformatter import Interpolation

    name, parts = frame.format.name, frame.format.components
    clear = name == "pal8" or any(part.is_alpha for part in parts)
    deep = any(part.bits > 8 for part in parts) or frame.color_trc in CURVES
    width = max(1, round(frame.width * aspect))
    check_frame_size(max(width, frame.width), frame.height)
    matrix = MATRICES.get(frame.colorspace, 1 if frame.height >= HD else 5)
    if frame.colorspace not in MATRICES and frame.color_primaries == BT2020:
        matrix = BT2020
    full = frame.color_range == FULL
    if frame.color_range not in (FULL, LIMITED):
        full = name.startswith(("yuvj", "gray", "ya"))
    kind = {(False, False): "rgb24", (False, True): "rgb48le", (True, False): "rgba", (True, True): "rgba64le"}
    sharp = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
    found = frame.reformat(
        width=width, format=kind[clear, deep], src_colorspace=matrix, src_color_range=FULL if full else LIMITED,
        dst_color_range=FULL, interpolation=sharp | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP,
    ).to_ndarray()  # fmt: skip
    return found.astype(np.float32) / np.float32(65535 if deep else 255)


def _upright(pixels: np.ndarray, frame: Any) -> np.ndarray:  # [H, W, C]
    """Turned and mirrored as the frame's matrix says, to the nearest quarter."""
    matrix = None
    with contextlib.suppress(KeyError, ValueError):  # other things beside a frame may be unknown to the reader
        matrix = np.frombuffer(bytes(frame.side_data["DISPLAYMATRIX"]), "<i4")
    if matrix is None:
        return np.rot90(pixels, round(frame.rotation / 90))
    a, b, c, d = (int(matrix[k]) for k in (0, 1, 3, 4))
    if abs(a) < abs(b):
        pixels, a, d = pixels.transpose(1, 0, 2), c, b
    return pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]


def _shown(light: np.ndarray, look: Tonemap | None) -> np.ndarray:  # [H, W, 3] -> [H, W, 3]
    """Light as sRGB; HDR with paper white as white, and what is brighter pressed together above the knee.

    An SDR version of an HDR film may be made for the curve of sRGB, or for the 2.4 of television (BT.1886), and none
    says which: halfway between them, either is off by 9 levels of 255 at most.
    """
    if look is None:
        return _looked_up(light, srgb_encoded)
    light = light / look.white
    high = look.peak / look.white
    if high > 1.05:
        top = np.maximum(light.max(-1, keepdims=True), 1e-6)
        bend = 1 / (1 - KNEE) - 1 / (high - KNEE)
        over = np.maximum(top - KNEE, 0)
        light = light * np.where(top > KNEE, (KNEE + over / (1 + over * bend)) / top, 1)
    return _looked_up(light, _between)


def _looked_up(values: np.ndarray, curve: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A curve over values, from a table: those outside 0..1 are taken for its ends."""
    table = curve(np.linspace(0, 1, 1 << 16)).astype(np.float32)
    return table[(values.clip(0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)]


def _between(light: np.ndarray) -> np.ndarray:
    return (srgb_encoded(light) + np.where(light < TOE, light * TOE ** (1 / 2.4 - 1), light ** (1 / 2.4))) / 2


def _hlg(value: np.ndarray) -> np.ndarray:
    """ARIB STD-B67 on a display of 1000 candelas a square meter.

    BT.2100 raises the luminance to 1.2; here each channel is, as most converters do: saturated colors stay so.
    """
    return 1000 * hlg_scene(value) ** 1.2


def _smpte240(value: np.ndarray) -> np.ndarray:
    return np.where(value < 4 * 0.0228, value / 4, ((value + 0.1115) / 1.1115) ** (1 / 0.45))


# Those that are not read as sRGB is: by the numbers of H.273. The curve of BT.709 and its kin is the camera's; screens
# show it as they show sRGB.
CURVES = {
    4: lambda v: v**2.2,
    5: lambda v: v**2.8,
    7: _smpte240,
    8: lambda v: v,
    9: lambda v: np.where(v <= 0, 0, 10 ** (2 * (v - 1))),
    10: lambda v: np.where(v <= 0, 0, 10 ** (2.5 * (v - 1))),
    PQ: lambda v: 10_000 * pq_light(v),
    17: lambda v: v**2.6 * 52.37 / 48,
    HLG: _hlg,
}
