"""Films to paint, frame by frame: `with open_film("in.mp4") as film: for frame in film.frames: ...`"""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import torch
from torch import Tensor

from ...errors import FileError, InputError

__all__ = ["Film", "open_film"]

MOST = 100_000  # frames
LARGEST = 8192 * 8192  # pixels of a frame
SLACK = 0.05  # of the frames that a film says it has may be missing
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
        fps: frames a second to take; as filmed if None, at most 60, and 12 for a folder. Films of a varying rate get
            a steady one, and pixels that are not square are made so.
        limit: frames to take at most; needed for films of more than 100,000.

    Raises:
        FileError: no such file, one that is no film, or an empty folder; and while it is read, a film that ends long
            before it should. InputError: a rate, a limit, or a film's size or length out of range.
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
        frames.close()  # type: ignore[attr-defined]


def _folder(path: Path, fps: float, limit: int | None) -> Film:
    from ...image import load_image

    found = (p for p in path.iterdir() if p.suffix.lower() in PICTURES and p.is_file() and not p.name.startswith("."))
    names = sorted(found, key=_numbered)[: limit or MOST]
    if not names:
        raise FileError(f"expected pictures in the folder {str(path)!r}, got none")
    return Film((load_image(name)[:3] for name in names), fps, len(names))


def _numbered(path: Path) -> list[tuple[int, str]]:
    """A key by which 2 comes before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name)]


def _opened(path: Path, fps: float | None, limit: int | None) -> tuple[Iterator[Tensor], Film]:
    import imageio_ffmpeg

    # A plain file, whatever its name says, and nothing that it might refer to over a network.
    given = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}"]
    # Without an output ffmpeg only says what it finds, and that an output is missing.
    said = subprocess.run(
        given, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", process_group=0
    ).stderr
    stream = re.search(r"Stream #\S+.*: Video: .*", said)
    if stream is None:
        raise FileError(f"expected a film, got {str(path)!r}, in which ffmpeg finds none")
    rate = re.search(r"([\d.]+) fps", stream[0])
    length = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said)
    steady = min(max(fps or (float(rate[1]) if rate else FPS), 1.0), 60.0)
    total = None
    if length is not None:
        total = round((3600 * int(length[1]) + 60 * int(length[2]) + float(length[3])) * steady) or None
    if limit is None and total is not None and total > MOST:
        raise InputError(f"expected a film of at most {MOST} frames, or a limit, got about {total} in {str(path)!r}")
    command = [*given, "-v", "error", "-map", "0:v:0", "-vf", "scale=round(iw*sar):ih,setsar=1", "-r", f"{steady:g}"]
    command += ["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"]
    sound = path if re.search(r"Stream #\S+.*: Audio:", said) else None
    frames = _frames(command, str(path), limit, total)
    expected = total if limit is None else min(limit, total or limit)
    return frames, Film(frames, steady, expected, sound)


def _frames(command: list[str], name: str, limit: int | None, total: int | None) -> Iterator[Tensor]:
    """Pictures as ffmpeg pipes them: a line each for kind, size and depth, and then the pixels."""
    with tempfile.TemporaryFile() as errors:  # a file, since a full pipe would hold it up
        # A group of its own, so that Ctrl-C does not end it behind our back.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, process_group=0
        )
        assert process.stdout is not None
        try:
            count = 0
            while (limit is None or count < limit) and process.stdout.readline() == b"P6\n":
                width, height = (int(side) for side in process.stdout.readline().split())
                process.stdout.readline()
                if width * height > LARGEST:
                    raise InputError(f"expected frames of at most {LARGEST} pixels, got {width} x {height} in {name!r}")
                data = process.stdout.read(width * height * 3)
                if len(data) < width * height * 3:
                    break
                count += 1
                pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
                yield torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255
            if limit is None or count < limit:
                _check_whole(process, errors, name, count, total)
        finally:
            process.kill()
            process.stdout.close()
            process.wait()


def _check_whole(process: subprocess.Popen[bytes], errors: IO[bytes], name: str, count: int, total: int | None) -> None:
    """Whether that was all of a film.

    Raises:
        FileError: ffmpeg failed, or complained and gave far fewer frames than the film says it has.
    """
    failed = process.wait() != 0
    errors.seek(0)
    said = errors.read().decode(errors="replace").strip().splitlines()
    short = total is not None and count < total - max(2, SLACK * total)
    if failed or (short and said):
        about = "more" if total is None else f"about {total}"
        reason = said[-1] if said else "no reason given"
        raise FileError(f"expected {about} frames in {name!r}, got {count} ({reason}); a limit of {count} takes these")
