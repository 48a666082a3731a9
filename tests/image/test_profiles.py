"""Colors by what a file says of them, beside littleCMS, ImageMagick and the formulas themselves."""

from __future__ import annotations

import io
import struct
import subprocess
import warnings
import zlib
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from image.png import write_png
from image.profiles import ADOBE, BT2020, P3, SRGB, profile
from PIL import Image, ImageCms

from wmpaint.image import load_image

SPACES = {"srgb": SRGB, "p3": P3, "adobe": ADOBE, "2020": BT2020}


def colors(count: int = 9) -> np.ndarray:
    """[count ** 2, count, 3] uint8: a cube of colors."""
    steps = np.rint(np.linspace(0, 255, count)).astype(np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(count * count, count, 3)


def seen(path: Path, **options: Any) -> np.ndarray:
    """[H, W, 3] in 0..255, as it comes in."""
    return load_image(path, **options).permute(1, 2, 0).numpy() * 255


def encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light in 0..1 as sRGB in 0..255."""
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2, "srgb", "table"])
@pytest.mark.parametrize("space", SPACES)
def test_profiles_are_judged_by_curve_and_primaries_as_littlecms_does(
    space: str, gamma: float | str, tmp_path: Path
) -> None:
    data = profile(gamma, SPACES[space])
    Image.fromarray(colors()).save(tmp_path / "a.png", icc_profile=data)
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    known = ImageCms.profileToProfile(Image.fromarray(colors()), source, ImageCms.createProfile("sRGB"))
    assert known is not None
    far = np.abs(seen(tmp_path / "a.png") - np.asarray(known, dtype=float))
    assert far.max() < 1.6, "bytes on both sides of littleCMS"
    moved = np.abs(np.asarray(known, dtype=float) - colors()).max()
    assert (moved > 3) == ((space, gamma) != ("srgb", "srgb")), "the test can fail"


@pytest.mark.parametrize("gamma", [1.0, 2.2, "srgb"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", ["gray linear sRGB", "Dot Gain 20%"])
def test_gray_profiles_count_at_8_and_16_bits(bits: int, gamma: float | str, name: str, tmp_path: Path) -> None:
    values = np.linspace(0, 2**bits - 1, 256).astype(np.uint8 if bits == 8 else np.uint16)[None]
    Image.fromarray(values).save(tmp_path / "a.png", icc_profile=profile(gamma, None, name))
    share = values / (2**bits - 1)
    wanted = 255 * share if gamma == "srgb" else encoded(share ** float(gamma))
    got = seen(tmp_path / "a.png")
    assert np.abs(got - wanted[..., None]).max() < 0.2
    assert np.ptp(got, axis=2).max() < 1e-3, "gray stays gray"


def test_sixteen_bits_of_a_linear_picture_keep_its_shadows(tmp_path: Path) -> None:
    values = (
        np.zeros((1, 256, 3), np.uint16) + np.arange(256, dtype=np.uint16)[None, :, None]
    )  # below one step of 8 bits
    packed = b"linear\0\0" + zlib.compress(profile(1.0))
    write_png(tmp_path / "a.png", values, iCCP=packed)
    got = seen(tmp_path / "a.png")
    assert np.abs(got - encoded(values / 65535)).max() < 0.1
    assert len(np.unique(got[..., 0])) == 256


@pytest.mark.parametrize("kind", ["rgb profile", "gray profile"])
def test_a_profile_of_another_kind(kind: str, tmp_path: Path) -> None:
    """Red, green and blue say what gray is; gray says nothing of colors."""
    if kind == "rgb profile":
        Image.fromarray(colors()[..., 0]).save(tmp_path / "a.png", icc_profile=profile(1.0))
        assert np.abs(seen(tmp_path / "a.png") - encoded(colors()[..., :1] / 255)).max() < 0.2
        return
    Image.fromarray(colors()).save(tmp_path / "a.png", icc_profile=profile(1.0, None))
    with pytest.warns(UserWarning, match="does not fit it"):
        assert np.abs(seen(tmp_path / "a.png") - colors()).max() < 1e-4


def chunk_gamma(value: float) -> bytes:
    return struct.pack(">I", round(value * 100_000))


def chunk_corners(xy: tuple[float, ...]) -> bytes:
    return struct.pack(">8I", *(round(v * 100_000) for v in (*xy[6:], *xy[:6])))


def of_space(xy: tuple[float, ...], gamma: float | str, tmp_path: Path) -> np.ndarray:
    """What a profile makes of the colors."""
    Image.fromarray(colors()).save(tmp_path / "profile.png", icc_profile=profile(gamma, xy))
    return seen(tmp_path / "profile.png")


@pytest.mark.parametrize(
    ("chunks", "xy", "gamma"),
    [
        ({"gAMA": chunk_gamma(1.0)}, SRGB, 1.0),
        ({"gAMA": chunk_gamma(1 / 1.8)}, SRGB, 1.8),
        ({"gAMA": chunk_gamma(0.45455)}, SRGB, "srgb"),
        ({"gAMA": chunk_gamma(0.45455), "cHRM": chunk_corners(SRGB)}, SRGB, "srgb"),
        ({"gAMA": chunk_gamma(1.0), "cHRM": chunk_corners(P3)}, P3, 1.0),
        ({"cHRM": chunk_corners(P3)}, P3, "srgb"),
        ({"gAMA": chunk_gamma(1.0), "sRGB": b"\0"}, SRGB, "srgb"),
        ({"gAMA": bytes(4)}, SRGB, "srgb"),
        ({"cHRM": bytes(32)}, SRGB, "srgb"),
        ({"cICP": bytes([12, 13, 0, 1])}, P3, "srgb"),
        ({"cICP": bytes([9, 8, 0, 1]), "gAMA": chunk_gamma(0.45455)}, BT2020, 1.0),
        ({"cICP": bytes([1, 13, 0, 1]), "gAMA": chunk_gamma(1.0)}, SRGB, "srgb"),
    ],
)  # fmt: skip
def test_chunks_of_png_say_what_a_profile_would(
    chunks: dict[str, bytes], xy: tuple[float, ...], gamma: float | str, tmp_path: Path
) -> None:
    write_png(tmp_path / "a.png", colors(), **chunks)
    assert np.abs(seen(tmp_path / "a.png") - of_space(xy, gamma, tmp_path)).max() < 0.3


@pytest.mark.parametrize("chunks", [{"gAMA": chunk_gamma(1.0)}, {"gAMA": chunk_gamma(0.45455)}])
def test_gamma_as_imagemagick_reads_it(chunks: dict[str, bytes], tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", colors(), **chunks)
    convert = needs.program("convert")
    # It takes a gamma of 1 for linear light; what it writes is sRGB.
    subprocess.run([convert, tmp_path / "a.png", "-colorspace", "sRGB", "-depth", "8", tmp_path / "b.ppm"], check=True)
    assert np.abs(seen(tmp_path / "a.png") - np.asarray(Image.open(tmp_path / "b.ppm"), dtype=float)).max() < 1.1


@pytest.mark.parametrize(("transfer", "white"), [(16, 0.5806), (18, 0.75)])
def test_white_of_hdr_is_nearly_white_and_what_is_brighter_is_kept_apart(
    transfer: int, white: float, tmp_path: Path
) -> None:
    """BT.2408: 203 cd/m2 are 58 % of PQ and 75 % of HLG."""
    signal = np.array([0.0, white / 2, white * 0.99, white, (white + 1) / 2, 1.0])
    values = np.repeat(np.rint(signal * 65535).astype(np.uint16)[None, :, None], 3, axis=2)
    write_png(tmp_path / "a.png", values, cICP=bytes([9, transfer, 0, 1]))
    got = seen(tmp_path / "a.png")[0]
    assert np.ptp(got, axis=1).max() < 0.5, "gray stays gray"
    assert got[0, 0] == 0 and 235 < got[3, 0] < 250 and got[5, 0] > 250
    assert (np.diff(got[:, 0]) > 0).all()


@pytest.mark.parametrize("tag", ["color space", "interoperability"])
def test_adobe_rgb_by_exif_alone(tag: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 2} if tag == "color space" else {0xA005: {1: "R03"}}
    Image.fromarray(colors()).save(tmp_path / "a.png", exif=exif)
    wanted = of_space(ADOBE, 563 / 256, tmp_path)
    assert np.abs(seen(tmp_path / "a.png") - wanted).max() < 0.3
    assert np.abs(wanted - colors()).max() > 20, "the test can fail"


def test_lab_is_read_by_its_numbers(tmp_path: Path) -> None:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    image = ImageCms.applyTransform(Image.fromarray(colors()), ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))
    assert image is not None
    known = ImageCms.applyTransform(image, ImageCms.buildTransform(lab, srgb, "LAB", "RGB"))
    assert image.info.pop("icc_profile")
    image.save(tmp_path / "a.tif")
    image.save(tmp_path / "b.tif", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    light = [np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
             for v in (seen(tmp_path / "a.tif") / 255, colors() / 255)]  # fmt: skip
    assert np.abs(light[0] - light[1]).max() < 0.03, "bytes of Lab are coarse"
    assert np.abs(seen(tmp_path / "b.tif") - np.asarray(known, dtype=float)).max() < 1.6


def test_transparency_and_profiles_together(tmp_path: Path) -> None:
    """Colors are converted before they are laid on the ground, which is sRGB."""
    pixels = np.zeros((1, 2, 4), np.uint8) + np.array([55, 55, 55, 128], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile(1.0))
    wanted = encoded(np.array(55 / 255)) * 128 / 255 + 255 * (1 - 128 / 255)
    assert np.abs(seen(tmp_path / "a.png") - wanted).max() < 0.1
    Image.fromarray(pixels[..., [0, 3]]).save(tmp_path / "la.png", icc_profile=profile(1.0, None))
    assert np.abs(seen(tmp_path / "la.png") - wanted).max() < 0.1


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_rows_of_png_are_pillows(bits: int, channels: int, tmp_path: Path) -> None:
    """All filters, over several pieces; of 16 bits Pillow knows the upper ones."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 2**bits, (40, 7, channels)).astype(np.uint8 if bits == 8 else np.uint16)
    write_png(tmp_path / "a.png", pixels, filters=[4, 3, 2, 1, 0, 4])
    from wmpaint.image.png_rows import png_header, png_pixels

    header = png_header(tmp_path / "a.png")
    assert header is not None and header.rows
    with (tmp_path / "a.png").open("rb") as file:
        source = png_pixels(file, header)
        got = np.concatenate([source.rows(top, min(40, top + 11)) for top in range(0, 40, 11)])
    assert np.abs(got - pixels / (2**bits - 1)).max() < 1e-6
    with Image.open(tmp_path / "a.png") as image:
        known = np.asarray(image.convert({2: "LA", 3: "RGB", 4: "RGBA"}[channels]))
    assert np.array_equal(known, pixels if bits == 8 else pixels >> 8)


def test_a_color_that_is_transparent_at_16_bits(tmp_path: Path) -> None:
    pixels = np.array([[[300, 2, 3], [300, 2, 4]]], np.uint16)
    write_png(tmp_path / "a.png", pixels, tRNS=struct.pack(">3H", 300, 2, 3))
    assert load_image(tmp_path / "a.png", background=(0, 0, 1))[:, 0, 0].tolist() == [0, 0, 1]
    assert torch.allclose(load_image(tmp_path / "a.png")[:, 0, 1], torch.tensor([300, 2, 4]) / 65535)
    gray = np.array([[[7], [9]]], np.uint16)
    write_png(tmp_path / "g.png", gray, tRNS=struct.pack(">H", 7))
    assert load_image(tmp_path / "g.png", background=(0, 0, 1))[:, 0, 0].tolist() == [0, 0, 1]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([("srgb", SRGB), ("table", P3), (2.2, None)]), st.data())
def test_damaged_profiles_are_used_or_left_aside_but_never_crash(
    known: tuple[float | str, tuple[float, ...] | None], data: st.DataObject
) -> None:
    content = bytearray(profile(*known))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    image = Image.fromarray(colors(3) if known[1] else colors(3)[..., 0])
    image.info["icc_profile"] = bytes(content[: data.draw(st.integers(1, len(content)))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = load_image(image)
    assert torch.isfinite(picture).all() and 0 <= picture.min() and picture.max() <= 1
