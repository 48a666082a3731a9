"""Two processes learn what one does from the same batches, and agree on what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import wmpaint

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("case", ["freehand", "copying", "copying set", "blemished"])
def test_two_are_as_one(case: str, tmp_path: Path) -> None:
    found = []
    path = os.pathsep.join([str(TESTS), str(Path(wmpaint.__file__).parents[1])])
    for size in (1, 2):
        start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"] if size == 2 else []
        out = tmp_path / f"{size}.json"
        done = subprocess.run(
            [sys.executable, *start, str(TESTS / "teamwork.py"), case, str(out)], capture_output=True, text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path}, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(json.loads(out.read_text()))
    one, two = found
    assert [x is None for x in one["losses"]] == [case == "blemished" and k == 2 for k in range(6)]
    assert [x for x in two["losses"] if x is not None] == pytest.approx([x for x in one["losses"] if x], rel=1e-4)
    assert two["weights"] == pytest.approx(one["weights"], abs=2e-4)
