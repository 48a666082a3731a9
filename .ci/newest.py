"""Print what an extra of pyproject.toml asks for, one package a line, without our own. `newest.py EXTRA`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def packages(project: str, extra: str) -> list[str]:
    """The requirements of an extra, as pip takes them."""
    extras = tomllib.loads(project)["project"]["optional-dependencies"]
    if extra not in extras:
        raise SystemExit(f"newest.py: expected an extra of pyproject.toml, got {extra!r}")
    return [line for line in extras[extra] if not line.startswith("wmpaint")]


if __name__ == "__main__":
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    print("\n".join(packages(text, sys.argv[1])))
