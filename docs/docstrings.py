"""Docstrings as the reference reads them: `width, height: pixels.` is one line for people and two entries there.

An extension of Griffe, which mkdocs.yml names. Without it Griffe would look for a parameter named "width, height".
"""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension

_SECTION = re.compile(r"^(?P<indent> *)(Args|Attributes):$")
_SHARED = re.compile(r"^(?P<indent> +)(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)+):(?P<text> .*)$")


def apart(docstring: str) -> str:
    """The docstring, with an entry for each name of those that share one."""
    lines = docstring.splitlines()
    made: list[str] = []
    section = None  # how far the section that holds these lines is indented
    k = 0
    while k < len(lines):
        line = lines[k]
        k += 1
        if found := _SECTION.match(line):
            section = len(found["indent"])
        elif line.strip() and section is not None and _indent(line) <= section:
            section = None
        shared = _SHARED.match(line) if section is not None else None
        if shared is None:
            made.append(line)
            continue
        rest = []
        while k < len(lines) and lines[k].strip() and _indent(lines[k]) > len(shared["indent"]):
            rest.append(lines[k])
            k += 1
        for name in shared["names"].split(", "):
            made += [f"{shared['indent']}{name}:{shared['text']}", *rest]
    return "\n".join(made)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class Apart(Extension):
    """Rewrites docstrings before they are taken apart."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = apart(obj.docstring.value)
