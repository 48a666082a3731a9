from __future__ import annotations

import pytest

from wmpaint.errors import FileError, InputError
from wmpaint.pens import SETS, Pen, PenSet, load_pens

GOOD = """
mix = false
[[pen]]
name = "blue"
color = "#1d4ed8"
width = "0.02in"
opacity = 0.8
angle = 30
speed = 30
height = 60
delay = 500

[[pen]]
name = "red"
color = [0.8, 0.1, 0.1]
plot = false
pause = true
"""


def test_bundled_sets():
    assert [len(load_pens(name)) for name in SETS] == [1, 4, 4, 12]
    assert load_pens("cmyk").mix and not load_pens("fineliners").mix
    assert [pen.name for pen in load_pens("cmyk").pens] == ["yellow", "cyan", "magenta", "black"]


def test_pens_from_a_file(tmp_path):
    path = tmp_path / "My pens.TOML"
    path.write_text("\ufeff" + GOOD, "utf-8")
    blue, red = load_pens(path).pens
    assert load_pens(str(path)).pens == (blue, red)
    assert blue == Pen("blue", (0x1D / 255, 0x4E / 255, 0xD8 / 255), 0.508, 0.8, 30, 30, 60, 500)
    assert (red.color, red.width, red.plot, red.pause) == ((0.8, 0.1, 0.1), 0.4, False, True)
    assert load_pens([blue.as_dict(), red]).pens[0] == blue


def test_pens_from_colors_and_mappings():
    assert [pen.name for pen in load_pens("#1d4ed8, #d62b2b").pens] == ["#1d4ed8", "#d62b2b"]
    assert load_pens(["#fff", (0, 0, 0), {"color": "#00f", "width": "1mm"}]).pens[2].width == 1
    pen = Pen("black", (0, 0, 0))
    assert load_pens(pen) == PenSet((pen,)) == load_pens([pen]) == load_pens(PenSet((pen,)))


def test_layers_are_named_in_axidraw_s_code():
    pen = Pen("blue", (0, 0, 1), speed=30, height=60, delay=500)
    assert pen.layer_name(2) == "!2+d500+h60+s30 blue"
    assert pen.layer_name(1) == "1+d500+h60+s30 blue"  # the first pen is in the holder already
    assert Pen("a", (0, 0, 0), pause=True).layer_name(1) == "!1 a"
    assert Pen("a", (0, 0, 0), pause=False, plot=False).layer_name(3) == "%3 a"
    assert Pen("a", (0, 0, 0), height=0).layer_name(1) == "1+h0 a"


@pytest.mark.parametrize(
    ("change", "line", "key", "says"),
    [
        (("#1d4ed8", "bleu"), 5, "color", "the color of pen 'blue' such as #1d4ed8"),
        (("0.02in", "thin"), 6, "width", "the width of pen 'blue' such as 15mm"),
        (("0.02in", "200mm"), 6, "width", "in 0.01..100 mm, got 200"),
        (("opacity = 0.8", "opacity = 8"), 7, "opacity", "the opacity of pen 'blue' in 0.05..1, got 8"),
        (("speed = 30", "speed = 111"), 9, "speed", "whole number in 1..110, got 111"),
        (("delay = 500", "colour = 1"), 11, "colour", "expected pen 1 of keys name, color"),
        (("plot = false", "plot = 1"), 16, "plot", "plot of pen 'red' as true or false, got 1"),
        (('"red"', '"blue"'), 14, "name", "pens of different names, got 'blue' again"),
        (('name = "red"', ""), 13, "pen", "pen 2 to have a name"),
        (('"red"', '"a\\nb"'), 14, "name", "a pen's name as printable text"),
        (("mix = false", "mix = 3"), 2, "mix", "mix as true or false, got 3"),
        (("mix = false", "pens = 3"), 2, "pens", "expected [[pen]] tables, and mix"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_line_and_key(tmp_path, change, line, key, says):
    path = tmp_path / "pens.toml"
    text = GOOD.replace(*change)
    assert text != GOOD
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        load_pens(path)
    message = str(caught.value)
    assert says in message and f"'pens.toml', line {line}, key {key!r}" in message and "\n" not in message


def test_files_that_are_no_pens(tmp_path):
    (tmp_path / "broken.toml").write_text("[[pen]]\nname = \n")
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.toml").write_text("#" * (1 << 21))
    (tmp_path / "table.toml").write_text("pen = 4\n")
    many = "\n".join(f'[[pen]]\nname = "{k}"\ncolor = "#000"' for k in range(65))
    (tmp_path / "many.toml").write_text(many)
    for name, says in {
        "broken": "as TOML, got 'broken.toml', .*line 2",
        "empty": "got none in 'empty.toml'",
        "bytes": "expected UTF-8, got other bytes at 0",
        "large": "at most 64 KiB",
        "table": "tables",
        "many": "at most 64 pens, got 65",
        "missing": "expected pens, and there is none at .*missing",
    }.items():
        with pytest.raises(FileError, match=says):
            load_pens(tmp_path / f"{name}.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(FileError, match="expected pens, got the folder"):
        load_pens(tmp_path / "folder.toml")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("crayons", "pens out of black, fineliners, cmyk, brush_pens, colors such as"),
        (["red"], "the color of pen 1 such as #1d4ed8"),
        (["#000", {"colour": "#fff"}], "expected pen 2 of keys"),
        (["#000", {"name": "x"}], "the color of pen 2"),
        (["#000", "#000000"], "different names, got '#000000' 2 times"),
        ([], "expected 1 to 64 pens, got 0"),
        (5.5, "pens by name, file or list"),
        (None, "pens by name, file or list"),
    ],
)
def test_what_are_no_pens_is_refused(source, says):
    with pytest.raises(InputError, match=says):
        load_pens(source)


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"name": "a\nb"}, {"name": "\x1b"}, {"width": 0}, {"width": "-1mm"}, {"opacity": 0}, {"angle": "up"},
     {"speed": 1.5}, {"speed": True}, {"height": 101}, {"delay": -1}, {"pause": "no"}, {"plot": None}, {"color": "x"}],
)  # fmt: skip
def test_values_of_a_pen_out_of_range(values):
    with pytest.raises(InputError, match=r"^expected"):
        Pen(**{"name": "pen", "color": (0, 0, 0), **values})
