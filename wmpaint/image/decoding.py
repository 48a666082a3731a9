"""What Pillow decodes as `Pixels`: `pil_pixels(image, shown) -> Pixels`, and `turned`, by Exif's rotation."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FileError, InputError, WmpaintError
from .arrays import array_pixels
from .pixels import Pixels

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["exif_of", "pil_pixels", "quiet", "readable", "turned", "uncovered", "upright_size"]

_KINDS = {"L": "gray", "LA": "gray", "RGB": "rgb", "RGBA": "rgb", "CMYK": "cmyk", "LAB": "lab"}
_AS = {"1": "L", "P": "RGB", "PA": "RGBA", "YCbCr": "RGB", "HSV": "RGB", "RGBX": "RGB"}
_ORIENTATION = 0x0112


def pil_pixels(image: Image.Image, shown: str) -> Pixels:
    """The pixels of an image, decoded as bytes.

    Raises:
        FileError: it is broken. InputError: a mode that is none of files.
    """
    with readable(shown), quiet():
        image.load()
    if image.mode.startswith(("I", "F")):
        return _deep(image, shown)
    mode = _AS.get(image.mode, image.mode)
    clear = image.has_transparency_data
    through = "RGBA" if clear and mode in ("L", "RGB") else ""
    if mode not in _KINDS:
        raise InputError(f"expected {shown} in a common color mode, got {image.mode}")

    def rows(top: int, bottom: int) -> np.ndarray:
        part = image.crop((0, top, image.width, bottom))
        try:
            with quiet():
                part = part.convert(through or mode)
        except ValueError as error:
            raise InputError(f"expected {shown} in a common color mode, got {image.mode}") from error
        values = np.asarray(part)
        if mode == "LAB":  # a and b have a sign in Pillow's bytes
            values = values ^ np.array([0, 128, 128], np.uint8)
        values = values.astype(np.float32) / 255
        if through and mode == "L":
            values = values[..., [0, 3]]
        return values[..., None] if values.ndim == 2 else values

    return Pixels(image.height, image.width, rows, _KINDS[mode], alpha=bool(through) or mode.endswith("A"))


def uncovered(image: Any) -> Any:
    """The image, not yet decoded; where no frame of an animated WebP covers its canvas, transparent, as in browsers.

    Pillow takes the canvas for opaque, and black, if all frames are opaque, however small.
    """
    if image.format == "WEBP" and image.rawmode == "RGBX" and image.is_animated:
        image.rawmode = image._mode = "RGBA"
    return image


def _deep(image: Image.Image, shown: str) -> Pixels:
    """Gray of more than 8 bits, or in floats."""
    if image.mode.startswith("F"):
        return array_pixels(np.asarray(image), shown, image.width * image.height)
    key = image.info.get("transparency")
    alpha = isinstance(key, int)

    def rows(top: int, bottom: int) -> np.ndarray:
        values = np.asarray(image.crop((0, top, image.width, bottom)))[..., None]
        low, high = values.min(), values.max()
        if not 0 <= low <= high <= 65535:  # 16-bit gray, in 16 or 32 bits
            raise InputError(f"expected 16-bit values in {shown}, got {low}..{high}")
        gray = values.astype(np.float32) / np.float32(65535)
        return np.concatenate([gray, (values != key).astype(np.float32)], axis=2) if alpha else gray

    return Pixels(image.height, image.width, rows, "gray", alpha)


def exif_of(image: Image.Image) -> Image.Exif:
    """Exif; without a tag where it is broken, which is no reason to refuse a photo."""
    from PIL import Image as module

    try:
        with quiet():
            return image.getexif()
    except Exception:
        return module.Exif()


def turned(pixels: np.ndarray, exif: Image.Exif) -> np.ndarray:  # [3, H, W]
    """The picture upright, by what Exif says."""
    orientation: Any = exif.get(_ORIENTATION, 1)
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(0, 2, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, :, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[:, ::-1]
    return pixels


def upright_size(size: tuple[int, int], exif: Image.Exif) -> tuple[int, int]:
    """(height, width) upright, of a (width, height) as it lies in the file."""
    return size if exif.get(_ORIENTATION, 1) in (5, 6, 7, 8) else size[::-1]


# --- what decoders have to say ----------------------------------------------------------------------------------


@contextlib.contextmanager
def readable(shown: str) -> Iterator[None]:
    """Whatever a decoder raises is a FileError that says that the picture is broken."""
    try:
        yield
    except (WmpaintError, MemoryError, Warning):
        raise
    except Exception as error:
        raise FileError(f"could not read {shown}: it is broken or cut short") from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Decoders' remarks are for programmers: what counts of them comes as an exception."""
    with warnings.catch_warnings(), _hushed():
        warnings.simplefilter("ignore")
        yield


_lock = threading.Lock()
_quiet = 0
_before: list[tuple[Any, int | None]] = []


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """While any thread is within, libtiff prints no lines of its own on stderr."""
    global _quiet
    with _lock:
        _quiet += 1
        if _quiet == 1:
            _before[:] = [(setter, setter(None)) for setter in _setters()]
    try:
        yield
    finally:
        with _lock:
            _quiet -= 1
            if not _quiet:
                for setter, handler in _before:
                    setter(handler)


def _setters() -> list[Any]:
    """libtiff's functions that set who hears errors and warnings, in the library that Pillow has loaded."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
        path = next(line.split(maxsplit=5)[5] for line in lines if "libtiff" in line.rpartition("/")[2])
        library = ctypes.CDLL(path)
        found = [library.TIFFSetErrorHandler, library.TIFFSetWarningHandler]
    except (OSError, StopIteration, IndexError, AttributeError):  # another system, or a Pillow without it
        return []
    for setter in found:
        setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
    return found
