"""Fail if tests of the real MyPaint were skipped, or if there were none. `check_skips.py JUNIT.xml`."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

WORD = "mypaint"
MODULE = "test_mypaint"  # the tests of the program itself


def faults(report: str) -> list[str]:
    """What is wrong with a pytest report in JUnit's format, as sentences."""
    found, ran = [], 0
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        skipped = case.find("skipped")
        if skipped is None:
            ran += MODULE in case.get("classname", "")
        else:
            reason = f"{skipped.get('message', '')} {skipped.text or ''}"
            if WORD in name.lower() or WORD in reason.lower():
                found.append(f"{name} was skipped: {skipped.get('message', '')}")
    if not ran:
        found.append(f"expected tests from {MODULE}, got none that ran")
    return found


if __name__ == "__main__":
    problems = faults(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.exit("\n".join(f"check_skips.py: {problem}" for problem in problems) or 0)
