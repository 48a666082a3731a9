from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from flat import many
from PIL import Image
from works import film, painting

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError
from wmpaint.export import animation
from wmpaint.image import to_uint8
from wmpaint.strokes import Strokes


def frames(path: Path, height: int, width: int) -> np.ndarray:
    """[N, height, width, 3] of a film, as ffmpeg reads it, and for animated WebP, as Pillow does."""
    if path.suffix == ".mp4":
        return film(path, (height, width, 3)).astype(int)
    with Image.open(path) as opened:
        assert opened.size == (width, height)
        found = []
        for k in range(getattr(opened, "n_frames", 1)):
            opened.seek(k)
            found.append(np.asarray(opened.convert("RGB")).astype(int))
    return np.stack(found)


def lengths(path: Path) -> list[int]:
    """Milliseconds of each frame of a GIF or WebP."""
    with Image.open(path) as opened:
        found = []
        for k in range(opened.n_frames):
            opened.seek(k)
            opened.load()
            found.append(opened.info["duration"])
    return found


@pytest.fixture
def shown(monkeypatch):
    """The frames that would have been written."""
    seen: list = []

    def keep(path, pictures, **options):
        seen[:] = [*pictures]

    monkeypatch.setattr(animation, "encode_film", keep)
    return seen


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
@pytest.mark.parametrize("size", [(33, 21), (1, 1), (16, 17), (2, 63)])
def test_odd_sizes(tmp_path, suffix, size):
    height, width = size
    work, path = painting(canvas=Canvas(width / height)), tmp_path / f"a.{suffix}"
    work.save(path, height=height, hold=0.2, **({"animate": True} if suffix == "webp" else {}))
    even = (height + height % 2, width + width % 2) if suffix == "mp4" else size
    found = frames(path, *even)
    assert (abs(found[0] - 255) < 6).all()
    whole = to_uint8(work.render(height)[:3])
    assert np.abs(found[-1][:height, :width] - whole).mean() < 45  # colors are stored at half the size
    if suffix != "mp4":
        assert sum(lengths(path)) == (1 + 2 + 5) * 40
    elif size != (1, 1):
        assert len(found) == 1 + 2 + 5


@pytest.mark.parametrize(("suffix", "options"), [("mp4", {}), ("gif", {}), ("webp", {"animate": True})])
@pytest.mark.parametrize(("count", "seconds", "fps"), [(3, 2.0, 25), (200, 2.0, 10), (0, 1.0, 25), (7, 3.0, 20)])
def test_a_film_lasts_as_long_as_it_should(tmp_path, suffix, options, count, seconds, fps):
    path = tmp_path / f"a.{suffix}"
    painting(many(count)).save(path, seconds=seconds, fps=fps, hold=0.5, height=24, **options)
    if suffix == "mp4":
        assert len(frames(path, 24, 24)) == seconds * fps
    elif count or suffix == "gif":  # WebP of one frame is a picture, which lasts no time
        assert sum(lengths(path)) == 1000 * seconds


def test_paces(shown):
    strokes = many(40).replace(radius=torch.full((40,), 0.1))
    work = painting(strokes, alpha=0.5)

    def counts() -> list[int]:
        """How many strokes each frame shows: the painting of so many is that frame."""
        whole = [painting(strokes[:n], alpha=0.5).render()[:3] for n in range(41)]
        return [next(n for n, w in enumerate(whole) if torch.allclose(w, frame, atol=1e-5)) for frame in shown]

    work.save("a.mp4", pace="even", frames=8, hold=0)
    assert counts() == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    work.save("a.mp4", pace="eased", frames=8, hold=0)
    assert counts() == [0, *animation.stroke_counts(40, 8)]
    work.save("a.mp4", pace="stroke", hold=0)
    assert counts() == list(range(41))
    work.save("a.mp4", hold=0.2)
    assert counts() == [*range(41), *[40] * 5]


def test_a_stroke_grows_where_there_is_time(shown):
    work = painting()
    work.save("a.mp4", seconds=1, hold=0, fps=21, height=40)
    assert len(shown) == 21
    # Of the first 10 frames after the bare one the red bar grows to the right; then the blue one does.
    red = [int((frame[1] < 0.5).sum()) for frame in shown]
    assert red == sorted(red) and red[10] == int((work.render(40)[1, :18] < 0.5).sum())
    assert len(set(red[1:11])) >= 9 and len(set(red[11:])) >= 9
    assert shown[5][1, 12, 8] == 0 and shown[5][1, 12, 33] == 1 and shown[10][1, 12, 33] == 0
    assert shown[-1].equal(work.render(40)[:3])


def test_by_stroke_every_stroke_has_a_frame_and_shares_what_is_left(shown):
    painting(many(10)).save("a.mp4", pace="stroke", seconds=2, fps=10, hold=0.5)
    assert len(shown) == 20
    with pytest.raises(InputError, match=r"seconds of 1\.6 or more for this pace and hold, got 1\.5"):
        painting(many(10)).save("a.mp4", pace="stroke", seconds=1.5, fps=10, hold=0.5)
    with pytest.raises(InputError, match="frames of 10 or more for this pace, got 9"):
        painting(many(10)).save("a.mp4", pace="stroke", frames=9)


def test_the_cursor_is_where_the_brush_is_and_gone_at_the_end(shown):
    work = painting()
    work.save("a.mp4", height=100, hold=0)
    plain = [*shown]
    work.save("a.mp4", height=100, hold=0, cursor=True)
    assert shown[0].equal(plain[0]) and shown[2].equal(plain[2]) and len(shown) == 3
    off = (shown[1] != plain[1]).any(0)
    rows, columns = off.any(1).nonzero()[:, 0], off.any(0).nonzero()[:, 0]
    # Around the red bar's end at (90, 30), of radius 10, cut by the side of the canvas.
    assert abs(int(rows[0]) - 18) <= 2 and abs(int(rows[-1]) - 41) <= 2
    assert abs(int(columns[0]) - 78) <= 2 and int(columns[-1]) == 99


def test_a_film_of_a_program_on_another_ground_with_its_seed(shown):
    strokes = many(6, seed=4).replace(radius=torch.full((6,), 0.06))
    work = painting(strokes, canvas=Canvas(1.0, None))
    work.save("a.mp4", program="dabs", seed=3, ground="#ffff00", height=40)
    yellow = painting(strokes, canvas=Canvas(1.0, (1.0, 1.0, 0.0)))
    assert shown[-1].equal(yellow.replay("dabs", 40, 3)[:3]) and shown[0][:, 0, 0].tolist() == [1, 1, 0]


def test_webp_quality(tmp_path):
    work = painting(many(12), alpha=0.6)
    sizes = []
    for quality in (20, 95):
        work.save(tmp_path / "a.webp", animate=True, quality=quality, height=64)
        sizes.append((tmp_path / "a.webp").stat().st_size)
    assert sizes[0] < sizes[1]
    work.save(tmp_path / "a.webp", animate=True, lossless=True, height=64)
    found = frames(tmp_path / "a.webp", 64, 64)
    assert np.array_equal(found[-1], to_uint8(work.render(64)[:3])) and len(found) == 13
    with Image.open(tmp_path / "a.webp") as opened:
        assert opened.info["loop"] == 0


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("a.mp4", {"pace": "fast"}, "pace out of eased, even, stroke, got 'fast'"),
        ("a.gif", {"seconds": 6, "frames": 10}, "frames or seconds, not both, got 10 and 6"),
        ("a.mp4", {"seconds": 0.5}, r"seconds of 1\.1 or more for this pace and hold, got 0\.5"),
        ("a.mp4", {"seconds": "6"}, "seconds of 0 to 3600 seconds, got '6'"),
        ("a.mp4", {"seconds": float("nan")}, "seconds of 0 to 3600 seconds, got nan"),
        ("a.mp4", {"hold": -1}, "hold of 0 to 3600 seconds, got -1"),
        ("a.mp4", {"frames": 0}, "frames of 1 or more for this pace, got 0"),
        ("a.mp4", {"frames": 2.5}, "frames of 1 or more for this pace, as a whole number, got 2.5"),
        ("a.mp4", {"fps": 0}, "1 to 60 frames a second, got 0"),
        ("a.mp4", {"fps": float("nan")}, "1 to 60 frames a second, got nan"),
        ("a.mp4", {"quality": 50}, "quality for a film in .webp only, got it for a.mp4"),
        ("a.gif", {"lossless": True}, "lossless for a film in .webp only"),
        ("a.webp", {"animate": True, "quality": 300}, "quality of 0 to 100, got 300"),
        ("a.webp", {"animate": True, "height": 16_384}, "at most 16383 pixels for .webp"),
        ("a.gif", {"height": 0}, "height of 1 to 16,384 pixels, got 0"),
        ("a.mp4", {"program": "gimp"}, "gimp"),
        ("a.mp4", {"animate": True}, r"options for \.mp4 out of height, frames, .*, got 'animate'"),
    ],
)
def test_bad_options_write_nothing(tmp_path, name, options, words):
    with pytest.raises(InputError, match=words):
        painting().save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_no_strokes(tmp_path):
    for name, options in (("a.mp4", {}), ("a.gif", {}), ("a.webp", {"animate": True})):
        painting(Strokes.empty()).save(tmp_path / name, height=16, cursor=True, pace="stroke", **options)
        assert (abs(frames(tmp_path / name, 16, 16) - 255) < 4).all()
