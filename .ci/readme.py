"""Print the README's command: the one line of the first `sh` block under a heading. `readme.py HEADING`."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def command(readme: str, heading: str) -> str:
    """The one-line command under `## heading`."""
    sections = re.split(r"^## +(.+)$", readme, flags=re.MULTILINE)
    found = dict(zip(sections[1::2], sections[2::2], strict=True)).get(heading)
    if found is None:
        raise SystemExit(f"readme.py: expected a heading '## {heading}' in README.md")
    block = re.search(r"^```sh\n(.*?)^```$", found, flags=re.MULTILINE | re.DOTALL)
    lines = block[1].splitlines() if block else []
    if len(lines) != 1 or not lines[0].strip():
        raise SystemExit(f"readme.py: expected one command of one line under '## {heading}', got {lines}")
    return lines[0]


if __name__ == "__main__":
    print(command((Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8"), sys.argv[1]))
