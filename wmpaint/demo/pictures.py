"""Pictures between the browser and the painter."""

from __future__ import annotations

import base64
import contextlib
import filecmp
import html
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import component_meta
from PIL import Image
from torch import Tensor

from ..errors import InputError, WmpaintError
from ..image import BUNDLED, bundled_picture, is_plain, load_image, size_of, to_uint8, zoomed
from .limits import Limits

__all__ = [
    "REDUCED",
    "SEEN",
    "WIDEST",
    "Photo",
    "check_upload",
    "is_reduced",
    "jpeg_uri",
    "known_as",
    "pil",
    "read_upload",
    "stage",
]  # fmt: skip

SEEN = 1400  # pixels of the longer side that a goal needs at most
WIDEST = 8.0  # times its shorter side
REDUCED = f"the page reduced this photo to {SEEN} pixels first"


@contextlib.contextmanager
def _no_stubs() -> Iterator[None]:
    """Gradio writes a .pyi beside each module that makes a component of its own; not beside ours."""
    write = component_meta.create_or_modify_pyi
    component_meta.create_or_modify_pyi = lambda *known: None
    try:
        yield
    finally:
        component_meta.create_or_modify_pyi = write


with _no_stubs():

    class Photo(gr.Image):
        """An image that comes as the path of the file that was uploaded: `read_upload` looks at what is in it."""

        def __init__(self, label: str, **options: Any) -> None:
            usual: dict[str, Any] = {
                "type": "filepath", "sources": ["upload", "webcam", "clipboard"], "height": 260, "buttons": [],
            }  # fmt: skip
            super().__init__(label=label, **(usual | options))

        def get_block_name(self) -> str:
            return "image"

        def get_config(self, cls: Any = None) -> dict[str, Any]:
            return super().get_config(gr.Image)  # which reads the signature of `__init__`

        def preprocess(self, payload: Any) -> str | None:
            if payload is None:
                return None
            if payload.path:
                return str(payload.path)
            return super().preprocess(payload)  # type: ignore[return-value]  # a data URI, as old browsers' webcams give


def read_upload(path: Any, limits: Limits, what: str = "a photo") -> Tensor:  # [3, H, W]
    """An uploaded picture, no larger than is of use.

    Raises:
        InputError: none, or one of a size that is refused before it is decoded. FileError: not a picture, a broken one.
    """
    if not path:
        raise InputError(f"expected {what}: drop one into the frame, or choose an example")
    check_upload(path, limits.megabytes, "a picture")
    width, height = _sides(path)
    if max(width, height) > WIDEST * min(width, height):
        raise InputError(
            f"expected {what} at most {WIDEST:g} times as long as wide, got {width} x {height} pixels: cut it first"
        )
    picture = load_image(path, max_pixels=limits.megapixels * 1_000_000, most=2 * SEEN)
    if is_plain(picture):  # a white logo on transparent ground, say
        words = "This picture has one color everywhere, with white where it is transparent: nothing in it to paint."
        gr.Warning(words, title="Nothing to see")
    return zoomed(picture, min(1.0, SEEN / max(picture.shape[1:])))


def check_upload(path: Any, megabytes: int, what: str) -> None:
    """Refuse an uploaded file that is too large, or that has been here for so long that it was removed.

    Raises:
        InputError: so.
    """
    try:
        size = Path(path).stat().st_size / 1e6
    except (OSError, ValueError) as error:
        raise InputError(f"expected {what}, got a file that was removed after an hour: drop it in again") from error
    if size > megabytes:
        raise InputError(f"expected {what} of up to {megabytes} MB, got {size:.1f} MB")


def _sides(path: Any) -> tuple[int, int]:
    """Width and height that a file's head tells of; 1 x 1 where it has none that can be read, which is told later."""
    with contextlib.suppress(WmpaintError):
        height, width = size_of(path)
        return width, height
    return 1, 1


def is_reduced(path: Any) -> bool:
    """Whether `read_upload` makes a picture smaller than its file."""
    return max(_sides(path)) > SEEN


def known_as(path: Any) -> str:
    """What a picture is called in recipes: a bundled one by the name that works everywhere, others by their file's."""
    for name in BUNDLED:
        file = bundled_picture(name)
        if file is not None and file.name == Path(path).name and filecmp.cmp(file, path, shallow=False):
            return name
    return Path(path).name


def pil(picture: Tensor) -> Image.Image:  # [3|4, H, W]
    """As Pillow has it."""
    return Image.fromarray(to_uint8(picture[:3]))


def jpeg_uri(picture: Tensor | Image.Image, quality: int = 82) -> str:
    """A picture within an address, so that it is never a file."""
    image = picture if isinstance(picture, Image.Image) else pil(picture)
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def stage(picture: Tensor | Image.Image | None, words: str) -> str:
    """The easel: a picture, or words where there is none yet."""
    if picture is None:
        return f'<figure class="stage empty"><figcaption>{html.escape(words)}</figcaption></figure>'
    alt = html.escape(words, quote=True)
    return f'<figure class=stage><img decoding=sync alt="{alt}" src="{jpeg_uri(picture)}"></figure>'
