"""A module imports only from lower layers, and no modules import each other in a circle.

The imports are read from the source (also those inside functions), so nothing needs to run.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import wmpaint

ROOT = Path(wmpaint.__file__).parent

# Lowest first. A name is a module or a package of wmpaint; inside a package any import is fine.
# Neighbors on a line do not import each other. CONTRIBUTING.md shows the same table.
LAYERS = [
    "errors version processes clock",
    "checks explain",
    "foreign temporaries",
    "files memory tensors columns loops",
    "checkpoint download",
    "units color geometry metrics marks noise light",
    "image pigment",
    "canvas tubes",
    "pens strokes frame",
    "surface_loops",
    "surface",
    "medium",
    "raster",
    "media features",
    "export objectives",
    "painting data",
    "agents",
    "wmpaint",  # the package itself: wmpaint/__init__.py, the public names
    "demo gallery",
    "cli",
    "__main__",
]
LEVEL = {name: level for level, line in enumerate(LAYERS) for name in line.split()}


def modules(root: Path) -> dict[str, Path]:
    """Every module under the package folder `root`, by its dotted name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = (root.name, *path.relative_to(root).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the package that a module imports, wherever in it."""
    top = name.split(".")[0]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == top}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).strip(".")
            if base.split(".")[0] == top:  # `from .. import files` names a module, `from ..files import x` is in one
                found |= {f"{base}.{a.name}" if f"{base}.{a.name}" in known else base for a in node.names}
    return found - {name}


def unit(name: str) -> str:
    """The entry of the table that a module belongs to."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def faults(root: Path) -> list[str]:
    """Each breach of the rule, as a sentence."""
    known = modules(root)
    graph = {name: imports(name, path, known) for name, path in known.items()}
    found = []
    for name, targets in graph.items():
        if unit(name) not in LEVEL:
            found.append(f"{name} stands in no layer")
        for target in sorted(targets):
            if target not in known:
                found.append(f"{name} imports {target}, which does not exist")
            elif unit(target) != unit(name) and LEVEL.get(unit(target), -1) >= LEVEL.get(unit(name), len(LAYERS)):
                found.append(f"{name} imports {target}, which is not in a lower layer")
    return found + [f"{' imports '.join(circle)}: a circle" for circle in circles(graph)]


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Import circles, by depth-first search: each found once, at the import that closes it."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, [*path, name])
            done.add(name)

    for name in graph:
        visit(name, [])
    return found


def test_modules_import_only_from_lower_layers() -> None:
    assert len(modules(ROOT)) > 5
    assert faults(ROOT) == []


def test_contributing_shows_this_table() -> None:
    text = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = text.split("```layers\n")[1].split("```")[0]
    assert [line.split("#")[0].split() for line in block.splitlines()] == [line.split() for line in LAYERS]


def tree(folder: Path, files: dict[str, str]) -> Path:
    root = folder / "wmpaint"
    for name in ("", "raster", "painting"):
        (root / name).mkdir()
        (root / name / "__init__.py").touch()
    for name in ("errors.py", "strokes.py", "files.py", "cli.py", "raster/tiles.py", "painting/loop.py"):
        (root / name).touch()
    for name, text in files.items():
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    "files",
    [
        {"painting/loop.py": "from ..raster import tiles\nfrom ..errors import E\nfrom .. import strokes"},
        {"raster/tiles.py": "import torch\nimport wmpaint.strokes\nfrom . import bend", "raster/bend.py": ""},
        {"cli.py": "import wmpaint as wp", "__init__.py": "from .painting.loop import paint"},
    ],
)
def test_right_imports_pass(tmp_path: Path, files: dict[str, str]) -> None:
    assert faults(tree(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (
            {"raster/tiles.py": "from ..painting.loop import paint"},
            "wmpaint.raster.tiles imports wmpaint.painting.loop",
        ),
        ({"raster/tiles.py": "from .. import painting"}, "wmpaint.raster.tiles imports wmpaint.painting"),
        ({"raster/__init__.py": "from ..painting import loop"}, "wmpaint.raster imports wmpaint.painting.loop"),
        ({"strokes.py": "def f():\n    import wmpaint.cli"}, "wmpaint.strokes imports wmpaint.cli"),
        ({"errors.py": "from .files import x"}, "wmpaint.errors imports wmpaint.files"),
        ({"painting/loop.py": "from wmpaint import paint"}, "wmpaint.painting.loop imports wmpaint"),
        ({"__init__.py": "from . import cli"}, "wmpaint imports wmpaint.cli"),
        ({"strange.py": ""}, "wmpaint.strange stands in no layer"),
        ({"cli.py": "from .gone import x"}, "wmpaint.cli imports wmpaint.gone, which does not exist"),
        (
            {"raster/tiles.py": "from .bend import x", "raster/bend.py": "def f():\n    from . import tiles"},
            "wmpaint.raster.bend imports wmpaint.raster.tiles imports wmpaint.raster.bend: a circle",
        ),
    ],
)
def test_wrong_imports_are_caught(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    found = faults(tree(tmp_path, files))
    assert len(found) == 1 and found[0].startswith(fault)
