"""TIFF in strips, of 8 or 16 bits: `encode_tiff(stream, picture, bits=16)`. (Pillow writes no 16-bit colors.)"""

from __future__ import annotations

import struct
import zlib
from typing import IO

import numpy as np
from torch import Tensor

from .. import checks
from ..errors import InputError
from .png import BITS, bands

__all__ = ["COMPRESSIONS", "encode_tiff"]

COMPRESSIONS = {"deflate": 8, "none": 1}
LARGEST = 1 << 32  # bytes; offsets have 32 bits
_SHORT, _LONG, _RATIONAL, _ASCII, _BYTES = 3, 4, 5, 2, 7


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
        InputError: other bits or compression, a picture that is not finite, or more than 4 GiB.
    """
    checks.one_of("bits of …", bits, BITS)
    checks.one_of("a compression", compression, COMPRESSIONS)
    channels, height, width = picture.shape
    stream.write(struct.pack("<2sHI", b"II", 42, 0))  # where the list of fields begins is filled in at the end
    place, offsets, sizes, rows = 8, [], [], 0
    for band in bands(picture, bits):
        data = _packed(band) if compression == "deflate" else band.astype(f"<u{bits // 8}").tobytes()
        rows = rows or len(band)
        offsets.append(place)
        sizes.append(len(data))
        place += _write(stream, data, place)
    fields: dict[int, tuple[int, bytes]] = {
        256: _long(width),
        257: _long(height),
        258: _short(*[bits] * channels),
        259: _short(COMPRESSIONS[compression]),
        262: _short(2),  # RGB
        273: _long(*offsets),
        277: _short(channels),
        278: _long(rows),
        279: _long(*sizes),
        284: _short(1),  # channels pixel by pixel
        34675: (_BYTES, _profile()),
    }
    for tag, words in ((270, description), (305, software)):
        if words:
            fields[tag] = _ASCII, words.replace("\0", "\ufffd").encode("utf-8", "replace") + b"\0"
    if dpi is not None:
        fields |= {tag: (_RATIONAL, struct.pack("<II", round(dpi * 1000), 1000)) for tag in (282, 283)}
        fields[296] = _short(2)  # inch
    if compression == "deflate":
        fields[317] = _short(2)  # as differences
    if channels == 4:
        fields[338] = _short(2)  # unassociated alpha
    _write_fields(stream, fields, place)


def _packed(band: np.ndarray) -> bytes:
    """Each row as differences from the pixel to the left, which wrap around, compressed."""
    differences = band.copy()
    differences[:, 1:] -= band[:, :-1]
    return zlib.compress(differences.astype(f"<u{band.itemsize}").tobytes(), 6)


def _write_fields(stream: IO[bytes], fields: dict[int, tuple[int, bytes]], place: int) -> None:
    entries = b""
    for tag, (kind, data) in sorted(fields.items()):
        count = len(data) // {_SHORT: 2, _LONG: 4, _RATIONAL: 8}.get(kind, 1)
        inline = data.ljust(4, b"\0")
        if len(data) > 4:
            inline = struct.pack("<I", place)
            place += _write(stream, data, place)
        entries += struct.pack("<HHI", tag, kind, count) + inline
    _write(stream, struct.pack("<H", len(fields)) + entries + bytes(4), place)
    stream.seek(4)
    stream.write(struct.pack("<I", place))


def _write(stream: IO[bytes], data: bytes, place: int) -> int:
    """Write from an even place on, and to one; returns the bytes written."""
    if place + len(data) + 1 >= LARGEST:
        raise InputError("expected a TIFF file of less than 4 GiB, got more: try fewer bits or a smaller height")
    return stream.write(data + b"\0" * (len(data) % 2))


def _short(*values: int) -> tuple[int, bytes]:
    return _SHORT, struct.pack(f"<{len(values)}H", *values)


def _long(*values: int) -> tuple[int, bytes]:
    return _LONG, struct.pack(f"<{len(values)}I", *values)


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
