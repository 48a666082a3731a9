"""No input from Python may crash the interpreter. Each search runs in a process of its own, which must live."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("fuzz.py")
pytestmark = pytest.mark.usefixtures("libmypaint")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize("what", ["numbers", "strokes", "sizes", "settings", "bytes", "names"])
def test_no_input_crashes_the_interpreter(what: str) -> None:
    done = run(str(SCRIPT), what, "60")
    assert done.returncode == 0 and done.stdout.endswith("survived\n"), done.stdout[-2000:] + done.stderr[-3000:]


def test_a_crash_would_be_noticed() -> None:
    """libmypaint itself does not survive a number that is none."""
    code = (
        "from wmpaint.media.programs import Brush\n"
        "from wmpaint.media.programs._libmypaint import NativeBrush, NativeSurface\n"
        "from wmpaint.media.programs._library import library\n"
        "brush = NativeBrush(library(), Brush.load('round'))\n"
        "brush.draw(NativeSurface(library(), 64, 64), [[1e9, 0.0, 1.0], [float('nan'), 2e9, 1.0]], 3.0, 0.1)\n"
    )
    assert run("-c", code).returncode < 0
