from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from flat import many
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wmpaint.errors import FileError, InputError
from wmpaint.foreign import Limit
from wmpaint.painting import document
from wmpaint.strokes import Strokes

HEADER = {
    "canvas": {"aspect": 4 / 3, "background": [1.0, 0.5, 0.25], "paper": None},
    "brushes": [{"name": "charcoal", "hash": "ab12"}, {"name": "my.myb", "hash": "", "painter": "my.safetensors"}],
    "program": {"name": "mypaint", "version": "1.6.1", "height": 512},
    "seed": 7,
    "parameters": {"strokes": 500, "note": 'a "b"\n猫 \u2028'},
    "terms": {"pixel": 0.0123},
    "provenance": {"wmpaint": "0.1.0"},
}


def whole(strokes: Strokes, **changes) -> dict:
    return {**json.loads(document.to_text(HEADER, strokes)), **changes}


def same(a: Strokes, b: Strokes) -> bool:
    names = ("points", "radius", "pressure", "color", "brush", "pen", "lifted")
    pairs = [(getattr(a, n), getattr(b, n)) for n in names]
    return all((x is None and y is None) or (x.dtype == y.dtype and torch.equal(x, y)) for x, y in pairs)


def test_the_schema_is_a_schema_and_fits_what_is_written():
    Draft202012Validator.check_schema(document.schema())
    strokes = many(40).replace(brush=torch.arange(40) % 2, pen=torch.arange(40), lifted=torch.arange(40) > 30)
    Draft202012Validator(document.schema()).validate(whole(strokes))
    Draft202012Validator(document.schema()).validate(whole(Strokes.empty()))


def test_one_stroke_a_line():
    lines = document.to_text(HEADER, many(3)).splitlines()
    assert sum(line.startswith("  [") for line in lines) == 3
    assert max(map(len, lines)) < 240


@pytest.mark.parametrize("columns", [(), ("brush",), ("lifted",), ("pen", "brush"), ("brush", "pen", "lifted")])
def test_round_trip_with_any_columns(columns):
    n = 25
    values = {"brush": torch.arange(n) % 2, "pen": torch.arange(n) * 3, "lifted": torch.arange(n) % 3 == 0}
    strokes = many(n).replace(**{name: values[name] for name in columns})
    header, back = document.from_text(document.to_text(HEADER, strokes))
    assert header == HEADER
    assert same(strokes, back)


floats = st.floats(-64, 64, width=32)
unit = st.floats(0, 1, width=32)
radius = st.floats(np.float32(1e-9).item(), 16, width=32)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(*[floats] * 6, radius, *[unit] * 5), max_size=4))
def test_every_float32_comes_back_bit_for_bit(rows):
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 12)
    strokes = Strokes(table[:, :6].reshape(-1, 3, 2), table[:, 6], table[:, 7:9], table[:, 9:])
    text = document.to_text(HEADER, strokes)
    _, back = document.from_text(text)
    for name in ("points", "radius", "pressure", "color"):
        before, after = getattr(strokes, name).numpy(), getattr(back, name).numpy()
        assert before.tobytes() == after.tobytes()
    assert document.to_text(HEADER, back) == text


def broken(change) -> str:
    value = whole(many(9), columns=None)
    value["columns"] = whole(many(1))["columns"]
    change(value)
    return json.dumps(value)


BROKEN = {
    "seed": (lambda d: d.pop("seed"), "to have 'seed'"),
    "extra": (lambda d: d.update(more=1), "more"),
    "version": (lambda d: d.update(version=3), "version 2, got version 3"),
    "version 0": (lambda d: d.update(version=0), "version to be 1 or 2, got 0"),
    "format": (lambda d: d.update(format="x"), "wmpaint painting"),
    "aspect": (lambda d: d["canvas"].update(aspect=0), "canvas.aspect of at least 0.015625, got 0"),
    "background": (
        lambda d: d["canvas"].update(background=[1, 1]),
        "canvas.background to have at least 3 items, got 2",
    ),
    "brushes": (lambda d: d.update(brushes=[]), "brushes"),
    "brush name": (lambda d: d["brushes"][1].update(name=3), r"brushes\[1\].name to be a text, got 3"),
    "height": (lambda d: d["program"].update(height=0.5), "program.height to be a whole number, got 0.5"),
    "big height": (lambda d: d["program"].update(height=10**400), "program.height"),
    "strokes": (lambda d: d.update(strokes={}), "strokes to be an array"),
    "row": (lambda d: d["strokes"].__setitem__(7, 3), r"strokes\[7\] to be an array of 12 numbers, got 3"),
    "short row": (lambda d: d["strokes"][8].pop(), r"strokes\[8\]"),
    "text": (lambda d: d["strokes"][8].__setitem__(2, "0.5"), r"strokes\[8\] to hold numbers"),
    "truth": (lambda d: d["strokes"][8].__setitem__(7, True), r"strokes\[8\] to hold numbers"),
    "null": (lambda d: d["strokes"][6].__setitem__(2, None), r"strokes\[6\] to hold numbers"),
    "first row": (lambda d: d["strokes"][1].__setitem__(6, 0), r"strokes\[1\]\[6\] of at least 1e-09, got 0"),
    "radius": (lambda d: d["strokes"][8].__setitem__(6, 17), "radius of stroke 8"),
    "color": (lambda d: d["strokes"][8].__setitem__(11, 1.00000001), "color of stroke 8"),
    "huge": (lambda d: d["strokes"][8].__setitem__(0, 10**400), "beyond any float"),
    "infinite": (lambda d: d["strokes"][8].__setitem__(0, 1e400), "Infinity"),
    "huge term": (lambda d: d["terms"].update(pixel=10**400), "terms.pixel to be a number in range, got 1000"),
    "endless term": (lambda d: d["terms"].update(pixel=1e400), "Infinity"),
    "huge parameter": (lambda d: d["parameters"].update(a=[1, -(10**400)]), r"parameters.a\[1\] to be a number"),
    "half a character": (lambda d: d["provenance"].update(source="a\ud800"), "provenance.source to be of whole char"),
    "half a definition": (lambda d: d["brushes"][1].update(definition="\udfff"), r"brushes\[1\].definition"),
    "half a name": (lambda d: d["provenance"].update({"\udc80": 1}), "name in provenance to be of whole"),
    "half a kind": (lambda d: d.update(format="wmpaint painting", seed="\ud800"), "seed to be of whole"),
    "huge version": (lambda d: d.update(version=10**400), "version 2, got version 1000"),
    "nan": (lambda d: d["terms"].update(pixel=float("nan")), "NaN"),
    "columns": (lambda d: d["columns"].__setitem__(0, "y"), r"columns\[0\] to be \"x0\""),
    "twice": (lambda d: d.update(columns=[*d["columns"], "pen", "pen"]), "columns"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_and_the_place_is_named(name):
    change, words = BROKEN[name]
    with pytest.raises(FileError, match=words) as caught:
        document.from_text(broken(change), "cat.wmp.json")
    message = str(caught.value)
    assert "\n" not in message and len(message) < 300 and ("cat.wmp.json" in message)


@pytest.mark.parametrize(
    ("column", "value"), [("brush", 2), ("brush", -1), ("brush", 0.5), ("lifted", 2), ("pen", 1e300)]
)
def test_other_columns_have_their_ranges(column, value):
    kind = torch.bool if column == "lifted" else torch.int64
    text = document.to_text(HEADER, many(9).replace(**{column: torch.zeros(9, dtype=kind)}))
    changed = json.loads(text)
    changed["strokes"][7][12] = value
    with pytest.raises(FileError, match=f"{column} of stroke 7"):
        document.from_text(json.dumps(changed))


def test_values_nested_too_deep():
    text = document.to_text({**HEADER, "parameters": {"a": 12321}}, many(1))
    document.from_text(text.replace("12321", "[" * 60 + "]" * 60))
    for levels in (70, 900, 100_000):
        with pytest.raises(FileError, match="nested"):
            document.from_text(text.replace("12321", "[" * levels + "]" * levels))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", "[" * 100_000, '{"format": "wmpaint painting"}', "\x00"])
def test_what_is_no_painting_at_all(text):
    with pytest.raises(FileError, match=r"^expected "):
        document.from_text(text, "cat.wmp.json")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_the_shortcut_over_rows_accepts_what_the_schema_accepts(data):
    value = whole(many(6).replace(brush=torch.tensor([0, 1, 0, 1, 0, 1])))
    odd = st.sampled_from([0, 1, -1, 0.5, 16, 17, 64, 65, -64, 1e-9, 1e-10, True, None, "1", [], 2, 1.0])
    changed = copy.deepcopy(value)
    row, column = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 12))
    changed["strokes"][row][column] = data.draw(odd)
    fits = Draft202012Validator(document.schema()).is_valid(changed)
    brush = changed["strokes"][row][12]
    if fits and brush <= 1:
        document.from_text(json.dumps(changed))
    else:
        with pytest.raises(FileError):
            document.from_text(json.dumps(changed))


def test_reading_files(tmp_path, monkeypatch):
    path = tmp_path / "a.wmp.json"
    with pytest.raises(FileError, match="no such file"):
        document.read(path)
    with pytest.raises(FileError, match="the folder"):
        document.read(tmp_path)
    with pytest.raises(FileError, match="null"):
        document.read("a\0b")
    path.write_bytes(b'\xff\xfe{"wmpaint painting"')
    with pytest.raises(FileError, match="UTF-8"):
        document.read(path)
    path.write_text(document.to_text(HEADER, many(5)))
    assert same(document.read(path)[1], many(5))
    monkeypatch.setitem(document.LIMITS, "painting", Limit("a painting", 100))
    with pytest.raises(FileError, match="at most 100 bytes, got a larger one"):
        document.read(path)


def test_the_name_of_a_file_that_is_not_utf_8_is_written_as_far_as_it_goes():
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    text = document.to_text({**HEADER, "provenance": {"source": name}}, many(1))
    assert document.from_text(text)[0]["provenance"] == {"source": "caf\ufffd.jpg"} and text.encode()


def test_what_cannot_be_written(monkeypatch):
    with pytest.raises(InputError, match="plain JSON"):
        document.to_text({**HEADER, "parameters": {"x": object()}}, many(1))
    with pytest.raises(InputError, match="plain JSON"):
        document.to_text({**HEADER, "parameters": {"x": float("inf")}}, many(1))
    with pytest.raises(InputError, match="color of stroke 2"):
        document.to_text(HEADER, many(3).replace(color=torch.tensor([[0.0, 0, 0], [1, 1, 1], [2, 0, 0]])))
    monkeypatch.setattr(document, "MAX_STROKES", 4)
    with pytest.raises(InputError, match="at most 4 strokes"):
        document.to_text(HEADER, many(5))
