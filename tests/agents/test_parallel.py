"""Two processes learn what one does from the same batches, and agree on what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import wmpaint

TESTS = Path(__file__).parents[1]


def outcome(processes: int, out: Path) -> Any:
    path = os.pathsep.join([str(TESTS), str(Path(wmpaint.__file__).parents[1])])
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"] if processes == 2 else []
    done = subprocess.run(
        [sys.executable, *start, str(TESTS / "teamwork.py"), str(out)], capture_output=True, text=True, timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())


def test_two_are_as_one(tmp_path: Path) -> None:
    alone, both = (outcome(size, tmp_path / f"{size}.json") for size in (1, 2))
    assert list(alone) == list(both) == ["freehand", "copying", "copying set", "blemished"]
    for case, one in alone.items():
        two = both[case]
        bad = [k for k, loss in enumerate(one["losses"]) if loss is None]
        assert (
            bad == [k for k, loss in enumerate(two["losses"]) if loss is None] == ([2] if case == "blemished" else [])
        )
        for x, y in zip(one["losses"], two["losses"], strict=True):
            assert x is y is None or y == pytest.approx(x, rel=1e-4), case
        assert two["weights"] == pytest.approx(one["weights"], abs=2e-4), case
