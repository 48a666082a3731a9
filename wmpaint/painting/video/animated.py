"""Animated pictures (GIF, PNG, WebP, AVIF), frame by frame, as Pillow reads stills."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from torch import Tensor

from ...errors import FileError, InputError
from ...foreign import foreign
from ...image import load_image
from ...image.decoding import uncovered
from .colors import check_frame_size
from .timing import MOST, Pace, pace_of

__all__ = ["KINDS", "Animation", "is_animation", "opened_animation"]

KINDS = ("GIF", "PNG", "WEBP", "AVIF")
SHORTEST, AT_LEAST = 0.011, 0.1  # seconds: what is to last less than the first lasts the second, in all browsers
WHAT = "an animated picture (GIF, PNG, WebP, AVIF)"


def is_animation(path: Path) -> bool:
    """Whether it is one of these by how it begins, whatever its name."""
    with path.open("rb") as file:
        head = file.read(12)
    begins = head.startswith((b"GIF87a", b"GIF89a", b"\x89PNG\r\n\x1a\n"))
    return begins or (head[:4], head[8:]) == (b"RIFF", b"WEBP") or head[4:] in (b"ftypavis", b"ftypavif")


@dataclass(frozen=True, eq=False)
class Animation:
    """An animated picture, and what a `Source` has; what is broken in it ends it with an error."""

    path: Path
    pace: Pace
    sound: None = None
    faults: tuple[str, ...] = ()

    @property
    def length(self) -> float:
        """Seconds that it lasts."""
        return self.pace.end

    def frames(self) -> Iterator[tuple[float, Tensor]]:
        """(seconds, [3, H, W]) of each picture, on white."""
        until = 0.0
        for lasts, picture in _lasting(self.path, None, True):
            assert picture is not None
            yield until, picture
            until += lasts

    def picture(self, frame: Tensor) -> Tensor:
        """What is seen of a frame: itself."""
        return frame


def opened_animation(path: Path, limit: float | None = None) -> Animation:
    """What there is to know of it before it is painted.

    Args:
        limit: seconds of it that are wanted.

    Raises:
        FileError: a broken one. InputError: one that is too large, or of too many pictures.
    """
    lasts = [each for each, _ in _lasting(path, limit, False)]
    return Animation(path, pace_of([0.0, *accumulate(lasts[:-1])], tick=0.001, last=lasts[-1]))


def _lasting(path: Path, limit: float | None, seen: bool) -> Iterator[tuple[float, Tensor | None]]:
    from PIL import Image

    with warnings.catch_warnings(), foreign(WHAT, path):
        warnings.simplefilter("ignore")
        Image.init()
        with uncovered(Image.open(path, formats=[kind for kind in KINDS if kind in Image.OPEN])) as image:
            check_frame_size(image.width, image.height, path)
            count = getattr(image, "n_frames", 1)
            # A PNG's first picture may be for those only that show no animations.
            first = 1 if count > 1 and image.info.get("default_image") else 0
            if count - first > MOST and limit is None:
                raise InputError(f"expected a film of at most {MOST:,} frames, got {count:,} in {str(path)!r}")
            until = 0.0
            for number in range(first, count):
                if limit is not None and until > limit + 1:
                    return
                image.seek(number)
                try:
                    image.load()  # some kinds know only then how long it lasts
                except MemoryError as error:  # a length in the file that is none
                    raise FileError(f"expected {WHAT}, got {str(path)!r}, which is broken") from error
                picture = load_image(image) if seen else None
                lasts = float(image.info.get("duration") or 0) / 1000
                lasts = lasts if lasts >= SHORTEST else AT_LEAST
                until += lasts
                yield lasts, picture
            if count <= first:
                raise FileError(f"expected {WHAT}, got {str(path)!r}, which has no picture")
