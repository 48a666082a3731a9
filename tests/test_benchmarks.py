"""Every benchmark is there as a whole: it starts, and says how it is used."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_starts(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")
    assert ended.value.code == 0 and "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["errors", "order", "lengths", "photo", "init"])
def test_the_agents_benchmarks_are_all_functions(what: str) -> None:
    assert callable(runpy.run_path(str(FOLDER / "agents.py"))[what])


@pytest.mark.parametrize("name", ["oil/flat", "oil/round"])
def test_a_textured_dream_of_oil_passes_for_its_program_more_than_a_mean_does(name: str) -> None:
    found = runpy.run_path(str(FOLDER / "texture.py"))
    painter, program = found["loaded"](name)

    def apart() -> float:
        known, others = (found["pictures"](painter, program, count, seed) for count, seed in ((30, 0), (20, 10_000)))
        return float(found["told_apart"](known, others, steps=400))

    passed = apart()
    assert passed < 0.75  # of a minute's training the benchmark tells
    painter.config.__dict__["noise"] = False  # as a painter that knows of no chance: the mean
    assert apart() > max(0.8, passed + 0.1)
