"""What a canvas takes, and the pixels it has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from works import painting

from wmpaint.canvas import Canvas
from wmpaint.errors import InputError, WmpaintError
from wmpaint.image import load_image
from wmpaint.painting import Painting

NAN, INF = float("nan"), float("inf")
PAIRS: Any = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]


@pytest.mark.parametrize("aspect", ["x", "1.5", None, [1], True, NAN, INF, 0, 1 / 65, 65, 10**400, torch.ones(2)])
def test_odd_aspects_are_refused(aspect: Any) -> None:
    with pytest.raises(InputError, match="expected a canvas aspect of 1/64 to 64, got"):
        Canvas(aspect=aspect)


@pytest.mark.parametrize("color", ["red", "101", 5, (0, 0), (0, 0, 2), (NAN, 0, 0), (0, "1", 0), (0, None, 0), PAIRS])
def test_odd_backgrounds_are_refused(color: Any) -> None:
    with pytest.raises(InputError, match="expected a background of 3 numbers"):
        Canvas(background=color)


@pytest.mark.parametrize("paper", ["A4", 210, (210,), (0, 297), (210, INF), (210, "297")])
def test_odd_papers_are_refused(paper: Any) -> None:
    with pytest.raises(InputError, match="expected paper"):
        Canvas(paper=paper)


@pytest.mark.parametrize("height", [NAN, INF, -INF, "512", None, [512], True, 0, -3, 1.5, 1e300])
def test_odd_heights_are_refused(height: Any) -> None:
    with pytest.raises(InputError, match=r"expected a height of 1 to 16,384 pixels"):
        Canvas().pixels(height)


def test_all_kinds_of_numbers_are_taken() -> None:
    canvas = Canvas(Fraction(3, 2), torch.tensor([0.5, 0.25, 1]), [np.float32(210), 297])  # type: ignore[arg-type]
    assert canvas == Canvas(1.5, (0.5, 0.25, 1.0), (210.0, 297.0))
    for height in (512, 512.0, np.int64(512), torch.tensor(512)):
        rows, columns = canvas.pixels(height)  # type: ignore[arg-type]
        assert (rows, columns) == (512, 768) and type(rows) is type(columns) is int


def test_sides_in_pixels() -> None:
    assert Canvas(1 / 64).pixels(16) == (16, 1)  # never none
    assert Canvas(64).pixels(256) == (256, 16_384)
    for canvas, height in ((Canvas(64), 257), (Canvas(), 16_385)):
        with pytest.raises(InputError, match=r"at most 16384|1 to 16,384 pixels"):
            canvas.pixels(height)


def test_like_a_picture() -> None:
    assert Canvas.like(torch.zeros(3, 40, 60)).aspect == 1.5
    with pytest.raises(InputError, match="expected a picture"):
        Canvas.like(torch.zeros(3, 0, 60))


def test_like_whatever_is_a_picture(tmp_path: Path) -> None:
    """By the rules of `load_image`: arrays end in their channels, tensors begin with them."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (20, 10)).save(tmp_path / "lying.png")
    Image.new("RGB", (20, 10)).save(tmp_path / "turned.jpg", exif=exif)
    Image.new("RGB", (20, 10)).save(tmp_path / "turned.png", exif=exif)
    wide: list[Any] = [
        np.zeros((10, 20, 3), np.uint8), np.zeros((10, 20)), torch.zeros(10, 20), torch.zeros(4, 10, 20),
        Image.new("L", (20, 10)), tmp_path / "lying.png", str(tmp_path / "lying.png"),
    ]  # fmt: skip
    for picture in wide:
        assert Canvas.like(picture) == Canvas(2.0)
    for name in ("turned.jpg", "turned.png"):
        picture = load_image(tmp_path / name)
        assert Canvas.like(tmp_path / name) == Canvas.like(picture) == Canvas(0.5)
    assert Canvas.like("castle", (0, 0, 0)).aspect == Canvas.like(load_image("castle")).aspect
    assert Canvas.like("castle", (0, 0, 0)).background == (0, 0, 0)


@pytest.mark.parametrize(
    ("picture", "match"),
    [
        (np.zeros((3, 10, 20)), "expected a picture array"), (torch.zeros(10, 20, 3), "expected a picture tensor"),
        (7, "expected a picture as a path"), ("no.jpg", "no such file"), (np.zeros((0, 4)), "which is empty"),
    ],
)  # fmt: skip
def test_like_what_is_no_picture(picture: Any, match: str) -> None:
    for take in (Canvas.like, load_image):
        with pytest.raises(WmpaintError, match=match):
            take(picture)


def test_mixing_is_light_unless_it_is_said_and_then_is_not_written() -> None:
    works = [painting(canvas=Canvas(1.0, mixing=mixing)) for mixing in ("light", "pigment")]
    assert [work.metadata()["canvas"].get("mixing") for work in works] == [None, "pigment"]
    assert [Painting.from_json(work.to_json()).canvas.mixing for work in works] == ["light", "pigment"]
    with pytest.raises(InputError, match="mixing"):
        Canvas(mixing="mud")
