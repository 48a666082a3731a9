"""Folders of pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from wmpaint.data import Photos, load, photos
from wmpaint.errors import FileError, InputError


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def save(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "cats" / "b.png", (255, 0, 0))
    save(tmp_path / "cats" / "a.JPG", (0, 255, 0))
    save(tmp_path / "dogs" / "deep" / "c.webp", (0, 0, 255), (30, 60))
    save(tmp_path / ".hidden" / "d.png", (0, 0, 0))
    (tmp_path / "dogs" / "notes.txt").write_text("no picture")
    return tmp_path


def test_pictures_of_telephones_are_read_or_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pillow_heif import from_pillow

    from_pillow(Image.new("RGB", (40, 30), (200, 60, 30))).save(folder / "cats" / "c.HEIC", format="HEIF")
    found = photos(folder)
    assert [path.name for path in found.files] == ["a.JPG", "b.png", "c.HEIC", "c.webp"]
    red = found.take([2], side=8).pictures[0].mean((1, 2)) * 255
    assert (red - torch.tensor([200.0, 60, 30])).abs().max() < 4
    monkeypatch.setattr(sys.modules["wmpaint.data.photos"], "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match=r"1 HEIC pictures in .* are left out: pip install wmpaint\[heic\]"):
        assert len(photos(folder)) == 3


def drawing(path: Path, ink: int, ground: int) -> None:
    """A line down the middle, a tenth of the width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", (50, 50), ground)
    ImageDraw.Draw(image).rectangle((22, 10, 26, 39), fill=ink)
    image.save(path)


def test_pictures_and_classes_are_found(folder: Path) -> None:
    data = load(folder)
    assert isinstance(data, Photos) and data.channels == 3 and len(data) == 3
    assert data.classes == ("cats", "dogs/deep")
    found = data.take([0, 1, 2], side=8)
    assert found.labels is not None and found.labels.tolist() == [0, 0, 1]
    expected = torch.tensor([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert torch.allclose(found.pictures.mean((2, 3)), expected, atol=0.02)
    assert photos(folder / "cats").classes == () and photos(folder / "cats").take([0], side=8).labels is None


def test_take_cuts_out_the_middle_and_sample_anywhere(tmp_path: Path) -> None:
    image = Image.new("RGB", (90, 30), (255, 0, 0))
    image.paste((0, 0, 255), (30, 0, 60, 30))  # red, blue, red
    image.save(tmp_path / "x.png")
    data = photos(tmp_path)
    assert torch.equal(data.take([0], side=30).pictures[0, 2], torch.ones(30, 30))
    blue = data.sample(200, side=10, generator=chance()).pictures[:, 2].mean((1, 2))
    assert (blue == 0).any() and (blue > 0.99).any() and ((blue > 0.1) & (blue < 0.9)).any()
    assert data.sample(5, side=64, generator=chance()).pictures.shape == (5, 3, 64, 64)


def test_half_of_the_crops_are_mirrored(tmp_path: Path) -> None:
    image = Image.linear_gradient("L").rotate(90).convert("RGB")  # light to one side
    image.save(tmp_path / "x.png")
    found = photos(tmp_path, ink=False).sample(200, side=16, generator=chance()).pictures[:, 0]
    rising = (found[:, 8, -1] > found[:, 8, 0]).float().mean()
    assert 0.4 < rising < 0.6


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0)])
def test_drawings_become_ink(tmp_path: Path, ink: int, ground: int) -> None:
    for alphabet in ("greek", "latin"):
        for character in ("character01", "character02"):
            drawing(tmp_path / alphabet / character / "0001_01.png", ink, ground)
    data = photos(tmp_path)
    assert data.channels == 1 and len(data.classes) == 4 and data.classes[0] == "greek/character01"
    picture = data.take([0], side=50).pictures[0, 0]
    assert torch.equal(picture.bool(), picture == 1) and picture.sum() == 5 * 30 and picture[20, 24] == 1
    assert torch.equal(data.sample(1, side=50, generator=chance()).pictures[0, 0], picture)  # no crop, no mirror
    assert photos(tmp_path, ink=False).channels == 3


def test_one_photo_among_drawings_makes_photos_unless_told(tmp_path: Path) -> None:
    drawing(tmp_path / "a.png", 0, 255)
    save(tmp_path / "b.png", (200, 30, 30))
    assert photos(tmp_path).channels == 3
    assert photos(tmp_path, ink=True).channels == 1


def test_memory_is_bounded_and_pictures_stay_the_same(tmp_path: Path) -> None:
    for i in range(6):
        save(tmp_path / f"{i}.png", (40 * i, 255 - 40 * i, 90), (20, 20))
    data = photos(tmp_path, kept=3000)  # two pictures of 1200 bytes
    first = data.take(range(6), side=20).pictures
    assert data.shelf.used <= 3000 and len(data.shelf.pictures) == 2
    assert torch.equal(data.take(range(6), side=20).pictures, first)
    save(tmp_path / "large.png", (1, 2, 3), (1500, 1100))
    assert min(photos(tmp_path, ink=False).shelf.get(tmp_path / "large.png").shape[1:]) == 512


def test_parts_share_no_file(tmp_path: Path) -> None:
    for i in range(10):
        save(tmp_path / f"{i}.png", (20 * i, 0, 90))
    train, test = photos(tmp_path).split(0.3)
    assert len(test) == 3 and not set(train.files) & set(test.files)


def test_bad_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"expected a folder with pictures \(\.jpg, \.jpeg, .*with none"):
        load(tmp_path)
    with pytest.raises(FileError, match="expected a folder of pictures, got"):
        photos(tmp_path / "none")
    (tmp_path / "x.png").write_bytes(b"no picture")
    with pytest.raises(FileError, match=r"expected a picture file .*x\.png"):
        photos(tmp_path)
    with pytest.raises(FileError, match=r"expected a picture file .*x\.png"):
        photos(tmp_path, ink=False).take([0], side=8)
    with pytest.raises(InputError, match="expected 0 or more bytes to keep, got -1"):
        photos(tmp_path, kept=-1)
