"""Pictures in: `load_image(source) -> [3, H, W]`, from files, from values, and of those that come along."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .. import checks
from ..errors import FileError, InputError, WmpaintError
from ..explain import explained
from ..foreign import foreign, reason
from .arrays import array_pixels, check_array, check_picture_tensor, tensor_pixels
from .decoding import exif_of, pil_pixels, quiet, readable, turned, uncovered, upright_size
from .kinds import KINDS, is_heic, unread
from .pixels import Pixels, blocks, check_size, factor_for, mega
from .png_rows import png_header, png_pixels
from .profiles import Converter, converter, plain_converter

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["BUNDLED", "GOAL", "bundled_picture", "is_plain", "load_image", "sample_photo", "size_of"]

# data/README.md says whose they are.
BUNDLED = {
    "sample": "sample.jpg", "castle": "castle.webp", "owl": "owl.webp", "starry_night": "starry_night.webp",
    "cafe_terrace": "cafe_terrace.webp",
}  # fmt: skip
_FOLDER = Path(__file__).parents[1] / "data"
# Read by Pillow's own decoders. Others are left out on purpose: EPS, say, would start another program.
_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "PPM", "JPEG2000")
_MOST = 100_000_000
GOAL = 4096  # pixels of the longer side that a goal of unknown height is kept at
_FAINT = 0.05  # of what alpha promises: less contrast than that cannot be painted
_RAW = 50706, 330  # tags of TIFF: a version of DNG, and pictures within pictures
_REDUCED = 254  # whose lowest bit says that the first picture is a thumbnail


@explained
def load_image(
    source: Any,  # path, PIL image, array [H, W] or [H, W, 1|3|4], tensor [H, W] or [1|3|4, H, W]
    *,
    background: tuple[float, float, float] = (1.0, 1.0, 1.0),
    max_pixels: int = _MOST,
    most: int | None = None,
) -> Tensor:
    """Any picture as sRGB: a float32 tensor [3, H, W] in 0..1 on the CPU, outside any graph.

    EXIF rotation is applied, transparency laid over `background`, and the colors of any profile, or of
    what else the file says of them, converted to sRGB. Of an animation or a file of several pages the
    first picture counts. Integers count from 0 to their type's maximum (uint8, uint16, bool); floats are
    taken to lie in 0..1. Alpha is straight in files, PIL and NumPy; a tensor [4, H, W] is premultiplied,
    as renderers give it.

    Args:
        source: a path, the name of a bundled picture (`bundled_picture`) unless a file has that name, a PIL image, a
            NumPy array or a torch tensor.
        background: what shows through transparency, sRGB in 0..1. A warning tells if nearly nothing is seen on it.
        max_pixels: refuse larger pictures; a file is refused before it is decoded. (Pillow's own
            limit, about 179 megapixels unless `PIL.Image.MAX_IMAGE_PIXELS` says otherwise, holds too.)
        most: pixels of the longer side that are of use: a larger picture is reduced by a whole number while it is
            decoded, so that half of it, or more, is left, and memory is spared.

    Raises:
        FileError: no such file, a folder, not a picture, or a broken or truncated one.
        InputError: an empty or too large picture, a wrong shape, type or range, NaN.
    """
    ground = np.array(checks.numbers("a background", background, 3, 0, 1), np.float32)
    most = None if most is None else checks.whole("most of … pixels", most, 1)
    if isinstance(source, str | os.PathLike):
        found = _from_file(_named(source), max_pixels, most, ground)
    elif isinstance(source, Tensor):
        what = f"a tensor of shape {tuple(source.shape)}"
        found = _of_values(tensor_pixels(source, max_pixels), most, ground, what)
    elif isinstance(source, np.ndarray):
        what = f"an array of shape {source.shape}"
        found = _of_values(array_pixels(source, what, max_pixels), most, ground, what)
    elif hasattr(source, "getbands"):
        check_size(source.size, "the image", max_pixels)
        pixels, exif = pil_pixels(source, "the image"), exif_of(source)
        convert = converter(source.info, exif, pixels.kind, "the image")
        found = turned(_laid(pixels, factor_for(source.size, most), convert, ground, "the image"), exif)
    else:
        raise _no_picture(source)
    return torch.from_numpy(np.ascontiguousarray(found))


def size_of(source: Any) -> tuple[int, int]:
    """(height, width) of what `load_image` takes, upright; a file is not decoded for it.

    Raises:
        FileError, InputError: what `load_image` raises of all but the pixels.
    """
    if isinstance(source, str | os.PathLike):
        path = _named(source)
        shown = repr(os.fspath(path))
        _check_file(path, shown)
        with _opened(path, shown, _MOST) as image:
            header = png_header(path) if image.format == "PNG" else None
            exif = exif_of(image) if header is None else header.exif
            return upright_size(image.size, exif)
    if isinstance(source, Tensor):
        height, width = check_picture_tensor(source)
    elif isinstance(source, np.ndarray):
        height, width = check_array(source, f"an array of shape {source.shape}")
    elif hasattr(source, "getbands"):
        return upright_size(source.size, exif_of(source))
    else:
        raise _no_picture(source)
    check_size((width, height), "the picture", sys.maxsize)
    return height, width


def bundled_picture(name: str | os.PathLike[str]) -> Path | None:
    """The file of a bundled picture: sample, castle, owl, starry_night or cafe_terrace; None for other names."""
    file = BUNDLED.get(os.fspath(name))
    return None if file is None else _FOLDER / file


def sample_photo() -> Path:
    """The bundled photo: a cat, 400 x 300 pixels, CC0 (see data/README.md)."""
    return _FOLDER / BUNDLED["sample"]


def _named(source: str | os.PathLike[str]) -> Path:
    """The file that is meant: the bundled picture of that name, unless a file of the name lies here."""
    path = Path(source)
    known = bundled_picture(source)
    return path if known is None or path.is_file() else known


def _no_picture(source: Any) -> InputError:
    return InputError(
        f"expected a picture as a path, a PIL image, a NumPy array or a tensor, got {type(source).__name__}"
    )


def is_plain(picture: Tensor) -> bool:  # [3, H, W]
    """Whether a picture has one color everywhere, as far as bytes can tell."""
    return bool((picture.amax((1, 2)) - picture.amin((1, 2)) < 1 / 255).all())


def _of_values(pixels: Pixels, most: int | None, ground: np.ndarray, what: str) -> np.ndarray:
    factor = factor_for((pixels.width, pixels.height), most)
    return _laid(pixels, factor, plain_converter(pixels.kind), ground, what)


def _laid(pixels: Pixels, factor: int, convert: Converter, ground: np.ndarray, shown: str) -> np.ndarray:
    """The pixels as sRGB [3, H, W], on the ground."""
    height, width = -(-pixels.height // factor), -(-pixels.width // factor)
    found = np.empty((3, height, width), np.float32)
    top, promised, seen, clear = 0, 0.0, 0.0, 0
    for block in blocks(pixels, factor):
        color = convert(block[..., :-1] if pixels.alpha else block)
        if pixels.alpha:
            alpha = block[..., -1:]
            change = (color - ground) * alpha
            promised += float(np.square(alpha).sum(dtype=np.float64))
            seen += float(np.square(change).max(-1).sum(dtype=np.float64))
            clear += int((alpha < 0.5).sum())
            color = color * alpha + ground * (1 - alpha)
        found[:, top : top + len(block)] = color.transpose(2, 0, 1)
        top += len(block)
    if clear and not promised:
        warnings.warn(f"{shown} is transparent everywhere: nothing of it shows", stacklevel=3)
    elif clear > 0.001 * height * width and seen < _FAINT**2 * promised:
        name = "#" + "".join(f"{round(255 * float(c)):02x}" for c in ground)
        warnings.warn(
            f"nearly nothing of {shown} shows on the ground that its transparency is laid on ({name}): "
            "choose another one with background (--background)",
            stacklevel=3,
        )
    return found


# --- files ------------------------------------------------------------------------------------------------------


def _from_file(path: Path, max_pixels: int, most: int | None, ground: np.ndarray) -> np.ndarray:
    shown = repr(os.fspath(path))
    _check_file(path, shown)
    with _opened(path, shown, max_pixels) as image:
        check_size(image.size, shown, max_pixels)
        factor = factor_for(image.size, most)
        header = png_header(path) if image.format == "PNG" else None
        codes = header.cicp if header is not None else _nclx(path, image)
        if header is not None and header.rows and (header.bits == 16 or factor > 1):
            with path.open("rb") as file, readable(shown):
                pixels = png_pixels(file, header)
                convert = converter(image.info, header.exif, pixels.kind, shown, codes)
                return turned(_laid(pixels, factor, convert, ground, shown), header.exif)
        if factor > 1:  # JPEG can be decoded at a half, a quarter or an eighth
            scale = 1 << min(3, factor.bit_length() - 1)
            image.draft(image.mode, (max(1, image.width // scale), max(1, image.height // scale)))
            factor = factor_for(image.size, most)
        pixels, exif = pil_pixels(image, shown), exif_of(image)
        convert = converter(image.info, exif, pixels.kind, shown, codes)
        return turned(_laid(pixels, factor, convert, ground, shown), exif)


def _check_file(path: Path, shown: str) -> None:
    with foreign("a picture file", path):
        if path.is_dir():
            raise FileError(f"expected a picture file, got the folder {shown}")
        if path.exists() and not path.is_file():
            raise FileError(f"expected a picture file, got the device or pipe {shown}")


def _opened(path: Path, shown: str, max_pixels: int) -> Image.Image:
    """The image, not yet decoded."""
    from PIL import Image, UnidentifiedImageError

    # Pillow's decoders raise nearly any type on a broken file, so each is taken to say just that.
    with quiet():
        try:
            Image.init()
            if is_heic(path):
                return _heic(path, shown)
            image = uncovered(Image.open(path, formats=[f for f in _FORMATS if f in Image.OPEN]))
        except FileNotFoundError as error:
            stem = path.stem
            hint = f"; {stem} is a bundled picture" if stem in BUNDLED else ""
            raise FileError(f"no such file: {shown}{hint}") from error
        except Image.DecompressionBombError as error:
            raise InputError(f"expected a picture of at most {mega(max_pixels)}, got more in {shown}") from error
        except UnidentifiedImageError as error:
            told = unread(path) or "which is none or is broken"
            raise FileError(f"expected a picture file ({KINDS}), got {shown}, {told}") from error
        except (WmpaintError, MemoryError):
            raise
        except Exception as error:
            why = reason(error) if getattr(error, "errno", None) else "it is broken"
            raise FileError(f"could not read {shown}: {why}") from error
        if image.format == "TIFF" and _is_raw(image):
            image.close()
            told = "which is a raw photo: develop it first, and save it as JPEG or TIFF"
            raise FileError(f"expected a picture file ({KINDS}), got {shown}, {told}")
        return image


def _heic(path: Path, shown: str) -> Image.Image:
    """By pillow-heif, where it is installed."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise FileError(f"expected a picture file ({KINDS}), got {shown}, {unread(path)}") from error
    return HeifImageFile(path)


def _is_raw(image: Any) -> bool:
    tags = image.tag_v2
    reduced = tags.get(_REDUCED, 0)
    return _RAW[0] in tags or (_RAW[1] in tags and isinstance(reduced, int) and bool(reduced & 1))


def _nclx(path: Path, image: Image.Image) -> tuple[int, int] | None:
    """The code points of primaries and transfer that HEIC and AVIF carry in place of a profile."""
    if image.format not in ("AVIF", "HEIF"):
        return None
    with path.open("rb") as file:
        head = file.read(1 << 16)
    at = head.find(b"colrnclx")
    if at < 0 or len(head) < at + 12:
        return None
    return int.from_bytes(head[at + 8 : at + 10], "big"), int.from_bytes(head[at + 10 : at + 12], "big")
