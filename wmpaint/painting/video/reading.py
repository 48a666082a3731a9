"""Films to paint, frame by frame: `with open_film("in.mp4") as film: for frame in film.frames: ...`"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from torch import Tensor

from ... import checks
from ...errors import FileError, InputError
from ...image import load_image
from .animated import Animation, is_animation, opened_animation
from .source import Sound, Source, opened
from .timing import FASTEST, MOST, SLOWEST, at_steady, frames_in

__all__ = ["Film", "open_film"]

SLACK = 0.05  # of the frames that a film says it has may be missing
FPS = 12.0  # of a folder of pictures
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


@dataclass(frozen=True, eq=False)
class Film:
    """A film that is read as it is painted.

    Args:
        frames: [3, H, W] pictures in 0..1.
        total: how many there will be, about; None if unknown.
        sound: the sound track that goes with it, if it has one.
    """

    frames: Iterator[Tensor]
    fps: float
    total: int | None
    sound: Sound | None = None


@contextlib.contextmanager
def open_film(source: str | Path, *, fps: float | None = None, limit: int | None = None) -> Iterator[Film]:
    """Open a film, an animated picture, or a folder of pictures in the order of their names.

    Frame k is what the film shows k / fps seconds after its first picture. Pictures are upright, of square pixels, in
    sRGB and on white, as stills are; HDR is shown as SDR.

    Args:
        fps: frames a second to take; as filmed if None, at most 60, and 12 for a folder. Films of a varying rate get
            a steady one.
        limit: frames to take at most; needed for films of more than 100,000.

    Raises:
        FileError: no such file, one that is no film, or an empty folder; and while it is read, a film that ends long
            before it should. InputError: a rate, a limit, or a film's size or length out of range.
    """
    path = Path(source)
    fps = None if fps is None else checks.number("… frames a second", fps, SLOWEST, FASTEST)
    limit = None if limit is None else checks.whole("a limit of … frames", limit, 1, MOST)
    if path.is_dir():
        yield _folder(path, fps or FPS, limit)
        return
    if not path.is_file():
        raise FileError(f"expected a film or a folder of pictures, and there is none at {str(path)!r}")
    seconds = None if limit is None else limit / (fps or SLOWEST)
    film = opened_animation(path, seconds) if is_animation(path) else opened(path, seconds)
    rate = fps or film.pace.rate
    total = frames_in(film.length, rate)
    if limit is None and total > MOST:
        raise InputError(f"expected a film of at most {MOST} frames, or a limit, got about {total} in {str(path)!r}")
    frames = _pictures(film, rate, limit, total)
    try:
        yield Film(frames, rate, total if limit is None else min(limit, total), film.sound)
    finally:
        frames.close()


def _folder(path: Path, fps: float, limit: int | None) -> Film:
    found = (p for p in path.iterdir() if p.suffix.lower() in PICTURES and p.is_file() and not p.name.startswith("."))
    names = sorted(found, key=_numbered)[: limit or MOST]
    if not names:
        raise FileError(f"expected pictures in the folder {str(path)!r}, got none")
    return Film((load_image(name)[:3] for name in names), fps, len(names))


def _numbered(path: Path) -> list[tuple[int, str]]:
    """A key by which 2 comes before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name)]


def _pictures(film: Source | Animation, fps: float, limit: int | None, total: int) -> Generator[Tensor]:
    """The pictures of those frames that are wanted, each made once, and at their end whether those were all.

    Raises:
        FileError: something was broken or missing, and there are far fewer than the film says it has.
    """
    count = 0
    before: Any = None
    picture: Any = None
    frames: Iterator[tuple[float, Any]] = film.frames()
    for frame in islice(at_steady(frames, fps=fps, pace=film.pace), limit):
        picture = picture if frame is before else film.picture(frame)
        before, count = frame, count + 1
        yield picture
    if limit is not None and count >= limit:
        return
    if not count or (film.faults and count < total - max(2, SLACK * total)):
        why = film.faults[-1] if film.faults else "no reason given"
        more = f"; a limit of {count} takes these" if count else ""
        raise FileError(f"expected about {total} frames in {str(film.path)!r}, got {count} ({why}){more}")
