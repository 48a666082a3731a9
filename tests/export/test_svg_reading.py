from __future__ import annotations

import base64
import re
import zlib

import browser
import needs
import pytest
import torch
from flat import Flat, many

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError
from wmpaint.export.svg import html_text, svg_text
from wmpaint.export.svg.reading import painting_text
from wmpaint.painting import BrushRef, Painting, load

LIMIT = 1 << 20
TITLE = 'a <b> & "c" ]]> é 猫'


def kept(text="{}", **options):
    return svg_text(many(3), Canvas(), painting=text, **options).encode()


def painting(**more):
    strokes = many(9, seed=4).replace(lifted=torch.arange(9) % 4 == 1, brush=torch.arange(9) % 2)
    brushes = (BrushRef("one"), BrushRef("two <&> \u0001", definition="{}"))
    how = {"brushes": brushes, "seed": 2**62 + 1, "parameters": {"note": TITLE}, "provenance": {"source": TITLE}}
    return Painting(strokes, Canvas(1.5, None, (30.0, 20.0)), painters=(Flat(), Flat(0.5)), **{**how, **more})


def same(a, b):
    for name in ("points", "radius", "pressure", "color", "brush", "lifted"):
        assert torch.equal(getattr(a.strokes, name), getattr(b.strokes, name)), name
    return a.metadata() == b.metadata() and a.canvas == b.canvas


@pytest.mark.parametrize("style", ["lines", "outline", "brush"])
@pytest.mark.parametrize("name", ["a.svg", "A.SVG", "a.html"])
def test_a_painting_comes_back_bit_for_bit(tmp_path, style, name):
    before = painting()
    before.save(tmp_path / name, style=style)
    assert same(load(tmp_path / name), before)
    assert load(tmp_path / name).to_json() == before.to_json()


def test_without_embedding_there_is_none(tmp_path):
    for name in ("a.svg", "a.html"):
        painting().save(tmp_path / name, style="lines", embed=False)
        with pytest.raises(FileError, match=r"without one, or one saved with embed=False"):
            load(tmp_path / name)
        assert len((tmp_path / name).read_bytes()) > 1000


def test_what_other_programs_do_to_a_file_does_not_matter():
    text = kept("näheres: <&>", title=TITLE).decode()
    assert painting_text(text.encode(), "x", limit=LIMIT) == "näheres: <&>".encode()
    found = re.search(r'<painting xmlns="([^"]*)" encoding="[^"]*">([^<]*)</painting>', text)
    broken = "\n   ".join(found[2][k : k + 20] for k in range(0, len(found[2]), 20))
    renamed = f'<wm:painting xmlns:wm="{found[1]}" id="metadata7">\n{broken}\n</wm:painting>'
    assert painting_text(text.replace(found[0], renamed).encode("utf-8"), "x", limit=LIMIT) == "näheres: <&>".encode()
    utf16 = text.replace('encoding="utf-8"?', 'encoding="utf-16"?').encode("utf-16")
    assert painting_text(utf16, "x", limit=LIMIT) == "näheres: <&>".encode()


def refused(data, match):
    with pytest.raises(FileError, match=match) as caught:
        painting_text(data, "x.svg", limit=LIMIT)
    assert "x.svg" in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_no_svg_is_refused():
    refused(b"", "broken XML: no element")
    refused(b"\x89PNG\r\n\x1a\n", "no XML")
    refused(b"<kml></kml>", "begins with <kml>")
    refused(kept()[:-30], "cut off")
    refused(b"<svg>" * 300 + b"</svg>" * 300, "nested at most 256")
    refused(b'<?xml version="1.0" encoding="no-such"?><svg/>', "expected an SVG file")
    refused(b"<!doctype html><title>x</title>", "cut off")


def test_document_types_and_entities_are_refused():
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>'
    refused(bomb, "document type")
    outside = b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg><title>&a;</title></svg>'
    refused(outside, "document type")
    refused(b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd"><svg/>', "document type")


def test_damaged_and_huge_paintings_are_refused():
    text = kept().decode()
    inside = re.search(r"zlib base64\">([^<]*)<", text)[1]

    def with_text(new):
        return text.replace(inside, new).encode()

    def squeezed(data):
        return base64.b64encode(zlib.compress(data)).decode()

    assert painting_text(with_text(squeezed(b"fine")), "x", limit=LIMIT) == b"fine"
    refused(with_text("*" + inside), "in base64.*broken")
    refused(with_text(base64.b64encode(b"no zlib at all").decode()), "broken: .*header")
    whole = zlib.compress(bytes(range(256)) * 40)
    refused(with_text(base64.b64encode(whole[:-8]).decode()), "cut off")
    refused(with_text(squeezed(bytes(LIMIT + 1))), "at most 1 MiB")
    refused(with_text(""), "cut off")
    page = html_text(many(2), Canvas(), style="lines", painting="{}")
    assert painting_text(page.encode(), "x", limit=LIMIT) == b"{}"
    refused(page.split("wmpaint-painting")[0].encode() + b'wmpaint-painting">eJ', "cut off")


def test_a_painting_that_is_none_is_named(tmp_path):
    (tmp_path / "a.svg").write_bytes(kept('{"format": "other"}'))
    with pytest.raises(FileError, match=r"wmpaint painting.*a\.svg"):
        load(tmp_path / "a.svg")
    with pytest.raises(FileError, match=r"no\.svg"):
        load(tmp_path / "no.svg")


@pytest.mark.parametrize("kind", ["--export-plain-svg", "--export-type=svg"])
def test_inkscape_keeps_the_painting(tmp_path, kind):
    before = painting()
    before.save(tmp_path / "a.svg", style="brush")
    out = tmp_path / "b.svg"
    browser.run([needs.program("inkscape"), str(tmp_path / "a.svg"), kind, f"--export-filename={out}"])
    assert out.read_bytes() != (tmp_path / "a.svg").read_bytes()
    assert same(load(out), before)
