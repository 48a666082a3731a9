"""GIF, frame by frame: `write_gif(path, frames, fps=25)`, with two frames in memory however many there are."""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["write_gif"]

SPOOL_BYTES = 64 << 20  # of packed frames in memory; what goes beyond is kept in a temporary file
SPARSE = 4  # of the frames on the way, every fourth pixel of every fourth row counts towards the palette
CLEAR = 255  # the number that stands for no color; those below are colors
LONGEST = 65_535  # hundredths of a second that one frame can last


def write_gif(
    path: Path,
    frames: Iterable[np.ndarray],  # each [H, W, 3] uint8, one or more of one size
    *,
    fps: float,
) -> None:
    """Write a looped GIF with one palette for all frames; frames that are alike are joined into one that lasts.

    The palette is that of the last frame, where most colors are, with a few pixels of frames 1, 2, 4, 8, ..., whose
    soft edges vanish later, and the first frame's commonest color, so that the bare canvas is exact. It is not known
    before the end, so that the frames wait for it as packed differences. After the first, only the box that changes
    is written, and of that what changes. (Pillow and imageio, which calls it, hold all frames.)
    """
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool, path.open("wb") as stream:
        first, samples = _pack(spool, frames)
        palette = _palette(first, samples)
        height, width = first.shape[:2]
        colors = bytes(palette.getpalette() or [])[:768].ljust(768, b"\0")
        stream.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + colors)
        stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # begin again at the end, for ever
        # Time is counted in hundredths of a second; browsers slow down what is faster than two of them.
        step = max(2, round(100 / fps))
        before: np.ndarray | None = None
        image, corner, lasts = palette, (0, 0), 0
        for frame in _unpack(spool, first.shape):
            indices = _quantized(frame, palette)
            box = _changed(before, indices)
            if box is None and lasts + step <= LONGEST:
                lasts += step
                continue
            if lasts:
                _write_image(stream, image, corner, lasts)
            left, top, right, bottom = box or (0, 0, 1, 1)
            change = indices[top:bottom, left:right].copy()
            if before is not None:  # what stays is left out, and packs to nearly nothing
                change[change == before[top:bottom, left:right]] = CLEAR
            image, corner, lasts = _indexed(change, palette), (left, top), step
            before = indices
        _write_image(stream, image, corner, lasts)
        stream.write(b";")


def _pack(spool: IO[bytes], frames: Iterable[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Keep each frame's difference from the one before; the first frame, and pixels [n, 3] to choose colors by."""
    first = before = None
    samples: list[np.ndarray] = []
    for number, frame in enumerate(frames):
        packed = zlib.compress((frame if before is None else frame ^ before).tobytes(), 1)
        spool.write(struct.pack("<Q", len(packed)) + packed)
        if number & (number - 1) == 0:  # 0, or a power of 2
            samples.append(frame[::SPARSE, ::SPARSE].reshape(-1, 3).copy())
        first, before = frame if first is None else first, frame
    assert first is not None and before is not None
    return first, [before.reshape(-1, 3), *samples]


def _unpack(spool: IO[bytes], shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    spool.seek(0)
    frame = np.zeros(shape, np.uint8)
    while size := spool.read(8):
        difference = zlib.decompress(spool.read(struct.unpack("<Q", size)[0]))
        frame = frame ^ np.frombuffer(difference, np.uint8).reshape(shape)
        yield frame


def _palette(first: np.ndarray, samples: list[np.ndarray]) -> Image.Image:
    """An image of no matter what, with the palette."""
    from PIL import Image

    pixels = np.concatenate(samples)[None]
    palette = Image.fromarray(pixels).quantize(CLEAR - 1, method=Image.Quantize.MEDIANCUT)
    colors, counts = np.unique(first.reshape(-1, 3), axis=0, return_counts=True)
    ground = colors[counts.argmax()].tolist()
    palette.putpalette([*ground, *(palette.getpalette() or [])][: 3 * CLEAR])
    return palette


def _quantized(frame: np.ndarray, palette: Image.Image) -> np.ndarray:  # [H, W] uint8
    from PIL import Image

    indices = np.array(Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE))
    # Pillow looks colors up by their upper bits, where a neighbor may be found before the ground.
    indices[(frame == (palette.getpalette() or [0, 0, 0])[:3]).all(2)] = 0
    return indices


def _indexed(indices: np.ndarray, palette: Image.Image) -> Image.Image:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(indices))
    image.putpalette(palette.getpalette() or [])
    return image


def _changed(before: np.ndarray | None, now: np.ndarray) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of what has changed, or None."""
    if before is None:
        return 0, 0, now.shape[1], now.shape[0]
    change = before != now
    rows, columns = np.flatnonzero(change.any(1)), np.flatnonzero(change.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _write_image(stream: IO[bytes], image: Image.Image, corner: tuple[int, int], hundredths: int) -> None:
    from PIL import GifImagePlugin

    for part in GifImagePlugin.getdata(image, corner, duration=hundredths * 10, transparency=CLEAR):
        stream.write(part)
