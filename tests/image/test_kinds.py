"""What a file is that cannot be read, and what to do; HEIC and AVIF; nothing that vanishes without a word."""

from __future__ import annotations

import builtins
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from image.profiles import P3, profile
from PIL import Image, features

from wmpaint.errors import FileError
from wmpaint.image import bundled_picture, load_image


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1isom"


def packed(mime: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", mime)
    return buffer.getvalue()


FILES = {
    "a Photoshop document: save it as PNG first": b"8BPS\0\1" + bytes(40),
    "a GIMP document": b"gimp xcf v011\0",
    "a Krita document": packed("application/x-krita"),
    "an OpenRaster document": packed("image/openraster"),
    "an archive .ZIP.: unpack it first": packed("text/plain"),
    "a PDF": b"%PDF-1.7\n",
    "a PostScript document": b"%!PS-Adobe-3.0\n",
    "an SVG drawing": b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a web page": b"\n<!DOCTYPE html><html><svg ></svg></html>",
    "a raw photo .CR2.: develop it first": b"II*\0\x10\0\0\0CR\2\0" + bytes(40),
    "a raw photo .CR3.": box(b"crx "),
    "a raw photo .RAF.": b"FUJIFILMCCD-RAW 0201",
    "a raw photo .ORF.": b"IIRO\x08\0\0\0" + bytes(20),
    "a film .MP4.: wmpaint video paints films": box(b"isom"),
    "a film .QuickTime.": box(b"qt  "),
    "a film .Matroska, WebM.": b"\x1a\x45\xdf\xa3" + bytes(20),
    "a JPEG XL picture": b"\xff\x0a" + bytes(20),
    "an OpenEXR picture": b"\x76\x2f\x31\x01\2\0\0\0",
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\n",
    "a painting: wmpaint export": b'{"format": "wmpaint", "version": 1, "wmpaint": "0.1"}',
    "empty": b"",
    "none or is broken": b"a line of text\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_other_kinds_are_named_with_the_remedy(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(FILES[kind])
    with pytest.raises(FileError, match=rf"expected a picture file \(PNG, .*photo\.jpg', which is {kind}"):
        load_image(path)


@pytest.mark.parametrize("kind", ["DNG", "NEF"])
def test_raw_photos_are_not_taken_for_their_thumbnails(kind: str, tmp_path: Path) -> None:
    tags = {50706: (1, 4, 0, 0)} if kind == "DNG" else {254: 1, 330: 1000}
    Image.new("RGB", (16, 12)).save(tmp_path / "a.tif", tiffinfo=tags)
    with pytest.raises(FileError, match="which is a raw photo: develop it first"):
        load_image(tmp_path / "a.tif")
    Image.new("RGB", (16, 12)).save(tmp_path / "b.tif", tiffinfo={254: 1})
    assert load_image(tmp_path / "b.tif").shape == (3, 12, 16), "a reduced picture alone is no raw photo"


def heic(path: Path, pixels: np.ndarray, **options: Any) -> Path:
    from pillow_heif import from_pillow

    from_pillow(Image.fromarray(pixels)).save(path, quality=95, format="HEIF", **options)
    return path


@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
def test_heic_is_read_whatever_its_name(name: str, tmp_path: Path) -> None:
    pixels = np.full((48, 64, 3), (200, 60, 30), np.uint8)
    pixels[:24] = (20, 90, 160)
    exif = Image.Exif()
    exif[0x0112] = 6
    got = load_image(heic(tmp_path / name, pixels, exif=exif.tobytes()))
    assert got.shape == (3, 64, 48), "as the telephone was held"
    assert (got[:, 32, 40] * 255 - torch.tensor([20.0, 90, 160])).abs().max() < 4
    assert (got[:, 32, 8] * 255 - torch.tensor([200.0, 60, 30])).abs().max() < 4


def test_colors_of_telephones(tmp_path: Path) -> None:
    pixels = np.full((64, 64, 3), (180, 90, 60), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile("srgb", P3))
    got = load_image(heic(tmp_path / "a.heic", pixels, icc_profile=profile("srgb", P3)))
    wanted = load_image(tmp_path / "a.png")
    assert (got - wanted).abs().max() < 4 / 255
    assert (wanted * 255 - torch.tensor([180.0, 90, 60])[:, None, None]).abs().max() > 10, "the test can fail"


def test_heic_without_its_reader_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = heic(tmp_path / "a.jpg", np.zeros((16, 16, 3), np.uint8))
    usual = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pillow_heif"):
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FileError, match=r"a\.jpg', which is a HEIC picture: pip install wmpaint\[heic\]"):
        load_image(path)


def test_broken_heic(tmp_path: Path) -> None:
    path = heic(tmp_path / "a.heic", np.zeros((16, 16, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(FileError, match=r"a\.heic"):
        load_image(path)


def test_avif_is_read_with_the_colors_that_it_tells(tmp_path: Path) -> None:
    assert features.check("avif"), "the Pillow of constraints.txt reads AVIF"
    pixels = np.full((64, 64, 3), (180, 90, 60), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.avif", quality=95)
    plain = load_image(tmp_path / "a.avif")
    assert (plain * 255 - torch.tensor([180.0, 90, 60])[:, None, None]).abs().max() < 4
    data = bytearray((tmp_path / "a.avif").read_bytes())
    at = data.find(b"colrnclx") + 8
    assert at > 8
    data[at : at + 4] = bytes([0, 12, 0, 13])  # Display P3
    (tmp_path / "b.avif").write_bytes(data)
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile("srgb", P3))
    assert (load_image(tmp_path / "b.avif") - load_image(tmp_path / "a.png")).abs().max() < 4 / 255
    (tmp_path / "c.avif").write_bytes(data[:60])
    with pytest.raises(FileError, match="which is an AVIF picture: it is broken"):
        load_image(tmp_path / "c.avif")


def test_a_bundled_name_with_a_suffix_is_hinted_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match=r"no such file: 'castle\.webp'; castle is a bundled picture"):
        load_image("castle.webp")


def test_libtiff_prints_nothing_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)).save(
        tmp_path / "a.tif", compression="tiff_lzw"
    )
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[100:400] = bytes([0x5A]) * 300
    (tmp_path / "a.tif").write_bytes(data)

    def spoken(read: Any) -> str:
        with pytest.raises(OSError):
            read()
        return capfd.readouterr().err

    assert spoken(lambda: Image.open(tmp_path / "a.tif").load()), "the test can fail"
    assert spoken(lambda: load_image(tmp_path / "a.tif")) == ""
    assert spoken(lambda: Image.open(tmp_path / "a.tif").load()), "others hear it as before"


# --- nothing vanishes without a word ----------------------------------------------------------------------------


def logo(color: tuple[int, int, int], height: int = 60) -> np.ndarray:
    """[H, W, 4] uint8: a disk with soft edges on transparent."""
    y, x = np.mgrid[:height, :height] - (height - 1) / 2
    alpha = (1 + height / 3 - np.hypot(x, y)).clip(0, 1)
    return np.dstack([np.broadcast_to(np.array(color), (height, height, 3)), alpha * 255]).astype(np.uint8)


@pytest.mark.parametrize("color", [(255, 255, 255), (250, 252, 255)])
@pytest.mark.parametrize("most", [None, 20])
def test_a_white_logo_on_white_is_told(color: tuple[int, int, int], most: int | None, tmp_path: Path) -> None:
    Image.fromarray(logo(color)).save(tmp_path / "logo.png")
    with pytest.warns(
        UserWarning, match=r"nearly nothing of '.*logo\.png' shows on the ground .*#ffffff.*--background"
    ):
        load_image(tmp_path / "logo.png", most=most)
    assert load_image(tmp_path / "logo.png", background=(0, 0, 0)).max() > 0.95


def test_nothing_is_told_of_what_can_be_seen(tmp_path: Path) -> None:
    """Warnings are errors here."""
    for name, pixels in {
        "red": logo((255, 0, 0)), "gray": logo((180, 180, 180)), "opaque": logo((255, 255, 255))[25:35, 25:35],
    }.items():  # fmt: skip
        Image.fromarray(np.ascontiguousarray(pixels)).save(tmp_path / f"{name}.png")
        assert load_image(tmp_path / f"{name}.png").shape[0] == 3
    page = np.full((100, 100, 4), 255, np.uint8)
    page[:, :10, 3] = 0
    page[40:44, 30:60, :3] = 0
    assert load_image(page).shape == (3, 100, 100)


def test_what_is_transparent_everywhere_is_told() -> None:
    with pytest.warns(UserWarning, match="the image is transparent everywhere"):
        load_image(Image.new("RGBA", (8, 8), (200, 0, 0, 0)))
    with pytest.warns(UserWarning, match="a tensor of shape .4, 8, 8. is transparent everywhere"):
        load_image(torch.zeros(4, 8, 8))


def test_the_bundled_pictures_have_no_remarks() -> None:
    for name in ("sample", "castle", "owl", "starry_night", "cafe_terrace"):
        assert bundled_picture(name) and load_image(name).shape[0] == 3


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
def test_a_tiff_that_no_decoder_takes_is_told_from_no_picture(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(head + bytes(60))
    with pytest.raises(FileError, match="which is a TIFF of a kind that is not read, or a broken one: save it as PNG"):
        load_image(tmp_path / "a.tif")
