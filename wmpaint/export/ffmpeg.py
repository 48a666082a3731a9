"""Films by the ffmpeg of imageio's wheel: `encode_mp4(path, frames, fps=25)`, `encode_webp(path, frames, fps=25)`.

Not by imageio's own writer: it does not look at how ffmpeg ended, so that a full disk would leave half a film,
and it runs Python in a fork of a process of many threads, which may hang. Nor, for WebP, by Pillow, which holds all
frames; the encoder is the same, libwebp's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from ..errors import FileError, clipped
from ..files import atomic_path

__all__ = ["RATES", "encode_mp4", "encode_webp", "with_sound"]

# Samples a second of AAC that play everywhere: players of telephones take no more.
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def encode_mp4(
    path: Path,
    frames: Iterator[np.ndarray],  # each [H, W, 3] uint8
    *,
    fps: float,
) -> None:
    """H.264 in the colors of BT.709, and saying so, at every size; odd sizes are padded by repeating the edge.

    A film that does not say how its colors are meant is guessed at by its size, and players guess differently.

    Raises:
        OSError: ffmpeg could not write it; the message says why.
    """
    colors = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
    options = ["-vf", f"{colors},setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"]
    options += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    options += ["-c:v", "libx264", "-crf", "18", "-preset", "veryfast"]
    _write(path, frames, fps, [*options, "-movflags", "+faststart", "-f", "mp4"], multiple=2)


def encode_webp(
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


def with_sound(
    path: Path,
    source: Path,
    seconds: float,
    *,
    stream: int | None = None,
    delay: float = 0.0,
    joined: bool = False,
    copied: bool = False,
    containers: Sequence[str] = (),
) -> None:
    """Put the sound of another film into an .mp4 of some seconds: as AAC, which plays wherever H.264 does.

    Sound that begins late is preceded by silence, and what lies before the film's start or after its end is cut;
    after shorter sound the film goes on without.

    Args:
        stream: of the other film, by its number in the file; the first sound if None.
        delay: seconds that the clock of the other film is to be set forth, below 0 for back.
        joined: whether that clock leaps, and is counted from its start.
        copied: take it as it is, if that can be; for AAC that begins with the film.
        containers: ffmpeg's names of those that the other film may have; any if empty.

    Raises:
        FileError: ffmpeg could not do it; the film stays as it was.
    """
    import imageio_ffmpeg

    rates = f"aformat=sample_rates={'|'.join(map(str, RATES))}"
    encoded = ["-c:a", "aac", "-b:a", "192k", "-af", f"aresample=async=1:first_pts=0,{rates}"]
    ways = [encoded, [*encoded, "-ac", "2"]]  # not all arrangements of loudspeakers have a place in AAC
    said, code = "", 0
    with atomic_path(path) as temporary:
        for way in [["-c:a", "copy"], *ways] if copied else ways:
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-i", f"file:{path}"]
            command += [] if joined else ["-copyts"]
            command += ["-protocol_whitelist", "file"]
            command += ["-format_whitelist", ",".join(containers)] if containers else []
            command += ["-itsoffset", f"{delay:.6f}", "-i", f"file:{source}"]
            track = "1:a:0" if stream is None else f"1:{stream}"
            command += ["-map", "0:v", "-map", track, "-map_metadata", "-1", "-map_chapters", "-1"]
            command += ["-c:v", "copy", *way, "-t", f"{seconds:.6f}"]
            command += ["-movflags", "+faststart", "-f", "mp4", f"file:{temporary}"]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", process_group=0
            )
            if done.returncode == 0:
                return
            said, code = done.stderr, done.returncode
        fault = _fault(said, code, temporary)
        if fault.errno is not None:  # the system's: nothing to do with the sound
            raise fault
        raise FileError(f"could not add the sound of {clipped(str(source), 160)!r} to {path.name!r}: {fault}")


def _fault(said: str, code: int, path: Path) -> OSError:
    """What ffmpeg ended with, as an error: the system's own where it quotes one."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO):
        if os.strerror(number) in said or (number == errno.EFBIG and code == -signal.SIGXFSZ):
            return OSError(number, os.strerror(number))
    lines = said.strip().splitlines()
    last = lines[-1] if lines else f"ffmpeg ended with {code}"
    return OSError(clipped(re.sub(r" @ 0x[0-9a-f]+", "", last).replace(str(path), path.suffix), 160))


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
        said = process.stderr.read().decode(errors="replace")
        if process.wait():
            raise _fault(said, process.returncode, path)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
