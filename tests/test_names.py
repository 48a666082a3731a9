"""A public class or function has a name of its own in the whole package, so that a search or a traceback says which.

The names are read from the source, so nothing needs to run. Private modules, and `__init__.py`, which passes names on,
have none of their own.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import wmpaint

ROOT = Path(wmpaint.__file__).parent

# Names that modules in these places may have beside another module, and why that confuses nobody.
SHARED: list[tuple[set[str], tuple[str, ...]]] = [
    ({"available", "evaluate", "load", "read", "save"}, ("",)),  # always called through their module: agents.load(…)
    ({"dream", "paint", "style"}, ("cli/",)),  # commands: what users type, for the function of that name
    ({"asked", "make"}, ("demo/tabs/",)),  # what each tab of the page has, and the page calls
    ({"composite", "grained", "influence", "sample"}, ("raster/",)),  # what backends have, which tests compare
    ({"ssim"}, ("metrics",)),  # the measure, and the objective of that measure
]


def names(root: Path) -> dict[str, list[str]]:
    """Where each public class and function of modules is, as paths without `.py`."""
    found = defaultdict(list)
    for path in sorted(root.rglob("*.py")):
        if path.name.startswith("_"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                found[node.name].append(path.relative_to(root).with_suffix("").as_posix())
    return dict(found)


def clashes(root: Path) -> dict[str, set[str]]:
    """Names that several modules have without a reason, and where these are."""
    found = {}
    for name, places in names(root).items():
        free = tuple(start for shared, starts in SHARED if name in shared for start in starts)
        bare = {place for place in places if not place.startswith(free)}
        if len(bare) > 1:
            found[name] = bare
    return found


def test_public_names_are_unique() -> None:
    assert len(names(ROOT)) > 500
    assert not clashes(ROOT)


def test_every_exception_is_needed() -> None:
    there = names(ROOT)
    for shared, starts in SHARED:
        for name in shared:
            assert len(there.get(name, [])) > 1 and any(place.startswith(starts) for place in there[name]), name


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.py": "class Look: ...", "b.py": "def Look(): ..."}, ["Look"]),
        ({"a.py": "def load(): ...", "b/c.py": "def load(): ..."}, []),
        ({"a.py": "def make(): ...", "demo/tabs/c.py": "def make(): ..."}, []),
        ({"a.py": "def make(): ...", "b.py": "def make(): ..."}, ["make"]),
        ({"a.py": "def _f(): ...", "b.py": "def _f(): ..."}, []),
        ({"a.py": "def f(): ...", "__init__.py": "def f(): ...", "_b.py": "def f(): ..."}, []),
        ({"a.py": "if True:\n    def f(): ...", "b.py": "class B:\n    def f(self): ..."}, []),
    ],
)
def test_clashes_are_found(tmp_path: Path, files: dict[str, str], found: list[str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(clashes(tmp_path)) == found
