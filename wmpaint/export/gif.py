"""GIF, frame by frame: `encode_gif(path, frames, fps=25)`, with two frames in memory however many there are."""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import torch

from .bitmap import shown_box

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["encode_gif"]

SPOOL_BYTES = 64 << 20  # of packed frames in memory; what goes beyond is kept in a temporary file
SPARSE = 4  # of the frames on the way, every fourth pixel of every fourth row counts towards the palette
CLEAR = 255  # the number that stands for no color; those below are colors
LONGEST = 65_535  # hundredths of a second that one frame can last


def encode_gif(
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
        lengths: list[int] = []
        first, samples = _pack(spool, _timed(frames, fps, lengths))
        palette = _palette(first, samples)
        height, width = first.shape[:2]
        colors = bytes(palette.getpalette() or [])[:768].ljust(768, b"\0")
        stream.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + colors)
        stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # begin again at the end, for ever
        indices, image, corner, lasts = np.zeros((height, width), np.uint8), palette, (0, 0), 0
        for number, (frame, (left, top, right, bottom)) in enumerate(_unpack(spool, first.shape)):
            step = lengths[number]
            before = indices[top:bottom, left:right]
            change = _quantized(frame[top:bottom, left:right], palette)
            same = np.zeros_like(change, bool) if number == 0 else change == before
            if same.all() and lasts + step <= LONGEST:  # also where nothing has changed at all
                lasts += step
                continue
            if lasts:
                _write_image(stream, image, corner, lasts)
            indices[top:bottom, left:right] = change
            if same.all():  # a frame of its own, since none can last so long
                left, top, change, same = 0, 0, indices[:1, :1], np.ones((1, 1), bool)
            # What stays is left out, and packs to nearly nothing.
            image, corner, lasts = _indexed(np.where(same, np.uint8(CLEAR), change), palette), (left, top), step
        _write_image(stream, image, corner, lasts)
        stream.write(b";")


def _timed(frames: Iterable[np.ndarray], fps: float, lengths: list[int]) -> Iterator[np.ndarray]:
    """The frames that are shown, with how long each is appended to `lengths`, in hundredths of a second.

    Browsers slow down what is faster than two of them, so that of more than 50 frames a second some are left out.
    Rounding does not add up: the film is as long as it should be.
    """
    shown, left_out = 0, None
    for number, frame in enumerate(frames, 1):
        until = round(100 * number / fps)
        left_out = frame
        if until - shown >= 2:
            lengths.append(until - shown)
            shown, left_out = until, None
            yield frame
    if left_out is not None:  # the last is always shown
        lengths.append(2)
        yield left_out


def _pack(spool: IO[bytes], frames: Iterable[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Keep each frame's difference from the one before; the first frame, and pixels [n, 3] to choose colors by."""
    first = before = None
    samples: list[np.ndarray] = []
    for number, frame in enumerate(frames):
        change = frame if before is None else frame ^ before
        shown = shown_box(torch.from_numpy(change.any(2))) if number else (0, 0, frame.shape[1], frame.shape[0])
        left, top, right, bottom = box = shown or (0, 0, 0, 0)  # empty where nothing has changed
        packed = zlib.compress(change[top:bottom, left:right].tobytes(), 1)
        spool.write(struct.pack("<5Q", len(packed), *box) + packed)
        if number & (number - 1) == 0:  # 0, or a power of 2
            samples.append(frame[::SPARSE, ::SPARSE].reshape(-1, 3).copy())
        first, before = frame if first is None else first, frame
    assert first is not None and before is not None
    return first, [before.reshape(-1, 3), *samples]


def _unpack(spool: IO[bytes], shape: tuple[int, ...]) -> Iterator[tuple[np.ndarray, tuple[int, int, int, int]]]:
    """Each frame, the same array, and the box in which it differs from the one before."""
    spool.seek(0)
    frame = np.zeros(shape, np.uint8)
    while head := spool.read(40):
        size, left, top, right, bottom = struct.unpack("<5Q", head)
        change = np.frombuffer(zlib.decompress(spool.read(size)), np.uint8)
        frame[top:bottom, left:right] ^= change.reshape(bottom - top, right - left, 3)
        yield frame, (left, top, right, bottom)


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

    if not frame.size:
        return np.zeros(frame.shape[:2], np.uint8)
    indices = np.array(Image.fromarray(np.ascontiguousarray(frame)).quantize(palette=palette, dither=Image.Dither.NONE))
    # Pillow looks colors up by their upper bits, where a neighbor may be found before the ground.
    indices[(frame == (palette.getpalette() or [0, 0, 0])[:3]).all(2)] = 0
    return indices


def _indexed(indices: np.ndarray, palette: Image.Image) -> Image.Image:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(indices))
    image.putpalette(palette.getpalette() or [])
    return image


def _write_image(stream: IO[bytes], image: Image.Image, corner: tuple[int, int], hundredths: int) -> None:
    from PIL import GifImagePlugin

    for part in GifImagePlugin.getdata(image, corner, duration=hundredths * 10, transparency=CLEAR):
        stream.write(part)
