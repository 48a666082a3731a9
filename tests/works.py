"""A painting whose pictures can be worked out by hand, and files read by programs that are not ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import needs
import numpy as np
import torch
from flat import Flat, line
from PIL import Image
from torch import Tensor

from wmpaint.canvas import Canvas
from wmpaint.painting import BrushRef, Painting
from wmpaint.strokes import Strokes

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def bars() -> Strokes:
    """A red bar from a fifth to two fifths of the height, a blue one from a half to nine tenths; 0.1 to 0.9 wide."""
    return Strokes.cat([line(0.3, 0.1, RED), line(0.7, 0.2, BLUE)])


def painting(strokes: Strokes | None = None, *, alpha: float = 1.0, renderer: Any = None, **options: Any) -> Painting:
    """Painted by `Flat`; its program is Dabs with charcoal."""
    values: dict[str, Any] = {
        "strokes": bars() if strokes is None else strokes,
        "canvas": Canvas(1.0, (1.0, 1.0, 1.0)),
        "brushes": (BrushRef("charcoal"),),
        "painters": (renderer or Flat(alpha),),
        "program_height": 20,
        "seed": 7,
    }
    return Painting(**{**values, **options})


def read(path: Path, shape: tuple[int, int, int], bits: int) -> np.ndarray:
    """The picture [H, W, C] of a file, as ffmpeg reads it."""
    (picture,) = film(path, shape, bits)
    return picture


def film(path: Path, shape: tuple[int, int, int], bits: int = 8) -> np.ndarray:
    """All pictures [N, H, W, C] of a file, as ffmpeg reads it."""
    import imageio_ffmpeg

    kind = {(3, 8): "rgb24", (4, 8): "rgba", (3, 16): "rgb48le", (4, 16): "rgba64le"}[shape[2], bits]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    done = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", kind, "-"], capture_output=True, check=True)
    assert not done.stderr
    return np.frombuffer(done.stdout, np.uint8 if bits == 8 else "<u2").reshape(-1, *shape)


def noise(channels: int, height: int, width: int) -> Tensor:
    """A premultiplied picture in which every value is different, and some pixels are bare or opaque."""
    chance = torch.Generator().manual_seed(1)
    picture = torch.rand(channels, height, width, generator=chance)
    if channels == 4:
        picture[3].mul_(1.5).sub_(0.25).clamp_(0, 1)
        picture[:3] *= picture[3]
    return picture


def by_krita(path: Path) -> np.ndarray:
    """The picture [H, W, 4] of an .ora as Krita lays its layers over each other, straight, 0..1."""
    folder, out = path.parent, path.with_suffix(".krita.png")
    home = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        home.pop(name, None)
    command = [needs.program("xvfb-run"), "-a", needs.program("krita"), "--export", "--export-filename", out, path]
    done = subprocess.run(command, env=home, capture_output=True, text=True, timeout=300)
    assert out.exists(), done.stderr[-2000:]
    with Image.open(out) as image:
        return np.asarray(image.convert("RGBA")) / 255
