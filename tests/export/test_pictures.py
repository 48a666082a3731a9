from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from flat import many
from PIL import Image
from works import painting, read

from wmpaint.canvas import Canvas
from wmpaint.errors import FileError, InputError
from wmpaint.image import to_uint8, to_uint16

SUFFIXES = ["png", "tif", "tiff", "webp", "jpg", "jpeg"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("height", [1, 21, 64])
def test_every_kind_is_the_picture(tmp_path, suffix, height):
    work, path = painting(canvas=Canvas(33 / 21, (1.0, 1.0, 0.0))), tmp_path / f"a.{suffix}"
    work.save(path, height=height)
    with Image.open(path) as image:
        assert image.size == (work.canvas.pixels(height)[1], height) and image.mode == "RGB"
        assert image.format == {"tif": "TIFF", "jpg": "JPEG"}.get(suffix, suffix.upper())
        shown = np.asarray(image).astype(int)
    if suffix in ("png", "tif", "tiff"):
        assert np.array_equal(shown, to_uint8(work.render(height)[:3]))
    elif height == 64:  # in the middle of what has one color
        assert (abs(shown[19, 50] - (255, 0, 0)) <= 6).all() and (abs(shown[62, 50] - (255, 255, 0)) <= 6).all()


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("ground", ["canvas", "transparent"])
@pytest.mark.parametrize("background", [(0.25, 0.5, 1.0), None])
@pytest.mark.parametrize("program", [None, "dabs"])
def test_alpha_and_sixteen_bits(tmp_path, suffix, ground, background, program):
    strokes = many(9, seed=4).replace(radius=torch.full((9,), 0.08))
    work, path = painting(strokes, alpha=0.6, canvas=Canvas(1.4, background)), tmp_path / f"a.{suffix}"
    work.save(path, bits=16, ground=ground, height=33, program=program)
    clear = ground == "transparent" or background is None
    bare = painting(strokes, alpha=0.6, canvas=Canvas(1.4, None if clear else background))
    wanted = bare.render(33) if program is None else bare.replay(program, 33)
    got = read(path, (33, 46, 4 if clear else 3), 16)
    assert np.array_equal(got, to_uint16(wanted if clear else wanted[:3]))
    assert not clear or (got[..., 3].min(), got[..., 3].max()) == (0, pytest.approx(65_535, abs=9000))


def test_webp_keeps_alpha_and_jpeg_shows_white(tmp_path):
    work = painting(canvas=Canvas(1.0, None))
    work.save(tmp_path / "a.webp", lossless=True)
    with Image.open(tmp_path / "a.webp") as image:
        assert np.array_equal(np.asarray(image.convert("RGBA"))[..., 3], to_uint8(work.render())[..., 3])
    work.save(tmp_path / "a.jpg", quality=100)
    with Image.open(tmp_path / "a.jpg") as image:
        assert (np.asarray(image)[0, 0] > 250).all()
    with pytest.raises(InputError, match="no transparency, got 'transparent'"):
        work.save(tmp_path / "b.jpg", ground="transparent")


def test_quality_and_lossless(tmp_path):
    work = painting(many(30), alpha=0.7)
    lengths = []
    for quality in (10, 90, 100):
        for suffix in ("webp", "jpg"):
            work.save(tmp_path / f"a.{suffix}", quality=quality, height=128)
            lengths.append((tmp_path / f"a.{suffix}").stat().st_size)
    assert lengths[0] < lengths[2] < lengths[4] and lengths[1] < lengths[3] < lengths[5]
    work.save(tmp_path / "b.webp", lossless=True, height=128)
    with Image.open(tmp_path / "b.webp") as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), to_uint8(work.render(128)[:3]))


def test_paper_and_words(tmp_path):
    work = painting(canvas=Canvas(0.5, (1.0, 1.0, 1.0), (127.0, 254.0)), provenance={"source": "katze <é>.jpg"})
    for suffix, tolerance in (("png", 0.02), ("tif", 1e-3), ("jpg", 0)):
        work.save(tmp_path / f"a.{suffix}", height=720)
        work.save(tmp_path / f"b.{suffix}", dpi=100)
        with Image.open(tmp_path / f"a.{suffix}") as a, Image.open(tmp_path / f"b.{suffix}") as b:
            assert a.info["dpi"] == pytest.approx((72, 72), abs=tolerance)
            assert b.size == (500, 1000) and b.info["dpi"] == pytest.approx((100, 100), abs=tolerance)
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        assert image.text["Title"] == "katze <é>.jpg, 2 strokes of charcoal"
        assert image.text["Comment"] == "2 strokes, brush charcoal, seed 7"
        assert image.text["Software"].startswith("wmpaint ")
    painting().save(tmp_path / "c.png")
    with Image.open(tmp_path / "c.png") as image:
        assert "dpi" not in image.info


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("a.png", {"bits": 12}, "expected bits of 8 or 16, got 12"),
        ("a.tif", {"bits": "16"}, "expected bits of 8 or 16, got '16'"),
        ("a.tif", {"compression": "zip"}, "compression out of deflate, none, got 'zip'"),
        ("a.webp", {"quality": 101}, "quality of 0 to 100, got 101"),
        ("a.jpg", {"quality": True}, "quality of 0 to 100, got True"),
        ("a.webp", {"height": 16_384}, "sides of at most 16383 pixels for .webp, got 16384 x 16384"),
        ("a.png", {"height": 0}, "height of 1 to 16,384 pixels, got 0"),
        ("a.png", {"height": 20_000}, "height of 1 to 16,384 pixels"),
        ("a.png", {"program": "gimp"}, "gimp"),
        ("a.png", {"ground": "white"}, "expected a ground of"),
        ("a.png", {"quality": 3}, r"options for \.png out of height, bits, .*, got 'quality'"),
        ("a.webp", {"bits": 8}, r"options for \.webp out of height, .*, animate, got 'bits'"),
        ("a.webp", {"seconds": 6}, "animate, got 'seconds'"),
        ("a.webp", {"animate": True, "bits": 8}, r"options for \.webp out of .*seconds, .*got 'bits'"),
    ],
)
def test_bad_options_write_nothing(tmp_path, name, options, words):
    with pytest.raises(InputError, match=words):
        painting().save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_folder(tmp_path, suffix):
    with pytest.raises(FileError, match="does not exist"):
        painting().save(tmp_path / "no" / f"a.{suffix}")


FULL = """
import resource, signal, sys
sys.path.insert(0, sys.argv[2])
from flat import many
from works import painting
from wmpaint.errors import FileError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
work = painting(many(300), alpha=0.5)
work.render(16)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
try:
    work.save(sys.argv[1], height=200)
except FileError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jpg", "ora"])
def test_a_disk_that_fills_up_is_an_error(tmp_path, suffix):
    """A limit on the size of files stands in for a full disk."""
    path, helpers = tmp_path / f"a.{suffix}", str(Path(__file__).parents[1])
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", FULL, path, helpers], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused: ") and done.stdout.count("\n") == 1
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1
