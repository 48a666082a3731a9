"""What a film is, as its container and its decoder say in numbers: `with opened("in.mp4") as source: source.pace`.

Nothing that is said in words counts: titles and comments may hold anything. What a file is called does not count
either; containers are those of a list, and none that name other files are on it.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ...errors import FileError, InputError, clipped
from ...export.ffmpeg import RATES
from ...foreign import foreign, reason
from .colors import HLG, LARGEST, PQ, Tonemap, check_frame_size, linear_light, look_of, picture_of, raw_pixels
from .timing import LEAP, MOST, Pace, pace_of, rising

if TYPE_CHECKING:
    import av

__all__ = ["CONTAINERS", "Sound", "Source", "opened"]

# As ffmpeg names them. Left out are playlists and scripts (HLS, DASH, concat, SDP, ...), which name other files, and
# pictures, which Pillow reads.
CONTAINERS = (
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "m4v", "h264",
    "hevc", "ogg", "flv", "asf", "mxf", "gxf", "nut", "ivf", "dv", "yuv4mpegpipe", "mjpeg", "rm", "wtv",
)  # fmt: skip
KINDS = "a film (MP4, MOV, WebM, Matroska, AVI, MPEG, Ogg, WMV, GIF, APNG, ...)"
UNTIMED = ("avi",)  # it knows only in which order frames are decoded
JOINED = ("mpegts", "mpeg")  # streams that may be cut together, so that their clocks leap
HEADED = ("matroska", "avi", "asf", "flv")  # of which the whole length stands at the beginning
PACKETS = 20 * MOST  # of a film, at most
LOOKS = 8  # places at which a film's light is measured
TRIES = 50  # packets of sound in which there must be one that can be decoded
COPIED = ("LC", "HE-AAC", "HE-AACv2")  # profiles of AAC that play everywhere
AT_ONCE = 0.06  # seconds within which sound and picture begin together: encoders of sound start early


@dataclass(frozen=True)
class Sound:
    """A film's sound track.

    Args:
        path: the film; stream: its number in it.
        delay: seconds that the film's clock is to be set forth, so that the first picture comes at 0.
        joined: whether that clock leaps, and is to be counted from its start.
        copied: whether it is AAC that begins with the picture.
    """

    path: Path
    stream: int
    delay: float
    joined: bool
    copied: bool


@dataclass(frozen=True, eq=False)
class Source:
    """A film.

    Args:
        pace: of its pictures.
        length: seconds that it should last; those that it does last if it does not say.
        aspect: width of a pixel over its height.
        look: how its light is shown; None unless it is of high dynamic range.
        faults: what was found broken so far.
    """

    path: Path
    pace: Pace
    length: float
    aspect: float
    sound: Sound | None
    look: Tonemap | None
    faults: list[str]

    def frames(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """(seconds, frame) of all that can be decoded; what cannot is noted in `faults`."""
        with _container(self.path) as container:
            stream = _video(container, self.path)
            frames = _decoded(container, stream, self.faults)
            clock = float(stream.time_base or 0)
            untimed = _is(container, UNTIMED)
            ticks = ((frame.dts if untimed else frame.pts, frame) for frame in frames)
            timed = ((None if tick is None else tick * clock, frame) for tick, frame in ticks)
            yield from rising(timed, spacing=self.pace.spacing, joined=_is(container, JOINED))

    def picture(self, frame: av.VideoFrame) -> Tensor:  # [3, H, W]
        """What is seen of a frame."""
        with foreign(KINDS, self.path):
            return picture_of(frame, self.look, self.aspect)


def opened(path: Path, limit: float | None = None) -> Source:
    """What there is to know of a film before it is painted.

    Args:
        limit: seconds of it that are wanted.

    Raises:
        FileError: no film, of a kind that is not read, or without a moving picture. InputError: too large a picture,
            or too many of them.
    """
    with _container(path) as container:
        stream = _video(container, path)
        check_frame_size(stream.width, stream.height, path)
        sound = _audible(container, path)
        seen = _Seen(container, stream, sound)
        faults: list[str] = []
        seen.read(limit, faults)
        times = seen.times()
        rate = stream.average_rate or stream.guessed_rate
        fallback = 1 / min(max(float(rate), 1.0), 1000.0) if rate else 1 / 25
        pace = pace_of(times, tick=float(stream.time_base or 0), last=seen.last, fallback=fallback)
        length = pace.end
        if faults:  # how much there should have been
            ticks = 0 if _is(container, JOINED) else (stream.duration or 0) * (stream.time_base or 0)
            length = max(length, float(ticks), stream.frames * pace.spacing)
        if not seen.stopped and _is(container, HEADED) and container.duration:
            header = container.duration / 1e6
            if seen.until < 0.95 * header - 0.1:
                faults.append("the file is cut off")
                length = max(length, header)
        track = None if sound is None else seen.track(path)
        aspect = stream.sample_aspect_ratio
    return Source(path, pace, length, float(aspect) if aspect and aspect > 0 else 1.0, track, _look(path), faults)


@contextlib.contextmanager
def _container(path: Path) -> Iterator[Any]:
    """The file in one of the containers; nothing else is opened, neither over a network nor beside it.

    Raises:
        FileError: none of them, or one that is broken.
    """
    import av

    allowed = {"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "file"}
    with foreign(KINDS, path):
        try:
            container = av.open(f"file:{path}", options=allowed, metadata_errors="replace")
        except av.FFmpegError as error:
            shown = clipped(repr(str(path)), 160)
            raise FileError(f"expected {KINDS}, got {shown}: {_said(error)}") from error
        try:
            yield container
        finally:
            container.close()


def _video(container: Any, path: Path) -> Any:
    """The stream of pictures: none that is a cover or an index, and of several the one that is meant to be seen."""
    from av.stream import Disposition

    no_film = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    found = [s for s in container.streams.video if not s.disposition & no_film and s.codec_context is not None]
    if not found:
        raise FileError(f"expected a film with a moving picture that can be decoded, got none in {str(path)!r}")
    return max(found, key=lambda s: (bool(s.disposition & Disposition.default), s.width * s.height, -s.index))


def _audible(container: Any, path: Path) -> Any:
    """The stream of sound, if there is one that can be decoded."""
    from av.stream import Disposition

    found = list(container.streams.audio)
    if not found:
        return None
    stream = max(found, key=lambda s: (bool(s.disposition & Disposition.default), -s.index))
    if stream.codec_context is not None:
        with _container(path) as again:
            track = again.streams[stream.index]
            with contextlib.suppress(Exception):
                for number, packet in enumerate(again.demux(track)):
                    with contextlib.suppress(Exception):
                        if track.codec_context.decode(packet):
                            return stream
                    if number >= TRIES:
                        break
    warnings.warn(f"the sound of {str(path)!r} cannot be decoded, and is left out", stacklevel=2)
    return None


class _Seen:
    """The packets of a film, unopened: when they are to be shown."""

    def __init__(self, container: Any, stream: Any, sound: Any) -> None:
        self.container, self.stream, self.sound = container, stream, sound
        self.clock = float(stream.time_base or 0)
        self.marks: list[tuple[int | None, int | None]] = []  # when a packet is to be shown, and when to be decoded
        self.last = self.until = 0.0  # seconds: that the last picture lasts; at which the last of any packet is gone
        self.heard: float | None = None
        self.stopped = False

    def read(self, limit: float | None, faults: list[str]) -> None:
        """Look at all of them, or at those of so many seconds."""
        import av

        first, latest = None, -1 << 63
        try:
            for number, packet in enumerate(self.container.demux()):  # of all streams: the longest says how long it is
                if number >= PACKETS:
                    raise InputError(f"expected a film of at most {PACKETS:,} packets, got more")
                at = packet.dts if packet.pts is None else packet.pts
                if packet.size == 0 and at is None:  # the end
                    continue
                if at is not None and packet.time_base:
                    self.until = max(self.until, float((at + (packet.duration or 0)) * packet.time_base))
                if self.sound is not None and packet.stream_index == self.sound.index and self.heard is None:
                    self.heard = None if at is None else float(at * packet.time_base)
                if packet.stream_index != self.stream.index:
                    continue
                if packet.is_corrupt:
                    faults.append("a part is missing")
                if packet.is_discard:
                    continue
                self.marks.append((packet.pts, packet.dts))
                if at is not None:
                    first = at if first is None else first
                    if at >= latest:
                        latest, self.last = at, float((packet.duration or 0) * self.clock)
                    if limit is not None and (at - first) * self.clock > limit + 1 and len(self.marks) > 2 * LOOKS:
                        self.stopped = True
                        return
        except av.FFmpegError as error:
            faults.append(_said(error))

    def times(self) -> list[float]:
        """When pictures are shown, in seconds; by the order of packets where clocks have been set anew."""
        for kind in (1,) if _is(self.container, UNTIMED) else (0, 1):
            ticks = [mark[kind] for mark in self.marks]
            known = [tick * self.clock for tick in ticks if tick is not None]
            if len(known) >= len(ticks) - 1 and known:  # the first may come before there is a clock
                break
        else:
            return [number * _spacing(self.stream) for number in range(len(self.marks))]
        if not _is(self.container, JOINED):
            return known
        times, offset, before = [], 0.0, None
        for time in known:
            if before is not None and abs(time - before) > LEAP:
                offset += before + _spacing(self.stream) - time
            before = time
            times.append(time + offset)
        return times

    def track(self, path: Path) -> Sound:
        """The sound, beside pictures that begin at 0."""
        start = (self.container.start_time or 0) / 1e6
        begins = min((mark[0] * self.clock for mark in self.marks if mark[0] is not None), default=start)
        heard = begins if self.heard is None else self.heard
        context = self.sound.codec_context
        together = abs(heard - begins) <= AT_ONCE
        copied = context.name == "aac" and self.sound.profile in COPIED and context.sample_rate in RATES and together
        joined = _is(self.container, JOINED)
        return Sound(path, self.sound.index, (start if joined else 0.0) - begins, joined, copied)


def _spacing(stream: Any) -> float:
    rate = stream.average_rate or stream.guessed_rate
    return 1 / float(rate) if rate else 1 / 25


def _decoded(container: Any, stream: Any, faults: list[str]) -> Iterator[av.VideoFrame]:
    """All frames that there are; what cannot be decoded is passed over, as players do."""
    import av

    context = stream.codec_context
    other = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(context.name)
    if other in av.codecs_available and stream.metadata.get("alpha_mode") == "1":  # the other sees transparency
        context = av.CodecContext.create(other, "r")
    context.thread_type = "AUTO"
    context.options = {**context.options, "max_pixels": str(LARGEST)}
    for packet in _packets(container, stream, faults):
        try:
            frames = context.decode(packet)
        except EOFError:
            return
        except av.FFmpegError as error:
            faults.append(_said(error))
            continue
        for frame in frames:
            if frame.is_corrupt:
                faults.append("a part is missing")
            yield frame


def _packets(container: Any, stream: Any, faults: list[str]) -> Iterator[Any]:
    """Those of a stream, and None at the end, which brings out what a decoder holds back."""
    import av

    try:
        for packet in container.demux(stream):
            if packet.size or packet.dts is not None:
                yield packet
    except av.FFmpegError as error:
        faults.append(_said(error))
    yield None


def _look(path: Path) -> Tonemap | None:
    """How bright a film of high dynamic range is, at some places of it; None of any other film."""
    with _container(path) as container:
        stream = _video(container, path)
        lights = []
        for place in range(LOOKS):
            with contextlib.suppress(Exception):
                if place and stream.duration:
                    container.seek(int((stream.start_time or 0) + place * stream.duration / LOOKS), stream=stream)
                elif place and container.duration:
                    container.seek(int(place * container.duration / LOOKS))
                elif place:
                    break
                frame = next(_decoded(container, stream, []))
                if frame.color_trc not in (PQ, HLG):
                    return None
                lights.append(linear_light(raw_pixels(frame)[..., :3], frame).reshape(-1, 3)[::3])
    return look_of(lights) if lights else None


def _is(container: Any, names: tuple[str, ...]) -> bool:
    return bool(set(container.format.name.split(",")) & set(names))


def _said(error: Any) -> str:
    """Why, without the file's name."""
    text = getattr(error, "strerror", None) or reason(error)
    known = {
        "Invalid argument": "it is of a kind that is not read",
        "Invalid data found when processing input": "it is none, or is broken",
        "End of file": "it ends too early",
    }
    return known.get(str(text), clipped(text, 160).lower())
