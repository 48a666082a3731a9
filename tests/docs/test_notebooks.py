"""The notebooks run from the first cell to the last, and show pictures while they do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import needs
import pytest
from pages import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_there_are_two() -> None:
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs.libmypaint()
    nbformat, nbclient = needs.package("nbformat"), needs.package("nbclient")
    needs.package("ipykernel")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    shutil.copytree(ROOT / "examples" / "pictures", tmp_path / "pictures")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells), "notebooks are kept without what they print"
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute(env={**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1", "OMP_NUM_THREADS": "1"})
    shown = [set(output.get("data", {})) for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in kinds or "image/jpeg" in kinds for kinds in shown)
