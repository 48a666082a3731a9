"""Fail if a test was skipped where everything is installed, or if none of MyPaint ran. `check_skips.py JUNIT.xml`."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

MODULE = "test_mypaint"  # the tests of the program itself
# Why a test may be skipped even so: what no package of this system can bring.
ALLOWED = ("this libmypaint keeps its random numbers to itself",)


def faults(report: str) -> list[str]:
    """What is wrong with a pytest report in JUnit's format, as sentences."""
    found, ran = [], 0
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        skipped = case.find("skipped")
        if skipped is None:
            ran += MODULE in case.get("classname", "")
        elif not any(reason in skipped.get("message", "") for reason in ALLOWED):
            found.append(f"{name} was skipped: {skipped.get('message', '')}")
    if not ran:
        found.append(f"expected tests from {MODULE}, got none that ran")
    return found


if __name__ == "__main__":
    problems = faults(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.exit("\n".join(f"check_skips.py: {problem}" for problem in problems) or 0)
