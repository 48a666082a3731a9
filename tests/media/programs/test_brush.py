from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from wmpaint.errors import BrushError
from wmpaint.media.programs import Brush, bundled, catalog
from wmpaint.media.programs.settings import SETTINGS

ROUND = json.loads(Brush.load("round").data)


def changed(path: str, value: Any) -> bytes:
    """The round brush with one setting's base_value or inputs replaced."""
    brush = copy.deepcopy(ROUND)
    setting, field = path.split(".")
    brush["settings"].setdefault(setting, {"base_value": 0.0, "inputs": {}})[field] = value
    return json.dumps(brush).encode()


def driven(setting: str, source: str, low: float, high: float) -> bytes:
    return changed(f"{setting}.inputs", {source: [[0.0, low], [1.0, high]]})


def test_bundled_brushes_are_plain_credited_and_public_domain() -> None:
    assert len(bundled()) >= 16
    for name in bundled():
        brush, entry = Brush.load(name), catalog()[name]
        assert brush.plain and brush.require_plain() is brush, name
        assert entry["license"] == "CC0-1.0" and entry["author"] and entry["source"].startswith("mypaint-brushes")
        assert brush.title == entry["title"] and brush.kind in {"paint", "wet", "ink", "dry"}
        assert not brush.ignored, name


def test_every_file_in_the_folder_is_listed_and_the_other_way_round() -> None:
    import wmpaint.media.programs.brush as module

    assert sorted(bundled()) == sorted(path.stem for path in module.FOLDER.glob("*.myb"))


def test_hash_is_sha256_of_the_bytes() -> None:
    import hashlib

    brush = Brush.load("charcoal")
    assert brush.hash == hashlib.sha256(brush.data).hexdigest()


def test_a_brush_loads_from_a_path_bytes_and_itself(tmp_path: Path) -> None:
    data = Brush.load("ink").data
    path = tmp_path / "mine.myb"
    path.write_bytes(data)
    from_path = Brush.load(path)
    assert from_path.name == "mine" and from_path.hash == Brush.load("ink").hash
    assert Brush.load(str(path)) == from_path
    assert Brush.load(data).settings == from_path.settings
    assert Brush.load(from_path) is from_path


def test_bundled_ones_are_told_by_their_bytes() -> None:
    ink = Brush.load("ink")
    assert ink.is_bundled and not Brush("mine", ink.data).is_bundled
    other = Brush("ink", b"\xef\xbb\xbf" + ink.data)  # a byte order mark changes nothing but the hash
    assert other.settings == ink.settings and not other.is_bundled


def test_a_brush_survives_pickling() -> None:
    brush = Brush.load("oil")
    again = pickle.loads(pickle.dumps(brush))
    assert again == brush and again.hash == brush.hash and again.title == "Oil"


def test_settings_hold_every_setting_with_defaults() -> None:
    bare = Brush.load(b'{"version": 3, "settings": {"hardness": {"base_value": 0.5, "inputs": {}}}}')
    assert set(bare.settings) == set(SETTINGS)
    assert bare.settings["hardness"].base == 0.5 and bare.settings["slow_tracking"].base == 0
    assert bare.settings["opaque_multiply"].curves == {"pressure": ((0.0, 0.0), (1.0, 1.0))}


@pytest.mark.parametrize(
    ("name", "near"), [("charcol", "charcoal"), ("soft round", "soft_round"), ("calligrafy", "calligraphy")]
)
def test_an_unknown_name_suggests_the_nearest(name: str, near: str) -> None:
    with pytest.raises(BrushError, match=rf"did you mean .*{near}"):
        Brush.load(name)


@pytest.mark.parametrize("name", ["", " ", "\0", "../../etc/passwd", "/", ".", "x" * 5000, "no/such.myb", "\udcff"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(BrushError, match="expected"):
        Brush.load(name)


@pytest.mark.parametrize("thing", [None, 3, 2.5, ["charcoal"], object()])
def test_other_things_are_no_brushes(thing: Any) -> None:
    with pytest.raises(BrushError, match="expected"):
        Brush.load(thing)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (Brush.load("round").data.decode().encode("utf-16"), "JSON"),  # a painter's file keeps it as UTF-8
        (Brush.load("round").data[:500], "JSON"),
        (b"[" * 100_000, "lists"),
        (b"[" * 10_000, "JSON.*nested too deep"),
        (b"[]", "version None"),
        (b'{"version": 2, "settings": {}}', "version 2"),
        (b'{"version": true, "settings": {}}', "version True"),
        (b'{"version": 3}', "expected settings"),
        (b'{"version": 3, "settings": []}', "expected settings"),
        (b'{"version": 3, "settings": {}}', "got none"),
        (b'{"version": 3, "settings": {"hardness": 1}}', "base_value and inputs for hardness"),
        (b'{"version": 3, "settings": {"hardness": {"base_value": 1, "inputs": []}}}', "base_value and inputs"),
        (b'{"version": 3, "settings": {"hardness": {"base_value": NaN, "inputs": {}}}}', "NaN"),
        (b'{"version": 3, "settings": {"hardness": {"base_value": Infinity, "inputs": {}}}}', "Infinity"),
        (changed("hardness.base_value", "0.5"), "0 to 1 as base_value of hardness"),
        (changed("hardness.base_value", True), "base_value of hardness"),
        (changed("hardness.base_value", None), "base_value of hardness"),
        (changed("hardness.base_value", 1.2), "0 to 1 as base_value of hardness"),
        (changed("hardness.base_value", 10**400), "base_value of hardness"),
        (changed("dabs_per_actual_radius.base_value", 1e9), "dabs_per_actual_radius"),
        (changed("opaque.inputs", {"pressure": [[0, 0]]}), "2 to 64 points"),
        (changed("opaque.inputs", {"pressure": [[k, 0] for k in range(65)]}), "2 to 64 points"),
        (changed("opaque.inputs", {"pressure": 3}), "2 to 64 points"),
        (changed("opaque.inputs", {"pressure": [[0, 0], [1]]}), r"points \[x, y\]"),
        (changed("opaque.inputs", {"pressure": [[0, 0], [1, 1e30]]}), "y for opaque over pressure"),
        (changed("opaque.inputs", {"pressure": [[0, 0], [1e30, 1]]}), "x for opaque over pressure"),
        (changed("opaque.inputs", {"pressure": [[1, 0], [0, 1]]}), "rising x"),
        (changed("opaque.inputs", {"pressure": [[0, 0], [1e-9, 1]]}), "rising x"),
        (b" " * (1 << 20) + b"{}", "at most"),
    ],
)
def test_broken_files_are_refused_in_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(BrushError, match=message) as caught:
        Brush.load(data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


GBR = b"".join(n.to_bytes(4, "big") for n in (32, 2, 9, 9, 1)) + b"GIMP" + bytes(90)
OTHERS = {
    "version 2": (
        b"# mypaint brush file\n\nversion 2\nopaque 1.0 | pressure (0.0 0.0), (1.0 1.0)\n",
        "an older version",
    ),
    "version 1": (b"version 1\nopaque 1.0\n", "an older version: load it in MyPaint 1.2 or later, and save it"),
    "gbr": (GBR, "a brush of GIMP's"),
    "gih": (b"Sparks\n3 ncells:3 dim:1\n" + GBR, "a brush of GIMP's"),
    "vbr": (b"GIMP-VBR\n1.0\nround\n", "a brush of GIMP's"),
    "abr": (b"\0\x06\0\x028BIMsamp" + bytes(60), "Photoshop's brushes"),
    "kpp": (b"\x89PNG\r\n\x1a\n" + bytes(40) + b"zTXtpreset\0", "a preset of Krita's"),
    "bundle": (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/x-krita-resourcebundle", "a bundle of Krita's"),
    "archive": (b"PK\x03\x04" + bytes(99), "an archive: unpack it"),
    "picture": (b"\xff\xd8\xff\xe0" + bytes(99), "a picture"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_brushes_are_told_by_how_they_begin(name: str, tmp_path: Path) -> None:
    data, words = OTHERS[name]
    (tmp_path / "mine.myb").write_bytes(data)
    with pytest.raises(BrushError, match=rf"expected a version 3 MyPaint brush, got mine, which is .*{words}"):
        Brush.load(tmp_path / "mine.myb")


def test_a_custom_input_that_feeds_on_itself_is_refused() -> None:
    data = changed("custom_input.inputs", {"custom": [[0, 0.5], [1, 4.5]]})
    with pytest.raises(BrushError, match="feeds on itself"):
        Brush.load(data)


def test_steps_in_a_curve_are_allowed() -> None:
    brush = Brush.load(changed("opaque.inputs", {"pressure": [[0, 0], [0.5, 0], [0.5, 1], [1, 1]]}))
    assert brush.settings["opaque"].curves["pressure"][2] == (0.5, 1.0)


def test_what_no_version_knows_is_left_out_and_named() -> None:
    brush = copy.deepcopy(ROUND)
    brush["settings"]["sparkle"] = {"base_value": 1, "inputs": {}}
    brush["settings"]["opaque"]["inputs"]["mood"] = [[0, 0], [1, 1]]
    loaded = Brush.load(json.dumps(brush).encode())
    assert set(loaded.ignored) == {"sparkle", "opaque over mood"} and "sparkle" not in loaded.settings


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed("smudge.base_value", 0.8), "smudge 0.8"),
        (driven("smudge", "pressure", 0.0, 1.0), "smudge driven by pressure"),
        (changed("eraser.base_value", 1.0), "eraser 1"),
        (driven("eraser", "speed1", -1.0, 1.0), "eraser driven by speed1"),
        (changed("lock_alpha.base_value", 1.0), "lock_alpha 1"),
        (changed("colorize.base_value", 0.5), "colorize 0.5"),
        (changed("change_color_h.base_value", -0.1), "change_color_h -0.1"),
        (driven("change_color_v", "random", -0.5, 0.0), "change_color_v driven by random"),
        (driven("opaque", "gridmap_x", 0.0, 1.0), "opaque driven by gridmap_x"),
    ],
)
def test_obstacles_name_the_setting(data: bytes, reason: str) -> None:
    brush = Brush.load(data)
    assert brush.obstacles() == [reason] and not brush.plain
    with pytest.raises(BrushError, match=reason):
        brush.require_plain()


@pytest.mark.parametrize(
    "data",
    [
        driven("smudge", "pressure", 0.0, -1.0),  # never above zero: it never smudges
        driven("eraser", "pressure", 0.0, 0.0),
        changed("color_h.base_value", 0.4),
        changed("paint_mode.base_value", 0.0),
    ],
)
def test_settings_without_effect_are_no_obstacles(data: bytes) -> None:
    assert Brush.load(data).plain


def test_what_a_brush_listens_to() -> None:
    assert Brush.load("round").inputs() == {"pressure"}
    knife, pencil, blot = Brush.load("knife"), Brush.load("charcoal"), Brush.load("wet_ink")
    assert knife.follows_direction and not knife.listens_to_time and not knife.noisy
    assert pencil.noisy and pencil.listens_to_time and not pencil.follows_direction  # slow_tracking
    assert blot.listens_to_time  # dabs_per_second
    assert Brush.load("calligraphy").follows_direction
    assert not Brush.load("airbrush").follows_direction  # its dabs are round: the angle changes nothing
    assert "random" not in Brush.load("irregular_ink").inputs()  # drives a custom input that nothing reads
    assert not Brush.load("round").listens_to_time and not Brush.load("round").noisy


def test_uses_and_bounds() -> None:
    brush = Brush.load("charcoal")
    assert brush.uses("offset_by_random") and not brush.uses("smudge")
    low, high = brush.bounds("offset_by_random")  # 1.6, and 1.4 less at full pressure
    assert (round(low, 6), round(high, 6)) == (0.2, 1.6)
    with pytest.raises(BrushError, match="setting"):
        brush.uses("sparkle")


def test_reach_of_a_round_brush_is_its_dab() -> None:
    away, dab = Brush.load("round").reach(10.0)
    assert away == 0 and dab == pytest.approx(10.0)


def test_mypaints_own_names_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "classic"
    folder.mkdir()
    (folder / "mine.myb").write_bytes(Brush.load("ink").data)
    monkeypatch.setenv("MYPAINT_BRUSHES", str(tmp_path))
    assert Brush.load("classic/mine").name == "classic/mine"
    with pytest.raises(BrushError, match="classic/mine"):
        Brush.load("classic/mien")
