"""No console, locale or file name ends a command that did its work."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from flat import many

from wmpaint.canvas import Canvas
from wmpaint.cli import common, streams
from wmpaint.cli.app import app
from wmpaint.painting import BrushRef, Painting

ENCODINGS = ["ascii", "latin-1", "cp437", "cp850", "cp1252", "utf-8"]
# A name of bytes that are no text, one of two lines, an emoji of parts, right to left, and what moves a cursor.
NAMES = ["caf\udce9", "a\nb", "👩\u200d🎨", "\u202eציור", "\x1b[2Jred", "ж"]


class Kept(io.RawIOBase):
    """What was written, as bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def said(monkeypatch: pytest.MonkeyPatch, encoding: str, *words: object) -> tuple[int, str]:
    """(code, all that a command says to a console of an encoding)"""
    raw = Kept()
    stream = streams.text_stream(raw, encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    code = 0
    try:
        app([str(word) for word in words], prog_name="wmpaint")
    except SystemExit as ended:
        code = int(ended.code or 0)
    stream.flush()
    monkeypatch.undo()
    return code, bytes(raw.data).decode(encoding)


def commands() -> list[list[str]]:
    group = typer.main.get_command(app)
    found: list[list[str]] = [[]]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found.append([name])
        found += [[name, inner] for inner in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_help_of_all_commands_in_all_encodings(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    assert len(commands()) > 12
    for words in commands():
        code, text = said(monkeypatch, encoding, *words, "--help")
        assert code == 0 and "Usage: wmpaint" in text and "Error" not in text, words
        if encoding == "ascii":
            assert "\\u" not in text, [line for line in text.splitlines() if "\\u" in line]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_cheap_commands_say_in_all_encodings(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    for words in (["brushes"], ["gallery"]):
        code, text = said(monkeypatch, encoding, *words)
        assert code == 0 and len(text.splitlines()) > 10, words
        code, text = said(monkeypatch, encoding, *words, "--json")
        assert code == 0 and json.loads(text), words
    code, text = said(monkeypatch, encoding, "paint", "–×.png")
    assert code == 2 and text.count("\n") == 1 and text.startswith("wmpaint: ")
    code, text = said(monkeypatch, encoding, "paint", "--strokes", "…")
    assert code == 2 and "Usage" in text


@pytest.fixture(scope="module")
def painting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("painting") / "a.wmp.json"
    Painting(many(2), Canvas(1.5), (BrushRef("charcoal"),), program_height=16, seed=3).save(path)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, painting: Path, name: str) -> None:
    out = tmp_path / f"{name}.svg"
    for encoding in ("ascii", "cp1252", "utf-8"):
        code, text = said(monkeypatch, encoding, "export", painting, "-o", out, "--json")
        assert code == 0 and out.exists()
        assert json.loads(text)["outputs"] == [str(out)], "by which a program finds it"
        out.unlink()
        code, text = said(monkeypatch, encoding, "export", painting, "-o", out)
        assert code == 0 and out.exists()
        assert text.count("\n") == 1 and "\x1b" not in text and "\u202e" not in text, "nothing that moves a cursor"
    code, text = said(monkeypatch, "ascii", "export", out, "-o", tmp_path / "again.wmp.json")
    assert code == 0, text


@pytest.mark.parametrize(
    ("name", "kept"), [("caf\udce9.jpg", "caf\ufffd.jpg"), ("a\nb\x1b\x01.jpg", "a\nb\x1b\x01.jpg")]
)
def test_files_are_utf_8_whatever_the_photo_is_called(tmp_path: Path, name: str, kept: str) -> None:
    source = {"source": name}
    work = Painting(many(2), Canvas(1.5), (BrushRef("charcoal"),), program_height=16, provenance=source)
    for suffix in (".wmp.json", ".svg", ".html", ".png", ".tif", ".ora"):
        work.save(tmp_path / f"a{suffix}")
    for suffix in (".wmp.json", ".svg", ".html"):
        (tmp_path / f"a{suffix}").read_text(encoding="utf-8")
        assert Painting.load(tmp_path / f"a{suffix}").provenance["source"] == kept


def test_stand_ins_read_well() -> None:
    assert "200×150mm… – “a” → ж \udce9".encode("ascii", streams.ERRORS) == b'200x150mm... - "a" -> \\u0436 \\xe9'
    assert "é…".encode("latin-1", streams.ERRORS) == b"\xe9..."


def command(how: str, *words: str, **more: str) -> tuple[int, str]:
    """(code, stderr) of the command with its output led elsewhere by a shell."""
    line = f"{sys.executable} -m wmpaint {' '.join(words)} {how}"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env={**os.environ, **more}, errors="replace"
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        (">&- 2>&-", 0, ""),
        (">/dev/full", 2, "wmpaint: could not write to standard output: the disk is full\n"),
        ("| head -c 1 >/dev/null; exit ${PIPESTATUS[0]}", 0, ""),
    ],
)
def test_where_the_words_go(how: str, code: int, words: str) -> None:
    assert command(how, "gallery") == (code, words)


def test_the_locale_does_not_matter() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert command(">/dev/null", "paint", "--help", **plain) == (0, "")
    assert command("--help >/dev/full 2>&1", "paint", PYTHONIOENCODING="latin-1") == (2, "")


def test_lines_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    common.print_line("a\nb\x1b[1m\u202e👩\u200d🎨 é")
    assert capsys.readouterr().out == "a\\nb\\x1b[1m\\u202e👩\u200d🎨 é\n"


def test_what_a_handler_says_while_something_is_said_is_said() -> None:
    raw = Kept()
    stream = streams.text_stream(raw, "utf-8", by_line=True)
    write, told = raw.write, []

    def interrupted(data: object) -> int:
        if not told:
            told.append("once")
            print("stopping", file=stream, flush=True)
        return write(data)

    raw.write = interrupted  # type: ignore[method-assign]
    print("painting", file=stream, flush=True)
    assert sorted(bytes(raw.data).decode().split()) == ["painting", "stopping"]
