"""TIFF, strip by strip, with 8 or 16 bits: `encode_tiff(stream, picture, bits=16)`, with tifffile."""

from __future__ import annotations

import zlib
from typing import IO

import numpy as np
from torch import Tensor

from .. import checks
from .png import BITS, band_rows, bands

__all__ = ["COMPRESSIONS", "encode_tiff"]

COMPRESSIONS = ("deflate", "none")
BIG = (1 << 32) - (1 << 24)  # bytes of pixels beyond which offsets of 32 bits do not do


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
            rowsperstrip=min(band_rows(picture, bits), height), metadata=None, photometric="rgb",
            extrasamples=["unassalpha"] if channels == 4 else None,
            compression="zlib" if deflate else None, predictor=deflate or None, iccprofile=_profile(),
            description=_text(description) or None, software=_text(software) or False,
            resolution=None if dpi is None else (dpi, dpi), resolutionunit=None if dpi is None else "INCH",
        )  # fmt: skip


def _packed(band: np.ndarray) -> bytes:
    """Each row as differences from the pixel to the left, which wrap around, compressed."""
    differences = band.copy()
    differences[:, 1:] -= band[:, :-1]
    return zlib.compress(differences.astype(f"<u{band.itemsize}").tobytes(), 6)


def _text(words: str) -> bytes:
    return words.replace("\0", "\ufffd").encode("utf-8", "replace")


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
