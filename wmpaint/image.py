"""Pictures in and out: `load_image(source) -> [3, H, W]` and `save_png(path, picture)`.

Inside wmpaint a picture is a float tensor [C, H, W] in 0..1, row 0 at the top: sRGB with C = 3, or
premultiplied RGBA with C = 4. Files, PIL and NumPy carry straight alpha, as is usual there.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .errors import FileError, InputError
from .explain import explained
from .files import atomic_path

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["load_image", "resize", "sample_photo", "save_png", "to_uint8", "to_uint16"]

# Read by Pillow's own decoders. Others are left out on purpose: EPS, say, would start another program.
_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "PPM", "JPEG2000")
_KINDS = "PNG, JPEG, WebP, AVIF, TIFF, GIF, BMP"
_MEGA = 1_000_000
_SLACK = 1e-3  # how far floats may leave 0..1 (rounding, resampling) and still be clamped


@explained
def load_image(
    source: Any,  # path, PIL image, array [H, W] or [H, W, 1|3|4], tensor [H, W] or [1|3|4, H, W]
    *,
    background: tuple[float, float, float] = (1.0, 1.0, 1.0),
    max_pixels: int = 100 * _MEGA,
) -> Tensor:
    """Any picture as sRGB: a float32 tensor [3, H, W] in 0..1 on the CPU, outside any graph.

    EXIF rotation is applied, transparency laid over `background`, and an embedded color profile
    converted to sRGB. Of an animation or a file of several pages the first picture counts. Integers
    count from 0 to their type's maximum (uint8, uint16, bool); floats are taken to lie in 0..1.
    Alpha is straight in files, PIL and NumPy; a tensor [4, H, W] is premultiplied, as renderers give it.

    Args:
        source: a path, a PIL image, a NumPy array or a torch tensor.
        background: what shows through transparency, sRGB in 0..1.
        max_pixels: refuse larger pictures; a file is refused before it is decoded. (Pillow's own
            limit, about 179 megapixels unless `PIL.Image.MAX_IMAGE_PIXELS` says otherwise, holds too.)

    Raises:
        FileError: no such file, a folder, not a picture, or a broken or truncated one.
        InputError: an empty or too large picture, a wrong shape, type or range, NaN.
    """
    ground = np.asarray(background, dtype=np.float32)
    if ground.shape != (3,) or not ((ground >= 0) & (ground <= 1)).all():
        raise InputError(f"expected a background of 3 numbers in 0..1, got {background!r}")
    if isinstance(source, str | os.PathLike):
        pixels = _read(Path(source), max_pixels)
    elif isinstance(source, Tensor):
        pixels = _from_tensor(source, max_pixels)
    elif isinstance(source, np.ndarray):
        pixels = _from_array(source, f"an array of shape {source.shape}", max_pixels)
    elif hasattr(source, "getbands"):
        _check_size(source.size, "the image", max_pixels)
        pixels = _from_pil(source, "the image")
    else:
        raise InputError(
            f"expected a picture as a path, a PIL image, a NumPy array or a tensor, got {type(source).__name__}"
        )
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:]
        pixels = pixels[..., :3] * alpha + ground * (1 - alpha)
    return torch.from_numpy(np.array(pixels.transpose(2, 0, 1), dtype=np.float32, order="C"))


def resize(picture: Tensor, height: int, width: int) -> Tensor:  # [C, H, W] -> [C, height, width]
    """The picture at another size: antialiased bicubic, clamped to 0..1; differentiable.

    Raises:
        InputError: not a float picture [C, H, W], or a size below 1 pixel.
    """
    _check_picture(picture, channels=None)
    if height < 1 or width < 1:
        raise InputError(f"expected a size of 1 pixel or more, got {width} x {height}")
    if tuple(picture.shape[1:]) == (height, width):
        return picture
    resized = F.interpolate(picture[None], size=(height, width), mode="bicubic", antialias=True)
    return resized[0].clamp(0, 1)


def to_uint8(picture: Tensor) -> np.ndarray:  # [3|4, H, W] -> [H, W, 3|4]
    """The picture as bytes with straight alpha, as PIL and files have it; values are clamped to 0..1.

    Raises:
        InputError: not a float picture [3, H, W] or [4, H, W], empty, or with values that are not finite.
    """
    return _integers(picture, 255).astype(np.uint8)


def to_uint16(picture: Tensor) -> np.ndarray:  # [3|4, H, W] -> [H, W, 3|4]
    """As `to_uint8`, from 0 to 65535."""
    return _integers(picture, 65535).astype(np.uint16)


def _integers(picture: Tensor, top: int) -> np.ndarray:
    _check_picture(picture, channels=(3, 4))
    values = np.asarray(picture.detach().cpu().to(torch.float32).permute(1, 2, 0))
    _check_finite(values, "a picture")
    return np.rint(np.clip(_straight(values), 0, 1) * np.float32(top))


def save_png(path: str | os.PathLike[str], picture: Tensor) -> None:  # [3|4, H, W]
    """Write an 8-bit PNG, whole or not at all; an alpha channel that is 1 everywhere is left out.

    Raises:
        FileError: it cannot be written.
        InputError: as `to_uint8`.
    """
    from PIL import Image

    pixels = to_uint8(picture)
    if pixels.shape[2] == 4 and (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    with atomic_path(path) as temporary:
        image.save(temporary, format="PNG")


def sample_photo() -> Path:
    """The bundled photo: a cat, 400 x 300 pixels, CC0 (see data/README.md)."""
    return Path(__file__).parent / "data" / "sample.jpg"


# --- files and PIL images ---------------------------------------------------------------------------------------


def _read(path: Path, max_pixels: int) -> np.ndarray:  # [H, W, 3|4]
    from PIL import Image, UnidentifiedImageError

    shown = repr(os.fspath(path))
    try:
        if path.is_dir():
            raise FileError(f"expected a picture file, got the folder {shown}")
        if path.exists() and not path.is_file():
            raise FileError(f"expected a picture file, got the device or pipe {shown}")
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"could not read {shown}: {getattr(error, 'strerror', None) or error}") from error
    # Pillow's decoders raise nearly any type on a broken file, so each is taken to say just that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            Image.init()
            image = Image.open(path, formats=[f for f in _FORMATS if f in Image.OPEN])
        except FileNotFoundError as error:
            raise FileError(f"no such file: {shown}") from error
        except Image.DecompressionBombError as error:
            raise InputError(f"expected a picture of at most {_mega(max_pixels)}, got more in {shown}") from error
        except UnidentifiedImageError as error:
            raise FileError(f"expected a picture file ({_KINDS}), got {shown}, which is none or is broken") from error
        except OSError as error:
            raise FileError(f"could not read {shown}: {error.strerror or 'it is broken'}") from error
        except Exception as error:
            raise FileError(f"could not read {shown}: it is broken") from error
        with image:
            _check_size(image.size, shown, max_pixels)
            return _from_pil(image, shown)


def _from_pil(image: Image.Image, shown: str) -> np.ndarray:  # [H, W, 3|4]
    try:
        image.load()
    except Exception as error:
        raise FileError(f"could not read {shown}: it is broken or cut short") from error
    image = _upright(image)
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image)
        if image.mode.startswith("I"):  # 16-bit gray, in 16 or 32 bits
            if values.size and not 0 <= values.min() <= values.max() <= 65535:
                raise InputError(f"expected 16-bit values in {shown}, got {values.min()}..{values.max()}")
            values = values.astype(np.uint16)
        return _from_array(values, shown, values.size)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    try:
        if mode == "RGBA" or image.mode == "P":
            image = image.convert(mode)
        image = _to_srgb(image, mode).convert(mode)
    except ValueError as error:
        raise InputError(f"expected {shown} in a common color mode, got {image.mode}") from error
    return np.asarray(image, dtype=np.float32) / 255


def _upright(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # unreadable EXIF says nothing about the rotation, and is no reason to refuse a photo
        return image


def _to_srgb(image: Image.Image, mode: str) -> Image.Image:
    """The image converted by its embedded profile; as it is when there is none, or one that does not fit."""
    import io

    profile = image.info.get("icc_profile")
    if not profile:
        return image
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return image if converted is None else converted


# --- arrays and tensors -----------------------------------------------------------------------------------------


def _from_tensor(tensor: Tensor, max_pixels: int) -> np.ndarray:  # [H, W] or [C, H, W] -> [H, W, 3|4]
    what = f"a tensor of shape {tuple(tensor.shape)}"
    if tensor.ndim not in (2, 3) or (tensor.ndim == 3 and tensor.shape[0] not in (1, 3, 4)):
        raise InputError(f"expected a picture tensor [H, W], [1, H, W], [3, H, W] or [4, H, W], got {what}")
    tensor = tensor.detach().cpu()
    if tensor.dtype is torch.bfloat16:  # unknown to NumPy
        tensor = tensor.float()
    values = (tensor if tensor.ndim == 2 else tensor.permute(1, 2, 0)).numpy()
    pixels = _from_array(values, what, max_pixels)
    if pixels.shape[2] == 4 and (pixels[..., :3] > pixels[..., 3:] + 1 / 255).any():
        raise InputError(f"expected premultiplied RGBA in {what}, got color values above their alpha")
    return _straight(pixels)


def _from_array(values: np.ndarray, what: str, max_pixels: int) -> np.ndarray:  # [H, W(, 1|3|4)] -> [H, W, 3|4]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (1, 3, 4)):
        raise InputError(f"expected a picture array [H, W], [H, W, 1], [H, W, 3] or [H, W, 4], got {what}")
    _check_size((values.shape[1], values.shape[0]), what, max_pixels)
    if values.dtype == np.bool_:
        pixels = values.astype(np.float32)
    elif values.dtype.kind == "u" and values.dtype.itemsize <= 2:
        pixels = values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)
    elif np.issubdtype(values.dtype, np.floating):
        _check_finite(values, what)
        low, high = float(values.min()), float(values.max())
        if low < -_SLACK or high > 1 + _SLACK:
            raise InputError(f"expected float values in 0..1 in {what}, got {low:g}..{high:g}")
        pixels = values.astype(np.float32).clip(0, 1)
    else:
        raise InputError(f"expected values of type uint8, uint16, bool or float in {what}, got {values.dtype}")
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _straight(pixels: np.ndarray) -> np.ndarray:  # [H, W, 3|4]
    """Premultiplied RGBA with its color divided out; where nothing is painted the color is 0."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:]
    color = np.divide(pixels[..., :3], alpha, out=np.zeros_like(pixels[..., :3]), where=alpha > 0)
    return np.concatenate([color.clip(0, 1), alpha], axis=2)


def _check_size(size: tuple[int, int], what: str, max_pixels: int) -> None:  # (width, height)
    width, height = size
    if width < 1 or height < 1:
        raise InputError(f"expected a picture of 1 pixel or more, got {what}, which is empty")
    if width * height > max_pixels:
        raise InputError(f"expected a picture of at most {_mega(max_pixels)}, got {width} x {height} pixels in {what}")


def _check_finite(values: np.ndarray, what: str) -> None:
    bad = ~np.isfinite(values)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(f"expected finite values in {what}, got {values[index]} at row {index[0]}, column {index[1]}")


def _check_picture(picture: Tensor, channels: tuple[int, ...] | None) -> None:
    if not isinstance(picture, Tensor) or not picture.is_floating_point():
        kind = picture.dtype if isinstance(picture, Tensor) else type(picture).__name__
        raise InputError(f"expected a picture as a float tensor [C, H, W], got {kind}")
    if picture.ndim != 3 or 0 in picture.shape or (channels and picture.shape[0] not in channels):
        wanted = "C" if channels is None else " or ".join(str(c) for c in channels)
        raise InputError(f"expected a picture [{wanted}, H, W] that is not empty, got shape {tuple(picture.shape)}")


def _mega(pixels: int) -> str:
    return f"{pixels / _MEGA:g} megapixels"
