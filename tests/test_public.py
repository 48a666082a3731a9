"""The public names are those on a checked-in list, so that none comes or goes unnoticed."""

from __future__ import annotations

import ast
import importlib
import inspect
import tomllib
from pathlib import Path

import wmpaint
from wmpaint.painting.run import RunOptions

LIST = Path(__file__).with_name("public_names.txt")


def test_public_names_are_the_checked_in_list() -> None:
    listed = LIST.read_text(encoding="utf-8").split()
    assert listed == sorted(listed), "tests/public_names.txt is sorted, one name a line"
    assert sorted(getattr(wmpaint, "__all__", [])) == listed


def test_public_names_exist() -> None:
    for name in getattr(wmpaint, "__all__", []):
        assert getattr(wmpaint, name) is not None


def test_editors_see_the_same_names() -> None:
    """`__init__.pyi` says where each comes from; an editor does not run the lookup on first use."""
    tree = ast.parse((Path(wmpaint.__file__).parent / "__init__.pyi").read_text("utf-8"))
    seen = {
        a.asname: (node.module, a.name) for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names
    }
    assert sorted(seen) == sorted([*wmpaint.__all__, "__version__"])
    for name, (module, known) in seen.items():
        home = importlib.import_module(f"wmpaint.{module}" if module else "wmpaint")
        found = getattr(home, known, None) or importlib.import_module(f"{home.__name__}.{known}")
        assert found is getattr(wmpaint, str(name)), name


def test_editors_see_the_options_of_paint() -> None:
    options, run = RunOptions.__annotations__, inspect.signature(wmpaint.Run).parameters
    assert list(options) == [name for name in run if name != "goal"]
    assert RunOptions.__total__ is False


def test_there_is_one_version() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == wmpaint.__version__
