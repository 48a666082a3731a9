"""The fenced blocks of the project's pages, and what the pages ask of their readers."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.S | re.M)


_NEEDS = re.compile(r"^<!-- needs: (.*?) -->$", re.M)


@dataclass(frozen=True)
class Block:
    """What stands between two fences; `line` is that of its first line of text, from 1."""

    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    return [
        Block(found["language"], found["text"], page.count("\n", 0, found.start("text")) + 1)
        for found in _FENCE.finditer(page)
    ]


def brought(page: str) -> list[str]:
    """What a page asks of its reader: the files of its lines `<!-- needs: photo.jpg, photos/ -->`."""
    return [name.strip() for found in _NEEDS.findall(page) for name in found.split(",")]


def prose(page: str) -> str:
    """What is read: the page without its blocks and comments."""
    return re.sub(r"<!--.*?-->", "", _FENCE.sub("", page), flags=re.S)


def commands(block: Block) -> list[list[str]]:
    """The commands of a block for a shell, as words; `a && b` is two, and comments are none."""
    found: list[list[str]] = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while "&&" in words:
            at = words.index("&&")
            found.append(words[:at])
            words = words[at + 1 :]
        found.append(words)
    return [words for words in found if words]
