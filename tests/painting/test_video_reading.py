"""What a film is: its frames by their times, its colors by their tags, and nothing by what it is called."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from films import EXACT, RED, TICKS, flat, made, shown
from PIL import Image
from torch import Tensor

import wmpaint as wp
from wmpaint.errors import FileError, InputError
from wmpaint.image import load_image, save_png
from wmpaint.painting.video import colors
from wmpaint.painting.video.reading import open_film
from wmpaint.painting.video.timing import MOST, at_steady, frames_in, pace_of, rising


def numbers(path: Path, **options: Any) -> list[int]:
    """Which frames of `TICKS` are taken."""
    with open_film(path, **options) as film:
        found = [round((255 * float(frame.mean()) - 20) / 4) for frame in film.frames]
        assert film.total == len(found)
        return found


def first(path: Path) -> Tensor:
    with open_film(path) as film:
        return next(film.frames)


def middle(picture: Tensor) -> list[int]:
    return [round(255 * float(value)) for value in picture[:, picture.shape[1] // 2, picture.shape[2] // 2]]


@pytest.fixture(scope="module")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("ticks") / "t.mp4", *TICKS, *EXACT)


# Times

KEPT = ["-fps_mode", "passthrough", "-enc_time_base", "1/1000"]


@pytest.mark.parametrize("fps", [None, 1, 2, 5, 7, 10, 12, 25, 29.97, 30, 50, 60])
def test_frame_k_is_what_is_shown_at_k_over_fps(ticks: Path, fps: float | None) -> None:
    rate = fps or 25
    wanted = [min(int(25 * k / rate + 1e-6), 49) for k in range(round(2 * rate))]
    assert numbers(ticks, fps=fps) == wanted


CONTAINERS = {
    "mkv": EXACT,
    "webm": ["-c:v", "libvpx-vp9", "-crf", "5"],
    "ts": EXACT,
    "flv": EXACT,
    "mov": ["-c:v", "prores_ks"],
    "wmv": ["-c:v", "wmv2", "-q:v", "2"],
    "h264": EXACT,
    "apng": ["-c:v", "apng", "-plays", "0"],
    "nut": ["-c:v", "ffv1"],
}


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_all_containers_have_the_same_frames(tmp_path: Path, suffix: str) -> None:
    path = made(tmp_path / f"t.{suffix}", *TICKS, *CONTAINERS[suffix])
    if suffix == "apng":  # some write it under this name, and all read it under any
        path = path.rename(tmp_path / "t.mp4")
    assert numbers(path) == list(range(50)) and numbers(path, fps=5) == list(range(0, 50, 5))


def test_films_of_odd_makes_have_their_frames_too(tmp_path: Path) -> None:
    whole = list(range(50))
    ordered = made(tmp_path / "order.avi", *TICKS, *EXACT, "-bf", "2")  # it has no times, and frames out of order
    assert numbers(ordered) == whole
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:08,000\nlonger than the film\n")
    words = ["-i", str(tmp_path / "s.srt"), "-map", "0", "-map", "1", "-c:s", "srt"]
    assert numbers(made(tmp_path / "words.mkv", *TICKS, *words, *EXACT)) == whole
    parts = [made(tmp_path / f"{late}.ts", "-itsoffset", late, *TICKS, *EXACT).read_bytes() for late in ("0", "100")]
    for number, joined in enumerate((parts[0] + parts[1], parts[1] + parts[0])):  # the clock leaps, forth and back
        (tmp_path / f"joined{number}.ts").write_bytes(joined)
        assert numbers(tmp_path / f"joined{number}.ts") == whole * 2
    assert numbers(made(tmp_path / "parts.mp4", *TICKS, *EXACT, "-movflags", "frag_keyframe+empty_moov")) == whole
    cut = made(tmp_path / "cut.mp4", "-ss", "0.5", "-i", str(tmp_path / "parts.mp4"), "-c", "copy")
    assert numbers(cut) == whole[13:]  # from within a group of frames: an edit list leaves some out


def test_a_film_that_begins_late_begins_with_its_first_picture(tmp_path: Path) -> None:
    late = made(tmp_path / "late.mkv", "-itsoffset", "5", *TICKS, *EXACT)
    assert numbers(late, fps=5) == list(range(0, 50, 5))


def test_a_rate_that_varies_keeps_its_times(tmp_path: Path) -> None:
    """20 frames of 1/25 s, and then 30 of 1/10 s."""
    times = "settb=1/1000,setpts='if(lt(N,20),40*N,800+100*(N-20))'"
    film = made(tmp_path / "v.mkv", *TICKS, "-vf", times, *KEPT, *EXACT)
    wanted = [int(25 * k / 10) if k < 8 else 20 + (k - 8) for k in range(37)]  # the last one's length is not known
    assert numbers(film, fps=10) == wanted


def test_a_browsers_recording_that_says_1000_frames_a_second(tmp_path: Path) -> None:
    """63 pictures in 2 s, in whole milliseconds, in a stream without a length."""
    source_ = "nullsrc=s=64x48:r=31.5:d=2,format=gray,geq=lum='20+3*N',format=yuv420p"
    film = made(
        tmp_path / "b.webm", "-f", "lavfi", "-i", source_, "-vf", "settb=1/1000", *KEPT, "-c:v", "libvpx", "-b:v", "1M",
        "-live", "1",
    )  # fmt: skip
    with open_film(film) as opened:
        assert opened.fps == pytest.approx(31.5, rel=0.02) and sum(1 for _ in opened.frames) == 63
    with open_film(film, fps=10) as opened:
        assert sum(1 for _ in opened.frames) == 20


def test_gif_times_are_those_of_browsers(tmp_path: Path) -> None:
    pictures = [Image.new("L", (8, 8), 20 + 4 * k) for k in range(4)]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=[100, 300, 100, 0])
    assert numbers(tmp_path / "a.gif", fps=10) == [0, 1, 1, 1, 2, 3]


def test_a_pictures_own_time_worked_by_hand() -> None:
    pace = pace_of([0.0, 0.033, 0.067, 0.1], tick=0.001)
    assert pace.rate == 30 and pace.end == pytest.approx(0.1333, abs=1e-3) and 0.0003 < pace.slack < 0.001
    assert list(at_steady(zip((0, 0.033, 0.067, 0.1), "abcd", strict=True), fps=30, pace=pace)) == [*"abcd"]
    alone = pace_of([3.0], tick=0.001, last=0.5)
    assert (alone.end, alone.rate) == (0.5, 2) and list(at_steady([(0.0, "a")], fps=4, pace=alone)) == ["a", "a"]
    assert pace_of([0.0], tick=0.001).end == 1 / 25
    assert (frames_in(0.0, 60), frames_in(1.04, 12), frames_in(1.05, 12)) == (1, 12, 13)
    ended = pace_of([0.0, 0.1, 0.2, 0.3], tick=0.001)  # but then only two can be decoded
    assert list(at_steady([(0.0, "a"), (0.1, "b")], fps=10, pace=ended)) == ["a", "b"]
    slow, fast = pace_of([0.0, 5.0], tick=0.001), pace_of([0.0, 0.001], tick=0.001)
    assert (slow.rate, fast.rate) == (1, 60)
    uneven = pace_of([0.0, 0.1, 0.2, 1.0, 1.5, 3.0], tick=0.001)  # only what a clock is rounded to is forgiven
    assert (uneven.spacing, uneven.slack, uneven.end) == pytest.approx((0.5, 0.001, 3.5), abs=1e-5)
    rough = pace_of([*map(float, range(10)), 10.79], tick=1.0)  # and never more than half of a picture
    assert rough.slack == pytest.approx(rough.spacing / 2, abs=1e-5) and rough.spacing == pytest.approx(1.079)
    for rate, meant in ((29.9, 30000 / 1001), (24.02, 24), (24.4, 24.4), (59.5, 59.5)):
        assert pace_of([k / rate for k in range(50)], tick=0.0).rate == pytest.approx(meant, rel=1e-6)


def test_clocks_that_stand_still_run_back_or_are_missing() -> None:
    times = [5.0, 5.1, 5.1, 5.05, 2.0, 2.1, None, 90.0]
    plain = [t for t, _ in rising(((t, 0) for t in times), spacing=0.1, joined=False)]
    assert plain == pytest.approx([0, 0.1, 0.1, 0.1, 0.2, 0.3, 0.4, 88.2])
    joined = [t for t, _ in rising(((t, 0) for t in times), spacing=0.1, joined=True)]
    assert joined == pytest.approx([0, 0.1, 0.1, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_no_clock_makes_a_film_endless() -> None:
    pace = pace_of([0.0, 0.1], tick=0.001)
    with pytest.raises(InputError, match=f"at most {MOST:,} frames"):
        for _ in at_steady([(0.0, "a"), (1e12, "b")], fps=60, pace=pace):
            pass


def test_too_long_a_film_is_refused_before_it_is_painted(tmp_path: Path) -> None:
    leap = "settb=1/1000,setpts='if(eq(N,2),100000000,100*N)'"
    far = made(tmp_path / "far.mkv", *flat(), "-vf", leap, *KEPT, *EXACT)
    with pytest.raises(InputError, match=r"at most 100000 frames, or a limit, got about 1000"), open_film(far):
        pass
    with open_film(far, limit=3) as film:
        assert sum(1 for _ in film.frames) == 3


# What it is


def test_words_in_a_film_are_no_facts(tmp_path: Path) -> None:
    words = {
        "title": "Stream #0:0: Video: 1.2.3 fps", "artist": "Duration: 9999:00:00.0",
        "comment": "Stream #0:1: Audio: aac, 48000 Hz", "rotate": "90", "alpha_mode": "1",
    }  # fmt: skip
    tags = [part for name, text in words.items() for part in ("-metadata", f"{name}={text}")]
    for suffix in ("mp4", "mkv"):
        film = made(tmp_path / f"w.{suffix}", *TICKS, *EXACT, *tags, "-movflags", "use_metadata_tags")
        with open_film(film) as opened:
            assert (opened.fps, opened.total, opened.sound) == (25, 50, None)
            assert next(opened.frames).shape == (3, 48, 64)


SCRIPTS = {
    "ffconcat": "ffconcat version 1.0\nfile t.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nt.mp4\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    '<Representation id="1" bandwidth="1"><BaseURL>t.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "text": "no film",
    "none": "",
}


@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "ffconcat", "gif"])
@pytest.mark.parametrize("kind", SCRIPTS)
def test_files_that_name_other_files_are_no_films(ticks: Path, tmp_path: Path, kind: str, suffix: str) -> None:
    (tmp_path / "t.mp4").write_bytes(ticks.read_bytes())
    (tmp_path / f"x.{suffix}").write_text(SCRIPTS[kind])
    with pytest.raises(FileError, match=r"expected a film .*, got") as error, open_film(tmp_path / f"x.{suffix}"):
        pass
    assert str(error.value).count("x.") == 1


def test_a_cover_is_no_film_and_is_not_taken_for_it(tmp_path: Path, ticks: Path) -> None:
    save_png(tmp_path / "cover.png", torch.zeros(3, 200, 300))
    both = ["-i", str(tmp_path / "cover.png"), "-i", str(ticks), "-map", "0", "-map", "1:v", "-c", "copy"]
    film = made(tmp_path / "both.mp4", *both, "-disposition:v:0", "attached_pic")
    assert numbers(film, fps=5) == list(range(0, 50, 5))
    sine = ["-f", "lavfi", "-i", "sine=d=1", "-i", str(tmp_path / "cover.png"), "-map", "0", "-map", "1"]
    cover = ["-c:v", "copy", "-disposition:v:0", "attached_pic", "-f", "mp4"]
    song = made(tmp_path / "song.m4a", *sine, "-c:a", "aac", *cover)
    with pytest.raises(FileError, match="with a moving picture"), open_film(song):
        pass


def test_sound_that_nobody_can_decode_is_left_out_with_a_word(tmp_path: Path, ticks: Path) -> None:
    film = made(tmp_path / "s.mkv", "-i", str(ticks), "-f", "lavfi", "-i", "sine=d=2", "-c:v", "copy", "-c:a", "flac")
    data = film.read_bytes()
    assert data.count(b"A_FLAC") == 1
    film.write_bytes(data.replace(b"A_FLAC", b"A_NONE"))
    with pytest.warns(UserWarning, match="cannot be decoded, and is left out"), open_film(film) as opened:
        assert opened.sound is None and opened.total == 50


def test_a_film_that_is_cut_off_says_so_in_all_containers(tmp_path: Path, ticks: Path) -> None:
    noise = ["-f", "lavfi", "-i", "nullsrc=s=64x48:r=10:d=3,format=yuv420p,geq=lum='random(1)*255'"]
    for suffix, options in {"mkv": EXACT, "avi": ["-c:v", "mjpeg"], "mp4": [*EXACT, "-movflags", "+faststart"]}.items():
        whole = made(tmp_path / f"w.{suffix}", *noise, *options)
        cut = tmp_path / f"cut.{suffix}"
        cut.write_bytes(whole.read_bytes()[: int(0.6 * whole.stat().st_size)])
        with open_film(cut) as film, pytest.raises(FileError, match=r"about 30 frames .*a limit of \d+ takes these"):
            list(film.frames)


# Colors


def encoded(
    path: Path, matrix: str, tags: str, *, span: str = "tv", size: str = "64x48", depth: str = "yuv444p"
) -> Path:
    """Red, by a matrix, with tags of (colorspace, primaries, transfer)."""
    names = [f"{n}={v}" for n, v in zip(("colorspace", "color_primaries", "color_trc"), tags.split(), strict=True)]
    change = f"scale=out_color_matrix={matrix}:out_range={span},format={depth},setparams={':'.join(names)}:range={span}"
    return made(path, *flat(size=size), "-vf", change, "-c:v", "libx264", "-qp", "1")


TAGGED = [
    ("bt709", "bt709 bt709 bt709", {}),
    ("bt709", "bt709 bt709 bt709", {"span": "pc"}),
    ("bt601", "smpte170m smpte170m smpte170m", {"size": "64x720"}),
    ("bt601", "bt470bg bt709 bt709", {}),
    ("bt2020", "bt2020nc bt709 bt2020-10", {"depth": "yuv444p10le"}),
    ("smpte240m", "smpte240m bt709 bt709", {}),
    ("bt601", "unknown unknown unknown", {"size": "64x718"}),
    ("bt709", "unknown unknown unknown", {"size": "64x720"}),
]


@pytest.mark.parametrize(("matrix", "tags", "options"), TAGGED)
def test_colors_are_read_by_their_tags_or_else_by_size(
    tmp_path: Path, matrix: str, tags: str, options: dict[str, str]
) -> None:
    assert middle(first(encoded(tmp_path / "c.mp4", matrix, tags, **options))) == pytest.approx(RED, abs=3)


@pytest.mark.parametrize(
    ("tags", "wanted"),  # worked out by hand from the curves, and as Chromium shows them
    [
        ("bt709 bt709 linear", (215, 113, 95)),
        ("bt709 bt709 bt470m", (173, 37, 23)),
        ("bt709 bt709 bt470bg", (156, 18, 8)),
        ("bt709 smpte432 bt709", (189, 19, 12)),
        ("bt709 bt2020 bt709", (215, 0, 13)),
    ],
)
def test_curves_and_wide_primaries(tmp_path: Path, chromium: Any, tags: str, wanted: tuple[int, ...]) -> None:
    film = encoded(tmp_path / "c.mp4", "bt709", tags, depth="yuv420p")
    assert middle(first(film)) == pytest.approx(wanted, abs=3)
    assert shown(chromium, film) == pytest.approx(wanted, abs=6)


def hdr(folder: Path, still: Path, curve: str, white: int) -> Path:
    given, wanted = "tin=iec61966-2-1:pin=bt709:min=gbr:rin=full", f"t={curve}:p=bt2020:m=bt2020nc:r=tv:npl={white}"
    change = f"format=gbrp,zscale={given}:{wanted}"
    coded = ["-c:v", "libx265", "-crf", "8", "-x265-params", "log-level=0"]
    return made(folder / f"{curve}{white}.mp4", "-i", str(still), "-vf", f"{change},format=yuv420p10le", *coded)


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_shown_as_the_same_scene_without(tmp_path: Path, curve: str) -> None:
    photo = load_image(wp.sample_photo())
    save_png(tmp_path / "s.png", photo)
    picture = first(hdr(tmp_path, tmp_path / "s.png", curve, 203))
    assert float((picture - photo).abs().mean()) * 255 < 5
    # A film whose white is that of SDR: blocks of gray up to white, and red.
    blocks = torch.cat([torch.linspace(0, 1, 8).repeat_interleave(8).expand(3, 32, 64), torch.zeros(3, 16, 64)], 1)
    blocks[:, 32:] = torch.tensor(RED)[:, None, None] / 255
    save_png(tmp_path / "b.png", blocks)
    for white in (100, 203):
        picture = first(hdr(tmp_path, tmp_path / "b.png", curve, white))
        assert float((picture - blocks).abs().mean()) * 255 < 5


def test_highlights_are_pressed_together_and_not_cut(tmp_path: Path) -> None:
    steps = torch.linspace(0, 1, 8).repeat_interleave(8).expand(3, 48, 64)
    save_png(tmp_path / "b.png", steps)
    picture = first(hdr(tmp_path, tmp_path / "b.png", "smpte2084", 1000))[:, 24, 4::8].mean(0)
    assert bool((picture.diff() > 0.004).all()) and 0.97 < float(picture[-1]) <= 1
    look = colors.Tonemap(white=203, peak=1000)
    light = np.array([[[0.0] * 3, [101.5] * 3, [203.0] * 3, [1000.0] * 3]], np.float32)
    values = colors._shown(light, look)[0, :, 0]
    assert values[0] == 0 and values[3] == pytest.approx(1, abs=1e-3) and 0.88 < values[2] < 0.95
    assert values[1] == pytest.approx((0.7354 + 0.5 ** (1 / 2.4)) / 2, abs=1e-3)  # below the knee nothing changes


def test_what_is_white_in_a_film_of_high_dynamic_range() -> None:
    slope = np.linspace(0, 99, 990, dtype=np.float32)[:, None].repeat(3, 1)

    def white(*more: tuple[float, int]) -> tuple[float, float]:
        piled = [np.full((count, 3), level, np.float32) for level, count in more]
        look = colors.look_of([slope, np.concatenate([slope, *piled])])
        return look.white, round(look.peak)

    assert white((100, 600)) == (100, 100)
    assert white((100, 20)) == (203, 100), "no pile: it goes on as it began"
    assert white((100, 600), (120, 200)) == (203, 120), "something is brighter"
    assert white((110, 600)) == (203, 110) and white((90, 600)) == (203, 99)
    assert white((100, 600), (120, 30)) == (100, 120), "edges that overshoot count for little"
    assert white((203, 600), (800, 100)) == (203, 800)


def test_curves_worked_by_hand() -> None:
    """BT.2408: paper white of 203 is PQ 58 % and HLG 75 %. ST 2084's ends, and BT.2100's point of 1/12."""
    assert colors.CURVES[colors.PQ](np.array([0.0, 0.5806, 1.0])) == pytest.approx([0, 203, 10_000], abs=0.5)
    assert colors._hlg(np.array([0.0, 0.75, 1.0])) == pytest.approx([0, 203, 1000], abs=1)
    assert colors._hlg(np.array([0.5])) == pytest.approx(1000 / 12**1.2)
    for curve in colors.CURVES.values():  # all rise, from nothing
        found = curve(np.linspace(0, 1, 100))
        assert (np.diff(found) >= 0).all() and found[0] == 0
    assert colors._smpte240(np.array([1.0])) == pytest.approx(1)
    assert colors.CURVES[17](np.array([1.0])) == pytest.approx(52.37 / 48)
    assert colors.CURVES[9](np.array([0.5])) == pytest.approx(0.1)
    for matrix in colors.PRIMARIES.values():  # white stays white
        assert np.array(matrix).sum(1) == pytest.approx(1, abs=1e-4)


# Transparency, turning, pixels

CLEAR = {
    "apng": ["-c:v", "apng", "-plays", "0"],
    "prores.mov": ["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"],
    "png.mov": ["-c:v", "png"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p"],
    "vp8.webm": ["-c:v", "libvpx", "-auto-alt-ref", "0", "-pix_fmt", "yuva420p"],
    "webp": ["-c:v", "libwebp_anim", "-pix_fmt", "bgra", "-lossless", "1"],
    "qtrle.mov": ["-c:v", "qtrle"],
}


@pytest.mark.parametrize("kind", CLEAR)
def test_transparency_is_on_white_as_in_stills(tmp_path: Path, kind: str) -> None:
    Image.new("RGBA", (64, 48), (*RED, 128)).save(tmp_path / "still.png")
    wanted = middle(load_image(tmp_path / "still.png"))
    film = made(tmp_path / f"a.{kind}", *flat("0xAD2A1D@0.5", kind="rgba"), *CLEAR[kind])
    assert middle(first(film)) == pytest.approx(wanted, abs=3) and wanted[1] > 140


def test_a_gif_with_holes_is_on_white(tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (16, 16), (0, 0, 0, 0)) for _ in range(3)]
    for k, frame in enumerate(frames):
        frame.paste((*RED, 255), (4 * k, 0, 4 * k + 4, 16))
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    with open_film(tmp_path / "a.gif") as film:
        for k, picture in enumerate(film.frames):
            red = (picture[1] < 0.5).any(0).nonzero()[:, 0].tolist()
            assert red == list(range(4 * k, 4 * k + 4)) and float(picture[:, :, red[-1] + 1 :].min()) == 1


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_films_are_upright(tmp_path: Path, turn: int, mirror: bool) -> None:
    """Against ffmpeg's own turning, of a picture whose corners differ."""
    corners = torch.zeros(3, 32, 48)
    corners[:, :16, :24], corners[:, 16:, 24:] = 1, 0.5
    save_png(tmp_path / "c.png", corners)
    plain = made(tmp_path / "p.mp4", "-i", str(tmp_path / "c.png"), *EXACT, "-pix_fmt", "yuv444p")
    turned = made(
        tmp_path / "t.mp4", "-display_rotation", str(turn), *(["-display_hflip"] if mirror else []), "-i", str(plain),
        "-c", "copy",
    )  # fmt: skip
    wanted = load_image(made(tmp_path / "w.png", "-i", str(turned), "-frames:v", "1"))
    picture = first(turned)
    assert picture.shape == wanted.shape and float((picture - wanted).abs().mean()) < 0.02


def test_odd_sizes_wide_pixels_and_fields(tmp_path: Path) -> None:
    odd = made(tmp_path / "odd.mkv", *flat(size="33x21"), "-c:v", "ffv1", "-pix_fmt", "yuv444p")
    assert first(odd).shape == (3, 21, 33)
    wide = made(tmp_path / "wide.mp4", *flat(), "-vf", "setsar=16/11", *EXACT, "-pix_fmt", "yuv420p")
    assert first(wide).shape == (3, 48, 93)
    comb = ["-f", "lavfi", "-i", "nullsrc=s=64x48:r=10:d=0.3,format=gray,geq=lum='if(mod(Y,2),255,40)',format=yuv420p"]
    fields = made(tmp_path / "f.mp4", *comb, "-vf", "setfield=tff", *EXACT, "-x264-params", "tff=1")
    assert float((first(fields) - 40 / 255).abs().max()) < 0.1


def test_frames_that_are_too_large_are_refused_by_their_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colors, "LARGEST", 63 * 48)
    film = made(tmp_path / "l.mp4", *flat(), *EXACT)
    with pytest.raises(InputError, match="at most 3024 pixels, got 64 x 48"), open_film(film):
        pass
    monkeypatch.setattr(colors, "LARGEST", 64 * 48)
    with warnings.catch_warnings(), open_film(film) as opened:
        assert sum(1 for _ in opened.frames) == 3


def test_an_animated_webp_of_opaque_parts_is_on_white(tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (64, 48), (0, 0, 0, 0)) for _ in range(3)]
    for k, frame in enumerate(frames):
        frame.paste((*RED, 255), (6 * k, 10, 6 * k + 10, 30))
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    with Image.open(tmp_path / "a.webp") as image:
        assert image.mode == "RGB", "the encoder keeps the parts that are opaque, and Pillow takes the rest for black"
    still = load_image(tmp_path / "a.webp")
    assert still[:, 0, 0].tolist() == [1, 1, 1] and still[1, 20, 5] < 0.5
    with open_film(tmp_path / "a.webp") as film:
        for k, picture in enumerate(film.frames):
            red = (picture[1] < 0.5).any(0).nonzero()[:, 0].tolist()
            assert red == list(range(6 * k, 6 * k + 10)) and float(picture[:, :5].min()) == 1


@pytest.mark.parametrize(("fps", "limit"), [(12, 5), (5, 3), (None, 4), (60, 30)])
def test_an_animation_with_a_limit_has_as_many_frames_as_it_tells(
    tmp_path: Path, fps: float | None, limit: int
) -> None:
    pictures = [Image.new("L", (8, 8), 20 + 4 * k) for k in range(50)]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=40)
    assert numbers(tmp_path / "a.gif", fps=fps, limit=limit) == numbers(tmp_path / "a.gif", fps=fps)[:limit]


@pytest.mark.parametrize(("fps", "frames"), [(1, 1), (7, 10), (12, 18), (25, 37), (30, 44), (60, 89)])
def test_a_film_lasts_as_long_as_its_nearest_frame(fps: float, frames: int) -> None:
    times = [k / 25 for k in range(37)]
    pace = pace_of(times, tick=1 / 12800, last=0.04)
    assert len(list(at_steady(zip(times, times, strict=True), fps=fps, pace=pace))) == frames
    assert frames_in(pace.end, fps) == frames


def test_a_last_picture_that_is_said_to_last_a_tick_is_shown() -> None:
    times = [k / 25 for k in range(50)]
    pace = pace_of(times, tick=1 / 12800, last=1 / 12800)
    assert list(at_steady(zip(times, range(50), strict=True), fps=25, pace=pace)) == list(range(50))
