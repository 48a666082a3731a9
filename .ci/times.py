"""Print where the tests' time went, and what takes long without being marked slow. `times.py JUNIT.xml`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

LONG = 3.0  # seconds of one test
SHORT_RUN = 180.0  # seconds that `pytest -m "not slow"` should take at most, on two idle cores


def told(report: str) -> list[str]:
    """Lines on a pytest report in JUnit's format."""
    quick: Counter[str] = Counter()
    total, long = 0.0, []
    for case in ElementTree.fromstring(report).iter("testcase"):
        seconds, place = float(case.get("time", 0)), case.get("classname", "")
        total += seconds
        if not any(known.get("name") == "slow" for known in case.iter("property")):
            quick[place] += seconds  # type: ignore[assignment]
            if seconds > LONG:
                long.append(f"{seconds:6.1f} s  {place}::{case.get('name', '')}")
    short = sum(quick.values())
    lines = [f"all tests {total:.0f} s; those that are not slow {short:.0f} s, of {SHORT_RUN:.0f} s at most"]
    if short > SHORT_RUN:
        lines += [f"{seconds:6.1f} s  {place}" for place, seconds in quick.most_common(12)]
    return lines + sorted(long, reverse=True)[:20]


if __name__ == "__main__":
    print("\n".join(told(Path(sys.argv[1]).read_text(encoding="utf-8"))))
