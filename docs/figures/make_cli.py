"""The reference of the command line, docs/cli.md, from the app itself.

python docs/figures/make_cli.py
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import typer.main

from wmpaint.cli.app import app

KINDS = {int: "NUMBER", float: "NUMBER", Path: "PATH", str: "TEXT"}
# What the examples of commands need, before any of them.
BEGIN = """\
The examples can be tried in a folder where `photo.jpg` is a photo of yours, `in.mp4` a film and `my_brush.myb` a
MyPaint brush; `sample`, `castle`, `owl`, `starry_night` and `cafe_terrace` are pictures that come along. The works of
`wmpaint gallery` lie in the folder `gallery/` of a copy of the repository. Several commands take a painting, which this
one makes:

<!-- needs: photo.jpg, in.mp4, my_brush.myb, gallery/ -->

```sh
wmpaint paint
```

""".splitlines()
PAGE = Path(__file__).parents[1] / "cli.md"


def plain(text: str | None) -> str:
    """Help without the console's markup, on one line, safe in a table."""
    words = re.sub(r"\[/?(?:bold|dim|italic|green|red|yellow|cyan)?\]", "", text or "").replace("\\[", "[")
    return " ".join(words.split()).replace("|", "\\|").replace("<", "&lt;")


def names(parameter: Any) -> str:
    """As it is typed."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or str(parameter.name).upper()}`"
    text = ", ".join([*parameter.opts, *parameter.secondary_opts])
    kind = "" if parameter.is_flag else f" {parameter.metavar or KINDS.get(_type(parameter), 'TEXT')}"
    return f"`{text}{kind}`".replace("|", "\\|")


def about(parameter: Any) -> str:
    """Its help, and its default where that says something."""
    default = parameter.default
    shown = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    return plain(parameter.help) + (f" Default: {plain(str(default))}." if shown else "")


def _type(parameter: Any) -> Any:
    found = parameter.type_descriptor.annotation
    return next((kind for kind in (*get_args(found), found) if kind in KINDS), found)


def section(command: Any, path: str) -> list[str]:
    """Lines of a command, or of all in a group."""
    if hasattr(command, "commands"):  # a group
        head = [] if path == "wmpaint" else [f"## {path}", "", plain(command.help), ""]
        return head + [line for name in command.commands for line in section(command.commands[name], f"{path} {name}")]
    told = [" ".join(part.split()) for part in re.split(r"\n\s*\n", command.help or "")]
    lines = [f"## {path}", ""]
    for part in told:
        lines += [plain(part), ""]
    if command.epilog:
        examples = re.findall(r"\[bold\](.*?)\[/\]", command.epilog)
        begin = examples[0].partition(" -")[0]  # what others only go on from
        lines += ["```sh", *(e if e.startswith("wmpaint") else f"{begin} {e}" for e in examples), "```", ""]
    rows = [(names(p), about(p)) for p in command.params if p.name not in ("help",)]
    lines += ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows), ""]
    return lines


def page() -> str:
    """The whole page."""
    lines = [
        "---",
        "search: {boost: 0.5}",  # whoever looks for a guide wants the guide
        "---",
        "",
        "# Command line",
        "",
        "Every command takes `--help`. Bad input ends in one line on standard error and exit ",
    ]
    lines[-1] += (
        "code 2; Ctrl-C keeps what is painted and ends with 130, SIGTERM and a closed terminal do so with 143 and 129."
    )
    return "\n".join([*lines, "", *BEGIN, *section(typer.main.get_command(app), "wmpaint")]).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
