from __future__ import annotations

import io
import struct
import zlib

import needs
import numpy as np
import pytest
import torch
from PIL import Image
from works import noise, read

from wmpaint.errors import InputError
from wmpaint.export import encoders
from wmpaint.export.encoders import bands, encode_png
from wmpaint.image import to_uint8, to_uint16


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of each; the check sums are right."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        name, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size])[0] == zlib.crc32(name + content)
        found.append((name, content))
        place += 12 + size
    return found


def test_a_picture_of_two_pixels_by_hand():
    stream = io.BytesIO()
    encode_png(stream, torch.tensor([[[1.0, 0.5]], [[0.0, 0.25]], [[1.0, 0.5]]]), bits=16, dpi=254)
    found = dict(chunks(stream.getvalue()))
    assert list(found) == [b"IHDR", b"sRGB", b"pHYs", b"IDAT", b"IEND"]
    assert found[b"IHDR"] == bytes([0, 0, 0, 2, 0, 0, 0, 1, 16, 2, 0, 0, 0])
    assert found[b"pHYs"] == bytes([0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10, 1])  # 10,000 pixels a metre


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(33, 21), (1, 1), (1, 7), (7, 1), (64, 64)])
def test_other_readers_get_every_value(tmp_path, monkeypatch, bits, channels, size):
    monkeypatch.setattr(encoders, "BAND_BYTES", 900)  # several bands
    picture, path = noise(channels, *size), tmp_path / "a.png"
    with path.open("wb") as stream:
        encode_png(stream, picture, bits=bits, dpi=300)
    wanted = to_uint8(picture) if bits == 8 else to_uint16(picture)
    assert np.array_equal(read(path, (*size, channels), bits), wanted)
    with Image.open(path) as image:
        image.load()
        assert image.size == size[::-1] and image.mode == {3: "RGB", 4: "RGBA"}[channels]
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02) and image.info["srgb"] == 0
        if bits == 8:
            assert np.array_equal(np.asarray(image), wanted)


def test_sixteen_bits_are_finer_than_eight(tmp_path):
    slope = torch.linspace(0.2, 0.21, 500).expand(3, 2, 500)
    with (tmp_path / "a.png").open("wb") as stream:
        encode_png(stream, slope, bits=16)
    values = read(tmp_path / "a.png", (2, 500, 3), 16)
    assert len(np.unique(values)) == 500 and len(np.unique(to_uint8(slope))) == 4


def test_every_filter_is_used_and_smooth_pictures_get_small():
    y, x = torch.meshgrid(torch.linspace(0, 1, 200), torch.linspace(0, 1, 300), indexing="ij")
    smooth = torch.stack([x, y, (x * y + 0.1 * (9 * x).sin()).clamp(0, 1)])
    stream = io.BytesIO()
    encode_png(stream, smooth)
    theirs = io.BytesIO()
    Image.fromarray(to_uint8(smooth)).save(theirs, "PNG")
    assert len(stream.getvalue()) < 1.1 * len(theirs.getvalue())
    kinds = set()
    for picture in (smooth, noise(3, 60, 40), torch.ones(3, 9, 9), x.expand(3, -1, -1), smooth.transpose(1, 2)):
        stream = io.BytesIO()
        encode_png(stream, picture)
        packed = b"".join(content for name, content in chunks(stream.getvalue()) if name == b"IDAT")
        kinds |= set(np.frombuffer(zlib.decompress(packed), np.uint8).reshape(picture.shape[1], -1)[:, 0].tolist())
    assert kinds >= {0, 1, 2, 4}


def test_words_of_any_alphabet():
    words = {"Title": "Katze\0 & <b> é", "Comment": "猫 \ud800", "Software": "x"}
    stream = io.BytesIO()
    encode_png(stream, torch.zeros(3, 2, 2), text=words)
    with Image.open(stream) as image:
        assert image.text == {"Title": "Katze\ufffd & <b> é", "Comment": "猫 ?", "Software": "x"}


def test_bands_are_the_picture(monkeypatch):
    monkeypatch.setattr(encoders, "BAND_BYTES", 1000)
    parts = list(bands(noise(4, 50, 30), 8))
    assert len(parts) == 7 and np.array_equal(np.concatenate(parts), to_uint8(noise(4, 50, 30)))


@pytest.mark.parametrize("bits", [12, 1, True, "8", None])
def test_bits_that_are_not_written(bits):
    with pytest.raises(InputError, match="expected bits of 8 or 16, got"):
        encode_png(io.BytesIO(), torch.zeros(3, 2, 2), bits=bits)


def test_imagemagick_agrees(tmp_path):
    import subprocess

    identify = needs.program("identify")
    with (tmp_path / "a.png").open("wb") as stream:
        encode_png(stream, noise(4, 33, 21), bits=16, dpi=300)
    said = subprocess.run([identify, "-verbose", tmp_path / "a.png"], capture_output=True, text=True, check=True)
    assert not said.stderr
    assert "Geometry: 21x33+0+0" in said.stdout and "Depth: 16-bit" in said.stdout and "Colorspace: sRGB" in said.stdout
