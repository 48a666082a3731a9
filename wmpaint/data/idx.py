"""Numbers in files: `read_idx("train-images-idx3-ubyte.gz") -> array`, `read_npz("digits.npz") -> {name: array}`.

Nothing in these files is run, and no more is unpacked than a header promises and a limit allows.
"""

from __future__ import annotations

import math
import os
import re
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from ..errors import FileError, clipped
from ..foreign import LIMITS, inflate, open_limited

__all__ = ["LARGEST", "read_idx", "read_npz"]

LARGEST = 2 << 30  # bytes of all pictures of a file, unpacked
_UBYTE = 8  # IDX's code for bytes; MNIST and its kin have no other
_GZIP = 31  # zlib's window for it
_MOST_NAMES = 64
_FREELY = 256 << 20  # bytes that a file may become, however small it is
_RATIO = 256  # times its size that it may become beyond; drawings on empty paper take a fiftieth
_DIRECTORY = 1 << 16  # bytes of an archive's table of contents
_END = 22  # bytes of what stands at an archive's end, without a comment
# The head of an array as NumPy writes it: a line of Python, which is not run, nor parsed as such.
_HEAD = re.compile(
    rb"\{'descr': (.{1,2000}), 'fortran_order': (True|False), 'shape': \(((?:\d{1,18}, ?)*(?:\d{1,18})?)\),? ?\}\s*"
)
_LONGEST_HEAD = 10_000
_NUMBERS = re.compile(rb"'([<>|=]?[biuf]\d{1,2})'")


def read_idx(path: Path, ndim: int, *, limit: int = LARGEST) -> np.ndarray:
    """An array of bytes from an IDX file, packed with gzip or not.

    Args:
        ndim: 3 for pictures, 1 for labels.

    Raises:
        FileError: it cannot be read, is no IDX file of so many dimensions, or its header does not fit its data.
    """
    shown = clipped(repr(os.fspath(path)), 160)
    begin = 4 + 4 * ndim
    with open_limited(path, LIMITS["arrays"]) as file:
        head: bytes | bytearray = file.read(1 << 16)
        packed = head[:2] == b"\x1f\x8b"
        if packed:
            head = inflate(head, LIMITS["arrays"], str(path), window=_GZIP, most=begin, whole=False)
        head = head[:begin]
        if len(head) < begin or head[:4] != bytes([0, 0, _UBYTE, ndim]):
            raise FileError(f"expected an IDX file of bytes in {ndim} dimensions, got {shown}: {head[:4].hex()}")
        shape = tuple(int.from_bytes(head[4 * i : 4 * i + 4], "big") for i in range(1, ndim + 1))
        size = math.prod(shape)
        there = os.fstat(file.fileno()).st_size
        if not 1 <= size <= limit or size > max(_FREELY, there * _RATIO):
            raise FileError(f"expected 1 to {limit:,} bytes of pictures in {shown}, got a header of {size:,}")
        file.seek(0)
        data: bytes | bytearray = file.read(there if packed else min(there, begin + size + 1))
        if packed:
            data = inflate(data, LIMITS["arrays"], str(path), window=_GZIP, most=begin + size)
    if len(data) != begin + size:
        got = f"{len(data) - begin:,}" if len(data) < begin + size else "more"
        raise FileError(f"expected {size:,} bytes after the header of {shown}, got {got}")
    return np.frombuffer(data, np.uint8, offset=begin).reshape(shape)


def read_npz(path: Path, *, limit: int = LARGEST) -> dict[str, np.ndarray]:
    """The arrays of numbers in an .npz file, by name.

    Raises:
        FileError: it cannot be read, is no .npz file, holds Python objects, or unpacks to more than the limit.
    """
    shown = clipped(repr(os.fspath(path)), 160)
    with open_limited(path, LIMITS["arrays"]) as file:
        there = os.fstat(file.fileno()).st_size
        _check_contents(file, there, shown)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > limit or len(members) > _MOST_NAMES:
                raise FileError(f"expected at most {limit:,} bytes of arrays in {shown}, got {size:,}")
            if size > max(_FREELY, there * _RATIO):
                raise FileError(f"expected arrays of at most {_RATIO} times the size of {shown}, got {size:,} bytes")
            return {
                member.filename.removesuffix(".npy"): _member(archive, member, shown)
                for member in members
                if member.filename.endswith(".npy")
            }


def _check_contents(file: IO[bytes], there: int, shown: str) -> None:
    """Refuse a table of contents that would take long to read: zipfile reads all of it, whatever it says."""
    file.seek(max(there - _END - (1 << 16) - 20, 0))
    tail = file.read()
    place = len(tail) - _END if tail[-_END : -_END + 4] == b"PK\5\6" and tail[-2:] == b"\0\0" else tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) < place + _END:
        raise FileError(f"expected an .npz file, got {shown}, which is none or is broken")
    if (
        int.from_bytes(tail[place + 12 : place + 16], "little") > _DIRECTORY
        or tail[place - 20 : place - 16] == b"PK\6\7"
    ):
        raise FileError(f"expected an .npz file of at most {_MOST_NAMES} arrays, got {shown} with a longer list")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> np.ndarray:
    """One array. zipfile unpacks no more than the size that `member` gives; the array may promise no more than that."""
    name = clipped(repr(member.filename), 60)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others may ask for much memory
        raise FileError(f"expected {name} of {shown} stored or deflated, got another kind of packing")
    with archive.open(member) as file:
        start = file.read(12)
        if start[:6] != b"\x93NUMPY" or start[6:8] not in (b"\1\0", b"\2\0"):
            raise FileError(f"expected arrays of NumPy's format 1 or 2 in {shown}, got {start[:8].hex()} in {name}")
        width = 2 if start[6] == 1 else 4
        length = int.from_bytes(start[8 : 8 + width], "little")
        if length > _LONGEST_HEAD:
            raise FileError(f"expected a head of at most {_LONGEST_HEAD:,} bytes in {name} of {shown}, got {length:,}")
        head = _HEAD.fullmatch(start[8 + width :] + file.read(length - (4 - width)))
        if head is None:
            raise FileError(f"expected an array as NumPy writes it in {name} of {shown}, got another head")
        kind, shape = _NUMBERS.fullmatch(head[1]), tuple(int(part) for part in head[3].split(b",") if part.strip())
        dtype = np.dtype(kind[1].decode()) if kind else None
        size = math.prod(shape) * (dtype.itemsize if dtype else 1)
        if dtype is None or size > member.file_size or len(shape) > 8:
            said = clipped(head[1].decode("latin-1"), 60)
            raise FileError(f"expected numbers in {name} of {shown}, got {said} of {size:,} bytes")
        data = file.read(size)
    if len(data) != size:
        raise FileError(f"expected {size:,} bytes in {name} of {shown}, got {len(data):,}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if head[2] == b"True" else "C")
