"""Films to paint, frame by frame: `with open_film("in.mp4") as film: for frame in film.frames: ...`"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import FileError, InputError

__all__ = ["Film", "open_film"]

MOST = 100_000  # frames
LARGEST = 8192 * 8192  # pixels of a frame
FPS = 12.0  # of a folder of pictures
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


@dataclass(frozen=True, eq=False)
class Film:
    """A film that is read as it is painted.

    Args:
        frames: [3, H, W] pictures in 0..1.
        total: how many there will be, about; None if unknown.
        sound: the file whose sound track goes with it, if it has one.
    """

    frames: Iterator[Tensor]
    fps: float
    total: int | None
    sound: Path | None = None


@contextlib.contextmanager
def open_film(source: str | Path, *, fps: float | None = None, limit: int | None = None) -> Iterator[Film]:
    """Open a film (whatever ffmpeg reads, GIFs too), or a folder of pictures in the order of their names.

    Args:
        fps: frames a second to take; as filmed if None, and 12 for a folder. Films of a varying rate get a steady one.
        limit: frames to take at most.

    Raises:
        FileError: no such file, one that is no film, or an empty folder. InputError: a rate or a limit out of range.
    """
    path = Path(source)
    if fps is not None and not 1 <= fps <= 60:
        raise InputError(f"expected 1 to 60 frames a second, got {fps!r}")
    if limit is not None and not 1 <= limit <= MOST:
        raise InputError(f"expected a limit of 1 to {MOST} frames, got {limit!r}")
    if path.is_dir():
        yield _folder(path, fps or FPS, limit)
        return
    if not path.is_file():
        raise FileError(f"expected a film or a folder of pictures, and there is none at {str(path)!r}")
    frames, film = _opened(path, fps, limit)
    try:
        yield film
    finally:
        frames.close()


def _folder(path: Path, fps: float, limit: int | None) -> Film:
    from ...image import load_image

    names = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES)[: limit or MOST]
    if not names:
        raise FileError(f"expected pictures in the folder {str(path)!r}, got none")
    return Film((load_image(name)[:3] for name in names), fps, len(names))


def _opened(path: Path, fps: float | None, limit: int | None) -> tuple[Any, Film]:
    import imageio_ffmpeg

    options = [] if fps is None else ["-r", f"{fps:g}"]
    reader = imageio_ffmpeg.read_frames(str(path), output_params=options)
    try:
        about = next(reader)
    except (OSError, RuntimeError, StopIteration, IndexError, ValueError) as error:
        raise FileError(f"expected a film, got {str(path)!r}, in which ffmpeg finds none") from error
    width, height = about["size"]
    if width < 1 or height < 1 or width * height > LARGEST:
        reader.close()
        raise InputError(f"expected frames of at most {LARGEST} pixels, got {width} x {height}")
    rate = float(fps or about.get("fps") or FPS)
    length = float(about.get("duration") or 0)
    total = round(length * rate) or None
    if limit is not None:
        total = limit if total is None else min(total, limit)
    sound = path if about.get("audio_codec") else None
    return reader, Film(_frames(reader, height, width, limit or MOST), min(max(rate, 1.0), 60.0), total, sound)


def _frames(reader: Any, height: int, width: int, limit: int) -> Iterator[Tensor]:
    for count, data in enumerate(reader):
        if count == limit:
            return
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        yield torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255
