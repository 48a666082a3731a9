from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from strangers import READERS, Reader

import wmpaint
from wmpaint.errors import FileError, WmpaintError
from wmpaint.foreign import LIMITS, Limit, foreign, inflate, json_value, read_bytes, reason, toml_table

PACKAGE = Path(wmpaint.__file__).parent
OURS = "a file of the package's own"
SYSTEM = "the system's own, not a stranger's"
# Whatever opens, unpacks or parses, beside `foreign` itself: where it stands, and its limit, or why it needs none.
NAMED = {
    "agents/training.py json.loads": "what was made JSON a moment before",
    "agents/records.py csv.DictReader": "read by `read_bytes`, within `foreign`",
    "agents/records.py temporary.open": "written",
    "cli/common.py read_text": SYSTEM,
    "cli/signals.py os.open": "the null device, to write to",
    "cli/streams.py os.open": "the null device",
    "data/idx.py archive.open": "a member of known size, of a table of contents of known size, stored or deflated",
    "data/idx.py zipfile.ZipFile": "within `open_limited`, after `_check_contents`",
    "demo/examples.py Image.open": OURS,
    "demo/__init__.py open": "opens the studio, no file",
    "demo/tabs/brushes.py read_bytes": "the server's limit of uploads; `Brush` has its own",
    "demo/tabs/draw.py read_text": OURS,
    "demo/theme.py read_text": OURS,
    "download.py part.open": "what is being downloaded, up to its limit",
    "download.py path.open": "hashed piece by piece",
    "explain.py eval": "the types in our own signatures",
    "export/ffmpeg.py subprocess.Popen": "an encoder, which reads what we made",
    "export/ffmpeg.py subprocess.run": "an encoder, which reads what we made",
    "export/gif.py path.open": "written",
    "export/gif.py zlib.decompress": "what was packed a moment before",
    "export/ora.py archive.open": "written",
    "export/ora.py zipfile.ZipFile": "written",
    "export/pictures.py temporary.open": "written",
    "media/oil/brush.py read_bytes": OURS,
    "pens/pen.py read_bytes": OURS,
    "export/svg/player.py read_text": OURS,
    "export/svg/reading.py expat.ParserCreate": "after `_count`, within `foreign`",
    "features/labels.py read_text": OURS,
    "features/zoo.py torch.load": "within `open_limited`; weights only, and no code",
    "files.py os.open": "written",
    "files.py probe.open": "written",
    "files.py temporary.open": "written",
    "gallery.py Image.open": "what was made a moment before",
    "gallery.py ast.parse": "a work's script, which is run as well",
    "gallery.py read_bytes": "files of works, for their hashes",
    "gallery.py read_text": "a work's script, which is run as well",
    "gallery.py runpy.run_path": "a work's script: who makes a work again runs its code",
    "gallery.py subprocess.run": "a work's command: who makes a work again runs it",
    "image/decoding.py read_text": SYSTEM,
    "image/kinds.py open": "the first bytes of it",
    "image/loading.py Image.open": "its own limits, of bytes, pixels and formats",
    "image/loading.py path.open": "rows, some at a time, after its size was looked at",
    "image/png_rows.py Image.open": "rows that were made a moment before",
    "image/png_rows.py path.open": "its chunks, passed over",
    "image/png_rows.py zlib.decompressobj": "no more at a time than the rows that are asked for",
    "temporaries.py open": SYSTEM,
    "temporaries.py os.open": "a lock, which is empty",
    "memory.py read_text": SYSTEM,
    "painting/document.py json.loads": OURS,
    "painting/document.py read_text": OURS,
    "painting/video/animated.py Image.open": "its own limits, of pixels, pictures and formats, within `foreign`",
    "painting/video/animated.py path.open": "the first bytes of it",
    "painting/video/source.py av.open": "its own limits, of containers, pixels, packets and frames, within `foreign`",
    "media/programs/_library.py open": SYSTEM,
    "media/programs/brush.py json.loads": OURS,
    "media/programs/brush.py read_text": OURS,
    "tensors.py safe_open": "after the file's size and its header's were looked at, within `foreign`",
}
_METHODS = {"read_bytes", "read_text", "open"}
_MODULES = {
    "json": {"load", "loads"}, "tomllib": {"load", "loads"},
    "np": {"load", "loadtxt", "genfromtxt", "fromfile", "memmap"},
    "torch": {"load"}, "pickle": {"load", "loads"}, "marshal": {"load", "loads"}, "yaml": {"load", "safe_load"},
    "zipfile": {"ZipFile"}, "tarfile": {"open"}, "gzip": {"open", "GzipFile", "decompress"},
    "bz2": {"open", "BZ2File", "decompress"}, "lzma": {"open", "LZMAFile", "decompress"},
    "zlib": {"decompress", "decompressobj"}, "expat": {"ParserCreate"}, "csv": {"reader", "DictReader"},
    "ElementTree": {"parse", "fromstring", "XML", "iterparse"}, "ET": {"parse", "fromstring", "XML", "iterparse"},
    "ast": {"parse", "literal_eval"}, "runpy": {"run_path"}, "subprocess": {"run", "Popen", "call", "check_output"},
    "av": {"open"}, "imageio": {"imread", "get_reader"}, "iio": {"imread", "imiter", "imopen"},
}  # fmt: skip
_NAMES = {"open", "safe_open", "load_file", "eval", "exec", "compile"}


def readers_in(source: str) -> Iterator[str]:
    """The calls in a module that open, unpack or parse something."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in _NAMES:
            yield node.func.id
        if isinstance(node.func, ast.Attribute):
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if node.func.attr in _MODULES.get(of, ()) or (node.func.attr in _METHODS and of):
                yield f"{of}.{node.func.attr}" if node.func.attr not in ("read_bytes", "read_text") else node.func.attr
            elif node.func.attr in _METHODS:
                yield node.func.attr


def test_every_reader_is_named_with_its_limit():
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {call}"
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "foreign.py"
        for call in readers_in(path.read_text("utf-8"))
    }
    assert len(found) > 40
    unnamed = sorted(found - set(NAMED))
    assert not unnamed, f"use wmpaint.foreign, or name these in NAMED with their limit: {unnamed}"
    gone = sorted(set(NAMED) - found)
    assert not gone, f"named, but nothing is read there any more: {gone}"


def test_a_new_reader_would_be_noticed():
    for call in ("json.loads(x)", "Path(p).read_bytes()", "open(p)", "np.load(p)", "torch.load(p)", "av.open(p)"):
        assert list(readers_in(call)), call
    assert not list(readers_in("read_bytes(path, LIMITS['pens']); json_value(data, LIMITS['pens'], 'a')"))


def test_every_row_of_limits_is_used():
    told = "".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))
    assert [name for name in LIMITS if f'LIMITS["{name}"]' not in told] == []


DIGITS = b"1" * 5000
HOSTILE = {
    "empty": b"",
    "nothing": b"\0" * 4096,
    "noise": random.Random(0).randbytes(4096),
    "a list": b"[]",
    "a number": b"3",
    "null": b"null",
    "nan": b'{"format": "wmpaint painting", "version": NaN}',
    "digits": b'{"format": "wmpaint painting", "version": ' + DIGITS + b"}",
    "digits in toml": b'[[pen]]\nname = "a"\ncolor = "#000"\nwidth = ' + DIGITS,
    "deep": b'{"format": "wmpaint painting", "a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "deep in toml": b"pen = " + b"[" * 20_000 + b"]" * 20_000,
    "deep in xml": b"<svg>" + b"<g>" * 5000,
    "long name in toml": b"a." * 20_000 + b"a = 1",
    "long quoted name in toml": b'[ "a" . ' * 1 + b'"a" . ' * 9_000 + b'"a" ]',
    "long name in an inline table": b"pen = {" + b"a . " * 15_000 + b"a = 1}",
    "tables": b'[[pen]]\nname="a"\n' * 3_000,
    "inline tables": b"pen = [" + b"{}," * 20_000 + b"]",
    "a page": b"<!doctype html><html><title>x</title></html>",
    "entities": b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>',
    "attributes": b"<svg " + b" ".join(b'a%d=""' % k for k in range(20_000)) + b"/>",
    "a zip": b"PK\5\6" + bytes(18),
    "a zip's end": b"PK\5\6" + b"\xff" * 18,
    "gzip": b"\x1f\x8b\x08\x08" + b"\1" * 60,
    "a bomb": zlib.compress(bytes(1 << 20), 9, 31),
    "a huge header": (1 << 62).to_bytes(8, "little") + b"{" * 64,
    "many tensors": (60_000).to_bytes(8, "little") + b'{"a":{},' * 7_500,
    "pickle": b"cos\nsystem\n(S'true'\ntR.",
    "controls": b'{"format": "\\u001b[2J\\n\\n"}' + b"\x1b[2J\n",
}


def refused(reader: Reader, path: object) -> None:
    try:
        reader.read(path)
    except WmpaintError as error:
        told = str(error)
        assert 10 < len(told) <= 500 and told.isprintable() and "Traceback" not in told, told
    else:
        assert reader.lenient, "it was taken"


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / READERS[request.getfixturevalue("kind")].name
    path.parent.mkdir(exist_ok=True)
    return path


@pytest.mark.parametrize("kind", READERS)
def test_hostile_files_are_refused_in_one_line(kind, place):
    reader = READERS[kind]
    for data in HOSTILE.values():
        place.write_bytes(data)
        refused(reader, place)
    reader.write(place)
    whole = place.read_bytes()
    for part in (9,) if kind in ("html", "pens") else (len(whole) // 2, 9):  # half of those is something by itself
        place.write_bytes(whole[:part])
        refused(reader, place)


@pytest.mark.parametrize("kind", READERS)
def test_what_is_no_plain_file_is_refused_and_not_waited_for(kind, place):
    reader = READERS[kind]
    refused(reader, place) if kind != "work" else None
    place.mkdir()
    refused(reader, place)
    place.rmdir()
    os.mkfifo(place)
    refused(reader, place)
    place.unlink()
    place.symlink_to("/dev/zero")
    refused(reader, place)
    place.unlink()
    place.symlink_to(place)
    refused(reader, place)
    if kind != "work":
        refused(reader, place.with_name("a\0" + place.name))
        refused(reader, place.with_name("a" * 5000 + place.name))


@pytest.mark.parametrize("kind", [kind for kind, reader in READERS.items() if reader.limit])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(kind, place):
    limit = LIMITS[READERS[kind].limit]
    with place.open("wb") as file:
        file.truncate(limit.bytes + 1)  # a hole, which takes no room
    with pytest.raises(WmpaintError, match=r"at most .* got a larger one"):
        READERS[kind].read(place)


@pytest.mark.parametrize("kind", READERS)
def test_mutants_are_read_or_refused(kind, place):
    """Bytes that are changed, cut out, repeated and put in, a few hundred files a kind, the same each time."""
    reader, chance = READERS[kind], random.Random(kind)
    reader.write(place)
    whole = place.read_bytes()
    if kind not in ("checkpoint", "weights"):
        reader.read(place)
    for _ in range(int(os.environ.get("WMPAINT_MUTANTS", reader.mutants))):
        place.write_bytes(mutant(whole, chance))
        try:
            reader.read(place)
        except WmpaintError as error:
            assert len(str(error)) <= 500 and str(error).isprintable()


PIECES = (
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"'",
    b",",
    b"\0",
    b"\xff",
    b"\n",
    b"-",
    b"1e999",
    b"NaN",
    b"1" * 400,
    b"true",
    b"(",
    b"\\",
)


def mutant(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    # Heads and tails hold what parsers go by.
    ends = (min(len(data), 400), len(data)) if chance.random() < 0.5 else (len(data), len(data))
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(max(ends[0], 1)) if chance.random() < 0.7 else max(ends[1] - chance.randrange(1, 200), 0)
        at = min(at, max(len(data) - 1, 0))
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.choice((1, 2, 8, 64))]
            case 2:
                data[at:at] = data[at : at + chance.choice((1, 8, 64))]
            case 3:
                data[at : at + chance.choice((0, 1))] = chance.choice(PIECES)
            case 4:
                data = data[: max(at, 1)] if chance.random() < 0.3 else data
    return bytes(data)


BOMBS = """
import base64, sys, zlib
from pathlib import Path
from wmpaint.errors import WmpaintError
from wmpaint.pens import load_pens
from wmpaint.painting import document
import jsonschema
folder = Path(sys.argv[1])
begin = b'{"format": "wmpaint painting", "strokes": ['
squeezed = zlib.compressobj(1)
packed = squeezed.compress(begin)
for _ in range(85):
    packed += squeezed.compress(b"[]," * 1_000_000)
packed = base64.b64encode(packed + squeezed.flush())
(folder / "a.svg").write_bytes(b'<svg><p:painting xmlns:p="urn:wmpaint:painting:1">' + packed + b"</p:painting></svg>")
(folder / "a.wmp.json").write_bytes(begin + b"[]," * 10_000_000)
(folder / "b.svg").write_bytes(b"<svg>" + b"<a/>" * 5_000_000)
(folder / "a.toml").write_bytes(b"a." * 30_000 + b"a = 1")
peak = lambda: int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024  # MB
before = peak()
read = document.read
for name, read in (("a.svg", read), ("a.wmp.json", read), ("b.svg", read), ("a.toml", load_pens)):
    try:
        read(folder / name)
    except WmpaintError as error:
        print(name, error)
print(peak() - before)
"""


def test_bombs_take_no_more_memory_than_their_limit(tmp_path):
    done = subprocess.run([sys.executable, "-c", BOMBS, str(tmp_path)], capture_output=True, text=True, timeout=300)
    *lines, grown = done.stdout.splitlines()
    assert len(lines) == 4 and "at most 1,050,000 lists" in lines[0] and "4,000,000 elements" in lines[2], done
    assert int(grown) < 400, "MB"


def test_values_are_counted_before_they_are_parsed():
    limit = Limit("a thing", 1000, values=10, containers=5, texts=3, text=20, powers=1, nesting=3)
    assert json_value(b'\xef\xbb\xbf{"a": [1, 2.5, null]}', limit, "x") == {"a": [1, 2.5, None]}
    for text, says in {
        "[" * 6: "at most 5 lists, got 6", "[1,2,3,4,5,6,7,8,9,10,11]": "at most 10 values, got 11",
        '["a", "b", "c", "d"]': "at most 3 texts, got 4", '["' + "a" * 19 + '"]': "at most 20 bytes of text, got 21",
        "[1e5, 2E5]": "1 numbers with powers", "[[[[1]]]]": "nested more than 3 deep", "[NaN]": "the number NaN",
        "[" + "1" * 1001 + "]": "a number of 1,001 digits", '"\\': "broken", "[1": "broken", "\ud800": "expected UTF-8",
    }.items():  # fmt: skip
        with pytest.raises(FileError, match=says):
            json_value(text, limit, "x")
    assert json_value(b"[NaN]", limit, "x", finite=False)[0] != 1


def test_wide_characters_do_not_make_a_large_document_wide(monkeypatch):
    monkeypatch.setattr("wmpaint.foreign._WIDE", 10)
    value = {"name": 'caf\xe9 \u732b \U0001f600 \\ "', "list": ["\xe9"] * 50}
    for text in (json.dumps(value, ensure_ascii=False), "\ufeff" + json.dumps(value, ensure_ascii=False)):
        assert json_value(text.encode(), LIMITS["work"], "x") == value
    with pytest.raises(FileError, match="expected UTF-8"):
        json_value(b'["' + b"\xff" * 20 + b'"]', LIMITS["work"], "x")


def test_toml_is_looked_at_before_it_is_parsed():
    limit = Limit("a thing", 1000, values=6, containers=6, nesting=4)
    fine = 'a.b.c.d = "e.f.g.h.i.j.k" # l.m.n.o.p.q\n[x."y.z".w]\nt = """\na.b.c.d.e.f.g\n"""\nu = \'v.w.x.y.z.a.b\'\n'
    assert toml_table(fine.encode(), limit, "x")["a"]["b"]["c"]["d"] == "e.f.g.h.i.j.k"
    for text, says in {
        "a.b.c.d.e = 1": "more than 4 parts", "a = {b.c.d.e.f = 1}": "more than 4 parts",
        "[a.b . c.d.e]": "more than 4 parts",
        '"a"."b" . \'c\'."d".e = 1': "more than 4 parts", "a = [[[[[1]]]]]": "nested more than 4 deep",
        "a = [1, 2, 3, 4, 5, 6, 7]": "at most 6 values, got 7", "a = [[],[],[],[],[],[]]": "at most 6 tables and lists",
        "a = " + "1" * 5000: "broken", "a = '": "broken", 'a = """': "broken", "a": "broken",
    }.items():  # fmt: skip
        with pytest.raises(FileError, match=says):
            toml_table(text.encode(), limit, "x")


def test_no_more_is_unpacked_than_the_limit_and_all_of_that():
    limit = Limit("a thing", 3 << 20)
    data = random.Random(1).randbytes(3 << 20)
    assert inflate(zlib.compress(data), limit, "x") == data
    assert inflate(zlib.compress(data, 9, 31), limit, "x", window=31) == data
    for packed, says in (
        (zlib.compress(data + b"a"), "at most 3 MiB, got a larger one"), (zlib.compress(data)[:-1], "cut off"),
        (b"none", "broken"), (b"", "cut off"),
    ):  # fmt: skip
        with pytest.raises(FileError, match=says):
            inflate(packed, limit, "x")
    assert inflate(zlib.compress(b"abcdef"), limit, "x", most=3, whole=False) == b"abcd"


def test_whatever_is_raised_becomes_a_file_error(tmp_path):
    for error in (
        ValueError("a\nb\x1b"),
        KeyError("k"),
        SyntaxError("s"),
        RecursionError(),
        EOFError(),
        MemoryError(),
        OSError(28, "x"),
    ):
        with pytest.raises(FileError, match=r"^(expected|could not read) ") as caught, foreign("a thing", "x"):
            raise error
        assert caught.value.__cause__ is error and "\n" not in str(caught.value)
    with pytest.raises(KeyboardInterrupt), foreign("a thing", "x"):
        raise KeyboardInterrupt
    assert reason(OSError(28, "No space")) == "the disk is full" and reason(EOFError()) == "EOFError"
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", Limit("a thing", 5)) == b"12345"
    with pytest.raises(FileError, match="at most 4 bytes, got a larger one"):
        read_bytes(tmp_path / "a", Limit("a thing", 4))
    with pytest.raises(FileError, match="at most 4 bytes"):  # its size is said to be 0
        read_bytes("/proc/self/status", Limit("a thing", 4))
