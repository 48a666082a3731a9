"""Two processes learn what one does from the same batches, and agree on what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import teamwork
import torch
from typer.testing import CliRunner

import wmpaint
from wmpaint import agents
from wmpaint.agents.parallel import Team
from wmpaint.cli.app import app
from wmpaint.errors import InputError

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What two processes leave behind."""
    found = tmp_path_factory.mktemp("two")
    path = os.pathsep.join([str(TESTS), str(Path(wmpaint.__file__).parents[1])])
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(TESTS / "teamwork.py")]
    done = subprocess.run(
        [sys.executable, *start, str(found)], capture_output=True, text=True, timeout=240,
        env={
            **os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONFAULTHANDLER": "1",
            "PYTHONPATH": path,
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield found


@pytest.mark.parametrize("case", teamwork.CASES)
def test_two_are_as_one(folder: Path, case: str) -> None:
    one, two = teamwork.train(case, Team()), json.loads((folder / "found.json").read_text())[case]
    bad = [k for k, loss in enumerate(one["losses"]) if loss is None]
    assert bad == [k for k, loss in enumerate(two["losses"]) if loss is None] == ([2] if case == "blemished" else [])
    for x, y in zip(one["losses"], two["losses"], strict=True):
        assert x is y is None or y == pytest.approx(x, rel=1e-4), case
    assert two["weights"] == pytest.approx(one["weights"], abs=2e-4), case


def test_a_training_as_it_is_typed(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, teamwork.command(tmp_path / "one.safetensors"))
    assert done.exit_code == 0, done.output
    one, two = (
        agents.load(path).net.state_dict() for path in (tmp_path / "one.safetensors", folder / "two.safetensors")
    )
    assert one.keys() == two.keys()
    for name in one:
        assert torch.allclose(one[name], two[name], atol=1e-3), name  # as stored, in half precision


def test_a_batch_has_to_be_shared_evenly() -> None:
    assert Team(1, 2).share(6) == slice(3, 6)
    with pytest.raises(InputError, match="share evenly"):
        Team(0, 2).share(5)
