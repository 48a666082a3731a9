from __future__ import annotations

import subprocess
import sys
import weakref
import zlib

import imageio.v3
import numpy as np
import pytest
import torch
from flat import Flat, line, many
from PIL import Image
from works import film

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.export import gif
from wmpaint.export.animation import encode_film, stroke_counts, stroke_frames
from wmpaint.export.bitmap import flatten, over
from wmpaint.frame import Frame
from wmpaint.media.programs import Dabs
from wmpaint.medium import render
from wmpaint.strokes import Strokes


@pytest.mark.parametrize(("strokes", "frames"), [(0, 10), (1, 10), (10, 10), (9, 150), (500, 150), (20_000, 40)])
def test_counts_rise_to_all_strokes(strokes, frames):
    counts = stroke_counts(strokes, frames)
    assert len(counts) == min(strokes, frames)
    steps = np.diff([0, *counts])
    assert (steps >= 1).all() and sum(steps) == strokes
    assert strokes <= frames or (steps[0] <= 1 + strokes / frames and steps[-1] > steps[0])


def test_even_and_single_strokes():
    assert stroke_counts(10, 4, "even") == [2, 5, 8, 10] and stroke_counts(3, 9, "even") == [1, 2, 3]
    assert stroke_counts(4, 2, "stroke") == [1, 2, 3, 4] and stroke_counts(0, 5, "stroke") == []
    with pytest.raises(InputError, match="pace out of eased, even, stroke, got 'slow'"):
        stroke_counts(3, 3, "slow")


def test_first_strokes_come_one_by_one():
    assert stroke_counts(500, 150)[:12] == list(range(1, 13))


@pytest.mark.parametrize("background", [(0.9, 0.8, 0.1), None])
def test_the_last_frame_is_the_painting(background):
    canvas, renderer, strokes = Canvas(1.5, background), Flat(0.6), many(30)
    frames = list(stroke_frames(renderer, strokes, Frame(canvas, 32), frames=12, hold=3))
    assert len(frames) == 1 + 12 + 3 and all(frame.shape == (3, 32, 48) for frame in frames)
    assert sum(renderer.calls) == 30
    ground = torch.tensor(background or (1.0, 1.0, 1.0))
    assert (frames[0] == ground[:, None, None]).all()
    whole = render(renderer, strokes, Frame(Canvas(1.5, tuple(ground.tolist())), 32)).mean[:3]
    for frame in frames[-4:]:
        torch.testing.assert_close(frame, whole, atol=1e-6, rtol=0)


def test_lifted_strokes_and_no_strokes():
    strokes = many(5).replace(lifted=torch.tensor([True, False, True, True, False]))
    renderer = Flat()
    assert len(list(stroke_frames(renderer, strokes, Frame(Canvas(), 8), hold=0))) == 3
    assert renderer.calls == [1, 1]
    assert len(list(stroke_frames(renderer, Strokes.empty(), Frame(Canvas(), 8), hold=0))) == 1
    with pytest.raises(InputError, match="frames of 1 or more"):
        next(stroke_frames(renderer, strokes, Frame(Canvas(), 8), frames=0))


def noisy(count: int) -> Strokes:
    """Strokes large enough to show a brush's grain."""
    return many(count, seed=4).replace(radius=torch.full((count,), 0.06), pressure=torch.full((count, 2), 0.7))


@pytest.mark.parametrize("background", [(0.9, 0.8, 0.1), None])
def test_a_film_of_a_program_is_the_replay_and_not_groups_of_it(background):
    program, strokes, canvas = Dabs("charcoal", 5), noisy(9), Canvas(1.2, background)
    counts = stroke_counts(9, 4)
    frames = list(stroke_frames(program, strokes, Frame(canvas, 40), frames=4, hold=2))
    assert len(frames) == 1 + 4 + 2
    for frame, count in zip(frames[1:], [*counts, 9, 9], strict=True):
        assert torch.equal(frame, flatten(render(program, strokes[:count], Frame(canvas, 40)).mean))
    # The grain of a stroke is its own: the same strokes as two batches look different.
    halves = render(program, strokes[6:], Frame(Canvas(1.2, None), 40)).mean
    assert not torch.allclose(flatten(over(halves, render(program, strokes[:6], Frame(canvas, 40)).mean)), frames[-1])


def test_lifted_strokes_keep_their_place_in_a_film_of_a_program():
    program, strokes = Dabs("charcoal", 5), noisy(6)
    strokes = strokes.replace(lifted=torch.tensor([True, False, True, False, False, True]))
    frames = list(stroke_frames(program, strokes, Frame(Canvas(), 40), hold=0))
    assert len(frames) == 1 + 3 and torch.equal(frames[-1], render(program, strokes, Frame(Canvas(), 40)).mean[:3])
    assert not torch.equal(frames[-1], render(program, strokes[~strokes.lifted], Frame(Canvas(), 40)).mean[:3])


def decoded(path, height: int, width: int) -> tuple[str, np.ndarray]:
    """What ffmpeg says of a film, and its frames [N, height, width, 3]."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stderr.decode(), np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3).astype(int)


def test_mp4_has_the_frames_and_the_padded_size(tmp_path):
    path = tmp_path / "film.mp4"
    strokes = Strokes.cat([line(0.3, 0.2, (1.0, 0.0, 0.0)), line(0.7, 0.2, (0.0, 0.0, 1.0))])
    encode_film(path, stroke_frames(Flat(), strokes, Frame(Canvas(1.4), 63), hold=5), fps=10)
    said, frames = decoded(path, 64, 88)
    assert "Video: h264" in said and "yuv420p" in said and "88x64" in said and "10 fps" in said
    assert len(frames) == 1 + 2 + 5
    assert (abs(frames[0] - 255) < 8).all()
    assert (abs(frames[-1][20, 44] - (255, 0, 0)) < 12).all() and (abs(frames[-1][44, 44] - (0, 0, 255)) < 12).all()
    assert (abs(frames[1][44, 44] - 255) < 12).all()
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


def frames_of(path) -> np.ndarray:  # [N, H, W, 3], 0..255
    """What imageio reads from a GIF."""
    return imageio.v3.imread(path, plugin="pillow", mode="RGB", index=None).astype(int)


def test_gif_has_the_frames_colors_and_times(tmp_path):
    path = tmp_path / "film.gif"
    strokes = Strokes.cat([line(0.3, 0.2, (1.0, 0.0, 0.0)), line(0.7, 0.2, (0.0, 0.0, 1.0))])
    encode_film(path, stroke_frames(Flat(), strokes, Frame(Canvas(), 41), hold=10), fps=10)
    with Image.open(path) as film:
        assert film.size == (41, 41) and film.n_frames == 3 and film.info["loop"] == 0
        times = []
        for k in range(3):
            film.seek(k)
            times.append(film.info["duration"])
        last = np.asarray(film.convert("RGB")).astype(int)
    assert times == [100, 100, 1100]
    assert frames_of(path).shape == (3, 41, 41, 3)
    assert last[12, 20].tolist() == [255, 0, 0] and last[28, 20].tolist() == [0, 0, 255]


def test_gif_frames_are_exact_where_256_colors_are_enough(tmp_path):
    chance = np.random.default_rng(3)
    pictures = [np.full((30, 47, 3), 255, np.uint8)]
    colors = chance.integers(0, 256, (40, 3), dtype=np.uint8)
    for k in range(40):
        top, left = chance.integers(0, 30), chance.integers(0, 47)
        pictures.append(pictures[-1].copy())
        pictures[-1][top : top + 1 + k % 9, left : left + 1 + k % 5] = colors[k] // 64 * 64
        if k % 7 == 0:
            pictures.append(pictures[-1].copy())
    pictures[-1][:, :47] = np.where(chance.random((30, 47, 1)) < 0.5, pictures[-1], pictures[-2])
    # All 64 colors stand in the last frame.
    pictures[-1][:8, :8] = (np.indices((4, 4, 4)).reshape(3, 64).T * 64).reshape(8, 8, 3)
    gif.encode_gif(tmp_path / "a.gif", iter(pictures), fps=25)
    different = [p for k, p in enumerate(pictures) if k == 0 or not np.array_equal(p, pictures[k - 1])]
    assert len(different) < len(pictures)
    read = frames_of(tmp_path / "a.gif")
    assert len(read) == len(different) and all(map(np.array_equal, read, different))
    # Another reader, which shows frames that last as often as they do.
    assert np.array_equal(film(tmp_path / "a.gif", (30, 47, 3)), pictures)


def test_gif_keeps_the_ground_and_the_soft_edges_of_early_strokes(tmp_path):
    """The last frame is blue all over; the second is a slope of reds on a ground of its own color."""
    ground = np.full((64, 64, 3), (253, 251, 249), np.uint8)
    early = ground.copy()
    early[16:48, :] = np.linspace((253, 251, 249), (120, 0, 0), 64).astype(np.uint8)
    late = np.zeros_like(ground)
    late[..., 2] = np.arange(64 * 64).reshape(64, 64) // 16
    gif.encode_gif(tmp_path / "a.gif", iter([ground, early, late]), fps=25)
    first, second, third = frames_of(tmp_path / "a.gif")
    assert (first == (253, 251, 249)).all() and (second[:16] == (253, 251, 249)).all()
    assert np.abs(second - early.astype(int)).max() < 40 and np.abs(third - late.astype(int)).max() < 16


def test_gif_frames_that_last_longer_than_one_can(tmp_path):
    path = tmp_path / "a.gif"
    gif.encode_gif(path, (np.zeros((4, 4, 3), np.uint8) for _ in range(1500)), fps=1)
    with Image.open(path) as film:
        times = []
        for k in range(film.n_frames):
            film.seek(k)
            times.append(film.info["duration"])
    assert sum(times) == 1_500_000 and max(times) <= 655_350 and len(times) == 3


def test_gif_of_many_frames_holds_few_of_them(tmp_path, monkeypatch):
    held, most, make, before = weakref.WeakValueDictionary(), [], Image.fromarray, zlib.compress
    packed = []

    def made(array):
        most.append(len(held))
        picture = held[len(most)] = make(array)
        return picture

    monkeypatch.setattr(Image, "fromarray", made)
    monkeypatch.setattr(gif.zlib, "compress", lambda *given: packed.append(before(*given)) or packed[-1])
    encode_film(tmp_path / "a.gif", (torch.full((3, 64, 64), k / 40) for k in range(40)))
    assert len(most) >= 40 and max(most) <= 4
    assert len(packed) == 40 and sum(map(len, packed)) < 40 * 64 * 64 * 3 / 20


def test_gif_frames_beyond_the_memory_for_them_go_to_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(gif, "SPOOL_BYTES", 100)
    half = torch.ones(3, 16, 16)
    half[:, 3:11] = 0
    encode_film(tmp_path / "a.gif", iter([torch.zeros(3, 16, 16), half, torch.ones(3, 16, 16)]))
    assert frames_of(tmp_path / "a.gif").mean((1, 2, 3)).tolist() == [0, 127.5, 255]


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_film_that_breaks_leaves_the_old_one(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    path.write_text("old")

    def frames():
        yield torch.zeros(3, 16, 16)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_film(path, frames())
    with pytest.raises(InputError, match="frame 1 of shape \\(3, 16, 16\\), got \\(3, 16, 18\\)"):
        encode_film(path, iter([torch.zeros(3, 16, 16), torch.zeros(3, 16, 18)]))
    with pytest.raises(InputError, match="at least one frame"):
        encode_film(path, [])
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_bad_names_and_rates(tmp_path):
    frame = [torch.zeros(3, 4, 4)]
    with pytest.raises(InputError, match=r"\.mp4, \.gif or \.webp, got 'film\.avi'"):
        encode_film(tmp_path / "film.avi", frame)
    with pytest.raises(InputError, match="frames a second, got 0"):
        encode_film(tmp_path / "film.mp4", frame, fps=0)
    with pytest.raises(FileError):
        encode_film(tmp_path / "no" / "film.mp4", frame)


FULL = """
import itertools, resource, signal, sys, torch
from wmpaint.errors import FileError
from wmpaint.export import gif
from wmpaint.export.animation import encode_film
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    encode_film(sys.argv[1], (torch.rand(3, 128, 128) for _ in range(40)))
except FileError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_disk_that_fills_up_is_an_error(tmp_path, suffix):
    """A limit on the size of files stands in for a full disk."""
    path = tmp_path / f"film.{suffix}"
    done = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused: ")
    assert not list(tmp_path.iterdir())
