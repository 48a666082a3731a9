from __future__ import annotations

from pathlib import Path

import pytest

from wmpaint.cli import outputs
from wmpaint.errors import FileError, InputError


def names(*given: str, **options: bool) -> list[tuple[str, str]]:
    return [(o.kind, str(o.path)) for o in outputs.plan_outputs(given, **options)]


def test_a_folder_gets_everything_the_strokes_first():
    assert names("out") == [(kind, f"out/{name}") for kind, name in outputs.NAMES.items()]
    assert names("out")[0] == ("painting", "out/painting.wmp.json")
    assert [kind for kind, _ in names("out", film=False, real=False)] == ["painting", "dream", "svg", "report"]


def test_files_by_their_suffix():
    given = ("a.svg", "A.GIF", "a.mp4", "a.png", "cat.real.png", "a.json", "a.wmp.json")
    assert names(*given) == [
        ("painting", "a.wmp.json"),
        ("dream", "a.png"),
        ("real", "cat.real.png"),
        ("svg", "a.svg"),
        ("film", "A.GIF"),
        ("film", "a.mp4"),
        ("report", "a.json"),
    ]


def test_pictures_of_all_kinds_and_what_is_asked_for_by_name():
    assert names("a.hpgl", "a.jpg", "cat_real.tif", "a.ora", "b.webp") == [
        ("dream", "a.jpg"),
        ("dream", "b.webp"),
        ("real", "cat_real.tif"),
        ("other", "a.hpgl"),
        ("other", "a.ora"),
    ]


def test_folders_with_a_dot(tmp_path):
    (tmp_path / "v1.0").mkdir()
    assert len(names(str(tmp_path / "v1.0"))) == len(names("new.d/")) == 6


def test_the_same_file_twice_is_written_once():
    assert names("out/dream.png", "out", "./out/") == names("out")


@pytest.mark.parametrize("name", ["a.bmp", "out/a.xcf", "a.wmp"])
def test_other_suffixes_are_refused(name):
    with pytest.raises(InputError, match=r"expected a folder, or a file ending in \.wmp\.json, \.json, \.png"):
        outputs.plan_outputs([name])


def test_no_replay_to_write_without_one():
    with pytest.raises(InputError, match="--no-real"):
        outputs.plan_outputs(["real.png"], real=False)


def test_checking_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outputs.check_outputs(outputs.plan_outputs(["out/deep", "a.svg"]))
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileError, match="no"):
        outputs.check_outputs(outputs.plan_outputs(["no/a.svg"]))
    Path("file").touch()
    with pytest.raises(FileError, match="file"):
        outputs.check_outputs(outputs.plan_outputs(["file/"]))
    Path("taken").mkdir()
    Path("taken/report.json").mkdir()
    with pytest.raises(FileError, match="folder"):
        outputs.check_outputs(outputs.plan_outputs(["taken"]))
    outputs.make_folders(outputs.plan_outputs(["out/deep"]))
    assert Path("out/deep").is_dir()
