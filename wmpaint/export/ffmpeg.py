"""Films by the ffmpeg of imageio's wheel: `write_mp4(path, frames, fps=25)`, `write_webp(path, frames, fps=25)`.

Not by imageio's own writer: it does not look at how ffmpeg ended, so that a full disk would leave half a film,
and it runs Python in a fork of a process of many threads, which may hang. Nor, for WebP, by Pillow, which holds all
frames; the encoder is the same, libwebp's.
"""

from __future__ import annotations

import contextlib
import errno
import re
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from ..errors import FileError
from ..files import atomic_path

__all__ = ["with_sound", "write_mp4", "write_webp"]


def write_mp4(
    path: Path,
    frames: Iterator[np.ndarray],  # each [H, W, 3] uint8
    *,
    fps: float,
) -> None:
    """H.264; odd sizes are padded by repeating the edge.

    Raises:
        OSError: ffmpeg could not write it; the message says why.
    """
    options = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-preset", "veryfast"]
    _write(path, frames, fps, [*options, "-movflags", "+faststart", "-f", "mp4"], multiple=2)


def write_webp(
    path: Path,
    frames: Iterator[np.ndarray],  # each [H, W, 3] uint8
    *,
    fps: float,
    quality: float = 85,
    lossless: bool = False,
) -> None:
    """Animated WebP, looped; frames that are alike are joined into one that lasts.

    Args:
        quality: 0 to 100; of a lossless film, how hard to pack.

    Raises:
        OSError: ffmpeg could not write it; the message says why.
    """
    options = ["-c:v", "libwebp_anim", "-lossless", str(int(lossless)), "-quality", f"{quality:g}"]
    options += ["-compression_level", "2" if lossless else "4", "-loop", "0", "-f", "webp"]
    _write(path, frames, fps, ["-pix_fmt", "bgra", *options] if lossless else options, multiple=1)


def with_sound(path: Path, source: Path, seconds: float) -> None:
    """Put the sound of another film into an .mp4 of some seconds, as it is, or as AAC where that cannot be.

    Longer sound is cut; after shorter sound the film goes on without.

    Raises:
        FileError: ffmpeg could not do it; the film stays as it was.
    """
    import imageio_ffmpeg

    said = ""
    with atomic_path(path) as temporary:
        for codec in ("copy", "aac"):
            command = [
                imageio_ffmpeg.get_ffmpeg_exe(),
                "-y",
                "-v",
                "error",
                "-i",
                f"file:{path}",
                "-i",
                f"file:{source}",
            ]
            command += ["-map", "0:v", "-map", "1:a:0", "-c:v", "copy", "-c:a", codec, "-t", f"{seconds:.6f}"]
            command += ["-movflags", "+faststart", "-f", "mp4", f"file:{temporary}"]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", process_group=0
            )
            if done.returncode == 0:
                return
            said = done.stderr.strip()
        reason = said.splitlines()[-1] if said else "no reason given"
        raise FileError(f"expected ffmpeg to add the sound of {str(source)!r} to {str(path)!r}, got: {reason}")


def _write(path: Path, frames: Iterator[np.ndarray], fps: float, options: list[str], *, multiple: int) -> None:
    """Send frames, padded to sides that are a multiple of some pixels."""
    import imageio_ffmpeg

    first = next(frames)
    frames = chain([first], frames)
    height, width = (side + -side % multiple for side in first.shape[:2])
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-xerror", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(Fraction(fps).limit_denominator(1001)), "-i", "-", "-an"]
    command += [*options, str(path)]
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
            if "No space left" in said:
                raise OSError(errno.ENOSPC, "No space left on device")  # which the caller knows how to say
            raise OSError(re.sub(r" @ 0x[0-9a-f]+", "", reason).replace(str(path), path.suffix))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
