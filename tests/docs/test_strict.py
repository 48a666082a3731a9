"""The strict build fails where it should: faults are planted in a small site with the real one's settings."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import needs
import pytest
from pages import ROOT
from sites import build

INDEX = "# Home\n\n## Part\n\n[There](other.md#one), [here](#part) and [out](https://example.org/none).\n"
OTHER = "# Other\n\n<h2 id='one'>One</h2>\n\n![A dot](dot.svg)\n\n<a href='../#part'>home</a> <img src='../dot.svg'>\n"
MODULE = '''"""A module."""


def area(width: float, height: float) -> float:
    """Of a sheet.

    Args:
        width, height: its sides.
    """
    return width * height
'''
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

# What is appended to a page, and what the build must say of it.
FAULTS = {
    "a link to no page": ("[a](nothing.md)", "'nothing.md'"),
    "an absolute link": ("[b](/other/)", "'/other/'"),
    "a link to no anchor": ("[c](other.md#two)", "#two"),
    "a link to no anchor of its own page": ("[d](#nowhere)", "#nowhere"),
    "a picture that is not there": ("![e](none.jpg)", "'none.jpg'"),
    "a picture in HTML that is not there": ('<img src="none.webp" alt="">', "'none.webp'"),
    "a link in HTML to no page": ('<a href="none/">f</a>', "'none/'"),
    "a link in HTML to no anchor": ('<a href="other/#three">g</a>', "'three'"),
    "a film that is not there": ('<video src="none.mp4"></video>', "'none.mp4'"),
    "a name of the reference that is not there": ("[h][planted.nothing]", "planted.nothing"),
}


def site(folder: Path, *, index: str = INDEX, module: str = MODULE, nav: tuple[str, ...] = ()) -> Path:
    """A small site; its mkdocs.yml."""
    yaml = needs.package("yaml")
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    settings["nav"] = ["index.md", "other.md", "reference.md", *nav]
    settings["hooks"] = [str(ROOT / "docs/links.py")]  # but for the one that writes pages
    del settings["not_in_nav"]
    settings["theme"] = {"name": "material", "font": False, "custom_dir": str(folder / "theme")}
    settings["extra_css"] = settings["extra_javascript"] = []
    handler = settings["plugins"][1]["mkdocstrings"]["handlers"]["python"]
    handler["options"]["extensions"] = [str(ROOT / "docs/docstrings.py")]
    handler["paths"] = [str(folder)]
    (folder / "theme").mkdir()
    (folder / "docs").mkdir()
    for name, text in {"index.md": index, "other.md": OTHER, "dot.svg": DOT}.items():
        (folder / "docs" / name).write_text(text, "utf-8")
    (folder / "docs/reference.md").write_text("# Reference\n\n::: planted.area\n", "utf-8")
    (folder / "planted.py").write_text(module, "utf-8")
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings), "utf-8")
    return folder / "mkdocs.yml"


def warnings(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("WARNING")]


def test_a_sound_site_builds(tmp_path: Path) -> None:
    done = build(tmp_path / "site", site(tmp_path))
    assert done.returncode == 0 and not warnings(done.stdout), done.stdout
    page = (tmp_path / "site/reference/index.html").read_text("utf-8")
    assert "width, height" not in page and page.count("its sides.") == 2


def test_each_fault_on_a_page_is_a_warning_and_warnings_fail(tmp_path: Path) -> None:
    index = INDEX + "".join(f"\n{text}\n" for text, _ in FAULTS.values())
    done = build(tmp_path / "site", site(tmp_path, index=index))
    said = warnings(done.stdout)
    for fault, (_, word) in FAULTS.items():
        assert any(word in line for line in said), (fault, done.stdout)  # MkDocs and the hook may both see it
    assert done.returncode == 1 and f"Aborted with {len(said)} warnings" in done.stdout, done.stdout


def test_each_fault_around_pages_is_a_warning(tmp_path: Path) -> None:
    wrong = MODULE.replace("width, height: its sides", "size: its sides")
    config = site(tmp_path, module=wrong, nav=("gone.md",))
    (tmp_path / "docs/forgotten.md").write_text("# In no menu\n", "utf-8")
    done = build(tmp_path / "site", config)
    said = warnings(done.stdout)
    for word in ("gone.md", "forgotten.md", "'size' does not appear"):
        assert any(word in line for line in said + done.stdout.splitlines()), (word, done.stdout)
    assert done.returncode == 1, done.stdout


def test_an_entry_of_the_reference_that_is_not_there_ends_the_build(tmp_path: Path) -> None:
    config = site(tmp_path)
    (tmp_path / "docs/reference.md").write_text("# Reference\n\n::: planted.volume\n", "utf-8")
    done = build(tmp_path / "site", config)
    assert done.returncode == 1 and "planted.volume" in done.stdout


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("A.\n\nArgs:\n    a, b: two\n        lines.\n    c: 1.", ["a: two", "lines.", "b: two", "lines.", "c: 1."]),
        ("A.\n\nAttributes:\n    *args, **more: rest.", ["*args: rest.", "**more: rest."]),
        ("A.\n\nReturns:\n    x, y: both.", ["x, y: both."]),  # a sentence, not parameters
    ],
)
def test_names_that_share_an_entry(text: str, entries: list[str]) -> None:
    needs.package("griffe")
    apart = runpy.run_path(str(ROOT / "docs/docstrings.py"))["apart"]
    assert [line.strip() for line in apart(text).splitlines()[3:]] == entries


def test_what_is_promised_names_tests_that_are_there() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|") and "`" in line]
    assert len(rows) > 25
    for promise, held in rows:
        named = re.findall(r"`([^`]+)`", held)
        assert named and all((ROOT / name).exists() for name in named), f"{promise}: {held}"
