"""A folder with the things that the pages' commands and scripts name, all of them small."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import needs
import numpy as np
import pytest
import torch
from pages import ROOT
from PIL import Image
from served import Served

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

PHOTOS = {
    "cat.jpg": "wmpaint/data/sample.jpg",
    "photo.jpg": "gallery/sources/coffee.jpg",
    "castle.jpg": "examples/pictures/castle.jpg",
    "owl.jpg": "examples/pictures/owl.jpg",
    "forest.jpg": "examples/pictures/owl.jpg",
    "mountains.jpg": "examples/pictures/castle.jpg",
    "day.jpg": "examples/pictures/castle.jpg",
    "night.jpg": "examples/pictures/starry_night.jpg",
    "starry_night.jpg": "examples/pictures/starry_night.jpg",
    "cafe_terrace.jpg": "examples/pictures/cafe_terrace.jpg",
    "wave.jpg": "examples/pictures/starry_night.jpg",
    "waves.jpg": "examples/pictures/starry_night.jpg",
    "tapestry.jpg": "examples/pictures/cafe_terrace.jpg",
}
PENS = '[[pen]]\nname = "blue"\ncolor = "#1d4ed8"\nwidth = "0.4mm"\n'


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; each page works in a copy."""
    import wmpaint as wp

    folder = tmp_path_factory.mktemp("things")
    for name, source in PHOTOS.items():
        with Image.open(ROOT / source) as picture:
            picture.thumbnail((96, 96))
            picture.save(folder / name)
    sky = np.zeros((72, 96), np.uint8)
    sky[:36] = 255
    Image.fromarray(sky).save(folder / "sky.png")
    Image.fromarray(np.dstack([np.full_like(sky, 255)] * 3 + [sky])).save(folder / "logo.png")
    painting = wp.paint(folder / "cat.jpg", brush="round", strokes=12, height=64, steps=3)
    for name in ("out", "charcoal", "my_painting", "night", "cat"):
        (folder / name).mkdir()
        painting.save(folder / name / "painting.wmp.json")
    for name in ("drawing.wmp.json", "painting.wmp.json", "cat.wmp.json"):
        painting.save(folder / name)
    painting.save(folder / "in.mp4", seconds=2)
    (folder / "my_brush.myb").write_bytes(wp.Brush.load("gouache").data)
    (folder / "charcoal.myb").write_bytes(wp.Brush.load("charcoal").data)
    wp.painters.load("gouache").save(folder / "my_brush.safetensors")
    (folder / "pens.toml").write_text(PENS)
    (folder / "photos").mkdir()
    for name in ("cat.jpg", "castle.jpg", "owl.jpg", "photo.jpg"):
        shutil.copy(folder / name, folder / "photos")
    digits = np.zeros((40, 28, 28), np.uint8)
    for k, digit in enumerate(digits):
        digit[6 : 10 + k % 9, 12:16] = 255
    np.savez(folder / "mnist.npz", images=digits, labels=np.arange(40, dtype=np.uint8) % 10)
    agent = ROOT / "wmpaint/agents/weights/mnist-8.safetensors"
    for name in ("digits", "mine"):
        shutil.copy(agent, folder / f"{name}.safetensors")
    return folder


@pytest.fixture
def place(things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the things, and the working folder."""
    folder = tmp_path / "place"
    shutil.copytree(things, folder)
    for name in ("examples", "gallery", "constraints.txt"):
        (folder / name).symlink_to(ROOT / name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WMPAINT_CACHE", str(folder / "cache"))
    torch.manual_seed(0)
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The page to paint in, served; where."""
    needs.package("gradio_client")
    page = Served(tmp_path, "--max-strokes", "400", "--max-height", "256", "--max-seconds", "20")
    yield page.url
    page.stop()
    gc.collect()  # what a client leaves
