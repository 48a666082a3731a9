from __future__ import annotations

import io
import subprocess

import needs
import numpy as np
import pytest
import torch
from PIL import Image
from works import noise, read

from wmpaint.errors import InputError
from wmpaint.export import encoders
from wmpaint.export.encoders import encode_tiff
from wmpaint.image import to_uint8, to_uint16


@pytest.mark.parametrize("compression", ["deflate", "none"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(33, 21), (1, 1), (40, 7)])
def test_other_readers_get_every_value(tmp_path, monkeypatch, compression, bits, channels, size):
    monkeypatch.setattr(encoders, "BAND_BYTES", 900)  # several strips
    picture, path = noise(channels, *size), tmp_path / "a.tif"
    with path.open("wb") as stream:
        encode_tiff(stream, picture, bits=bits, dpi=299.5, compression=compression, description="é", software="x 1")
    wanted = to_uint8(picture) if bits == 8 else to_uint16(picture)
    assert np.array_equal(read(path, (*size, channels), bits), wanted)
    with Image.open(path) as image:
        image.load()
        assert image.mode == {3: "RGB", 4: "RGBA"}[channels] and image.info["dpi"] == (299.5, 299.5)
        assert image.tag_v2[305] == "x 1" and b"acsp" in image.info["icc_profile"]
        assert image.tag_v2[258] == (bits,) * channels and image.tag_v2.get(338) == ((2,) if channels == 4 else None)
        if bits == 8:
            assert np.array_equal(np.asarray(image), wanted)


def test_the_fields_are_those_that_are_meant():
    """As TIFF 6.0 numbers them; baseline wants a resolution (282, 283, 296) also of a picture that has none."""
    plain = [256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 34675]
    for options, more in (({}, []), ({"dpi": 300, "description": "a", "software": "b"}, [270, 305])):
        stream = io.BytesIO()
        encode_tiff(stream, noise(3, 3, 2), compression="none", **options)
        with Image.open(stream) as image:
            tags = image.tag_v2
            assert sorted(tags) == sorted(plain + more) and (tags[259], tags[262], tags[284]) == (1, 2, 1)
            assert tags[296] == (2 if options else 1) and tags[282] == tags[283] == (300 if options else 1)
            assert ("dpi" in image.info) == bool(options)


def test_what_is_refused():
    picture = torch.zeros(3, 4, 4)
    with pytest.raises(InputError, match="expected bits of 8 or 16, got 12"):
        encode_tiff(io.BytesIO(), picture, bits=12)
    with pytest.raises(InputError, match="expected a compression out of deflate, none, got 'lzw'"):
        encode_tiff(io.BytesIO(), picture, compression="lzw")


def test_beyond_4_gib_offsets_have_64_bits(tmp_path, monkeypatch):
    stream, large = io.BytesIO(), io.BytesIO()
    encode_tiff(stream, noise(3, 33, 21))
    monkeypatch.setattr(encoders, "BIG", 50)
    encode_tiff(large, noise(3, 33, 21))
    assert stream.getvalue()[:4] == b"II*\0" and large.getvalue()[:4] == b"II+\0"
    with Image.open(large) as image:
        assert np.array_equal(np.asarray(image), to_uint8(noise(3, 33, 21)))


def test_imagemagick_agrees(tmp_path):
    identify = needs.program("identify")
    with (tmp_path / "a.tif").open("wb") as stream:
        encode_tiff(stream, noise(4, 33, 21), bits=16, dpi=300)
    said = subprocess.run([identify, "-verbose", tmp_path / "a.tif"], capture_output=True, text=True, check=True)
    assert not said.stderr
    for words in ("Geometry: 21x33+0+0", "Depth: 16-bit", "Resolution: 300x300", "Compression: Zip"):
        assert words in said.stdout
