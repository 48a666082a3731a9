"""The gallery: its works are whole, three of them are made again as they hang, and the tool says what is wrong."""

from __future__ import annotations

import json
import runpy
import shutil
import signal
from pathlib import Path

import needs
import pytest
from PIL import Image
from typer.testing import CliRunner

from wmpaint import gallery
from wmpaint.cli.app import app
from wmpaint.errors import FileError, InputError
from wmpaint.gallery import Artwork

ROOT = Path(__file__).parent.parent
WORDS = {"title": "A", "kind": "abstract", "brush": "round", "about": "b", "ideas": ["c"]}
MAKE = """
import torch
import wmpaint as wp

def make(color: float = 0.2) -> wp.Painting:
    points = torch.tensor([[[0.2, 0.2], [0.5, 0.9], [0.8, 0.2]]])
    strokes = wp.Strokes(points, torch.tensor([0.1]), torch.ones(1, 2), torch.full((1, 3), color))
    return wp.Painting.of(strokes, "round", height=64)
"""


def work(folder: Path, make: str = MAKE, **meta: object) -> Artwork:
    folder.mkdir(parents=True)
    (folder / "make.py").write_text(make)
    (folder / "meta.json").write_text(json.dumps({**WORDS, **meta}))
    return gallery.find(folder.parent)[0]


def test_all_works_are_made_of_what_they_say_and_small() -> None:
    works = gallery.find(ROOT / "gallery")
    assert len(works) >= 30
    assert [fault for artwork in works for fault in gallery.faults(artwork)] == []
    assert {artwork.meta["kind"] for artwork in works} == set(gallery.KINDS)
    assert len({artwork.meta["brush"] for artwork in works if artwork.meta["kind"] == "photo"}) >= 10
    files = [path for path in (ROOT / "gallery").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 40e6
    for artwork in works:
        for name in (artwork.made or {})["files"]:
            assert (artwork.folder / name).stat().st_size < 5e6, name
        if photo := artwork.meta.get("photo"):
            assert (artwork.root / photo).is_file()


def test_every_source_is_credited() -> None:
    told = (ROOT / "gallery/sources/README.md").read_text("utf-8")
    for path in (ROOT / "gallery/sources").glob("*.jpg"):
        assert f"`{path.name}`" in told
    for artwork in gallery.find(ROOT / "gallery"):
        assert artwork.meta["credits"] or artwork.meta["kind"] in ("class", "abstract", "dream", "agent"), artwork.name


def test_the_list_in_the_folder_is_of_all_works() -> None:
    page = runpy.run_path(str(ROOT / "docs/hooks.py"))["readme"]()
    assert page == (ROOT / "gallery/README.md").read_text("utf-8"), "python docs/hooks.py renews it"


@pytest.mark.parametrize("name", ["flow_field", "dahlia", "economy_20"])
def test_a_work_is_made_again_as_it_hangs(name: str, tmp_path: Path) -> None:
    needs.libmypaint()
    done = CliRunner().invoke(app, ["gallery", name, "-o", str(tmp_path / "again"), "--json"])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout.splitlines()[-1])["works"][0]
    hung = next(artwork for artwork in gallery.find(ROOT / "gallery") if artwork.name == name).made or {}
    # What is written by a script is the same anywhere; sums of floats in an optimizer are not.
    assert made["likeness_db"] > (24 if name == "economy_20" else 45)
    assert set(made["files"]) == set(hung["files"]) and made["strokes"] == hung["strokes"]
    for key in ("dream_real_psnr", "dream_psnr", "real_psnr"):
        if key in hung:
            assert made[key] == pytest.approx(hung[key], abs=1.0)
    assert not list((tmp_path / "again").glob(".*"))


def test_a_work_is_renewed_and_then_judged(tmp_path: Path) -> None:
    needs.libmypaint()
    artwork = work(tmp_path / "works" / "one", parameters={"color": 0.1})
    assert gallery.faults(artwork) == ["one is not made: wmpaint gallery one --renew"]
    (artwork.folder / "thumb.webp").write_bytes(b"old")
    artwork = gallery.renew(artwork)
    assert gallery.faults(gallery.find(tmp_path / "works")[0]) == []
    assert artwork.made and artwork.made["strokes"] == 1 and artwork.made["program"] == "mypaint"
    assert gallery.likeness(artwork, artwork.folder) == 99
    changed = Artwork(artwork.folder, {**artwork.meta, "parameters": {"color": 0.9}})
    assert "made by other code or parameters" in gallery.faults(changed)[0]
    script = artwork.script.read_text()
    artwork.script.write_text(f"# a comment\n{script}")
    assert gallery.faults(artwork) == []
    artwork.script.write_text(script.replace("0.9]", "0.8]"))
    assert "made by other code" in gallery.faults(artwork)[0]
    artwork.script.write_text(script)
    shutil.copy(artwork.folder / "dream.webp", artwork.folder / "real.webp")
    (artwork.folder / "film.mp4").unlink()
    assert gallery.faults(artwork) == [
        "one/film.mp4 is missing", "one/real.webp is not the file that was made",
    ]  # fmt: skip


def test_ctrl_c_leaves_a_work_as_it_was(tmp_path: Path) -> None:
    """Also where the work's own code keeps what is painted, as wp.paint does."""
    needs.libmypaint()
    heard = signal.getsignal(signal.SIGINT)
    artwork = gallery.renew(work(tmp_path / "works" / "one"))
    before = {path.name: path.read_bytes() for path in artwork.folder.iterdir()}
    script = MAKE.replace("    return", "    try:\n        os.kill(os.getpid(), signal.SIGINT)\n"
                          "    except KeyboardInterrupt:\n        strokes = strokes[:0]\n    return")  # fmt: skip
    artwork.script.write_text("import os, signal\n" + script)
    for output in (artwork.folder, tmp_path / "out"):
        with pytest.raises(KeyboardInterrupt):
            gallery.remake(artwork, output)
    assert list((tmp_path / "out").iterdir()) == []
    artwork.script.write_bytes(before["make.py"])
    assert {path.name: path.read_bytes() for path in artwork.folder.iterdir()} == before
    assert signal.getsignal(signal.SIGINT) is heard


def test_a_work_may_write_its_own_files(tmp_path: Path) -> None:
    text = "from PIL import Image\ndef write(folder):\n    Image.new('RGB', (60, 40)).save(folder / 'film.webp')\n"
    artwork = gallery.renew(work(tmp_path / "works" / "own", text, kind="agent"))
    assert set((artwork.made or {})["files"]) == {"film.webp", "thumb.webp"}
    with Image.open(artwork.folder / "thumb.webp") as picture:
        assert picture.size == (60, 40)


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({"title": ""}, "expected 'title' in the work 'one'"),
        ({"kind": "song"}, "to be one of photo, sketch"),
        ({"credits": [{"what": "a photo"}]}, "expected 'author' in each credit"),
    ],
)
def test_a_work_that_says_too_little(meta: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=said):
        work(tmp_path / "works" / "one", **meta)


def test_what_is_no_work(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected works, folders with a meta"):
        gallery.find(tmp_path)
    artwork = work(tmp_path / "works" / "one", "x = 1\n")
    with pytest.raises(InputError, match="expected make"):
        gallery.remake(artwork, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    for command, said in (
        ("rm -r .", "expected a command of wmpaint or python"),
        ("wmpaint paint none.jpg", "exit code 2"),
    ):
        with pytest.raises(InputError, match=said):
            gallery.remake(Artwork(artwork.folder, {**WORDS, "command": command}), tmp_path / "out")
    (artwork.folder / "meta.json").write_text("[1")
    with pytest.raises(FileError, match=r"expected a meta\.json of a work"):
        gallery.find(tmp_path / "works")
    (artwork.folder / "make.py").unlink()
    (artwork.folder / "meta.json").write_text(json.dumps(WORDS))
    with pytest.raises(FileError, match="got neither"):
        gallery.find(tmp_path / "works")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["none"], "expected the name of a work"),
        (["../one"], "expected the name of a work"),
        (["-o", "x"], "expected the name of a work to make"),
        (["one", "--renew", "-o", "x"], "expected --renew or --output, got both"),
    ],
)
def test_the_command_refuses(given: list[str], said: str, tmp_path: Path) -> None:
    work(tmp_path / "works" / "one")
    done = CliRunner().invoke(app, ["gallery", *given, "--folder", str(tmp_path / "works")])
    assert done.exit_code == 2 and said in done.stderr


def test_the_command_lists(tmp_path: Path) -> None:
    work(tmp_path / "works" / "one")
    done = CliRunner().invoke(app, ["gallery", "--folder", str(tmp_path / "works")])
    assert done.exit_code == 0 and "one" in done.stdout and "abstract" in done.stdout
    listed = json.loads(CliRunner().invoke(app, ["gallery", "--folder", str(tmp_path / "works"), "--json"]).stdout)
    assert listed["works"][0]["name"] == "one"
