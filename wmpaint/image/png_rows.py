"""Rows of a PNG of red, green and blue, some at a time: `png_pixels(path) -> Pixels`, with all bits of 16.

Pillow would hold four bytes for each pixel of the whole, and keeps eight bits of sixteen. So the stream is inflated
here piece by piece; the filters of a piece are undone by Pillow, as a small PNG whose first row is the one before it.
(A filter looks at bytes of the same place in a pixel only, so that six bytes a pixel are two pictures of three.)
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from .pixels import Pixels

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Header", "png_header", "png_pixels"]

_MAGIC = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 4: 2, 6: 4}  # by color type: RGB, gray and alpha, RGBA
_TYPES = {2: 4, 3: 2, 4: 6}  # color type of 8 bits by channels
_PIECE = 1 << 16  # bytes read at a time
_EXIF = 1 << 20  # bytes of Exif at most


@dataclass(frozen=True)
class Header:
    """What a PNG says beside its pixels, as far as it counts here.

    Args:
        bits, type, interlaced: as the file has them.
        cicp: code points of primaries and transfer.
        key: the color that is transparent.
        packed: Exif, as bytes.
    """

    width: int
    height: int
    bits: int
    type: int
    interlaced: bool
    cicp: tuple[int, int] | None = None
    key: tuple[int, ...] = ()
    packed: bytes = b""

    @property
    def rows(self) -> bool:
        """Whether `png_pixels` reads it."""
        return self.type in _CHANNELS and self.bits in (8, 16) and not self.interlaced

    @property
    def exif(self) -> Image.Exif:
        """Exif; without a tag where there is none, or a broken one."""
        from PIL import Image

        exif = Image.Exif()
        try:
            exif.load(self.packed)
        except Exception:
            return Image.Exif()
        return exif


def png_header(path: Path) -> Header | None:
    """The header of a PNG; None for other files."""
    with path.open("rb") as file:
        if file.read(8) != _MAGIC:
            return None
        found: dict[bytes, bytes] = {}
        for name, size in _chunks(file):
            if name in (b"IHDR", b"cICP", b"tRNS", b"eXIf") and size <= _EXIF:
                found[name] = file.read(size)
                file.seek(4, 1)
            else:
                file.seek(size + 4, 1)
    if len(found.get(b"IHDR", b"")) != 13:
        return None
    width, height, bits, kind, _, _, interlace = struct.unpack(">IIBBBBB", found[b"IHDR"])
    code, key = found.get(b"cICP", b""), found.get(b"tRNS", b"")
    cicp = (code[0], code[1]) if len(code) == 4 else None
    color = struct.unpack(">3H", key) if kind == 2 and len(key) == 6 else ()
    return Header(width, height, bits, kind, interlace != 0, cicp, color, found.get(b"eXIf", b""))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """(name, size) of each chunk; whoever asks for the next one has read data and checksum."""
    while True:
        head = file.read(8)
        if len(head) < 8:
            return
        yield head[4:], struct.unpack(">I", head[:4])[0]


def _stream(file: BinaryIO) -> Iterator[bytes]:
    """The packed data, in pieces.

    Raises:
        ValueError: cut short, or a checksum that does not fit.
    """
    file.seek(8)
    for name, size in _chunks(file):
        if name != b"IDAT":
            file.seek(size + 4, 1)
            continue
        check = zlib.crc32(name)
        while size:
            piece = file.read(min(size, _PIECE))
            if not piece:
                raise ValueError("cut short")
            check, size = zlib.crc32(piece, check), size - len(piece)
            yield piece
        if file.read(4) != struct.pack(">I", check):
            raise ValueError("a checksum that does not fit")


class _Rows:
    """Rows in order: `read(count) -> [count, width, channels]` uint8 or uint16.

    Raises:
        ValueError: while reading, a stream that is broken or cut short.
    """

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self.header, self.pieces = header, _stream(file)
        self.channels = _CHANNELS[header.type]
        self.lanes = header.bits // 8  # small pictures that a piece becomes
        self.stride = 1 + header.width * self.channels * self.lanes
        self.before = np.zeros((header.width, self.channels * self.lanes), np.uint8)
        self.unpacker, self.packed = zlib.decompressobj(), b""

    def read(self, count: int) -> np.ndarray:
        raw = bytearray()
        wanted = count * self.stride
        while len(raw) < wanted:
            if not self.packed:
                self.packed = next(self.pieces, b"")
                if not self.packed:
                    raise ValueError("cut short")
            raw += self.unpacker.decompress(self.packed, wanted - len(raw))
            self.packed = self.unpacker.unconsumed_tail
            if self.unpacker.eof and len(raw) < wanted:
                raise ValueError("cut short")
        rows = np.frombuffer(raw, np.uint8).reshape(count, self.stride)
        filters, values = rows[:, :1], rows[:, 1:].reshape(count, self.header.width, -1)
        parts = np.split(values, self.lanes, axis=2)
        firsts = np.split(self.before, self.lanes, axis=1)
        done = [_unfiltered(filters, part, first) for part, first in zip(parts, firsts, strict=True)]
        whole = done[0] if self.lanes == 1 else np.concatenate(done, axis=2)
        self.before = whole[-1]
        return whole if self.lanes == 1 else whole.view(">u2")


def _unfiltered(filters: np.ndarray, values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Filters [n, 1] and bytes [n, width, c] after the row [width, c] -> [n, width, c]."""
    from PIL import Image

    count, width, channels = values.shape
    rows = np.zeros((count + 1, 1 + width * channels), np.uint8)
    rows[0, 1:], rows[1:, :1], rows[1:, 1:] = first.ravel(), filters, values.reshape(count, -1)
    header = struct.pack(">IIBBBBB", width, count + 1, 8, _TYPES[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 0)), (b"IEND", b""))
    whole = _MAGIC + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    with Image.open(io.BytesIO(whole), formats=["PNG"]) as image:
        return np.asarray(image)[1:]


def png_pixels(file: BinaryIO, header: Header) -> Pixels:
    """The pixels of a PNG whose header says `rows`.

    Raises:
        ValueError: while rows are asked for, a stream that is broken or cut short.
    """
    source = _Rows(file, header)
    scale = np.float32(2**header.bits - 1)

    def rows(top: int, bottom: int) -> np.ndarray:
        values = source.read(bottom - top)
        pixels = values.astype(np.float32) / scale
        if header.key:
            shown = (values != np.array(header.key)).any(-1, keepdims=True)
            pixels = np.concatenate([pixels, shown.astype(np.float32)], axis=2)
        return pixels

    kind = "gray" if header.type == 4 else "rgb"
    return Pixels(header.height, header.width, rows, kind, alpha=header.type != 2 or bool(header.key))
