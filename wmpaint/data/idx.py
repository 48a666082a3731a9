"""Numbers in files: `read_idx("train-images-idx3-ubyte.gz") -> array`, `read_npz("digits.npz") -> {name: array}`.

Nothing in these files is run, and no more is unpacked than a header promises and a limit allows.
"""

from __future__ import annotations

import gzip
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from ..errors import FileError

__all__ = ["LARGEST", "read_idx", "read_npz"]

LARGEST = 2 << 30  # bytes of all pictures of a file, unpacked
_UBYTE = 8  # IDX's code for bytes; MNIST and its kin have no other
_MOST_NAMES = 64


def read_idx(path: Path, ndim: int, *, limit: int = LARGEST) -> np.ndarray:
    """An array of bytes from an IDX file, packed with gzip or not.

    Args:
        ndim: 3 for pictures, 1 for labels.

    Raises:
        FileError: it cannot be read, is no IDX file of so many dimensions, or its header does not fit its data.
    """
    shown = repr(os.fspath(path))
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            file: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
            head = file.read(4 + 4 * ndim)
            if len(head) < 4 + 4 * ndim or head[:4] != bytes([0, 0, _UBYTE, ndim]):
                raise FileError(f"expected an IDX file of bytes in {ndim} dimensions, got {shown}: {head[:4].hex()}")
            shape = tuple(int.from_bytes(head[4 * i : 4 * i + 4], "big") for i in range(1, ndim + 1))
            size = math.prod(shape)
            if not 1 <= size <= limit:
                raise FileError(f"expected 1 to {limit:,} bytes of pictures in {shown}, got a header of {size:,}")
            data = file.read(size + 1)
    except FileError:
        raise
    except FileNotFoundError as error:
        raise FileError(f"no such file: {shown}") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is broken or cut short"
        raise FileError(f"could not read {shown}: {reason}") from error
    if len(data) != size:
        got = f"{len(data):,}" if len(data) < size else "more"
        raise FileError(f"expected {size:,} bytes after the header of {shown}, got {got}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def read_npz(path: Path, *, limit: int = LARGEST) -> dict[str, np.ndarray]:
    """The arrays of numbers in an .npz file, by name.

    Raises:
        FileError: it cannot be read, is no .npz file, holds Python objects, or unpacks to more than the limit.
    """
    shown = repr(os.fspath(path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > limit or len(members) > _MOST_NAMES:
                raise FileError(f"expected at most {limit:,} bytes of arrays in {shown}, got {size:,}")
            return {
                member.filename.removesuffix(".npy"): _member(archive, member, shown)
                for member in members
                if member.filename.endswith(".npy")
            }
    except FileError:
        raise
    except FileNotFoundError as error:
        raise FileError(f"no such file: {shown}") from error
    except zipfile.BadZipFile as error:
        raise FileError(f"expected an .npz file, got {shown}, which is none or is broken") from error
    except (OSError, EOFError, ValueError, zlib.error, NotImplementedError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is broken, or holds more than numbers"
        raise FileError(f"could not read {shown}: {reason}") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> np.ndarray:
    """One array. zipfile unpacks no more than the size that `member` gives; the array may promise no more than that."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if read is None:
            raise FileError(f"expected arrays of NumPy's format 1 or 2 in {shown}, got {version}")
        shape, fortran, dtype = read(file)
        size = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or size > member.file_size:
            raise FileError(f"expected numbers in {member.filename!r} of {shown}, got {dtype} of {size:,} bytes")
        data = file.read(size)
    if len(data) != size:
        raise FileError(f"expected {size:,} bytes in {member.filename!r} of {shown}, got {len(data):,}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
