"""Large pictures are reduced while they are bytes: what it costs, and that it is the same picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from image.png import write_png
from PIL import Image

from wmpaint.errors import InputError
from wmpaint.image import load_image, resize

SIDE, BOUND = 5000, 75  # pixels, MB: a quarter of what 10,000 pixels may take
COST = """
import sys
from pathlib import Path
import PIL.Image, torch
from wmpaint.image import load_image
PIL.Image.init()
# Not the system's own count of the process, which begins with its parent's.
peak = lambda: int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024  # MB
before = peak()
for path in sys.argv[2:]:
    shape = tuple(load_image(path, most=int(sys.argv[1])).shape)
    print(path, *shape, round(peak() - before))
"""


def cost(most: int, *paths: Path) -> list[list[str]]:
    """Shape and MB above the start, so far, for each of the files."""
    command = [sys.executable, "-c", COST, str(most), *map(str, paths)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split()[1:] for line in lines]


def test_large_pictures_take_memory_by_what_is_left_of_them(tmp_path: Path) -> None:
    size = (SIDE, SIDE)
    Image.new("1", size).save(tmp_path / "one.png")
    Image.new("RGBA", size, (200, 30, 40, 255)).save(tmp_path / "rgba.png", compress_level=1)
    Image.fromarray(np.full(size, 30_000, np.uint16)).save(tmp_path / "gray.png", compress_level=1)
    Image.new("RGB", size, (200, 30, 40)).save(tmp_path / "rgb.jpg")
    found = cost(600, *sorted(tmp_path.iterdir()))
    assert len(found) == 4
    for channels, height, width, _ in found:
        assert channels == "3" and height == width and 300 < int(height) <= 600
    assert int(found[-1][-1]) < BOUND, found


def test_the_bound_can_be_passed(tmp_path: Path) -> None:
    Image.new("1", (SIDE, SIDE)).save(tmp_path / "one.png")
    assert int(cost(SIDE, tmp_path / "one.png")[0][-1]) > BOUND


def smooth(height: int = 300, width: int = 200, channels: int = 3) -> np.ndarray:
    """[H, W, C] uint8 without edges."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin((k + 1) * x / 40) * np.cos(y / (30 + 9 * k)) for k in range(channels)]
    return np.rint(127.5 + 127 * np.stack(waves, axis=2)).astype(np.uint8)


@pytest.mark.parametrize("kind", ["png", "tif", "gif", "jpg", "webp", "png16", "array", "tensor"])
def test_a_reduced_picture_is_the_same_picture(kind: str, tmp_path: Path) -> None:
    pixels = smooth()
    source: Any = tmp_path / f"a.{kind}"
    if kind == "png16":
        write_png(source, pixels.astype(np.uint16) * 257)
    elif kind == "array":
        source = pixels
    elif kind == "tensor":
        source = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    else:
        Image.fromarray(pixels).save(source)
    small, whole = load_image(source, most=80), load_image(source)
    assert small.shape == (3, 75, 50) and small.is_contiguous()
    far = (small - resize(whole, 75, 50)).abs()
    assert far.mean() < 1.5 / 255 and far.max() < 16 / 255
    assert torch.equal(load_image(source, most=300), whole), "small enough as it is"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_rotation_and_odd_sizes(orientation: int, bits: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = smooth(31, 50)
    if bits == 8:
        Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    else:
        write_png(tmp_path / "a.png", pixels.astype(np.uint16) * 257, eXIf=exif.tobytes()[6:])
    whole = load_image(tmp_path / "a.png")
    assert whole.shape[1:] == ((31, 50) if orientation < 5 else (50, 31))
    small = load_image(tmp_path / "a.png", most=25)
    assert small.shape[1:] == ((16, 25) if orientation < 5 else (25, 16))
    assert (small - resize(whole, *small.shape[1:])).abs().mean() < 0.03
    if bits == 16:
        Image.fromarray(pixels).save(tmp_path / "b.png", exif=exif)
        assert torch.allclose(whole, load_image(tmp_path / "b.png"), atol=1e-6)


def test_hidden_color_does_not_bleed(tmp_path: Path) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :33] = (0, 255, 0, 0)  # green that nobody sees, up to the middle of a cell
    pixels[:, 33:] = (255, 0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    got = load_image(tmp_path / "a.png", most=16, background=(1, 1, 1))
    assert got[0].min() > 0.999 and torch.allclose(got[1], got[2], atol=1e-6), "red on white, nothing else"


@pytest.mark.parametrize("most", [0, -3, 2.5, True, "100"])
def test_refused_sizes(most: Any) -> None:
    with pytest.raises(InputError, match="expected most of 1 or more pixels"):
        load_image(np.zeros((4, 4)), most=most)


def test_a_file_that_is_cut_short_in_its_rows(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png", np.random.default_rng(0).integers(0, 65536, (60, 50, 3)).astype(np.uint16))
    data = path.read_bytes()
    for end in (len(data) // 2, len(data) - 30):
        path.write_bytes(data[:end])
        with pytest.raises(OSError, match=r"a\.png': it is broken or cut short"):
            load_image(path)
    broken = bytearray(data)
    broken[len(data) // 2] ^= 255
    path.write_bytes(broken)
    with pytest.raises(OSError, match=r"a\.png': it is broken or cut short"):
        load_image(path)
