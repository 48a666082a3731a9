"""An empty folder for each page, and what its reader brings to it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import needs
import numpy as np
import pytest
import torch
from served import Served
from things import THINGS

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each thing is made once."""
    return tmp_path_factory.mktemp("things")


@pytest.fixture
def bring(kept: Path, tmp_path: Path) -> Callable[[list[str]], None]:
    """Lays the named things, and no others, into `place`."""

    def lay(names: list[str]) -> None:
        for name in names:
            made, here = kept / name.strip("/"), tmp_path / "place" / name.strip("/")
            if not made.exists():
                THINGS[name](made)
            (shutil.copytree if made.is_dir() else shutil.copyfile)(made, here)

    return lay


@pytest.fixture(scope="session")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be downloaded."""
    path = tmp_path_factory.mktemp("elsewhere") / "mnist.npz"
    digits = np.zeros((40, 28, 28), np.uint8)
    for k, digit in enumerate(digits):
        digit[6 : 10 + k % 9, 12:16] = 255
    np.savez(path, images=digits, labels=np.arange(40, dtype=np.uint8) % 10)
    return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, to work in."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WMPAINT_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    yield folder
    torch.set_num_threads(threads)  # of which a page may take more


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The page to paint in, served; where."""
    needs.package("gradio_client")
    page = Served(tmp_path, "--max-strokes", "400", "--max-height", "256", "--max-seconds", "20")
    yield page.url
    page.stop()
    gc.collect()  # what a client leaves
