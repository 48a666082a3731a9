"""A painting being painted: `write_film(path, stroke_frames(renderer, strokes, canvas, height=512))`."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from .. import files
from ..canvas import Canvas
from ..errors import FileError, InputError
from ..image import to_uint8
from ..renderer import Renderer
from ..strokes import Strokes
from . import gif
from .bitmap import WHITE, flatten, over

__all__ = ["FPS", "Growing", "stroke_counts", "stroke_frames", "write_film"]

FPS = 25.0


def stroke_counts(strokes: int, frames: int) -> list[int]:
    """How many strokes lie on the canvas after each frame: rising by 1 or more to `strokes`.

    With more strokes than frames, frame k of F shows k + (N - F) (k / F)³ of the N strokes: the first, large ones
    come one by one, and the later ones in groups that grow.
    """
    frames = min(frames, strokes)
    return [k + round((strokes - frames) * (k / frames) ** 3) for k in range(1, frames + 1)]


@runtime_checkable
class Growing(Renderer, Protocol):
    """A renderer that can stop on its way: programs, and painters and programs of several brushes."""

    def grow(
        self,
        strokes: Strokes,
        canvas: Canvas,
        *,
        height: int,
        counts: Sequence[int],
        generator: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """The picture [4, H, W] after each of these rising numbers of strokes."""
        ...


def stroke_frames(
    renderer: Renderer,
    strokes: Strokes,
    canvas: Canvas,
    *,
    height: int,
    frames: int = 150,
    hold: int = int(FPS),
    generator: torch.Generator | None = None,
) -> Iterator[Tensor]:  # each [3, H, W]
    """The bare canvas, then the painting as it grows in at most `frames` steps, then `hold` times the last.

    A program paints on and is looked at from time to time, so that each frame is its own picture of so many
    strokes, and the last is `render` of all, bit for bit. A painter, in which each stroke has one color and what is
    random hangs on the stroke itself, paints each group of new strokes on transparent ground, laid over the picture
    so far: the same to rounding, at the cost of one painting. A transparent canvas is shown as white. Lifted strokes
    are left out.

    Raises:
        InputError: fewer than 1 frame, a negative hold, or a bad height.
    """
    if frames < 1 or hold < 0:
        raise InputError(f"expected 1 frame or more and a hold of 0 or more, got {frames} and {hold}")
    size = canvas.pixels(height)
    picture = torch.tensor(canvas.background or WHITE)[:, None, None].expand(3, *size).clone()
    yield picture
    # Strokes keep their places in the batch, which their random numbers depend on; only those that show are counted.
    shown = torch.arange(len(strokes)) if strokes.lifted is None else (~strokes.lifted).nonzero()[:, 0].cpu()
    counts = [int(shown[count - 1]) + 1 for count in stroke_counts(len(shown), frames)]
    grow = renderer.grow if isinstance(renderer, Growing) else partial(_in_groups, renderer)
    with torch.no_grad():
        grown = grow(strokes, canvas, height=height, counts=counts, generator=generator)
    while True:
        with torch.no_grad():
            whole = next(grown, None)
        if whole is None:
            break
        picture = flatten(whole) if canvas.background is None else whole[:3]
        yield picture
    for _ in range(hold):
        yield picture


def _in_groups(
    renderer: Renderer,
    strokes: Strokes,
    canvas: Canvas,
    *,
    height: int,
    counts: Sequence[int],
    generator: torch.Generator | None,
) -> Iterator[Tensor]:
    """`Growing.grow` of a renderer whose strokes do not depend on what lies beneath, nor on their number."""
    ground = (0.0, 0.0, 0.0, 0.0) if canvas.background is None else (*canvas.background, 1.0)
    picture = torch.tensor(ground)[:, None, None].expand(4, *canvas.pixels(height))
    clear = replace(canvas, background=None)
    chance = None if generator is None else generator.get_state()
    for start, stop in zip([0, *counts], counts, strict=False):
        if generator is not None and chance is not None:
            generator.set_state(chance)  # each group is painted with the seed that all would be painted with
        group = strokes[start:stop]
        if group.lifted is not None:
            group = group[~group.lifted].replace(lifted=None)
        picture = over(renderer.render(group, clear, height=height, generator=generator).to(picture), picture)
        yield picture


def write_film(
    path: str | Path,
    frames: Iterable[Tensor],  # each [3, H, W], 0..1
    *,
    fps: float = FPS,
) -> None:
    """Write pictures as .mp4 (H.264, odd sizes padded by repeating the edge) or .gif (one shared palette, looped).

    The file appears under its name only when it is complete.

    Raises:
        InputError: another suffix, no frames, frames of different sizes, or fps outside 1..60.
        FileError: the file cannot be written.
    """
    path = Path(path)
    writers = {".mp4": _write_mp4, ".gif": gif.write_gif}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"expected a film named .mp4 or .gif, got {path.name}")
    if not 1 <= fps <= 60:
        raise InputError(f"expected 1 to 60 frames a second, got {fps}")
    pictures = _bytes(frames)
    first = next(pictures, None)
    if first is None:
        raise InputError(f"expected at least one frame for {path.name}, got none")
    with files.atomic_path(path) as temporary:
        writer(temporary, chain([first], pictures), fps=fps)


def _bytes(frames: Iterable[Tensor]) -> Iterator[np.ndarray]:  # [H, W, 3] uint8
    shape = None
    for k, frame in enumerate(frames):
        shape = shape or frame.shape
        if frame.ndim != 3 or frame.shape[0] != 3 or frame.shape != shape:
            raise InputError(f"expected frame {k} of shape {(3, *shape[1:])}, got {tuple(frame.shape)}")
        yield np.ascontiguousarray(to_uint8(frame))


def _write_mp4(path: Path, frames: Iterator[np.ndarray], *, fps: float) -> None:
    """H.264 by the ffmpeg of imageio's wheel.

    Not by imageio's own writer: it does not look at how ffmpeg ended, so that a full disk would leave half a film,
    and it runs Python in a fork of a process of many threads, which may hang.
    """
    import imageio_ffmpeg

    first = next(frames)
    frames = chain([first], frames)
    height, width = (side + side % 2 for side in first.shape[:2])
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-xerror", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(Fraction(fps).limit_denominator(1001)), "-i", "-", "-an"]
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-preset", "veryfast"]
    command += ["-movflags", "+faststart", "-f", "mp4", str(path)]
    # A group of its own: Ctrl-C in a terminal reaches a whole group, and must not end ffmpeg behind our back.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, process_group=0
    )
    assert process.stdin is not None and process.stderr is not None
    try:
        try:
            for frame in frames:
                pad = ((0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0))
                process.stdin.write(np.pad(frame, pad, mode="edge").tobytes())
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has given up; what it says of it comes below
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            reason = said.splitlines()[-1] if said else f"ffmpeg ended with {process.returncode}"
            raise FileError(f"expected to write {path.name}, got: {reason}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
