"""Pictures of every kind come in as sRGB [3, H, W]; bad ones are refused with one sentence."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from wmpaint.errors import FileError, InputError, WmpaintError
from wmpaint.image import BUNDLED, bundled_picture, load_image, resize, sample_photo, save_png, to_uint8

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def ramp(height: int = 6, width: int = 8) -> np.ndarray:
    """[H, W, 3] uint8, no two pixels alike."""
    y, x = np.mgrid[:height, :width]
    return np.stack([y * 20, x * 20, y * 7 + x * 11], axis=2).astype(np.uint8)


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)


def check(picture: torch.Tensor, height: int, width: int) -> torch.Tensor:
    assert picture.shape == (3, height, width) and picture.dtype == torch.float32 and picture.is_contiguous()
    assert 0 <= picture.min() and picture.max() <= 1
    return picture


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "ppm"])
def test_lossless_files_come_in_exactly(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(ramp()).save(path)
    for source in (path, str(path)):
        assert torch.equal(check(load_image(source), 6, 8), as_tensor(ramp()))


@pytest.mark.parametrize("suffix", ["jpg", "webp", "gif"])
def test_lossy_files_come_in_nearly(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 30), (200, 100, 50)).save(path)
    expected = torch.tensor([200, 100, 50]).view(3, 1, 1) / 255
    assert (check(load_image(path), 30, 40) - expected).abs().max() < 0.02


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_pictures_are_read_by_name_unless_a_file_has_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()  # a folder of outputs is no picture
    path = bundled_picture(name)
    assert path is not None and torch.equal(load_image(name), load_image(path))
    assert torch.equal(load_image(Path(name)), load_image(path))
    (tmp_path / name).rmdir()
    Image.fromarray(ramp()).save(tmp_path / name, format="PNG")
    assert torch.equal(load_image(name), as_tensor(ramp()))
    assert bundled_picture(f"{name}.jpg") is None and bundled_picture(f"./{name}") is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(tmp_path: Path, orientation: int) -> None:
    """A picture stored turned, with the tag that says so, comes in as the picture that was meant."""
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation -> the PIL transpose that stores it so
    meant = Image.fromarray(ramp())
    stored = meant if orientation == 1 else meant.transpose(Image.Transpose(turns[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    assert torch.equal(check(load_image(tmp_path / "a.png"), 6, 8), as_tensor(ramp()))


def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    Image.fromarray(ramp()).save(tmp_path / "a.png", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff junk")
    check(load_image(tmp_path / "a.png"), 6, 8)


def test_alpha_is_laid_over_the_background(tmp_path: Path) -> None:
    pixels = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [255, 0, 0, 51]]], dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    white = load_image(tmp_path / "a.png")[:, 0].T
    assert torch.allclose(white, torch.tensor([[1, 0, 0], [1, 1, 1], [1, 0.8, 0.8]]))
    blue = load_image(tmp_path / "a.png", background=(0, 0, 1))[:, 0].T
    assert torch.allclose(blue, torch.tensor([[1, 0, 0], [0, 0, 1], [0.2, 0, 0.8]]))


def test_gray_alpha_palette_and_bits(tmp_path: Path) -> None:
    Image.fromarray(np.array([[[100, 255], [100, 0]]], dtype=np.uint8), mode=None).save(tmp_path / "la.png")
    assert torch.allclose(load_image(tmp_path / "la.png")[:, 0], torch.tensor([100 / 255, 1.0]).expand(3, 2))
    palette = Image.new("P", (2, 1))
    palette.putpalette([*RED, *GREEN])
    palette.putdata([0, 1])
    palette.save(tmp_path / "p.png")
    assert load_image(tmp_path / "p.png")[:, 0].T.tolist() == [[1, 0, 0], [0, 1, 0]]
    palette.save(tmp_path / "pt.png", transparency=1)
    assert load_image(tmp_path / "pt.png")[:, 0].T.tolist() == [[1, 0, 0], [1, 1, 1]]
    palette.save(tmp_path / "pb.png", transparency=bytes([255, 0]))
    assert load_image(tmp_path / "pb.png", background=(0, 0, 0))[:, 0].T.tolist() == [[1, 0, 0], [0, 0, 0]]
    bits = Image.new("1", (2, 1))
    bits.putdata([0, 255])
    bits.save(tmp_path / "1.png")
    assert load_image(tmp_path / "1.png")[:, 0].T.tolist() == [[0, 0, 0], [1, 1, 1]]
    Image.fromarray(ramp()[..., 0]).save(tmp_path / "l.png")
    assert torch.equal(load_image(tmp_path / "l.png")[1], as_tensor(ramp())[0])


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_sixteen_bits_keep_their_depth(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 1, 32768, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    assert torch.allclose(load_image(tmp_path / f"a.{suffix}")[0], torch.from_numpy(values / 65535).float())


def test_cmyk_jpeg(tmp_path: Path) -> None:
    # cyan 0, magenta 255, yellow 255 is red; a lot of black is dark
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    image.paste((0, 0, 0, 204), (8, 0, 16, 16))
    image.save(tmp_path / "a.jpg", quality=95)
    picture = check(load_image(tmp_path / "a.jpg"), 16, 16)
    assert (picture[:, 4, 3] - torch.tensor([1.0, 0, 0])).abs().max() < 0.06
    assert (picture[:, 4, 12] - 0.2).abs().max() < 0.06


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 6), color) for color in (RED, BLUE)]
    for name in ("a.gif", "a.webp", "a.png"):
        extra: dict[str, Any] = {"lossless": True} if name.endswith("webp") else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **extra)
        assert load_image(tmp_path / name)[:, 2, 2].tolist() == [1, 0, 0]


def swapped_profile() -> bytes:
    """The sRGB profile with its red and green primaries exchanged: pure red means green there."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")
    return data.replace("sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be"))


@pytest.mark.parametrize("alpha", [False, True])
def test_color_profile_is_converted(tmp_path: Path, alpha: bool) -> None:
    color = (*RED, 128) if alpha else RED
    Image.new("RGBA" if alpha else "RGB", (4, 4), color).save(tmp_path / "a.png", icc_profile=swapped_profile())
    expected = torch.tensor([0.0, 1, 0])
    if alpha:
        expected = expected * (128 / 255) + (1 - 128 / 255)
    assert (load_image(tmp_path / "a.png")[:, 1, 1] - expected).abs().max() < 0.02


def test_srgb_profile_changes_nothing_and_a_broken_one_is_left_aside_with_a_warning(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(ramp()).save(tmp_path / "a.png", icc_profile=srgb)
    assert torch.equal(load_image(tmp_path / "a.png"), as_tensor(ramp()))
    for profile in (b"no profile at all", srgb[:200], srgb[:16] + b"GRAY" + srgb[20:], srgb[:16] + b"CMYK" + srgb[20:]):
        Image.fromarray(ramp()).save(tmp_path / "a.png", icc_profile=profile)
        with pytest.warns(UserWarning, match=r"a\.png' has a color profile that does not fit it, or is broken"):
            assert torch.equal(load_image(tmp_path / "a.png"), as_tensor(ramp()))


# --- what is refused --------------------------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """A PNG of that size with no pixels behind its header."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    parts = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (chunk, data, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def refused(source: Any, error: type[WmpaintError], match: str, **options: Any) -> None:
    with pytest.raises(error, match=match) as caught:
        load_image(source, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [(20_000, 20_000), (11_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_before_decoding(tmp_path: Path, size: tuple[int, int]) -> None:
    """The file has no pixels, so anything that began to decode it would complain of a broken file."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(*size))
    refused(path, InputError, r"at most 100 megapixels.*bomb\.png")


def test_the_limit_is_an_argument(tmp_path: Path) -> None:
    Image.fromarray(ramp()).save(tmp_path / "a.png")
    refused(tmp_path / "a.png", InputError, r"at most 4e-05 megapixels, got 8 x 6 pixels", max_pixels=40)
    refused(ramp(), InputError, r"got 8 x 6 pixels in an array", max_pixels=40)
    check(load_image(tmp_path / "a.png", max_pixels=48), 6, 8)


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    refused(tmp_path / "none.jpg", FileError, r"no such file: '.*none\.jpg'")
    refused(tmp_path / "no" / "none.jpg", FileError, r"no such file")
    refused(tmp_path, FileError, "expected a picture file, got the folder")
    refused("", FileError, "expected a picture file, got the folder '.'|no such file")
    refused("/dev/zero", FileError, "device or pipe")
    refused("a\0b", FileError, "could not read|no such file")
    (tmp_path / "a.png").write_text("not a picture")
    refused(tmp_path / "a.png", FileError, r"expected a picture file \(PNG, JPEG.*a\.png")
    (tmp_path / "a.png").write_bytes(b"")
    refused(tmp_path / "a.png", FileError, r"expected a picture file")
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    refused(tmp_path / "a.eps", FileError, r"expected a picture file")
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    refused(tmp_path / "a.jpg", FileError, "no such file")


def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    refused(tmp_path / "pipe.png", FileError, "device or pipe")


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated_jpeg(tmp_path: Path, options: dict[str, Any], share: float) -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG", **options)
    (tmp_path / "cut.jpg").write_bytes(buffer.getvalue()[: int(share * buffer.tell())])
    refused(tmp_path / "cut.jpg", FileError, r"could not read '.*cut\.jpg': it is broken or cut short")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"]), st.data())
def test_damaged_files_are_refused_or_read_but_never_crash(kind: str, data: st.DataObject) -> None:
    import tempfile

    buffer = io.BytesIO()
    Image.fromarray(ramp(24, 32)).save(buffer, kind)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(content)
        try:
            picture = load_image(path, max_pixels=1_000_000)
        except WmpaintError as error:
            assert "\n" not in str(error)
        else:
            assert picture.shape[0] == 3 and torch.isfinite(picture).all()


# --- PIL, arrays, tensors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"])
def test_pil_images_of_every_mode(mode: str) -> None:
    image = Image.new(mode, (8, 6), {"LA": (0, 255), "RGBA": (0, 0, 0, 255)}.get(mode, 0))
    check(load_image(image), 6, 8)
    assert image.mode == mode  # left alone


def test_pil_image_equals_its_array() -> None:
    assert torch.equal(load_image(Image.fromarray(ramp())), load_image(ramp()))
    refused(Image.new("RGB", (0, 5)), InputError, "empty")
    refused(Image.new("La", (4, 4)), InputError, "common color mode, got La")
    refused(Image.new("I", (4, 4), 70_000), InputError, "expected 16-bit values")


def test_arrays() -> None:
    gray = ramp()[..., 0]
    expected = as_tensor(ramp())
    assert torch.equal(check(load_image(ramp()), 6, 8), expected)
    assert torch.equal(load_image(gray), expected[:1].expand(3, 6, 8))
    assert torch.equal(load_image(gray[..., None]), load_image(gray))
    assert torch.allclose(load_image(ramp().astype(np.uint16) * 257), expected)
    assert torch.allclose(load_image((ramp().astype(np.uint16) * 257).astype(">u2")), expected)
    for kind in (np.float16, np.float32, np.float64):
        assert torch.allclose(load_image((ramp() / 255).astype(kind)), expected, atol=1e-3)
    assert load_image(np.array([[True, False]]))[0].tolist() == [[1, 0]]
    straight = np.array([[[1.0, 0, 0, 0.25]]])
    assert torch.allclose(load_image(straight)[:, 0, 0], torch.tensor([1, 0.75, 0.75]))
    flipped = ramp()[::-1, ::-1]  # negative strides
    assert torch.equal(load_image(flipped), expected.flip(1, 2))


def test_input_is_neither_changed_nor_shared() -> None:
    array = (ramp() / 255).astype(np.float32)
    tensor = torch.rand(3, 6, 8)
    copies = array.copy(), tensor.clone()
    for source in (array, tensor):
        load_image(source).zero_()
    assert np.array_equal(array, copies[0]) and torch.equal(tensor, copies[1])


def test_tensors() -> None:
    expected = as_tensor(ramp())
    assert torch.equal(check(load_image(expected), 6, 8), expected)
    assert torch.equal(load_image(expected[:1]), expected[:1].expand(3, 6, 8))
    assert torch.equal(load_image(expected[0]), expected[:1].expand(3, 6, 8))
    assert torch.allclose(load_image((expected * 255).round().to(torch.uint8)), expected)
    assert torch.allclose(load_image(expected.bfloat16()), expected, atol=0.01)
    assert not load_image(expected.clone().requires_grad_()).requires_grad
    premultiplied = torch.tensor([0.25, 0, 0, 0.25]).view(4, 1, 1)
    assert torch.allclose(load_image(premultiplied)[:, 0, 0], torch.tensor([1, 0.75, 0.75]))
    assert torch.allclose(load_image(premultiplied, background=(0, 0, 0))[:, 0, 0], torch.tensor([0.25, 0, 0]))


@pytest.mark.parametrize(
    ("source", "match"),
    [
        (np.zeros((0, 5, 3)), "empty"),
        (np.zeros((5, 0)), "empty"),
        (torch.zeros(3, 0, 5), "empty"),
        (np.zeros((5, 5, 2)), r"expected a picture array .* got an array of shape \(5, 5, 2\)"),
        (np.zeros((3, 5, 5)), "expected a picture array"),
        (np.zeros(5), "expected a picture array"),
        (torch.zeros(5, 5, 3), "expected a picture tensor"),
        (torch.zeros(2, 3, 5, 5), "expected a picture tensor"),
        (np.full((4, 4), np.nan), "expected finite values .* nan at row 0, column 0"),
        (np.where(np.eye(4) > 0, 0, np.inf), "inf at row 0, column 1"),
        (torch.full((3, 2, 2), float("nan")), "expected finite values"),
        (np.full((4, 4, 3), 200.0), r"expected float values in 0\.\.1 .* got 200\.\.200"),
        (torch.full((3, 2, 2), -0.5), r"got -0\.5\.\.-0\.5"),
        (np.zeros((4, 4), dtype=np.int64), "got int64"),
        (np.zeros((4, 4), dtype=complex), "got complex128"),
        (np.array([["a", "b"]]), "expected values of type"),
        (np.array([[None]]), "got object"),
        (torch.tensor([1.0, 0, 0, 0.2]).view(4, 1, 1), "expected premultiplied RGBA"),
        (3, "got int"),
        (None, "got NoneType"),
        ([[0, 1]], "got list"),
        (io.BytesIO(b""), "got BytesIO"),
    ],
)
def test_refused_values(source: Any, match: str) -> None:
    refused(source, InputError, match)


@pytest.mark.parametrize("background", [(2, 0, 0), (0, 0), (float("nan"), 0, 0), 1.0])
def test_refused_backgrounds(background: Any) -> None:
    refused(ramp(), InputError, "expected a background", background=background)


# --- out, and resizing ------------------------------------------------------------------------------------------


def test_bytes_round_and_clamp() -> None:
    picture = torch.tensor([-1.0, 0.0, 0.5, 0.998, 1.0, 7.0]).expand(3, 1, 6)
    assert to_uint8(picture)[0, :, 0].tolist() == [0, 0, 128, 254, 255, 255]


def test_bytes_have_straight_alpha() -> None:
    picture = torch.tensor([0.25, 0.0, 0.5, 0.5]).view(4, 1, 1)
    assert to_uint8(picture)[0, 0].tolist() == [128, 0, 255, 128]
    assert to_uint8(torch.zeros(4, 1, 1))[0, 0].tolist() == [0, 0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**31 - 1))
def test_png_round_trip(height: int, width: int, seed: int) -> None:
    import tempfile

    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        save_png(Path(folder) / "a.png", as_tensor(pixels))
        assert torch.equal(load_image(Path(folder) / "a.png"), as_tensor(pixels))
        assert os.listdir(folder) == ["a.png"]


def test_png_of_a_transparent_picture(tmp_path: Path) -> None:
    picture = torch.tensor([[0.5, 0, 0, 0.5], [0, 0, 0, 0]]).T.reshape(4, 1, 2)
    save_png(tmp_path / "a.png", picture)
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "RGBA" and np.asarray(image)[0].tolist() == [[255, 0, 0, 128], [0, 0, 0, 0]]
    save_png(tmp_path / "b.png", torch.cat([picture[:3], torch.ones(1, 1, 2)]))
    with Image.open(tmp_path / "b.png") as image:
        assert image.mode == "RGB"


def test_refused_pictures_to_write(tmp_path: Path) -> None:
    for bad in (torch.zeros(2, 4, 4), torch.zeros(3, 0, 4), torch.zeros(4, 4), torch.full((3, 2, 2), float("nan"))):
        with pytest.raises(InputError):
            save_png(tmp_path / "a.png", bad)
    with pytest.raises(InputError, match="float tensor"):
        save_png(tmp_path / "a.png", torch.zeros(3, 2, 2, dtype=torch.uint8))
    with pytest.raises(InputError, match="got ndarray"):
        to_uint8(np.zeros((3, 2, 2)))  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == []
    with pytest.raises(FileError, match="does not exist"):
        save_png(tmp_path / "no" / "a.png", torch.zeros(3, 2, 2))


def test_resize_keeps_constants_and_means() -> None:
    assert torch.allclose(resize(torch.full((3, 37, 53), 0.3), 12, 90), torch.tensor(0.3), atol=1e-6)
    x = torch.linspace(0.1, 0.9, 64).expand(3, 48, 64)
    assert torch.allclose(resize(x, 12, 16)[:, :, 4:12], x.reshape(3, 12, 4, 16, 4).mean((2, 4))[:, :, 4:12], atol=1e-4)
    checkers = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float().expand(3, 64, 64)
    assert torch.allclose(resize(checkers, 8, 8), torch.tensor(0.5), atol=1e-2)  # no aliasing


def test_resize_is_clamped_differentiable_and_checked() -> None:
    step = torch.zeros(3, 8, 8, dtype=torch.float64)
    step[:, :, 4:] = 1
    step.requires_grad_()
    large = resize(step, 31, 17)
    assert large.shape == (3, 31, 17) and large.dtype == torch.float64 and 0 <= large.min() <= large.max() <= 1
    large.sum().backward()
    assert step.grad is not None and torch.isfinite(step.grad).all()
    assert resize(step, 8, 8) is step
    assert resize(torch.rand(1, 3, 3), 1, 1).shape == (1, 1, 1)
    for height, width in ((0, 4), (4, -1)):
        with pytest.raises(InputError, match="size of 1 pixel or more"):
            resize(torch.rand(3, 4, 4), height, width)
    with pytest.raises(InputError, match="not empty"):
        resize(torch.rand(3, 0, 4), 2, 2)


def test_the_sample_photo() -> None:
    path = sample_photo()
    assert path.stat().st_size <= 200_000
    picture = check(load_image(path), 300, 400)
    assert picture.std() > 0.1
