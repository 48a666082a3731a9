"""The reference shows every public name."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

import wmpaint

PAGES = sorted((Path(__file__).parent.parent / "docs" / "reference").glob("*.md"))
ENTRIES = {name for page in PAGES for name in re.findall(r"^::: ([\w.]+)$", page.read_text("utf-8"), re.M)}


PACKAGES = [
    "demo", "gallery", "objectives", "media.ribbon", "media.programs", "raster", "features", "painting", "data",
    "agents", "export.svg", "export.plotter",
]  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_of_a_package_has_its_entry(package: str) -> None:
    module = importlib.import_module(f"wmpaint.{package}")
    missing = [name for name in module.__all__ if not shown(module, name)]
    assert len(module.__all__) > 2 and missing == []


def test_every_name_of_wmpaint_itself_has_its_entry() -> None:
    names = [name for name in wmpaint.__all__ if name not in wmpaint._MODULES]
    assert len(names) > 20
    assert [name for name in names if not shown(wmpaint, name)] == []


def shown(module: object, name: str) -> bool:
    value = getattr(module, name)
    home = getattr(value, "__module__", None) or getattr(value, "__name__", None)
    if home is None:  # a constant; where it stands has to be looked for
        package = module.__name__  # type: ignore[attr-defined]
        return any(entry.startswith(package) and name in vars(importlib.import_module(entry)) for entry in modules())
    places = {home, f"{home}.{name}", f"{home.rpartition('.')[0]}.{name}"}
    return bool(places & ENTRIES)


def modules() -> list[str]:
    """The entries that show a whole module."""
    return [entry for entry in ENTRIES if entry.rpartition(".")[2].islower() and is_module(entry)]


def is_module(entry: str) -> bool:
    try:
        return importlib.util.find_spec(entry) is not None
    except ModuleNotFoundError:  # of a name in a module
        return False


def test_every_entry_is_there() -> None:
    for entry in sorted(ENTRIES):
        if not is_module(entry):
            module, _, name = entry.rpartition(".")
            assert hasattr(importlib.import_module(module), name), entry
