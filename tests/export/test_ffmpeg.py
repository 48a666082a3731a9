"""Films as players show them: colors at every size, and sound that is heard and in step."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from films import EXACT, RED, TICKS, heard, made, shown

from wmpaint.errors import FileError
from wmpaint.export import ffmpeg
from wmpaint.export.animation import encode_film
from wmpaint.painting.video.source import CONTAINERS, opened

CLICK = ["-f", "lavfi", "-i", "aevalsrc='if(between(t,1,1.05),sin(2*PI*1000*t),0)':s=48000:d=2"]


def red(height: int, width: int = 64) -> torch.Tensor:
    return (torch.tensor(RED) / 255)[:, None, None].expand(3, height, width)


@pytest.mark.parametrize("size", [(48, 64), (577, 33), (720, 404), (1080, 64)])
def test_films_have_their_colors_at_every_size(tmp_path: Path, chromium: Any, size: tuple[int, int]) -> None:
    path = tmp_path / "red.mp4"
    encode_film(path, [red(*size)] * 4, fps=10)
    with av.open(str(path)) as film:
        frame = next(film.decode(video=0))
        assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (1, 1, 1, 1)
    assert shown(chromium, path) == pytest.approx(RED, abs=3)


SOUNDS = {
    "aac.mp4": ["-c:a", "aac"],
    "aac.ts": ["-c:a", "aac"],
    "ac3.mkv": ["-c:a", "ac3", "-ac", "6"],
    "pcm.mov": ["-c:a", "pcm_s16le"],
    "vorbis.webm": ["-c:v", "libvpx", "-c:a", "libvorbis"],
    "opus.webm": ["-c:v", "libvpx", "-c:a", "libopus"],
    "mp2.mpg": ["-c:v", "mpeg2video", "-c:a", "mp2"],
    "mp3.mp4": ["-c:a", "libmp3lame"],
    "u8.avi": ["-c:v", "mpeg4", "-c:a", "pcm_u8", "-ar", "8000"],
}


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("silent") / "s.mp4", *TICKS, *EXACT)


def sounding(silent: Path, source: Path, out: Path, seconds: float = 2.0) -> Path:
    sound = opened(source).sound
    assert sound is not None
    out.write_bytes(silent.read_bytes())
    ffmpeg.with_sound(
        out, sound.path, seconds, stream=sound.stream, delay=sound.delay, joined=sound.joined, copied=sound.copied,
        containers=CONTAINERS,
    )  # fmt: skip
    return out


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_of_all_kinds_is_heard_at_its_time(tmp_path: Path, silent: Path, chromium: Any, name: str) -> None:
    source = made(tmp_path / name, *TICKS, *CLICK, *SOUNDS[name])
    out = sounding(silent, source, tmp_path / "o.mp4")
    with av.open(str(out)) as film:
        assert film.streams.audio[0].codec_context.name == "aac" and film.streams.video[0].frames == 50
    seconds, first = heard(chromium, out)
    assert seconds == pytest.approx(2, abs=0.1) and first == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("picture", "sound", "click"), [(0.0, 0.5, 1.5), (0.4, 0.0, 0.6), (5.0, 5.0, 1.0)], ids=["late", "early", "both"]
)
@pytest.mark.parametrize("codec", ["flac", "aac"])
def test_sound_that_begins_at_another_time_stays_in_step(
    tmp_path: Path, silent: Path, chromium: Any, picture: float, sound: float, click: float, codec: str
) -> None:
    shifts = [["-itsoffset", str(picture), *TICKS], ["-itsoffset", str(sound), *CLICK]]
    source = made(tmp_path / "s.mkv", *shifts[0], *shifts[1], *EXACT, "-bf", "0", "-c:a", codec)
    _, first = heard(chromium, sounding(silent, source, tmp_path / "o.mp4"))
    assert first == pytest.approx(click, abs=0.05)


def test_aac_that_plays_is_not_packed_twice(tmp_path: Path, silent: Path) -> None:
    source = made(tmp_path / "a.mp4", *TICKS, *CLICK, *EXACT, "-c:a", "aac", "-b:a", "64k")

    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as film:
            return [bytes(packet) for packet in film.demux(audio=0) if packet.size]

    assert packets(sounding(silent, source, tmp_path / "o.mp4"))[:90] == packets(source)[:90]


def test_sound_is_as_long_as_the_film_at_most(tmp_path: Path, silent: Path, chromium: Any) -> None:
    source = made(tmp_path / "a.mkv", *TICKS, *CLICK, *EXACT, "-c:a", "flac")
    seconds, _ = heard(chromium, sounding(silent, source, tmp_path / "o.mp4", 1.2))
    assert seconds == pytest.approx(1.2, abs=0.05)


FULL = """
import resource, signal, sys
from pathlib import Path
from wmpaint.errors import FileError
from wmpaint.export import ffmpeg
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    ffmpeg.with_sound(Path(sys.argv[1]), Path(sys.argv[2]), 2.0, stream=1)
except FileError as error:
    print(error)
"""


def test_no_room_for_the_sound_is_said_so(tmp_path: Path, silent: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    source = made(tmp_path / "a.mkv", *TICKS, *CLICK, *EXACT, "-c:a", "flac")
    out = tmp_path / "o.mp4"
    out.write_bytes(silent.read_bytes())
    done = subprocess.run([sys.executable, "-c", FULL, out, source], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"could not write {str(out)!r}: file too large\n", done.stderr
    assert out.read_bytes() == silent.read_bytes() and len(list(tmp_path.iterdir())) == 2


def test_what_ffmpeg_says_of_the_system_is_the_systems_error() -> None:
    full = ffmpeg._fault("[mp4 @ 0x55] x\nav_interleaved_write_frame(): No space left on device\nbye", 1, Path("a.mp4"))
    assert full.errno == errno.ENOSPC
    other = ffmpeg._fault("[mp4 @ 0x55d0] Could not do it to /tmp/x.mp4", 1, Path("/tmp/x.mp4"))
    assert other.errno is None and str(other) == "[mp4] Could not do it to .mp4"
    assert str(ffmpeg._fault("", 7, Path("a.mp4"))) == "ffmpeg ended with 7"


def test_what_has_no_sound_is_a_sentence(tmp_path: Path, silent: Path) -> None:
    out = tmp_path / "o.mp4"
    out.write_bytes(silent.read_bytes())
    with pytest.raises(FileError, match=r"could not add the sound of .* to 'o\.mp4': "):
        ffmpeg.with_sound(out, silent, 2.0, stream=3)
    assert out.read_bytes() == silent.read_bytes()


def test_animated_webp_has_its_colors(tmp_path: Path) -> None:
    from PIL import Image

    encode_film(tmp_path / "a.webp", [red(64), red(64) / 2], fps=10)
    with Image.open(tmp_path / "a.webp") as film:
        assert np.asarray(film.convert("RGB"))[32, 32] == pytest.approx(RED, abs=3)


@pytest.mark.parametrize("codec", ["aac", "pcm_s24le"])
def test_sound_of_96_kilohertz_becomes_48(tmp_path: Path, silent: Path, codec: str) -> None:
    source = made(tmp_path / "a.mov", *TICKS, *CLICK, "-c:a", codec, "-ar", "96000")
    with av.open(str(sounding(silent, source, tmp_path / "o.mp4"))) as film:
        assert film.streams.audio[0].codec_context.sample_rate == 48000
