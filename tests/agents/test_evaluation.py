"""What agents are measured by and shown as; the bundled ones paint what they have always painted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from pupils import Blobs
from torch import Tensor

from wmpaint import agents
from wmpaint.agents import comparison_sheet, evaluate, write_grid
from wmpaint.agents.evaluation import painted_by
from wmpaint.canvas import Canvas
from wmpaint.data import load as load_data
from wmpaint.errors import InputError
from wmpaint.frame import Frame
from wmpaint.image import load_image, sample_photo
from wmpaint.media.programs import Dabs
from wmpaint.medium import render
from wmpaint.metrics import psnr
from wmpaint.strokes import Strokes


class Few(Blobs):
    def __len__(self) -> int:
        return 5


def test_errors_are_means_over_pixels_and_pictures() -> None:
    loaded, data = agents.load("mnist-8"), Few()
    found = evaluate(loaded, data, program="dabs")
    pictures = data.take(range(5), side=64).pictures
    strokes = loaded(pictures)
    dream = painted_by(loaded.medium, loaded, strokes)
    real = torch.stack([1 - render(Dabs("round"), strokes[k], Frame(Canvas(), 64)).mean[:1] for k in range(5)])
    assert (found.pictures, found.strokes) == (5, 8)
    assert found.dream_mse == pytest.approx(float((dream - pictures).square().mean()), rel=1e-4)
    assert found.real_mse == pytest.approx(float((real - pictures).square().mean()), rel=1e-4)
    assert evaluate(loaded, data, limit=2, program="dabs").pictures == 2


def test_the_bundled_digits_and_kana_are_good() -> None:
    kana = evaluate(agents.load("kana-15"), load_data("kana").split()[1], limit=60, program="dabs")
    assert kana.pictures == 60 and kana.dream_mse < 0.03 and kana.real_mse < 0.03 and 1 < kana.strokes < 15
    digits = evaluate(agents.load("mnist-8"), load_data("digits").split()[1], limit=50, program="dabs")
    assert digits.strokes == 8 and digits.dream_mse < 0.03 and abs(digits.real_mse - digits.dream_mse) < 0.01
    whole = evaluate(agents.load("mnist-8"), load_data("digits").split()[1], limit=50, strokes=2, program="dabs")
    assert whole.strokes == 2 and whole.dream_mse > digits.dream_mse


def test_data_of_other_channels_is_refused() -> None:
    with pytest.raises(InputError, match="amounts of ink"):
        evaluate(agents.load("mnist-8"), Blobs(3))


def test_sheets_and_films(tmp_path: Path) -> None:
    loaded = agents.load("mnist-8")
    pictures = load_data("digits").take(range(3), side=64).pictures
    assert comparison_sheet(loaded, pictures, program="dabs").shape == (3, 3 * 64 + 4 * 4, 3 * 64 + 4 * 4)
    write_grid(tmp_path / "a.gif", loaded, pictures, cell=32, program="dabs")
    with Image.open(tmp_path / "a.gif") as film:
        assert getattr(film, "n_frames", 1) >= 8
    write_grid(tmp_path / "a.png", loaded, pictures[:1], cell=32, program="dabs")
    with Image.open(tmp_path / "a.png") as last:
        assert last.size == (3 * 32 + 4 * 2, 32 + 2 * 2)
    for bad in ({"path": tmp_path / "a.txt"}, {"cell": 4}):
        with pytest.raises(InputError, match="expected"):
            write_grid(**{"path": tmp_path / "b.gif", "agent": loaded, "images": pictures, **bad})


# What the bundled ones paint


def bars() -> Tensor:
    """Three pictures of a bar or two."""
    found = torch.zeros(3, 1, 64, 64)
    found[0, :, 12:52, 30:34] = 1
    found[1, :, 20:24, 10:54] = 1
    found[2, :, 10:54, 12:16] = 1
    found[2, :, 30:34, 12:50] = 1
    return found


def check(strokes: Strokes, expected: list[float], tolerance: float) -> None:
    assert strokes.table().flatten().tolist() == pytest.approx(expected, abs=tolerance)


def test_bundled_digits_and_kana_are_as_they_were() -> None:
    kana = agents.load("kana-15")(bars())
    assert kana.present.sum(1).tolist() == [3, 5, 4]
    first = [0.487878, 0.172891, 0.515406, 0.313043, 0.458828, 0.421561, 0.021731, 0.923736, 0.903093, 0, 0, 0]
    last = [0.46909, 0.50503, 0.54538, 0.589977, 0.646539, 0.553371, 0.026554, 0.85252, 0.76688, 0, 0, 0]
    check(kana[0][0], first, 1e-5)
    check(kana[2][3], last, 1e-5)
    digit = agents.load("mnist-8")(bars())[0]
    last = [0.493156, 0.263402, 0.492897, 0.116635, 0.508444, 0.323011, 0.027424, 0.669529, 0.764522, 0, 0, 0]
    check(digit[7], last, 1e-5)


def test_the_bundled_photo_agent_paints_the_sample_photo_as_it_did() -> None:
    photo = load_image(sample_photo())[:3]
    loaded = agents.load("photo")
    strokes = loaded(photo, 200, polish=0)
    picture = render(loaded.medium, strokes, Frame(Canvas.like(photo), photo.shape[1])).mean[:3]
    assert len(strokes) == 200 and float(psnr(picture, photo)) >= 23.8
    large = [0.916201, 0.128853, 0.90015, 0.817535, 0.103159, 0.846023, 0.293725, 0.919479, 0.880672]
    small = [1.243367, 0.259572, 1.320054, 0.25856, 1.320427, 0.241617, 0.018514, 0.462084, 0.675449]
    check(strokes[0], [*large, 0.542636, 0.369158, 0.260477], 1e-4)
    check(strokes[123], [*small, 0.406782, 0.273719, 0.29016], 1e-4)
