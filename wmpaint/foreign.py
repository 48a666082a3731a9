"""Files of strangers: `data = read_bytes(path, LIMITS["pens"])`, `with foreign("a photo", path): ...`

Two rules hold for every file that is read, and stand here alone:

- Limits come before expansion: how many bytes a file may have, how many they may become, and how many values,
  containers and levels of nesting they may stand for, is looked at before anything is built from them.
- Whatever a parser that is not ours raises becomes a `FileError` that says what was expected. Parsers raise nearly
  any type on a broken file, so that no list of exceptions is ever complete: all are taken, save those that do not
  speak of the file (Ctrl-C, too little memory).
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import re
import stat
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from .errors import FileError, WmpaintError, clipped

__all__ = ["LIMITS", "Limit", "foreign", "inflate", "json_value", "open_limited", "read_bytes", "reason", "toml_table"]

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
_DIGITS = 1_000  # of a whole number; three times what any float can hold
_WIDE = 16 * MIB  # of a document, beyond which one character that is not ASCII would make all others wide
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
# TOML's texts and comments, also those without an end, so that each is walked over once.
_TOML_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z|\\\Z)|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'[^\'\n]*+\'?|#[^\n]*+',
    re.DOTALL,
)


@dataclass(frozen=True)
class Limit:
    """The most that a file of a kind may hold.

    Args:
        what: it is, for messages: "a painting".
        bytes: of the file, and of what is packed in it.
        values, containers: of JSON and TOML: numbers and names, and objects and lists, estimated from above by their
            punctuation.
        texts: of JSON: strings, names among them; text: their bytes, all together.
        row: of JSON: values of a list, on average, when `loose` values are left out.
        powers: of JSON: numbers such as 1e-5, which take ten times as long to read as others, estimated from above.
        nesting: levels of lists and objects; of TOML also the parts of a dotted name.
    """

    what: str
    bytes: int
    values: int = 100_000
    containers: int = 20_000
    texts: int = 40_000
    text: int = 32 * MIB
    powers: int = 40 * MIB
    row: int = GIB
    loose: int = 2_000_000
    nesting: int = 64


# One row for each kind of file that is read. tests/test_foreign.py finds readers that have none.
LIMITS = {
    "painting": Limit(
        "a painting", 256 * MIB, values=17_000_000, containers=1_050_000, texts=400_000, row=16, powers=2_500_000
    ),
    "pens": Limit("pens", 64 * KIB, values=4_000, containers=1_000, nesting=8),
    "brush": Limit("a MyPaint brush", MIB),
    "oil brush": Limit("an oil brush", 16 * KIB, values=200, containers=20, nesting=4),
    "painter": Limit("a painter", 16 * MIB),
    "agent": Limit("an agent", 64 * MIB),
    "checkpoint": Limit("a checkpoint", 4 * GIB),  # a million strokes with Adam's moments are 200 MB
    "training": Limit("a training's checkpoint", 4 * GIB),
    "notes": Limit("notes", 4 * MIB),  # of a .safetensors file: its header, and each text of its metadata
    "weights": Limit("weights of a network", GIB),
    "arrays": Limit("pictures", 2 * GIB),
    "character": Limit("a character's drawing", MIB),
    "records": Limit("a training's records", 64 * MIB),
    "work": Limit("a meta.json of a work", MIB),
    "model": Limit("a CLIP model's config.json", MIB),
    "film options": Limit("the options of an unfinished film", 64 * KIB, values=1000, containers=10, texts=1000),
    "hand": Limit("a drawing by hand", 2 * MIB, values=250_000, containers=60_000, texts=8_000, nesting=5),
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
    if isinstance(error, KeyError):
        return f"it has no {clipped(error, 60)}"
    if isinstance(error, UnicodeDecodeError):
        return f"expected UTF-8, got other bytes at {error.start}"
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
        FileError: in place of any other exception but our own.
    """
    shown = _shown(path)
    try:
        yield
    except WmpaintError:
        raise
    except MemoryError as error:
        raise FileError(f"could not read {shown}, expected {what}: it takes more memory than there is") from error
    except FileNotFoundError as error:
        raise FileError(f"expected {what}, and there is none at {shown}: no such file") from error
    except OSError as error:
        raise FileError(f"could not read {shown}, expected {what}: {reason(error)}") from error
    except Exception as error:
        why = "the name holds a null byte" if "embedded null" in str(error) else reason(error)
        raise FileError(f"expected {what}, got {shown}, which is none or is broken: {why}") from error


@contextlib.contextmanager
def open_limited(path: str | os.PathLike[str], limit: Limit) -> Iterator[io.BufferedReader]:
    """A plain file of at most so many bytes, open for reading; whatever goes wrong with it is a FileError.

    Raises:
        FileError: no such file, a folder or a device, one that cannot be read, more bytes than the limit, and as
            `foreign` in the block.
    """
    shown = _shown(path)
    with foreign(limit.what, path):
        if stat.S_ISDIR(os.stat(path).st_mode):  # some systems do not open these at all
            raise FileError(f"expected {limit.what}, got the folder {shown}")
        # A pipe would be waited for, and a device may never end. Looked at when open, so that none takes its place.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            known = os.fstat(descriptor)
            if not stat.S_ISREG(known.st_mode):
                raise FileError(f"expected {limit.what}, got the device or pipe {shown}")
            if known.st_size > limit.bytes:
                raise _too_large(limit.what, limit.bytes, shown)
            yield file


def read_bytes(path: str | os.PathLike[str], limit: Limit) -> bytes:
    """The whole of a plain file.

    Raises:
        FileError: as `open_limited`.
    """
    with open_limited(path, limit) as file:
        data = file.read(min(os.fstat(file.fileno()).st_size + MIB, limit.bytes + 1))
        if len(data) > limit.bytes:  # it grows, or is one of those that do not tell their size
            raise _too_large(limit.what, limit.bytes, _shown(path))
    return data


def inflate(
    data: bytes | bytearray,
    limit: Limit,
    name: str,
    *,
    window: int = zlib.MAX_WBITS,
    most: int | None = None,
    whole: bool = True,
) -> bytearray:
    """What zlib packed, if it is no more than the limit.

    Args:
        window: as zlib has it; 31 for gzip.
        most: bytes, where that is known better than by the limit.
        whole: if not, the beginning will do, of what is more or is cut off; one byte more than `most`, if there is.

    Raises:
        FileError: more, broken, or cut off.
    """
    most = limit.bytes if most is None else most
    with foreign(limit.what, name):
        unpacker, unpacked, view = zlib.decompressobj(window), bytearray(), memoryview(data)
        for start in range(0, len(data), MIB):  # zlib copies what it has not come to yet
            rest: Any = view[start : start + MIB]
            while not unpacker.eof and len(unpacked) <= most:
                room = min(MIB, most + 1 - len(unpacked))
                piece = unpacker.decompress(rest, room)
                unpacked += piece
                rest = unpacker.unconsumed_tail
                if not rest and len(piece) < room:
                    break
            if unpacker.eof or len(unpacked) > most:
                break
    if whole and len(unpacked) > most:
        raise _too_large(limit.what, most, _shown(name))
    if whole and not unpacker.eof:
        raise FileError(f"expected the whole of {limit.what}, got one that is cut off: {_shown(name)}")
    return unpacked


def json_value(data: bytes | bytearray | str, limit: Limit, name: str, *, finite: bool = True) -> Any:
    """A value of JSON in UTF-8, counted before it is parsed.

    Args:
        finite: whether numbers must be so; JSON has no other, but Python writes NaN and Infinity.

    Raises:
        FileError: none, more values, lists or texts than the limit, nested deeper, or a number that is not finite or
            has a thousand digits.
    """
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    lists = data.count(b"[") + data.count(b"{")
    values = data.count(b",") + lists
    texts = size = 0
    for found in _STRING.finditer(data):
        texts, size = texts + 1, size + found.end() - found.start()
        if texts > limit.texts:
            break
    counts = {
        "lists": (lists, limit.containers),
        "values": (values, limit.values),
        "values in a list": (max(values - limit.loose, 0) // max(lists, 1), limit.row),
        "texts": (texts, limit.texts),
        "bytes of text": (size, limit.text),
        "numbers with powers": (data.count(b"e") + data.count(b"E"), limit.powers),
    }
    _check_counts(counts, limit, name)
    with foreign(f"{limit.what} as JSON", name):
        text = data.decode("utf-8-sig") if len(data) <= _WIDE or data.isascii() else _narrow(data)
        value = json.loads(text, parse_constant=_refuse if finite else None, parse_int=_whole)
        _check_nesting(value, limit.nesting)
    return value


def toml_table(data: bytes, limit: Limit, name: str) -> dict[str, Any]:
    """A document of TOML in UTF-8, looked at before it is parsed.

    Raises:
        FileError: none, more values or tables than the limit, names of more parts, or lists nested deeper.
    """
    with foreign(f"{limit.what} as TOML", name):
        text = data.decode("utf-8-sig")
        bare = _TOML_TEXT.sub("k", text)
        lists = bare.count("[") + bare.count("{")
        values = bare.count("=") + bare.count(",")
        _check_counts({"tables and lists": (lists, limit.containers), "values": (values, limit.values)}, limit, name)
        # Python's parser takes memory with the square of a name's parts: a.b.c, "a" . "b", in tables' heads as well.
        if "k." * limit.nesting in re.sub(r"[ \t\w+-]+", _run, bare):
            raise ValueError(f"a name of more than {limit.nesting} parts")
        table = tomllib.loads(text)
        _check_nesting(table, limit.nesting)
        return table


def _run(found: re.Match[str]) -> str:
    """What lies between two dots, as one letter."""
    return "k" if found[0].strip() else ""


def _narrow(data: bytes | bytearray) -> str:
    """A large document of JSON as ASCII, others as escapes: a single wide character would make all of it wide."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    data = data.removeprefix(codecs.BOM_UTF8)
    pieces = []
    for start in range(0, len(data) + 1, MIB):
        piece = decoder.decode(data[start : start + MIB], start + MIB > len(data))
        pieces.append(re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found[0])[1:-1], piece))
    return "".join(pieces)


def _check_counts(counts: dict[str, tuple[int, int]], limit: Limit, name: str) -> None:
    """Refuse what there is more of than there may be, by its name."""
    for kind, (count, most) in counts.items():
        if count > most:
            shown = _shown(name)
            raise FileError(f"expected {limit.what} of at most {most:,} {kind}, got {count:,} or more in {shown}")


def _check_nesting(value: Any, most: int) -> None:
    """Refuse lists and objects that lie in each other more than so many deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if type(item) is list or type(item) is dict]
    if level:
        raise ValueError(f"it is nested more than {most} deep")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"the number {constant}")


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:  # reading them takes the square of their number
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def _shown(path: str | os.PathLike[str]) -> str:
    return clipped(repr(os.fspath(path)), 160)


def _too_large(what: str, most: int, shown: str) -> FileError:
    count = f"{most // MIB} MiB" if most >= MIB else f"{most // KIB} KiB" if most >= KIB else f"{most} bytes"
    return FileError(f"expected {what} of at most {count}, got a larger one: {shown}")
