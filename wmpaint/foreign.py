"""Files of strangers: `data = read_bytes(path, LIMITS["pens"])`, `with foreign("a photo", path): ...`

Two rules hold for every file that is read, and stand here alone:

- Limits come before expansion: how many bytes a file may have, how many they may become, and how many values,
  containers and levels of nesting they may stand for, is looked at before anything is built from them.
- Whatever a parser that is not ours raises becomes a `FileError` that says what was expected. Parsers raise nearly
  any type on a broken file, so that no list of exceptions is ever complete: all are taken, save those that do not
  speak of the file (Ctrl-C, too little memory).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from .errors import FileError, WmpaintError, clipped

__all__ = ["LIMITS", "Limit", "foreign", "inflate", "json_value", "read_bytes", "reason", "toml_table"]

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True)
class Limit:
    """The most that a file of a kind may hold.

    Args:
        what: it is, for messages: "a painting".
        bytes: of the file; inflated: of what is packed in it, as many as `bytes` if 0.
        values, containers, texts: of JSON: numbers, objects and lists, and strings (names counted), estimated from
            above by their punctuation.
        nesting: levels of lists and objects; of TOML the parts of a dotted name.
    """

    what: str
    bytes: int
    inflated: int = 0
    values: int = 100_000
    containers: int = 20_000
    texts: int = 40_000
    nesting: int = 64


# One row for each kind of file that is read. tests/test_foreign.py finds readers that have none.
LIMITS = {
    "painting": Limit("a painting", 256 * MIB, values=17_000_000, containers=1_050_000, texts=400_000),
    "hand": Limit("a drawing by hand", 2 * MIB, values=250_000, containers=60_000, texts=8_000, nesting=5),
    "pens": Limit("pens", 64 * KIB, nesting=8),
}


def reason(error: BaseException) -> str:
    """Why, in a few words that people know."""
    if isinstance(error, OSError):
        known = {
            errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk is full", errno.EACCES: "permission denied",
            errno.EPERM: "permission denied", errno.EROFS: "the disk is read-only", errno.ENOENT: "no such file",
        }  # fmt: skip
        if error.errno in known:
            return known[error.errno]
        if error.strerror:
            return error.strerror[:1].lower() + error.strerror[1:]
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    text = clipped(error, 160)
    # Writers in other languages hand the system's words on, but not its number.
    if "No space left on device" in text or "os error 28" in text:
        return "the disk is full"
    return text or type(error).__name__


@contextlib.contextmanager
def foreign(what: str, path: str | os.PathLike[str]) -> Iterator[None]:
    """Whatever goes wrong while a file is made sense of is a FileError that says what was expected.

    Args:
        what: it should be: "a picture (PNG, JPEG)".
        path: or a name, for the message.

    Raises:
        FileError: in place of any other exception, save MemoryError and our own.
    """
    shown = clipped(repr(os.fspath(path)), 160)
    try:
        yield
    except (WmpaintError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise FileError(f"expected {what}, and there is none at {shown}") from error
    except OSError as error:
        raise FileError(f"could not read {shown}, expected {what}: {reason(error)}") from error
    except Exception as error:
        raise FileError(f"expected {what}, got {shown}, which is none or is broken: {reason(error)}") from error


def read_bytes(path: str | os.PathLike[str], limit: Limit) -> bytes:
    """The whole of a plain file.

    Raises:
        FileError: no such file, a folder or a device, one that cannot be read, or more bytes than the limit.
    """
    shown = clipped(repr(os.fspath(path)), 160)
    with foreign(limit.what, path):
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise FileError(f"expected {limit.what}, got the folder {shown}")
        if not stat.S_ISREG(mode):  # a pipe would be waited for, and a device may never end
            raise FileError(f"expected {limit.what}, got the device or pipe {shown}")
        with Path(path).open("rb") as file:
            data = file.read(limit.bytes + 1)
    if len(data) > limit.bytes:
        raise FileError(f"expected {limit.what} of at most {_size(limit.bytes)}, got more in {shown}")
    return data


def inflate(data: bytes, limit: Limit, name: str) -> bytes:
    """What zlib packed, if it is no more than the limit.

    Raises:
        FileError: more, broken, or cut off.
    """
    most = limit.inflated or limit.bytes
    with foreign(limit.what, name):
        unpacker = zlib.decompressobj()
        opened = unpacker.decompress(data, most + 1)
    if len(opened) > most:
        raise FileError(f"expected {limit.what} of at most {_size(most)}, got a larger one in {clipped(name, 160)!r}")
    if not unpacker.eof:
        raise FileError(f"expected the whole of {limit.what}, got one that is cut off in {clipped(name, 160)!r}")
    return opened


def json_value(data: bytes | str, limit: Limit, name: str) -> Any:
    """A value of JSON in UTF-8, counted before it is parsed.

    Raises:
        FileError: none, more values, lists or texts than the limit, nested deeper, or a number that is not finite.
    """
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    shown = repr(clipped(name, 160))
    lists = data.count(b"[") + data.count(b"{")
    counts = (("lists", lists, limit.containers), ("texts", data.count(b'"') // 2, limit.texts))
    for kind, count, most in (*counts, ("values", data.count(b",") + lists, limit.values)):
        if count > most:
            raise FileError(f"expected {limit.what} of at most {most:,} {kind}, got some {count:,} in {shown}")
    with foreign(f"{limit.what} as JSON", name):
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
        if _deeper(value, limit.nesting):
            raise ValueError(f"it is nested more than {limit.nesting} deep")
    return value


def toml_table(data: bytes, limit: Limit, name: str) -> dict[str, Any]:
    """A document of TOML in UTF-8, looked at before it is parsed.

    Raises:
        FileError: none, or names of more parts, or lists nested deeper, than the limit.
    """
    with foreign(f"{limit.what} as TOML", name):
        text = data.decode("utf-8-sig")
        # Python's parser takes quadratic memory for dotted names, and a stack frame a bracket.
        for line in text.splitlines():
            head = line.split("=", 1)[0]
            if head.count(".") > limit.nesting or max(line.count("["), line.count("{")) > limit.texts:
                raise ValueError(f"names of more than {limit.nesting} parts")
        return tomllib.loads(text)


def _deeper(value: Any, most: int) -> bool:
    """Whether lists and objects lie in each other more than so many deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if isinstance(item, dict | list)]
    return bool(level)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"the number {constant}")


def _size(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count // KIB} KiB"
