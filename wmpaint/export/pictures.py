"""A painting as a picture: `write_png(path, work, height=2048, bits=16, dpi=300)`; TIFF, WebP and JPEG likewise.

What the options common to all of them mean:

- `height`: in pixels; as planned when None, or what `dpi` make of the canvas' paper.
- `dpi`: pixels per inch on paper; from the canvas' paper, if it has one, when None.
- `ground`: "canvas"; "transparent", which gives an alpha channel; or another color, "#rrggbb".
- `program`: "mypaint", "dabs" or "auto" for the real picture; None for the dream.
- `grain`: the dream with the texture of its brushes rather than with their mean.
- `seed`: of the program's randomness or of the grain; the painting's when None.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from torch import Tensor

from .. import checks, files
from ..errors import InputError
from ..version import __version__
from .bitmap import flatten
from .encoders import BITS, COMPRESSIONS, bands, encode_png, encode_tiff, srgb_profile
from .view import Exportable, ViewOptions, paper_inches, picture_size, view_of

__all__ = ["about", "brush_names", "check_webp", "write_jpeg", "write_png", "write_seen", "write_tiff", "write_webp"]

SOFTWARE = f"wmpaint {__version__}"
WEBP_SIDE = 16_383  # pixels; the format counts them in 14 bits


def write_png(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    bits: int = 8,
    dpi: float | None = None,
    **look: Unpack[ViewOptions],
) -> None:
    """.png: the dream, or the picture in a `program`, `height` pixels high, with 8 or 16 `bits` a channel.

    Raises:
        InputError: an option out of range, or a picture that does not fit into memory.
        FileError: the file cannot be written.
    """
    checks.one_of("bits of …", bits, BITS)
    picture, dpi = _seen(work, height, dpi, look)
    with files.atomic_path(path) as temporary, temporary.open("wb") as stream:
        encode_png(stream, picture, bits=bits, dpi=dpi, text=about(work))


def write_seen(path: str | Path, work: Exportable, picture: Tensor) -> None:  # [3 or 4, H, W]
    """.png of a picture of the work that is rendered already, with the size on paper that it has.

    Raises:
        FileError: the file cannot be written.
    """
    high = paper_inches(work)
    if picture.shape[0] == 4 and bool((picture[3] >= 1 - 0.5 / 255).all()):
        picture = picture[:3]
    with files.atomic_path(path) as temporary, temporary.open("wb") as stream:
        encode_png(stream, picture, dpi=None if high is None else picture.shape[1] / high, text=about(work))


def write_tiff(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    bits: int = 8,
    dpi: float | None = None,
    compression: str = "deflate",
    **look: Unpack[ViewOptions],
) -> None:
    """.tif: as .png, for printers; `compression` is "deflate", which loses nothing, or "none".

    Raises:
        InputError: an option out of range, or a picture that does not fit into memory.
        FileError: the file cannot be written.
    """
    checks.one_of("bits of …", bits, BITS)
    checks.one_of("a compression", compression, COMPRESSIONS)
    picture, dpi = _seen(work, height, dpi, look)
    words = {"description": work.title, "software": SOFTWARE}
    with files.atomic_path(path) as temporary, temporary.open("wb") as stream:
        encode_tiff(stream, picture, bits=bits, dpi=dpi, compression=compression, **words)


def write_webp(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    quality: float = 90,
    lossless: bool = False,
    **look: Unpack[ViewOptions],
) -> None:
    """.webp: a small file, of a `quality` of 0 to 100, or `lossless`.

    Raises:
        InputError: an option out of range, or a picture that does not fit into memory.
        FileError: the file cannot be written.
    """
    quality = checks.number("a quality", quality, 0, 100)
    rows, columns = work.canvas.pixels(work.program_height if height is None else height)
    check_webp(rows, columns)
    picture, _ = _seen(work, height, None, look)
    _write_pillow(path, picture, "WEBP", quality=quality, lossless=lossless, method=4)


def write_jpeg(
    path: str | Path,
    work: Exportable,
    *,
    height: int | None = None,
    quality: float = 90,
    dpi: float | None = None,
    **look: Unpack[ViewOptions],
) -> None:
    """.jpg: a small file for everywhere, of a `quality` of 0 to 100; a transparent canvas is shown as white.

    Raises:
        InputError: an option out of range, or a picture that does not fit into memory.
        FileError: the file cannot be written.
    """
    quality = checks.number("a quality", quality, 0, 100)
    if look.get("ground") == "transparent":
        raise InputError("expected a ground with a color for .jpg, which has no transparency, got 'transparent'")
    picture, dpi = _seen(work, height, dpi, look)
    more: dict[str, Any] = {} if dpi is None else {"dpi": (min(round(dpi), 65_535),) * 2}
    _write_pillow(path, flatten(picture), "JPEG", quality=round(quality), subsampling=0, optimize=True, **more)


def check_webp(rows: int, columns: int) -> None:
    """Refuse a picture that is too large for WebP."""
    if max(rows, columns) > WEBP_SIDE:
        raise InputError(f"expected sides of at most {WEBP_SIDE} pixels for .webp, got {columns} x {rows}")


def about(work: Exportable) -> dict[str, str]:
    """What a PNG says of itself."""
    known = work.metadata()
    return {
        "Title": work.title,
        "Software": SOFTWARE,
        "Comment": f"{len(work.strokes)} strokes, brush {', '.join(brush_names(work))}, seed {known['seed']}",
    }


def brush_names(work: Exportable) -> list[str]:
    """Of its brushes, in order; of a .myb file, its name without the folders."""
    names = [str(brush["name"]) for brush in work.metadata()["brushes"]]
    return [Path(name).stem if name.endswith(".myb") else name for name in names]


def _seen(
    work: Exportable, height: int | None, dpi: float | None, look: ViewOptions
) -> tuple[Tensor, float | None]:  # [3 or 4, H, W]
    """The picture, without alpha where the ground is opaque, and its dpi."""
    height, dpi = picture_size(work, height, dpi)
    view = view_of(work, **look)
    picture = view.render(work.strokes, height=height)
    return picture if view.canvas.background is None else picture[:3], dpi


def _write_pillow(path: str | Path, picture: Tensor, kind: str, **options: Any) -> None:
    from PIL import Image

    image = Image.fromarray(np.concatenate([*bands(picture, 8)]))
    packed = io.BytesIO()  # since Pillow does not notice a disk that takes only a part of a JPEG
    image.save(packed, kind, icc_profile=srgb_profile(), **options)
    files.write_bytes(path, packed.getbuffer())
