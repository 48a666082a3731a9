"""A folder of pictures: `photos("celeba/") -> Photos`; read when they are asked for, with classes from subfolders.

Line drawings, such as Omniglot's, become amounts of ink. A folder is taken for one of line drawings if the 16
pictures that are looked at, spread over the folder, have no color, and nine tenths of their borders and six
tenths of all their pixels are light; or are dark, for those of light lines on a dark ground.
"""

from __future__ import annotations

import math
import os
import threading
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .. import checks
from ..errors import FileError
from ..image import load_image
from .base import Data, Examples, check_count, check_side, parts, picture_numbers

__all__ = ["Photos", "photos"]

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".ppm", ".pgm", ".jp2")
HEIC = (".heic", ".heif")  # read where pillow-heif is installed
MOST = 2_000_000  # files
SMALLEST = 0.3  # of the shorter side, that a crop is long at least
KEPT = 256 << 20  # bytes of decoded pictures
LONGEST = 512  # pixels of a decoded picture's shorter side; larger ones are reduced
_LOOKED_AT = 16
_GRAY = (0.299, 0.587, 0.114)  # how bright red, green and blue are


@dataclass(eq=False)
class _Shelf:
    """Decoded pictures, the least used thrown away first. Several threads may ask."""

    limit: int
    used: int = 0
    pictures: OrderedDict[Path, Tensor] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: Path) -> Tensor:  # [3, H, W] uint8
        with self.lock:
            if path in self.pictures:
                self.pictures.move_to_end(path)
                return self.pictures[path]
        picture = _decoded(path)
        with self.lock:
            if path not in self.pictures:
                self.pictures[path] = picture
                self.used += picture.numel()
                while self.used > self.limit and len(self.pictures) > 1:
                    self.used -= self.pictures.popitem(last=False)[1].numel()
        return picture


def _decoded(path: Path) -> Tensor:
    picture = load_image(path, most=4 * LONGEST)
    shorter = min(picture.shape[1:])
    if shorter > LONGEST:
        size = [math.ceil(s * LONGEST / shorter) for s in picture.shape[1:]]
        picture = F.interpolate(picture[None], size=size, mode="bilinear", antialias=True)[0]
    return (picture.clamp(0, 1) * 255).round().to(torch.uint8)


@dataclass(frozen=True, eq=False)
class Photos(Data):
    """Pictures in files.

    `take` cuts out the middle square. `sample` cuts out squares of 30 to 100 % of the shorter side, half of them
    mirrored; of line drawings it takes the whole square as it is, since letters have a size and a side.

    Args:
        name: for reports.
        files: the pictures.
        labels: [N] int64, or None.
        classes: what they mean.
        light: whether the ground of line drawings is light.
        channels: 1 for line drawings, as amounts of ink; 3 for sRGB.
        shelf: what has been decoded.
        credit: whom the pictures are owed to.
    """

    name: str
    files: tuple[Path, ...]
    labels: Tensor | None = None
    classes: tuple[str, ...] = ()
    light: bool = True
    channels: int = 3
    shelf: _Shelf = field(default_factory=lambda: _Shelf(KEPT), repr=False)
    credit: str = ""

    def __len__(self) -> int:
        return len(self.files)

    def sample(self, count: int, *, side: int, generator: torch.Generator) -> Examples:
        """Random pictures and, of photos, random crops."""
        check_side(side)
        index = torch.randint(len(self), (check_count(count),), generator=generator)
        chance = torch.rand(count, 4, generator=generator).tolist()
        pictures = []
        for i, (size, x, y, mirror) in zip(index.tolist(), chance, strict=True):
            picture = self._picture(i)
            if self.channels == 1:
                pictures.append(_cut(picture, 1.0, 0.5, 0.5, side))
                continue
            cut = _cut(picture, SMALLEST + (1 - SMALLEST) * size, x, y, side)
            pictures.append(cut.flip(-1) if mirror < 0.5 else cut)
        return self._examples(pictures, index)

    def take(self, index: Sequence[int] | Tensor, *, side: int) -> Examples:
        """The middle squares of pictures by number."""
        check_side(side)
        index = picture_numbers(index, len(self))
        return self._examples([_cut(self._picture(i), 1.0, 0.5, 0.5, side) for i in index.tolist()], index)

    def split(self, held_out: float | int | None = None) -> tuple[Photos, Photos]:
        """A random choice of the files to train with, and the others."""
        train, test = parts(len(self), held_out, what=self.name)
        return self._some(train), self._some(test)

    def _some(self, index: Tensor) -> Photos:
        files = tuple(self.files[i] for i in index.tolist())
        return replace(self, files=files, labels=None if self.labels is None else self.labels[index])

    def _picture(self, i: int) -> Tensor:  # [C, H, W] uint8
        picture = self.shelf.get(self.files[i])
        if self.channels == 3:
            return picture
        gray = (picture.float() * torch.tensor(_GRAY)[:, None, None]).sum(0, keepdim=True).round().to(torch.uint8)
        return 255 - gray if self.light else gray

    def _examples(self, pictures: list[Tensor], index: Tensor) -> Examples:
        return Examples(torch.stack(pictures), labels=None if self.labels is None else self.labels[index])


def _cut(picture: Tensor, share: float, x: float, y: float, side: int) -> Tensor:  # [C, H, W] -> [C, side, side]
    """A square of a share of the shorter side, at x and y in 0..1 of where it can be."""
    height, width = picture.shape[1:]
    size = max(1, round(share * min(height, width)))
    top, left = round(y * (height - size)), round(x * (width - size))
    cut = picture[:, top : top + size, left : left + size].float() / 255
    if size != side:
        cut = F.interpolate(cut[None], size=(side, side), mode="bilinear", antialias=side < size)[0]
    return cut.clamp(0, 1)


def photos(folder: str | Path, *, ink: bool | None = None, kept: int = KEPT) -> Photos:
    """The pictures of a folder and its subfolders; what lies in one subfolder is one class.

    Args:
        ink: whether they are line drawings, to be taken as amounts of ink; None looks at some.
        kept: bytes of decoded pictures that are kept in memory.

    Raises:
        FileError: no such folder, none or too many pictures in it, or one that cannot be read.
    """
    folder = Path(folder)
    shown = repr(os.fspath(folder))
    if not folder.is_dir():
        raise FileError(f"expected a folder of pictures, got {shown}")
    kept = checks.whole("… bytes to keep", kept, 0)
    files = _files(folder)
    if not files:
        raise FileError(f"expected a folder with pictures ({', '.join(SUFFIXES[:4])} ...), got {shown} with none")
    kinds = [path.parent.relative_to(folder).as_posix() for path in files]
    classes = tuple(sorted(set(kinds)))
    labels = None
    if len(classes) > 1:
        number = {kind: i for i, kind in enumerate(classes)}
        labels = torch.tensor([number[kind] for kind in kinds])
    shelf = _Shelf(kept)
    light = False
    if ink is not False:
        step = max(1, len(files) // _LOOKED_AT)
        grounds = [_ground(shelf.get(path)) for path in files[::step][:_LOOKED_AT]]
        light = 2 * sum(bright >= 0.5 for bright, _ in grounds) >= len(grounds)
        ink = ink or all(drawing and (bright >= 0.5) == light for bright, drawing in grounds)
    name = folder.resolve().name
    return Photos(name, tuple(files), labels, () if labels is None else classes, light, 1 if ink else 3, shelf)


def _files(folder: Path) -> list[Path]:
    """All pictures below a folder, sorted; without hidden ones, and without what links to folders lead to."""
    found: list[Path] = []
    heic, left = find_spec("pillow_heif") is not None, 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            if name.lower().endswith(SUFFIXES if not heic else SUFFIXES + HEIC):
                found.append(Path(place, name))
            elif name.lower().endswith(HEIC):
                left += 1
        if len(found) > MOST:
            raise FileError(f"expected at most {MOST:,} pictures in {os.fspath(folder)!r}, got more")
    if left:
        kept = f"{left:,} HEIC pictures in {os.fspath(folder)!r} are left out: pip install wmpaint[heic] reads them"
        warnings.warn(kept, stacklevel=3)
    return found


def _ground(picture: Tensor) -> tuple[float, bool]:  # [3, H, W] uint8
    """How light a picture's border is, 0..1, and whether the picture looks like a line drawing."""
    values = picture.float() / 255
    gray = values.mean(0)
    border = torch.cat([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    light = float(border.mean())
    if float((values.amax(0) - values.amin(0)).max()) > 0.05:  # a color
        return light, False
    inside, outside = (gray >= 0.8, border >= 0.8) if light >= 0.5 else (gray <= 0.2, border <= 0.2)
    return light, bool(outside.float().mean() >= 0.9) and bool(inside.float().mean() >= 0.6)
