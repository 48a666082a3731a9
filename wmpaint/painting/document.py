"""The text of a painting file: `to_text(header, strokes) -> str` and `from_text(text, name) -> (header, strokes)`.

JSON that people can read: a header, then one stroke a line in the fewest digits that give back the same float32.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import FileError, InputError
from ..export.svg import painting_text
from ..foreign import LIMITS, json_value, read_bytes
from ..marks import KINDS, Marks
from ..strokes import Strokes

__all__ = ["FORMAT", "MAX_STROKES", "VERSION", "from_text", "read", "schema", "to_text"]

FORMAT = "wmpaint painting"
VERSION = 2  # of marks that are no strokes; those are written as version 1, which all readers know
MAX_STROKES = 1_000_000
MAX_VALUES = 20_000  # beside the strokes

_WITHIN = (".svg", ".html")  # files that may hold a painting beside what they show
_WHOLE = ("brush", "pen", "lifted")
_OWN = ("format", "version", "marks", "columns", "strokes")
_MOST_COLUMNS = 64
_DEEPEST = 64
_LARGEST = 2**1023  # what any float can hold
_SAMPLE = 4  # strokes that go through the schema itself; `_table` holds all of them to the same rules
_TYPES = {"object": "an object", "array": "an array", "string": "a text", "number": "a number"}
_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair: no character, in no encoding
_TYPES |= {"integer": "a whole number", "null": "null"}


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of a painting file. Do not change the result."""
    text = resources.files(__package__).joinpath("painting.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def to_text(header: Mapping[str, Any], strokes: Marks) -> str:
    """A painting file's text.

    Args:
        header: canvas, brushes, program, seed, parameters, terms and provenance, of plain JSON values. Where a text
            cannot be UTF-8 (the name of a file that is not), U+FFFD takes the place of what cannot.
        strokes: written as float32.

    Raises:
        InputError: strokes out of range, too many of them, or a header that is not JSON.
    """
    if len(strokes) > MAX_STROKES:
        raise InputError(f"expected at most {MAX_STROKES:,} strokes in a painting file, got {len(strokes):,}")
    strokes = strokes.detach().to("cpu", torch.float32).check()
    whole = {name: value for name in _WHOLE if (value := getattr(strokes, name)) is not None}
    n, real = len(strokes), strokes.table().numpy()
    rest = [value.to(torch.int64).tolist() for value in whole.values()]
    lines = (
        "[" + ",".join([_shortest(v) for v in row] + [str(column[k]) for column in rest]) + "]"
        for k, row in enumerate(real)
    )
    usual = strokes.kind == Strokes.kind
    kind = {} if usual else {"marks": strokes.kind}
    document = {
        "format": FORMAT, "version": 1 if usual else VERSION, **kind, **header, "columns": [*strokes.titles(), *whole],
    }  # fmt: skip
    try:
        parts = [f" {_json(key)}: {_json(value)}" for key, value in document.items()]
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"expected a painting's header of plain JSON values, got: {error}") from error
    parts.append(' "strokes": [\n  ' + ",\n  ".join(lines) + "\n ]" if n else ' "strokes": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _shortest(value: np.float32) -> str:
    text = str(value)  # the shortest decimal that reads back as this float32
    return text if text == "-0.0" else text.removesuffix(".0")


def _json(value: Any) -> str:
    return _HALF.sub("\ufffd", json.dumps(value, ensure_ascii=False, allow_nan=False))


def read(path: str | Path) -> tuple[dict[str, Any], Marks]:
    """The header and the strokes of a painting file, or of the painting within an .svg or .html file.

    Raises:
        FileError: no such file, too large, or as for `from_text` and `export.svg.painting_text`.
    """
    path = Path(path)
    data = read_bytes(path, LIMITS["painting"])
    return from_text(painting_text(data, path.name) if path.suffix.lower() in _WITHIN else data, path.name)


def from_text(text: str | bytes | bytearray, name: str = "painting") -> tuple[dict[str, Any], Marks]:
    """The header and the strokes of a painting file's text; `name` is for messages.

    Raises:
        FileError: not JSON, not a painting, of a newer version, or outside the schema; the message names the place.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    document = json_value(data, LIMITS["painting"], name) if FORMAT.encode() in data else None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileError(f'expected a painting file with "format": "{FORMAT}", got {name!r} without it')
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise FileError(f"expected a painting file of version {VERSION}, got version {_short(version)} in {name!r}")
    rows: Any = document.get("strokes")
    is_list = isinstance(rows, list)
    if is_list and len(rows) > MAX_STROKES:
        raise FileError(f"expected at most {MAX_STROKES:,} strokes, got {len(rows):,} in {name!r}")
    try:
        left = MAX_VALUES
        for key, value in document.items():
            if key != "strokes":
                left = _check(value, key, left)
        _validate({**document, "strokes": [_sample(row) for row in rows[:_SAMPLE]]} if is_list else document)
        columns: list[str] = document["columns"]
        table = _table(document["strokes"], columns)
        strokes = _marks(_kind(document), table, columns, len(document["brushes"]))
    except InputError as error:
        raise FileError(f"{error}, in {name!r}") from error
    header = {key: value for key, value in document.items() if key not in _OWN}
    return header, strokes


def _sample(row: Any) -> Any:
    """A stroke for the schema, without what may be long in a place where nothing long belongs."""
    if not isinstance(row, list):
        return row if isinstance(row, int | float | None) else type(row)()
    return [type(value)() if isinstance(value, list | dict | str) else value for value in row[: _MOST_COLUMNS + 1]]


def _validate(document: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(schema()).iter_errors(document))
    if error is None:
        return
    place = error.json_path.removeprefix("$.").removeprefix("$") or "the file"
    rule, got = error.validator_value, _short(error.instance)
    match error.validator:
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            raise InputError(f"expected {place} to be {' or '.join(_TYPES.get(k, k) for k in kinds)}, got {got}")
        case "required":
            missing = next(key for key in rule if key not in error.instance)
            raise InputError(f"expected {place} to have {missing!r}, got none")
        case "const":
            raise InputError(f"expected {place} to be {_short(rule)}, got {got}")
        case "enum":
            raise InputError(f"expected {place} to be {' or '.join(map(str, rule))}, got {got}")
        case "minimum" | "exclusiveMinimum":
            raise InputError(f"expected {place} of at least {rule}, got {got}")
        case "maximum":
            raise InputError(f"expected {place} of at most {rule}, got {got}")
        case "minItems" | "maxItems":
            bound = "at least" if error.validator == "minItems" else "at most"
            raise InputError(f"expected {place} to have {bound} {rule} items, got {len(error.instance)}")
        case _:
            raise InputError(f"expected {place} to fit the schema, got: {error.message[:160]}")


def _check(value: Any, place: str, left: int, depth: int = 0) -> int:
    """Refuse what JSON can say, but no float and no file: numbers without limit, half characters, endless nesting.

    Also more than `left` values; how many are left after these is the result.
    """
    if left <= 0:
        raise InputError(f"expected at most {MAX_VALUES:,} values beside the strokes, got more in {place[:40]}")
    if depth > _DEEPEST:
        raise InputError(f"expected values nested at most {_DEEPEST} deep, got more in {place[:40]}...")
    if isinstance(value, str) and _HALF.search(value):
        raise InputError(f"expected {_HALF.sub('?', place)} to be of whole characters, got {ascii(value)[:60]}")
    if isinstance(value, int | float) and not abs(value) <= _LARGEST:
        raise InputError(f"expected {place} to be a number in range, got {_short(value)}")
    if isinstance(value, list):
        for k, item in enumerate(value):
            left = _check(item, f"{place}[{k}]", left, depth + 1)
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, f"a name in {place}", left, depth)
            left = _check(item, f"{place}.{key}", left, depth + 1)
    return left - 1


def _short(value: Any) -> str:
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False, default=str).iterencode(value):
        text += piece
        if len(text) > 60:  # of what may be millions of values
            break
    text = _HALF.sub("\ufffd", text)
    return text if len(text) <= 60 else text[:57] + "..."


def _table(rows: Sequence[Any], columns: Sequence[str]) -> np.ndarray:  # [N, columns] float64
    for k, row in enumerate(rows):
        if type(row) is not list or len(row) != len(columns):
            raise InputError(f"expected strokes[{k}] to be an array of {len(columns)} numbers, got {_short(row)}")
        if not all(type(value) is float or type(value) is int for value in row):
            raise InputError(f"expected strokes[{k}] to hold numbers only, got {_short(row)}")
    try:
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(columns))
    except OverflowError as error:
        raise InputError("expected strokes of numbers in range, got a whole number beyond any float") from error


def _kind(document: Mapping[str, Any]) -> type[Marks]:
    """The kind of marks that a file says it has, with the columns that it must then have."""
    name = document.get("marks", Strokes.kind)
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(sorted(KINDS))
        raise InputError(f"expected marks of a kind that is known, {known}, got {_short(name)}: import what defines it")
    real = list(kind.titles())
    if document["columns"][: len(real)] != real:
        got = _short(document["columns"][: len(real)])
        raise InputError(f"expected columns of {name} to begin with {', '.join(real)}, got {got}")
    return kind


def _marks(kind: type[Marks], table: np.ndarray, columns: Sequence[str], brushes: int) -> Marks:
    # Ranges are those of float64 as written: 1.00000001 is outside 0..1 though float32 would make it 1.
    real = kind.width()
    kind.from_table(torch.from_numpy(table[:, :real])).check()
    limits = {"brush": brushes - 1, "pen": 1 << 31, "lifted": 1}
    whole: dict[str, torch.Tensor | None] = {}
    for index, name in enumerate(columns[real:], real):
        column = table[:, index]
        bad = (column != np.floor(column)) | (column < 0) | (column > limits[name])
        if bad.any():
            k = int(bad.argmax())
            raise InputError(f"expected {name} of {kind.noun} {k} to be 0 to {limits[name]}, got {column[k]:g}")
        whole[name] = torch.from_numpy(column).to(torch.bool if name == "lifted" else torch.int64)
    return kind.from_table(torch.from_numpy(table[:, :real].astype(np.float32)), **whole)
