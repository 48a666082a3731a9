"""The command and the lines of Python that paint the same without the page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

__all__ = ["Recipe", "call", "command", "literal", "script"]


@dataclass(frozen=True)
class Recipe:
    """How to do it again.

    Args:
        command: for a shell; empty where no command does this.
        python: a script; what it paints after is called `goal`.
        canvas: the argument of `wp.paint` for the canvas; empty where it is the goal's.
    """

    command: str
    python: str
    canvas: str = ""

    def stopped(self, done: int, planned: int) -> Recipe:
        """Of a painting that was stopped: the script stops there as well, and the command says what it does not do."""
        words = f"it was stopped after {done} of {planned} steps"
        head, paint, rest = self.python.rpartition("painting = wp.paint(")
        call, _, after = rest.partition("\n")
        lines = [
            f"{head}run = wp.Run({call}", "for step in run:", f"    if step.index + 1 == {done}:", "        break",
            "painting = run.painting()", after,
        ]  # fmt: skip
        python = "\n".join(lines) if paint else self.python
        command = f"{self.command}  # {words}; this one goes on to the end" if self.command else ""
        return replace(self, command=command, python=python).noted(words)

    def noted(self, words: str) -> Recipe:
        """With a remark at the top of the script."""
        return replace(self, python=f"# {words}\n{self.python}")


def command(words: Sequence[str], options: Mapping[str, Any]) -> str:
    """A shell command; options that are None are left out, and True stands for a flag."""
    parts = ["wmpaint", *words]
    for name, value in options.items():
        if value is None or value is False:
            continue
        parts.append(f"--{name.replace('_', '-')}")
        if value is not True:
            parts.append(_number(value) if isinstance(value, float) else str(value))
    return " ".join(shlex.quote(part) for part in parts)


def call(function: str, arguments: Sequence[str], options: Mapping[str, Any]) -> str:
    """A call in Python; options that are None are left out."""
    named = [f"{name}={literal(value)}" for name, value in options.items() if value is not None]
    return f"{function}({', '.join([*arguments, *named])})"


def script(lines: Sequence[str], arguments: Sequence[str], options: Mapping[str, Any], name: str) -> str:
    """Lines of Python that make a `goal`, paint after it, and save the painting under a name."""
    paint = call("wp.paint", ["goal", *arguments], options)
    return "\n".join(["import wmpaint as wp", "", *lines, f"painting = {paint}", f'painting.save("{name}.wmp.json")'])


def literal(value: Any) -> str:
    """As Python writes it; paths as their names."""
    if isinstance(value, Path):
        return literal(value.name)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def _number(value: float) -> str:
    """All its digits; a whole number without the point."""
    return str(int(value)) if value == int(value) else repr(value)
