"""PNG and TIFF, band by band, with 8 or 16 bits: `encode_png(stream, picture, bits=16)`, `encode_tiff(...)`.

Pillow writes no 16-bit colors. TIFF is written by tifffile.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import IO

import numpy as np
from torch import Tensor

from .. import checks
from ..image import to_uint8, to_uint16

__all__ = ["BITS", "COMPRESSIONS", "bands", "encode_png", "encode_tiff", "srgb_profile"]

BITS = (8, 16)  # a channel
COMPRESSIONS = ("deflate", "none")  # of TIFF
BIG = (1 << 32) - (1 << 24)  # bytes of a TIFF's pixels beyond which offsets of 32 bits do not do
BAND_BYTES = 4 << 20  # of a picture's integers at a time
LEVEL = 6


def _band_rows(picture: Tensor, bits: int) -> int:
    """How many rows each of `bands` has; the last may have fewer."""
    return max(1, BAND_BYTES // (picture.shape[0] * picture.shape[2] * bits // 8))


def bands(
    picture: Tensor,  # [3 or 4, H, W]; 4 premultiplied
    bits: int,
) -> Iterator[np.ndarray]:  # each [h, W, 3 or 4] uint8 or uint16
    """The picture as integers with straight alpha, some rows at a time, so that a large one is never there twice."""
    checks.one_of("bits of …", bits, BITS)
    count = _band_rows(picture, bits)
    convert = to_uint8 if bits == 8 else to_uint16
    for top in range(0, picture.shape[1], count):
        yield convert(picture[:, top : top + count])


def encode_png(
    stream: IO[bytes],
    picture: Tensor,  # [3 or 4, H, W]; 4 premultiplied
    *,
    bits: int = 8,
    dpi: float | None = None,
    text: Mapping[str, str] | None = None,
) -> None:
    """Write a picture, sRGB, with an alpha channel if it has one.

    Args:
        bits: of a channel, 8 or 16.
        dpi: pixels per inch on paper, if it matters.
        text: keywords of PNG ("Title", "Software", …) and what they say.

    Raises:
        InputError: other bits, or a picture that is not finite.
    """
    checks.one_of("bits of …", bits, BITS)
    channels, height, width = picture.shape
    stream.write(b"\x89PNG\r\n\x1a\n")
    _chunk(stream, b"IHDR", struct.pack(">IIBBBBB", width, height, bits, {3: 2, 4: 6}[channels], 0, 0, 0))
    _chunk(stream, b"sRGB", b"\0")  # perceptual
    if dpi is not None:
        _chunk(stream, b"pHYs", struct.pack(">IIB", *[round(dpi / 0.0254)] * 2, 1))  # pixels a metre
    for keyword, value in (text or {}).items():
        _png_text(stream, keyword, value)
    packer = zlib.compressobj(LEVEL)
    above = np.zeros(width * channels * bits // 8, np.uint8)
    for band in bands(picture, bits):
        rows = np.ascontiguousarray(band if bits == 8 else band.astype(">u2")).view(np.uint8)
        rows = rows.reshape(len(band), -1)
        _chunk(stream, b"IDAT", packer.compress(_filtered(rows, above, channels * bits // 8)))
        above = rows[-1]
    _chunk(stream, b"IDAT", packer.flush())
    _chunk(stream, b"IEND", b"")


def _chunk(stream: IO[bytes], name: bytes, data: bytes) -> None:
    stream.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))


def _png_text(stream: IO[bytes], keyword: str, value: str) -> None:
    """As Latin-1 where that can say it, which all readers know, and as UTF-8 elsewhere."""
    value = value.replace("\0", "\ufffd")
    try:
        _chunk(stream, b"tEXt", keyword.encode("latin-1") + b"\0" + value.encode("latin-1"))
    except UnicodeEncodeError:
        encoded = value.encode("utf-8", "replace")
        _chunk(stream, b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + encoded)


def _filtered(
    rows: np.ndarray,  # [h, B] bytes
    above: np.ndarray,  # [B] bytes of the row before
    step: int,  # bytes of a pixel
) -> bytes:
    """Each row as differences from its neighbors, by the filter whose differences are the smallest.

    The filters and this way to choose are those of the PNG specification, chapters 9 and 12.8.
    """
    up = np.vstack([above[None], rows[:-1]])
    left, corner = (np.zeros_like(rows) for _ in range(2))
    left[:, step:], corner[:, step:] = rows[:, :-step], up[:, :-step]
    # In the order of their numbers. Differences wrap around, as the specification wants.
    average = ((left.astype(np.uint16) + up) >> 1).astype(np.uint8)
    kinds = [rows, rows - left, rows - up, rows - average, rows - _paeth(left, up, corner)]
    weight = [np.minimum(kind, 0 - kind).sum(1, dtype=np.int64) for kind in kinds]
    best = np.argmin(weight, 0)
    out = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
    out[:, 0] = best
    for number, kind in enumerate(kinds):
        out[best == number, 1:] = kind[best == number]
    return out.tobytes()


def _paeth(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Whichever of the three is nearest to left + up - corner; in doubt the first."""
    a, b, c = (value.astype(np.int16) for value in (left, up, corner))
    to_left, to_up, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    first = (to_left <= to_up) & (to_left <= to_corner)
    return np.where(first, left, np.where(to_up <= to_corner, up, corner))


def encode_tiff(
    stream: IO[bytes],
    picture: Tensor,  # [3 or 4, H, W]; 4 premultiplied
    *,
    bits: int = 8,
    dpi: float | None = None,
    compression: str = "deflate",
    description: str = "",
    software: str = "",
) -> None:
    """Write a picture, sRGB with its profile, and straight ("unassociated") alpha if it has an alpha channel.

    Args:
        stream: that can seek.
        bits: of a channel, 8 or 16.
        dpi: pixels per inch on paper, if it matters.
        compression: "deflate", which loses nothing, or "none".

    Raises:
        InputError: other bits or compression, or a picture that is not finite.
    """
    from tifffile import TiffWriter

    bits = checks.one_of("bits of …", bits, BITS)
    deflate = checks.one_of("a compression", compression, COMPRESSIONS) == "deflate"
    channels, height, width = picture.shape
    strips = (_packed(band) if deflate else band.astype(f"<u{bits // 8}").tobytes() for band in bands(picture, bits))
    with TiffWriter(stream, byteorder="<", bigtiff=picture.numel() * bits // 8 > BIG) as file:
        file.write(
            strips, shape=(height, width, channels), dtype=f"u{bits // 8}",
            rowsperstrip=min(_band_rows(picture, bits), height), metadata=None, photometric="rgb",
            extrasamples=["unassalpha"] if channels == 4 else None,
            compression="zlib" if deflate else None, predictor=deflate or None, iccprofile=srgb_profile(),
            description=_tiff_text(description) or None, software=_tiff_text(software) or False,
            resolution=None if dpi is None else (dpi, dpi), resolutionunit=None if dpi is None else "INCH",
        )  # fmt: skip


def _packed(band: np.ndarray) -> bytes:
    """Each row as differences from the pixel to the left, which wrap around, compressed."""
    differences = band.copy()
    differences[:, 1:] -= band[:, :-1]
    return zlib.compress(differences.astype(f"<u{band.itemsize}").tobytes(), 6)


def _tiff_text(words: str) -> bytes:
    return words.replace("\0", "\ufffd").encode("utf-8", "replace")


def srgb_profile() -> bytes:
    """The ICC profile of sRGB."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
